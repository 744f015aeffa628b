import json
import random
from pathlib import Path

import numpy as np
import pytest

from knowledge import indexes
from knowledge.building import build_index, merge_index, wants_merge
from knowledge.errors import IndexUnusable
from knowledge.indexes import snapshots
from knowledge.indexes.files import checksum, contents
from knowledge.indexes.opened import open_snapshot
from knowledge.ingestion import ingest
from knowledge.models import Chunk, Embedding, IndexVersion
from knowledge.recipes import current_recipe
from supportbot.errors import DiskFull

pytestmark = pytest.mark.django_db
Status = IndexVersion.Status


@pytest.fixture
def version(publish):
    publish("refunds.md", "Refunds take five days.")
    return served()


def served() -> IndexVersion:
    return IndexVersion.objects.get(status=Status.SERVING)


def folder_of(version, settings) -> Path:
    return Path(settings.INDEX_ROOT) / version.folder


def opened(version):
    return open_snapshot(version, {})


@pytest.fixture
def small(monkeypatch):
    """Collections of more than two passages are large."""
    monkeypatch.setattr(snapshots, "SMALL", 2)


@pytest.fixture
def large(small, publish, put, docs):
    ingest([put(f"{number}.md", f"Page {number} is about subject{number}.").pk for number in range(6)])
    build_index(docs.pk)
    return served()


def test_a_snapshot_opens_as_it_was_written(version):
    assert opened(version).search_text("refunds", 5)
    assert opened(version).search_pages("refunds", 5)


def test_a_version_says_how_it_was_made_and_how_large_it_is(version, settings):
    assert version.details == {"kind": "exact", "base": 1, "delta": 0, "gone": 0}
    assert version.size_bytes > 1000
    assert version.host
    assert version.recipe == Chunk.objects.get().recipe == str(current_recipe())


def test_any_flipped_bit_is_noticed(version, settings):
    folder = folder_of(version, settings)
    files = [folder / path for path in contents(folder) if (folder / path).stat().st_size]
    chance = random.Random(7)
    for _ in range(60):
        path = chance.choice(files)
        before = path.read_bytes()
        damaged = bytearray(before)
        damaged[chance.randrange(len(before))] ^= 1 << chance.randrange(8)
        path.write_bytes(damaged)
        with pytest.raises(IndexUnusable):
            opened(version)
        path.write_bytes(before)


def test_a_truncated_or_missing_file_is_noticed(version, settings):
    folder = folder_of(version, settings)
    for path in [folder / path for path in contents(folder)]:
        before = path.read_bytes()
        path.write_bytes(before[: len(before) // 2] if before else b"x")
        with pytest.raises(IndexUnusable):
            opened(version)
        path.unlink()
        with pytest.raises(IndexUnusable):
            opened(version)
        path.write_bytes(before)


def test_a_snapshot_of_another_model_is_refused(version):
    version.embedding_model = "minilm"

    with pytest.raises(IndexUnusable, match="another model"):
        opened(version)


def test_files_of_another_machine_are_tried_in_a_child_first(version, settings):
    version.host = "elsewhere"

    assert opened(version).search_text("refunds", 5)


def test_files_that_crash_the_child_are_not_opened_here(version, settings):
    folder = folder_of(version, settings)
    (folder / "base.faiss").write_bytes(b"IxMp" + b"\xff" * 200)
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["files"]["base.faiss"] = checksum(folder / "base.faiss")
    (folder / "manifest.json").write_text(json.dumps(manifest))
    version.manifest_sha256, version.host = checksum(folder / "manifest.json"), "elsewhere"

    with pytest.raises(IndexUnusable, match="another machine"):
        opened(version)


def test_a_small_change_costs_a_small_file(large, settings, publish):
    publish("new.md", "Vouchers are valid for a year.")
    after = served()

    before, now = folder_of(large, settings), folder_of(after, settings)
    assert (before / "base.faiss").samefile(now / "base.faiss")
    assert after.details == {"kind": "exact", "base": 6, "delta": 1, "gone": 0}
    assert opened(after).search_text("vouchers", 5)
    assert opened(after).search_pages("vouchers", 5)
    assert opened(large).search_text("vouchers", 5) == []


def test_what_is_gone_is_not_found_although_the_base_still_has_it(large, docs, put, settings):
    vector = np.frombuffer(bytes(large_vector(docs)), dtype="<f4")
    (first, _), *_ = opened(large).search_vectors(vector, 1)
    ingest([put("0.md", "Something else entirely, of vouchers.").pk])
    build_index(docs.pk)

    after = opened(served())
    assert served().details["gone"] == 1
    assert first not in dict(after.search_vectors(vector, 10))
    assert len(after.search_vectors(vector, 6)) == 6
    assert after.search_text("subject0", 5) == []
    assert after.search_pages("subject0", 5) == []


def large_vector(docs):
    chunk = Chunk.objects.get(document__collection=docs, document__path="0.md")
    return Embedding.objects.get(content_hash=chunk.content_hash).vector


def test_versions_made_of_differences_find_what_one_made_from_scratch_finds(large, docs, put):
    for number in (1, 3, 7, 8):
        ingest([put(f"{number}.md", f"Version two of page {number}, about theme{number}.").pk])
        build_index(docs.pk)
    by_differences = opened(served())
    IndexVersion.objects.update(content_version=0)
    IndexVersion.objects.all().delete()
    build_index(docs.pk)
    from_scratch = opened(served())

    for query in ("page", "theme3", "subject4", "version two"):
        assert ids(by_differences.search_text(query, 9)) == ids(from_scratch.search_text(query, 9))
        assert ids(by_differences.search_pages(query, 9)) == ids(from_scratch.search_pages(query, 9))
    assert by_differences.chunk_ids.tolist() == from_scratch.chunk_ids.tolist()
    assert by_differences.page_vectors.tolist() == from_scratch.page_vectors.tolist()


def ids(hits):
    return {entry_id for entry_id, _ in hits}


def test_a_delta_that_grew_is_merged_into_a_new_base(large, docs, put):
    ingest([put(f"more{number}.md", f"More of subject{number}.").pk for number in range(3)])
    build_index(docs.pk)
    assert wants_merge(docs.pk)

    merge_index(docs.pk)

    assert served().details == {"kind": "exact", "base": 9, "delta": 0, "gone": 0}
    assert not wants_merge(docs.pk)


def test_what_comes_in_during_a_merge_is_there_afterwards(large, docs, put, monkeypatch):
    ingest([put(f"more{number}.md", f"More of subject{number}.").pk for number in range(3)])
    build_index(docs.pk)
    merge = snapshots.merge

    def interrupted(*args):
        base = merge(*args)
        monkeypatch.undo()
        ingest([put("late.md", "Vouchers are valid for a year.").pk])
        build_index(docs.pk)
        return base

    monkeypatch.setattr(snapshots, "merge", interrupted)
    merge_index(docs.pk)

    assert served().details["base"] == 9
    assert served().details["delta"] == 1
    assert opened(served()).search_text("vouchers", 5)


def test_a_damaged_version_before_is_not_built_upon(large, docs, put, settings):
    for path in folder_of(large, settings).glob("text/*"):
        path.write_bytes(b"damaged")
    ingest([put("new.md", "Vouchers are valid for a year.").pk])
    build_index(docs.pk)

    assert served().details["delta"] == 0
    assert opened(served()).search_text("subject4 vouchers", 5)


def test_a_file_system_without_links_gets_copies(large, publish, settings, monkeypatch):
    def refused(*args):
        raise OSError(1, "Operation not permitted")

    monkeypatch.setattr("os.link", refused)
    publish("new.md", "Vouchers are valid for a year.")

    assert opened(served()).search_text("vouchers", 5)


def test_a_write_that_fails_leaves_nothing_behind(version, docs, put, settings, monkeypatch):
    def no_space(*args):
        raise OSError(28, "No space left on device")

    ingest([put("new.md", "Vouchers are valid for a year.").pk])
    monkeypatch.setattr(snapshots, "write_pages", no_space)
    before = sorted(Path(settings.INDEX_ROOT).iterdir())

    with pytest.raises(IndexUnusable, match=DiskFull.user_message):
        build_index(docs.pk)
    assert sorted(Path(settings.INDEX_ROOT).iterdir()) == before
    assert indexes.serving([docs.pk])[0].search_text("refunds", 5)


def test_what_a_killed_builder_left_is_removed_when_it_is_old(settings, version, monkeypatch):
    left = Path(settings.INDEX_ROOT) / "unfinished-x"
    left.mkdir()

    snapshots.remove_abandoned({version.folder})
    assert left.exists()

    monkeypatch.setattr(snapshots, "ABANDONED_SECONDS", -1)
    snapshots.remove_abandoned({version.folder})
    assert not left.exists()
    assert folder_of(version, settings).exists()
