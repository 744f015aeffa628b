import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from knowledge.errors import IndexUnusable
from knowledge.indexes import snapshots
from knowledge.models import IndexVersion

pytestmark = pytest.mark.django_db
NOTHING: Any = (np.array([], dtype=np.int64), np.empty((0, 4), dtype=np.float32), [])


@pytest.fixture
def version(publish):
    publish("refunds.md", "Refunds take five days.")
    return IndexVersion.objects.get(status=IndexVersion.Status.SERVING)


@pytest.fixture
def folder(settings, version):
    return Path(settings.INDEX_ROOT) / version.folder


def test_a_snapshot_opens_as_it_was_written(version):
    assert snapshots.open_snapshot(version).search_text("refunds", 5)


def test_any_flipped_bit_is_noticed(version, folder):
    files = [path for path in snapshots.contents(folder) if path.stat().st_size]
    chance = random.Random(7)
    for _ in range(60):
        path = chance.choice(files)
        before = path.read_bytes()
        damaged = bytearray(before)
        damaged[chance.randrange(len(before))] ^= 1 << chance.randrange(8)
        path.write_bytes(damaged)
        with pytest.raises(IndexUnusable):
            snapshots.open_snapshot(version)
        path.write_bytes(before)


def test_a_truncated_or_missing_file_is_noticed(version, folder):
    for path in list(snapshots.contents(folder)):
        before = path.read_bytes()
        path.write_bytes(before[: len(before) // 2] if before else b"x")
        with pytest.raises(IndexUnusable):
            snapshots.open_snapshot(version)
        path.unlink()
        with pytest.raises(IndexUnusable):
            snapshots.open_snapshot(version)
        path.write_bytes(before)


def test_a_snapshot_of_another_model_is_refused(version):
    version.embedding_model = "minilm"

    with pytest.raises(IndexUnusable, match="another model"):
        snapshots.open_snapshot(version)


def test_a_write_that_fails_leaves_nothing_behind(version, settings, monkeypatch):
    def no_space(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("knowledge.indexes.snapshots.TantivyTexts.write", no_space)
    before = sorted(Path(settings.INDEX_ROOT).iterdir())

    with pytest.raises(IndexUnusable, match="No space left"):
        snapshots.write(version, *NOTHING)
    assert sorted(Path(settings.INDEX_ROOT).iterdir()) == before


def test_what_a_killed_builder_left_is_removed_when_it_is_old(settings, version, monkeypatch):
    left = Path(settings.INDEX_ROOT) / "unfinished-x"
    left.mkdir()

    snapshots.remove_abandoned({version.folder})
    assert left.exists()

    monkeypatch.setattr(snapshots, "ABANDONED_SECONDS", -1)
    snapshots.remove_abandoned({version.folder})
    assert not left.exists()
    assert (Path(settings.INDEX_ROOT) / version.folder).exists()
