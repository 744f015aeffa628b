from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from knowledge import building, indexes
from knowledge.access import PUBLIC
from knowledge.building import build_index, rebuild_index, stale_collections
from knowledge.models import Embedding, IndexVersion
from knowledge.search import search_passages
from tests.factories import collection

pytestmark = pytest.mark.django_db
Status = IndexVersion.Status


@pytest.fixture(autouse=True)
def content(docs, publish):
    publish("refunds.md", "Refunds take five days.")
    publish("invoices.md", "Invoices come by mail.")


@pytest.fixture
def target(tmp_path):
    url = f"qdrant://{tmp_path}/qdrant"
    yield url
    if engine := indexes.engines.pop(url, None):
        engine.close()


def copy(*arguments: str) -> str:
    output = StringIO()
    call_command("copy_index", *arguments, stdout=output, stderr=output)
    return output.getvalue()


def refused(*arguments: str) -> CommandError:
    with pytest.raises(CommandError) as refusal:
        copy(*arguments)
    return refusal.value


def without_embedding(monkeypatch):
    monkeypatch.setattr("knowledge.embedders.hashing.HashingEmbedder.embed", None)


def test_a_copy_answers_as_soon_as_it_is_switched_to(docs, target, settings, monkeypatch):
    before = [passage.text for passage in search_passages("refunds", PUBLIC)]
    with monkeypatch.context() as patched:
        without_embedding(patched)
        assert copy("--from", "faiss://", "--to", target) == "docs: 2 passages copied\n"

    assert [passage.text for passage in search_passages("refunds", PUBLIC)] == before
    settings.VECTOR_STORE_URL = target
    assert [passage.text for passage in search_passages("refunds", PUBLIC)] == before
    assert stale_collections() == []


def test_both_can_be_served_and_each_keeps_to_its_own(docs, target, publish, settings):
    copy("--from", "faiss://", "--to", target)
    for number in range(building.KEPT_VERSIONS + 1):
        publish("vouchers.md", f"Vouchers are valid for {number} years.")

    settings.VECTOR_STORE_URL = target
    assert search_passages("refunds", PUBLIC)
    assert stale_collections() == [docs.pk]
    build_index(docs.pk)
    assert search_passages("vouchers", PUBLIC)[0].text.startswith("Vouchers")
    assert set(IndexVersion.objects.filter(status=Status.SERVING).values_list("engine", flat=True)) == {
        "faiss",
        "qdrant",
    }


def test_copied_again_it_has_what_is_new(docs, target, publish, settings):
    copy("--from", "faiss://", "--to", target)
    publish("vouchers.md", "Vouchers are valid for a year.")

    assert copy("--from", "faiss://", "--to", target) == "docs: 3 passages copied\n"
    assert IndexVersion.objects.get(engine="qdrant", status=Status.SERVING).details["added"] == 1


def test_and_back_again(docs, target, settings, monkeypatch):
    copy("--from", "faiss://", "--to", target)
    IndexVersion.objects.filter(engine="faiss").delete()

    assert copy("--from", target, "--to", "faiss://") == "docs: 2 passages copied\n"
    assert search_passages("refunds", PUBLIC)


def test_a_dry_run_changes_nothing(target):
    assert copy("--from", "faiss://", "--to", target, "--dry-run") == "docs: 2 passages would be copied\n"
    assert not IndexVersion.objects.exclude(engine="faiss").exists()


def test_only_the_collections_that_are_named(docs, target, publish):
    publish("a.md", "Parcels travel two days.", collection(slug="other"))

    assert copy("--from", "faiss://", "--to", target, "--collection", "other") == "other: 1 passages copied\n"


def test_what_cannot_be_copied_is_named_and_the_rest_is(docs, target, publish, capsys):
    collection(slug="empty")
    held = collection(slug="held", index_held=True)
    output = StringIO()
    with pytest.raises(SystemExit) as ending:
        call_command("copy_index", "--from", "faiss://", "--to", target, stdout=output, stderr=output)

    assert ending.value.code == 1
    assert "docs: 2 passages copied" in output.getvalue()
    assert "empty: The source has no index of it that is served." in output.getvalue()
    assert f"{held.slug}: An earlier version is being held. Release it first." in output.getvalue()


def test_vectors_that_are_lost_are_not_paid_for_in_passing(docs, target):
    Embedding.objects.all().delete()
    output = StringIO()
    with pytest.raises(SystemExit):
        call_command("copy_index", "--from", "faiss://", "--to", target, stdout=output, stderr=output)

    assert "docs: Some of its vectors are not in the database any more." in output.getvalue()
    rebuild_index(docs.pk)
    assert copy("--from", "faiss://", "--to", target)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--from", "faiss://", "--to", "annoy://user:hunter2@host"), "--to must begin with one of faiss://"),
        (("--from", "faiss", "--to", "qdrant://:memory:"), "--from must begin with"),
        (("--from", "faiss://", "--to", "faiss://"), "both faiss"),
        (
            ("--from", "faiss://", "--to", "qdrant://:memory:", "--collection", "nope"),
            "no collection nope (there are: docs)",
        ),
    ],
)
def test_wrong_arguments_are_refused_with_what_would_be_right(arguments, said):
    error = refused(*arguments)

    assert said in str(error)
    assert "hunter2" not in str(error)
    assert error.returncode == 2


def test_a_target_out_of_reach_is_named_before_anything_is_copied():
    error = refused("--from", "faiss://", "--to", "qdrant://127.0.0.1:9")

    assert str(error) == "The Qdrant of the vector store does not answer."
    assert error.returncode == 1


def test_without_a_postgresql_there_is_no_pgvector_without_an_address(monkeypatch):
    monkeypatch.setitem(connection.settings_dict, "ENGINE", "django.db.backends.sqlite3")
    monkeypatch.setattr(indexes, "engines", {})

    error = refused("--from", "faiss://", "--to", "pgvector://")

    assert "the database is SQLite" in str(error)
    assert error.returncode == 1


@pytest.mark.parametrize("options", [[], ["--dry-run"]])
def test_the_target_is_closed_for_others_to_open(target, options):
    copy("--from", "faiss://", "--to", target, *options)

    assert target not in indexes.engines
    indexes.get_engine(target).check()
