"""The company is made once for all addresses: every request that changes it is undone."""

import logging
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import override_settings

from tests.supportbot.permissions.asking import Asker
from tests.supportbot.permissions.company import Company


@pytest.fixture(scope="module")
def founded(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[tuple[Asker, Path]]:
    folder = tmp_path_factory.mktemp("company")
    with django_db_blocker.unblock(), transaction.atomic():
        with override_settings(EMBEDDING_MODEL="hashing", MEDIA_ROOT=folder / "media", INDEX_ROOT=folder / "index"):
            asker = Asker(Company())
        yield asker, folder
        transaction.set_rollback(True)


@pytest.fixture
def asker(founded: tuple[Asker, Path], db: None, settings: Any, tmp_path: Path) -> Iterator[Asker]:
    """With files of its own, as what becomes of those is not undone; and thousands of refusals fill no log."""
    asker, folder = founded
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    settings.EMBEDDING_MODEL = "hashing"
    logging.disable(logging.CRITICAL)
    yield asker
    logging.disable(logging.NOTSET)
