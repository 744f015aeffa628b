"""What only engines have to care for that share a store: unfinished writers, an order among them, an outage."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from django.utils import timezone

from knowledge import indexes
from knowledge.access import PUBLIC
from knowledge.building import LEASE, build_index
from knowledge.embedders import get_embedder
from knowledge.errors import BuildCancelled, IndexUnusable
from knowledge.indexes import lifetimes, turns
from knowledge.indexes.pgvector import connection
from knowledge.indexes.pgvector import snapshot as pgvector_snapshot
from knowledge.indexes.reach import Reach
from knowledge.ingestion import ingest
from knowledge.models import Chunk, IndexVersion
from knowledge.search import search_passages
from tests.factories import collection
from tests.knowledge.indexes.conftest import close

pytestmark = pytest.mark.django_db
Status = IndexVersion.Status


@pytest.fixture(params=["pgvector", "qdrant"])
def engine(request, settings):
    settings.VECTOR_STORE_URL = request.getfixturevalue(f"{request.param}_url")
    return request.param


@pytest.fixture
def pgvector(pgvector_url, settings):
    settings.VECTOR_STORE_URL = pgvector_url
    return pgvector_url


def serving(docs):
    (snapshot,) = indexes.serving([docs.pk])
    return snapshot


def store() -> Any:
    engine: Any = indexes.get_engine()
    return engine.store


def noted(function, notes: list[Any]):
    """The function, and what it is called with."""

    def call(*args):
        notes.append(args)
        return function(*args)

    return call


def rows(url: str, sql: str):
    with psycopg.connect(url.replace("pgvector://", "postgres://")) as link:
        return link.execute(sql).fetchall()


def test_what_a_killed_writer_left_is_never_seen(engine, docs, put, publish, monkeypatch):
    publish("a.md", "Refunds take five days.")
    ingest([put("b.md", "Invoices come by mail.").pk, put("a.md", "Refunds take nine days.").pk])

    def killed(*args):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(store(), "complete", killed)
        with pytest.raises(KeyboardInterrupt):
            build_index(docs.pk)
    assert serving(docs).search_text("invoices", 5) == []
    assert len(serving(docs).search_vectors(get_embedder("hashing").embed_query("refunds"), 5)) == 1

    IndexVersion.objects.filter(status=Status.BUILDING).update(lease_expires_at=timezone.now())
    build_index(docs.pk)
    assert len(serving(docs).search_text("invoices refunds", 5)) == 2
    assert len(serving(docs).search_pages("invoices refunds", 5)) == 2
    assert dict(serving(docs).words_beginning_with("i")) == {"invoices": 1}


def test_only_what_is_new_is_written(engine, docs, publish, monkeypatch):
    publish("a.md", "Refunds take five days.")
    publish("b.md", "Invoices come by mail.")
    written: list[Any] = []
    monkeypatch.setattr(store(), "add", noted(store().add, written))

    publish("c.md", "Vouchers are valid for a year.")

    assert [(kind, len(entries)) for kind, _, entries in written] == [("passages", 1), ("pages", 1)]
    assert IndexVersion.objects.get(status=Status.SERVING).details == {"kind": "lifetimes", "added": 1, "gone": 0}


def test_collections_of_one_kind_are_searched_as_one(engine, docs, publish):
    publish("a.md", "Refunds take five days.")
    other = collection(slug="other")
    publish("b.md", "Refunds come by mail.", other)

    (snapshot,) = indexes.serving([docs.pk, other.pk])
    assert snapshot.collection_ids == {docs.pk, other.pk}
    assert len(snapshot.search_text("refunds", 5)) == 2


def test_a_collection_that_is_gone_is_removed_with_the_next_version_of_another(pgvector, docs, publish):
    other = collection(slug="other")
    publish("b.md", "Refunds come by mail.", other)
    gone = other.pk
    other.delete()
    publish("a.md", "Refunds take five days.")

    for table in ("records", "passages", "pages", "passages_vectors", "pages_vectors", "words", "passages_terms"):
        assert (gone,) not in rows(pgvector, f"SELECT DISTINCT collection FROM supportbot_index.{table}")


def test_what_no_kept_version_has_is_removed(pgvector, docs, publish):
    for number in range(5):
        publish("a.md", f"Refunds take {number} days.")

    for table in ("records", "passages", "pages", "passages_vectors", "pages_vectors"):
        assert rows(pgvector, f"SELECT count(*) FROM supportbot_index.{table}") == [(3,)]


def test_the_graph_finds_enough_of_a_collection_among_many_others(pgvector, docs, put, restart, monkeypatch):
    """A graph that were asked for its nearest hundred, and filtered then, would find next to none of ours."""
    other = collection(slug="other")
    ingest([put(f"{number}.md", f"Refunds of kind k{number}k.", other).pk for number in range(300)])
    build_index(other.pk)
    ingest([put(f"{number}.md", f"Parcels of sort s{number}s, not refunds.").pk for number in range(30)])
    build_index(docs.pk)
    monkeypatch.setattr(pgvector_snapshot, "MOST_EXACT", 0)
    # So few are compared one by one, unless that is forbidden.
    monkeypatch.setitem(connection.READING, "enable_seqscan", "off")
    monkeypatch.setitem(connection.READING, "enable_sort", "off")
    restart()
    asked: list[Any] = []
    snapshot = serving(docs)
    read = snapshot.read
    snapshot.read = noted(read, asked)
    hits = snapshot.search_vectors(get_embedder("hashing").embed_query("Refunds of kind"), 25)

    sql, *values = asked[0]
    plan = " ".join(line for (line,) in read(f"EXPLAIN {sql}", *values))
    assert "nearest_256" in plan
    assert {chunk for chunk, _ in hits} <= set(
        Chunk.objects.filter(document__collection=docs).values_list("pk", flat=True)
    )
    assert len(hits) == 25


def test_without_a_name_it_is_the_postgresql_of_everything_else(pgvector, docs, publish, settings, monkeypatch):
    parts = urlsplit(pgvector)
    django = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path[1:],
        "USER": parts.username,
        "PASSWORD": "",
        "HOST": parts.hostname,
        "PORT": parts.port,
    }
    pools = {"OPTIONS": {"pool": {"min_size": 0}, "sslmode": "prefer"}}
    monkeypatch.setattr(connection, "connections", {"default": SimpleNamespace(settings_dict=django | pools)})
    settings.VECTOR_STORE_URL = "pgvector://"

    publish("a.md", "Refunds take five days.")

    assert serving(docs).search_text("refunds", 5)
    assert rows(pgvector, "SELECT chunks FROM supportbot_index.records") == [(1,)]
    close("pgvector://")


@pytest.mark.both
class TestTurns:
    def version(self, docs, **fields):
        return IndexVersion.objects.create(
            collection=docs, engine="qdrant", content_version=1, lease_expires_at=timezone.now() + LEASE, **fields
        )

    def test_whoever_is_first_writes_and_others_wait(self, docs, monkeypatch):
        monkeypatch.setattr(turns, "PAUSE_SECONDS", 0)
        first, second = self.version(docs), self.version(docs)
        turns.take_turn(first, lambda done=0: None)

        def until_done(done: int = 0) -> None:
            IndexVersion.objects.filter(pk=first.pk).update(status=Status.FAILED)

        assert not turns.claim(second)
        turns.take_turn(second, until_done)
        assert IndexVersion.objects.get(pk=second.pk).host

    def test_whoever_was_overtaken_gives_up(self, docs):
        first, second = self.version(docs), self.version(docs)
        turns.take_turn(second, lambda done=0: None)
        IndexVersion.objects.filter(pk=second.pk).update(status=Status.SERVING)

        with pytest.raises(BuildCancelled):
            turns.take_turn(first, lambda done=0: None)

    def test_nobody_waits_for_one_who_is_gone(self, docs):
        gone, next_one = self.version(docs, host="elsewhere"), self.version(docs)
        assert not turns.claim(next_one)

        IndexVersion.objects.filter(pk=gone.pk).update(lease_expires_at=timezone.now())
        assert turns.claim(next_one)

    def test_nobody_waits_for_ever(self, docs, monkeypatch):
        monkeypatch.setattr(turns, "PATIENCE", timedelta(0))
        self.version(docs, host="elsewhere")

        with pytest.raises(BuildCancelled):
            turns.take_turn(self.version(docs), lambda done=0: None)


class TestOutage:
    NOBODY = "pgvector://nobody:secret@127.0.0.1:9/index"

    @pytest.fixture(autouse=True)
    def stop_trying(self):
        yield
        close(self.NOBODY)

    def test_a_search_goes_on_without_and_says_so_to_the_operator(self, docs, publish, settings):
        publish("a.md", "Refunds take five days.")
        IndexVersion.objects.update(engine="pgvector")
        settings.VECTOR_STORE_URL = self.NOBODY

        assert search_passages("refunds", PUBLIC) == []
        assert indexes.health() == "The PostgreSQL of the vector store does not answer."
        assert IndexVersion.objects.get().status == Status.SERVING

    def test_a_build_fails_with_a_reason_without_the_password(self, docs, put, settings):
        settings.VECTOR_STORE_URL = self.NOBODY
        ingest([put("a.md", "Refunds take five days.").pk])

        with pytest.raises(IndexUnusable) as failure:
            build_index(docs.pk)
        assert failure.value.retryable
        assert "secret" not in IndexVersion.objects.get().error

    def test_an_open_snapshot_finds_nothing_while_its_store_is_away(self, pgvector, docs, publish, monkeypatch):
        publish("a.md", "Refunds take five days.")
        snapshot, reach = serving(docs), store().postgres.reach

        monkeypatch.setattr(reach, "down_until", float("inf"))
        assert snapshot.search_text("refunds", 5) == []
        assert snapshot.knows("rofund")
        monkeypatch.undo()
        assert store().postgres.reach.down_until == 0

    def test_tables_that_vanish_under_a_running_process_stop_no_search(self, pgvector, docs, publish):
        publish("a.md", "Refunds take five days.")
        assert search_passages("refunds", PUBLIC)

        with psycopg.connect(pgvector.replace("pgvector://", "postgres://"), autocommit=True) as link:
            link.execute("DROP SCHEMA supportbot_index CASCADE")
        assert search_passages("refunds", PUBLIC) == []

    def test_after_a_failure_nobody_asks_for_a_while(self):
        reach = Reach("It", ConnectionError)
        with pytest.raises(IndexUnusable, match="It does not answer"), reach.guarded():
            raise ConnectionError

        with pytest.raises(IndexUnusable), reach.guarded():
            pytest.fail("It was asked.")


def test_an_engine_that_is_not_installed_is_named(settings, monkeypatch):
    def missing(path: str):
        raise IndexUnusable("The package qdrant-client is not installed.")

    monkeypatch.setattr("knowledge.indexes.import_string", missing)
    settings.VECTOR_STORE_URL = "qdrant://127.0.0.1:6333"

    assert indexes.health() == "The package qdrant-client is not installed."


def test_a_layout_number_is_part_of_what_a_version_was_made_for(engine, docs, publish, monkeypatch):
    publish("a.md", "Refunds take five days.")
    monkeypatch.setattr(lifetimes, "made_for", lambda version, content: "2 another")
    publish("b.md", "Invoices come by mail.")

    assert IndexVersion.objects.get(status=Status.SERVING).details["added"] == 2
    assert len(serving(docs).search_text("refunds invoices", 5)) == 2
