from pathlib import Path

import pytest

from knowledge.models import IndexVersion


@pytest.fixture
def largest_file(settings):
    """The largest file of a version on disk: its vectors."""

    def largest_file(version: IndexVersion) -> Path:
        folder = Path(settings.INDEX_ROOT) / version.folder
        return max((path for path in folder.rglob("*") if path.is_file()), key=lambda path: path.stat().st_size)

    return largest_file
