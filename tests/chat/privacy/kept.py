"""All that is kept anywhere, as text, to be searched for what should not be there."""

from pathlib import Path
from typing import Any

import redis
from django.conf import settings
from django.core.cache import cache
from django.db import connection


def in_tables() -> dict[str, list[str]]:
    """Each row of each table of the database."""
    rows: dict[str, list[str]] = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            rows[table] = sorted(str(row) for row in cursor.fetchall())
    return rows


def in_files() -> dict[str, bytes]:
    """Below every folder that anything is kept in. The database of SQLite, and its log, are among them."""
    folders = {Path(str(folder)) for folder in (settings.DATA_DIR, settings.MEDIA_ROOT, settings.INDEX_ROOT)}
    return {str(path): path.read_bytes() for folder in folders for path in folder.rglob("*") if path.is_file()}


def in_cache() -> dict[str, Any]:
    if not settings.REDIS_URL:
        return dict(cache._cache)  # type: ignore[attr-defined]
    client = redis.Redis.from_url(settings.REDIS_URL)
    return {str(key): client.get(key) if client.type(key) == b"string" else "" for key in client.scan_iter()}
