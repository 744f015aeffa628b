"""The production description cannot be run here; but nothing it names may be missing."""

import re
import shlex
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml
from celery.bin.celery import celery as celery_command
from django.conf import settings
from django.core.management import get_commands
from django.urls import resolve

DOCKER = Path(settings.BASE_DIR) / "docker"
COMPOSE: dict[str, Any] = yaml.safe_load((DOCKER / "compose.yaml").read_text())
DOCKERFILE = (DOCKER / "Dockerfile").read_text()
EXAMPLE = (DOCKER / ".env.example").read_text()
OURS = ["web", "worker", "beat", "migrate"]
# Read by compose, not by the settings.
FOR_COMPOSE_ONLY = {"POSTGRES_PASSWORD"}


def read_by_settings() -> set[str]:
    """Every reader in the settings takes the variable's name as its first argument."""
    readers = "text|boolean|choice|number|integer|web_address|service_address|networks|names|read"
    call = rf"\b(?:{readers})\(\s*\"([A-Z][A-Z0-9_]+)\""
    return set(re.findall(call, (settings.BASE_DIR / "supportbot/settings.py").read_text()))


def described() -> list[str]:
    return re.findall(r"^#?([A-Z_]+)=", EXAMPLE, re.MULTILINE)


def command_of(service: str) -> list[str]:
    if command := COMPOSE["services"][service].get("command"):
        return shlex.split(command)
    found = re.search(r"^CMD (\[.*?\])$", DOCKERFILE, re.MULTILINE | re.DOTALL)
    assert found
    words: list[str] = yaml.safe_load(found[1].replace("\\\n", ""))
    return words


def test_each_variable_is_described_and_each_described_one_is_read():
    assert set(described()) - FOR_COMPOSE_ONLY == read_by_settings()


def test_the_variables_are_in_alphabetical_order_with_a_line_of_explanation_each():
    lines = EXAMPLE.splitlines()

    assert described() == sorted(described())
    for number, line in enumerate(lines):
        if re.match(r"^#?[A-Z_]+=", line):
            assert lines[number - 1].startswith("# "), line


def test_compose_and_image_set_only_variables_that_exist():
    set_by_compose = {name for service in OURS for name in COMPOSE["services"][service]["environment"]}
    wanted_by_compose = set(re.findall(r"\$\{([A-Z_]+)", (DOCKER / "compose.yaml").read_text()))
    set_by_image = set(re.findall(r"([A-Z_]+)=\S", DOCKERFILE.partition("ENV PATH")[2].partition("RUN")[0]))

    known = read_by_settings() | FOR_COMPOSE_ONLY
    assert set_by_compose <= known
    assert wanted_by_compose <= known
    assert {name for name in set_by_image if not name.startswith("PYTHON")} <= known


@pytest.mark.parametrize("service", OURS)
def test_each_command_starts_something_that_exists(service):
    match command_of(service):
        case ["uvicorn", target, *_]:
            module, _, name = target.partition(":")
            assert callable(getattr(import_module(module), name))
        case ["celery", "-A", app, command, *_]:
            assert import_module(app).celery_app.main == "supportbot"
            assert command in celery_command.commands
        case ["python", "manage.py", command, *_]:
            assert command in get_commands()
        case other:
            pytest.fail(f"Unknown command: {other}")


@pytest.mark.parametrize("text", [DOCKERFILE, (DOCKER / "compose.yaml").read_text()], ids=["Dockerfile", "compose"])
def test_commands_in_the_files_exist(text):
    for command in re.findall(r"manage\.py (\w+)", text):
        assert command in get_commands()


def test_the_health_check_asks_for_a_page_that_exists():
    (path,) = re.findall(r"http://127\.0\.0\.1:8000(/\w+)", DOCKERFILE)

    assert resolve(path)


def test_the_image_does_not_run_as_root_and_collects_its_static_files():
    assert re.search(r"^USER supportbot$", DOCKERFILE, re.MULTILINE)
    assert "manage.py collectstatic" in DOCKERFILE


def test_everything_the_code_needs_gets_into_the_image():
    kept = set(re.findall(r"^!(\S+)$", (settings.BASE_DIR / ".dockerignore").read_text(), re.MULTILINE))

    assert kept == {"manage.py", "pyproject.toml", "requirements.lock", "supportbot", "accounts", "knowledge", "chat"}


@pytest.mark.parametrize("service", ["web", "worker", "beat"])
def test_processes_start_after_the_migrations_and_share_one_folder(service):
    described = COMPOSE["services"][service]

    assert described["depends_on"]["migrate"]["condition"] == "service_completed_successfully"
    assert described["depends_on"]["redis"]["condition"] == "service_healthy"
    assert described["volumes"] == ["data:/data"]


@pytest.mark.parametrize("service", ["worker", "beat", "postgres", "redis"])
def test_services_that_are_no_web_server_have_a_health_check_of_their_own(service):
    assert COMPOSE["services"][service]["healthcheck"]["test"]


@pytest.mark.parametrize("secret", ["SECRET_KEY", "POSTGRES_PASSWORD"])
def test_no_secret_has_a_default(secret):
    for use in re.findall(rf"\$\{{{secret}(\S*?)[ }}]", (DOCKER / "compose.yaml").read_text()):
        assert use.startswith(":?")
