import errno
import os
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from knowledge import indexes
from knowledge.building import build_index, stale_collections
from knowledge.models import Chunk, IndexVersion
from tests.factories import collection

pytestmark = pytest.mark.django_db
Status = IndexVersion.Status


def serving(collection):
    (snapshot,) = indexes.serving([collection.pk])
    return snapshot


def test_a_new_version_is_picked_up_by_the_next_search(docs, publish):
    publish("a.md", "Refunds take five days.")
    before = serving(docs)
    publish("b.md", "Invoices come by mail.")

    assert before.search_text("invoices", 5) == []
    assert serving(docs).search_text("invoices", 5)


def test_looking_again_costs_one_query_and_opens_nothing(docs, publish, django_assert_num_queries):
    publish("a.md", "Refunds take five days.")
    first = serving(docs)

    with django_assert_num_queries(1):
        assert serving(docs) is first


def test_files_that_are_damaged_after_they_were_opened_harm_nobody(docs, publish, settings):
    publish("a.md", "Refunds take five days.")
    before = serving(docs)
    for path in Path(settings.INDEX_ROOT).rglob("*"):
        if path.is_file():
            os.truncate(path, 0)

    assert serving(docs) is before
    assert before.search_text("refunds", 5)


@pytest.mark.parametrize("damage", ["truncate", "flip", "delete"])
def test_a_damaged_version_gives_way_to_the_one_before(docs, publish, largest_file, damage):
    publish("a.md", "Refunds take five days.")
    publish("b.md", "Invoices come by mail.")
    version = IndexVersion.objects.get(status=Status.SERVING)
    harm(largest_file(version), damage)

    assert serving(docs).search_text("refunds", 5)
    assert serving(docs).search_text("invoices", 5) == []
    assert IndexVersion.objects.get(pk=version.pk).status == Status.FAILED


def harm(path: Path, damage: str) -> None:
    data = bytearray(path.read_bytes())
    if damage == "delete":
        shutil.rmtree(path.parent)
        return
    data[-1] ^= 1
    path.write_bytes(data if damage == "flip" else data[:-10])


def test_a_machine_without_room_answers_from_what_it_has_open_and_blames_nobody(docs, publish, monkeypatch):
    publish("a.md", "Refunds take five days.")
    before = serving(docs)
    publish("b.md", "Invoices come by mail.")

    with monkeypatch.context() as full:
        full.setattr("knowledge.indexes.files.mkdtemp", no_space)
        assert serving(docs) is before
    assert serving(docs) is before, "not tried again at once"
    monkeypatch.setattr("knowledge.indexes.opened.monotonic", lambda: time.monotonic() + 60)

    assert serving(docs).search_text("invoices", 5)
    assert not IndexVersion.objects.filter(status=Status.FAILED).exists()


def test_too_many_open_files_are_this_machines_own_trouble(docs, publish, monkeypatch):
    publish("a.md", "Refunds take five days.")
    before = serving(docs)
    publish("b.md", "Invoices come by mail.")

    def too_many(*_):
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr("knowledge.indexes.opened.map_files", too_many)

    assert serving(docs) is before
    assert not IndexVersion.objects.filter(status=Status.FAILED).exists()


def no_space(**_):
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_damaged_version_is_built_again(docs, publish, largest_file):
    publish("a.md", "Refunds take five days.")
    harm(largest_file(IndexVersion.objects.get()), "truncate")

    assert indexes.serving([docs.pk]) == []
    assert stale_collections() == [docs.pk]
    build_index(docs.pk)
    assert serving(docs).search_text("refunds", 5)


def test_health_names_the_collections_that_cannot_be_searched(docs, put, publish, largest_file):
    assert indexes.health() == "ok"

    put("waiting.md", "Not processed yet.")
    assert indexes.health() == "ok"

    publish("a.md", "Refunds take five days.")
    assert indexes.health() == "ok"

    indexes.engines.clear()
    harm(largest_file(IndexVersion.objects.get()), "truncate")
    assert indexes.health() == "No index has been built yet for: docs."


def test_health_says_where_an_earlier_version_answers(docs, publish, largest_file):
    publish("a.md", "Refunds take five days.")
    publish("b.md", "Invoices come by mail.")
    harm(largest_file(IndexVersion.objects.get(status=Status.SERVING)), "flip")

    assert indexes.health() == "ok: an earlier version answers until the index is built again for: docs."


@pytest.mark.django_db(transaction=True)
def test_threads_that_search_during_a_switch_always_get_one_whole_snapshot(docs, publish):
    publish("a.md", "Refunds take five days.")

    def search(_: int) -> bool:
        return bool(serving(docs).search_text("refunds", 5))

    with ThreadPoolExecutor(4) as threads:
        searches = [threads.submit(search, number) for number in range(40)]
        publish("b.md", "Invoices come by mail.")
        assert all(search.result() for search in searches)


def test_collections_that_say_the_same_each_find_their_own(docs, publish):
    other = collection(slug="other")
    publish("a.md", "Refunds take five days.")
    publish("a.md", "Refunds take five days.", other)

    found = {
        each.collection_id: each.search_vectors(each.vectors[0].index.reconstruct(0), 5) for each in both(docs, other)
    }

    own = {chunk.document.collection_id: chunk.pk for chunk in Chunk.objects.select_related("document")}
    assert {pk: hits[0][0] for pk, hits in found.items()} == own


def both(*collections):
    return indexes.serving([each.pk for each in collections])
