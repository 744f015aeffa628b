"""A database on its way through the migrations, for tests of what they do with rows from before."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.db.migrations.executor import MigrationExecutor


@contextmanager
def migrating(app: str) -> Iterator[Callable[[str], Any]]:
    """A function that takes the app to a migration and gives its models as they were then. At the end all apps are
    where they were: what depends on a migration goes back with it.
    """

    def to(name: str) -> Any:
        executor = MigrationExecutor(connection)
        executor.migrate([(app, name)])
        return executor.loader.project_state([(app, name)]).apps

    try:
        yield to
    finally:
        executor = MigrationExecutor(connection)
        executor.migrate(executor.loader.graph.leaf_nodes())
