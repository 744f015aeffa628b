"""What every test gets: no network, folders of its own, an empty cache, and services on request."""

from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core.cache import cache
from django.db import connections
from django.db.backends.sqlite3 import base

from chat.plans import plans_at
from supportbot.celery import app as celery_app
from supportbot.celery import prepare_broker
from tests import environment, network, servers
from tests.meetings import meetings, watch_for_meetings

pytest_plugins = ["tests.browser"]


def pytest_configure() -> None:
    # A real hash takes a tenth of a second, on purpose.
    django_settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    prepare_broker()
    empty_the_audit_log_too()
    watch_for_meetings()


def empty_the_audit_log_too() -> None:
    """Between two tests all rows go; on SQLite the triggers that keep the audit log would not let them."""
    operations = base.DatabaseWrapper.ops_class
    original = operations.sql_flush

    def sql_flush(self, *args, **kwargs):
        with self.connection.cursor() as cursor:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            triggers = cursor.fetchall()
        drop, make = [f"DROP TRIGGER {name}" for name, _ in triggers], [sql for _, sql in triggers]
        return [*drop, *original(self, *args, **kwargs), *make]

    operations.sql_flush = sql_flush  # type: ignore[method-assign]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if environment.missing_services:
        for item in items:
            item.add_marker(pytest.mark.skip(reason=environment.missing_services))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    fail_if_skipped(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    fail_if_skipped(report)
    return report


def fail_if_skipped(report: pytest.TestReport | pytest.CollectReport) -> None:
    """A test that is left out proves nothing, and on the build machine nobody reads why."""
    if environment.IN_CI and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"Skipped, which counts as failed here: {report.longrepr}"


@pytest.fixture(autouse=True)
def no_network() -> Iterator[None]:
    network.attempts.clear()
    yield
    if network.attempts:
        pytest.fail(f"Tests use no network, but this one tried to reach {', '.join(network.attempts)}.")


@pytest.fixture(autouse=True)
def no_meetings() -> Iterator[None]:
    """Two customers with canaries never meet in any test."""
    meetings.begin()
    yield
    if seen := meetings.all():
        pytest.fail(f"Customers have met: {seen}")


@pytest.fixture(autouse=True)
def own_state(settings, tmp_path: Path) -> Iterator[None]:
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.INDEX_ROOT = tmp_path / "index"
    yield
    cache.clear()
    plans_at.cache_clear()


@pytest.fixture
def mail_at_once() -> Iterator[None]:
    """The worker's task runs here and now."""
    celery_app.conf.task_always_eager = True
    yield
    celery_app.conf.task_always_eager = False


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    default = connections["default"]
    if default.vendor == "sqlite":
        # A file, as in a real run: in memory, all threads would share one connection's locks.
        default.settings_dict["TEST"]["NAME"] = str(django_settings.DATA_DIR / "test.sqlite3")


@pytest.fixture(scope="session")
def postgres_url() -> str:
    try:
        return servers.postgres_url()
    except servers.NotInstalled as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def redis_url() -> str:
    try:
        return servers.redis_url()
    except servers.NotInstalled as error:
        pytest.skip(str(error))
