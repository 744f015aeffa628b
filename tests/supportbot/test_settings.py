"""Settings are read once, when a process starts: so each case here is a process."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

SHOW = "from django.conf import settings; print(getattr(settings, '{}'))"


def python(code: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    return run([sys.executable, "-c", code], folder, **variables)


def run(command: list[str], folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "supportbot.settings",
        "PYTHONPATH": str(settings.BASE_DIR),
        "DATA_DIR": str(folder),
    }
    return subprocess.run(
        command, env=environment | variables, cwd=settings.BASE_DIR, capture_output=True, text=True, timeout=60
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DEBUG", "maybe"),
        ("LOG_LEVEL", "LOUD"),
        ("DATABASE_URL", "mysql://root@host/name"),
        ("REDIS_URL", "http://redis"),
        ("PUBLIC_URL", "support.example.com"),
        ("OPENAI_BASE_URL", "https://"),
        ("MAX_DOCUMENT_MB", "ten"),
        ("CHAT_TOTAL_SECONDS", "0"),
        ("CHAT_ANSWER_TOKENS", "7500"),
        ("VECTOR_STORE_URL", "annoy://"),
        ("VECTOR_STORE_URL", "faiss://elsewhere"),
        ("VECTOR_STORE_URL", "pgvector://host"),
        ("VECTOR_STORE_URL", "qdrant+https://"),
        ("QDRANT_SHARDS", "0"),
    ],
)
def test_a_wrong_value_stops_the_start_with_its_name_and_no_traceback(tmp_path, name, value):
    result = python(SHOW.format("DEBUG"), tmp_path, SECRET_KEY="given", **{name: value})

    assert result.returncode == 1
    assert result.stderr.startswith(f"supportbot cannot start: {name} must be ")
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "command",
    [
        [sys.executable, "manage.py", "check"],
        [sys.executable, "-m", "uvicorn", "supportbot.asgi:application", "--port", "0"],
        [sys.executable, "-m", "celery", "-A", "supportbot", "worker"],
        [sys.executable, "-m", "celery", "-A", "supportbot", "beat"],
    ],
    ids=["manage.py", "uvicorn", "worker", "beat"],
)
def test_every_program_refuses_alike(tmp_path, command):
    result = run(command, tmp_path, LOG_LEVEL="LOUD")

    assert result.returncode == 1
    assert result.stderr == (
        "supportbot cannot start: LOG_LEVEL must be one of DEBUG, INFO, WARNING, ERROR; it is 'LOUD'.\n"
    )


def test_a_password_in_a_wrong_value_is_not_repeated(tmp_path):
    result = python(SHOW.format("DEBUG"), tmp_path, SECRET_KEY="given", DATABASE_URL="mysql://root:hunter2@host/name")

    assert "DATABASE_URL" in result.stderr
    assert "hunter2" not in result.stderr


def test_a_folder_that_cannot_be_made_stops_the_start(tmp_path):
    (tmp_path / "file").touch()

    result = python(SHOW.format("DEBUG"), tmp_path / "file" / "folder")

    assert result.stderr.startswith("supportbot cannot start: DATA_DIR must be a folder")
    assert result.stderr.count("\n") == 1


def test_connections_of_the_pool_are_tested_before_they_are_used(tmp_path):
    result = python(SHOW.format("DATABASES"), tmp_path, SECRET_KEY="given", DATABASE_URL="postgres://db/name")

    assert "'CONN_HEALTH_CHECKS': True" in result.stdout


def test_a_secret_may_be_a_file(tmp_path):
    (tmp_path / "key").write_text("from-a-file\n")

    result = python(SHOW.format("SECRET_KEY"), tmp_path, SECRET_KEY_FILE=str(tmp_path / "key"))

    assert result.stdout.strip() == "from-a-file"


def test_earlier_secret_keys_are_a_list_and_may_be_a_file_too(tmp_path):
    (tmp_path / "keys").write_text("newer, older\n")

    result = python(SHOW.format("SECRET_KEY_FALLBACKS"), tmp_path, SECRET_KEY_FALLBACKS_FILE=str(tmp_path / "keys"))

    assert result.stdout.strip() == "['newer', 'older']"


def test_with_a_shared_database_the_secret_key_must_be_given(tmp_path):
    result = python(SHOW.format("DEBUG"), tmp_path, DATABASE_URL="postgres://db/name")

    assert result.returncode == 1
    assert "SECRET_KEY must be set" in result.stderr


def test_without_any_variable_a_secret_key_is_made_once_for_its_owner_only(tmp_path):
    first, second = (python(SHOW.format("SECRET_KEY"), tmp_path / "data").stdout.strip() for _ in range(2))

    assert len(first) > 50
    assert first == second
    assert (tmp_path / "data/secret_key").stat().st_mode & 0o077 == 0


def test_processes_that_start_at_the_same_moment_agree_on_the_key(tmp_path):
    code = SHOW.format("SECRET_KEY")
    command = f"for n in 1 2 3 4; do '{sys.executable}' -c \"{code}\" & done; wait"

    keys = run(["sh", "-c", command], tmp_path / "data").stdout.split()

    assert len(keys) == 4
    assert len(set(keys)) == 1


def test_nothing_but_the_settings_reads_the_environment():
    """Naming the settings module before they can be read is the one exception."""
    reads = re.compile(r"os\.environ(?!\.setdefault\(\"DJANGO_SETTINGS_MODULE\")|os\.getenv|environ\.Env")

    found = {
        str(file.relative_to(settings.BASE_DIR))
        for app in ("supportbot", "accounts", "knowledge", "chat")
        for file in (settings.BASE_DIR / app).rglob("*.py")
        if not {"node_modules", "snippets"} & set(file.parts) and reads.search(file.read_text())
    }

    assert found == {"supportbot/settings.py"}


def test_installations_that_share_a_redis_do_not_hear_each_other(tmp_path):
    result = python(SHOW.format("CHANNEL_LAYERS"), tmp_path, REDIS_URL="redis://127.0.0.1:6379/3")

    assert "'prefix': 'supportbot.3'" in result.stdout


def test_an_embedding_model_of_a_service_needs_the_services_key(tmp_path):
    result = python(SHOW.format("DEBUG"), tmp_path, EMBEDDING_MODEL="text-embedding-3-small")

    assert result.returncode == 1
    assert result.stderr.startswith("supportbot cannot start: EMBEDDING_MODEL 'text-embedding-3-small' needs")


@pytest.mark.parametrize(
    "url",
    [
        "faiss://",
        "pgvector://",
        "pgvector://u:p@host:5432/name",
        "qdrant://host:6333",
        "qdrant+https://host",
        "qdrant:///x",
    ],
)
def test_each_vector_store_has_an_address(tmp_path, url):
    result = python(
        SHOW.format("VECTOR_STORE_URL"),
        tmp_path,
        SECRET_KEY="given",
        DATABASE_URL="postgres://db/name",
        VECTOR_STORE_URL=url,
    )

    assert result.stdout.strip() == url


def test_pgvector_needs_a_postgresql(tmp_path):
    result = python(SHOW.format("DEBUG"), tmp_path, VECTOR_STORE_URL="pgvector://")

    assert result.returncode == 1
    assert result.stderr.startswith(
        "supportbot cannot start: VECTOR_STORE_URL is pgvector://, which means the PostgreSQL"
    )
    assert "SQLite" in result.stderr


@pytest.mark.parametrize(
    ("variables", "reason"),
    [
        ({"OPENAI_BASE_URL": "http://169.254.169.254/v1"}, "OPENAI_BASE_URL leads to 169.254.169.254, where clouds"),
        ({"OPENAI_BASE_URL": "http://[64:ff9b::a9fe:a9fe]/v1"}, "OPENAI_BASE_URL leads to 64:ff9b::a9fe:a9fe, where"),
        ({"FALLBACK_OPENAI_BASE_URL": "http://2852039166"}, "FALLBACK_OPENAI_BASE_URL leads to 2852039166, where"),
        ({"FALLBACK_OPENAI_BASE_URL": "http://other/v1"}, "FALLBACK_OPENAI_BASE_URL and FALLBACK_OPENAI_API_KEY need"),
        ({"FALLBACK_OPENAI_API_KEY": "sk-other"}, "FALLBACK_OPENAI_BASE_URL and FALLBACK_OPENAI_API_KEY need"),
        ({"FALLBACK_CHAT_MODEL": "other"}, "FALLBACK_CHAT_MODEL needs FALLBACK_OPENAI_BASE_URL"),
        ({"CHAT_BUDGET_DAY": "5"}, "CHAT_BUDGET_DAY needs CHAT_PRICE_INPUT and CHAT_PRICE_OUTPUT"),
        ({"TRUSTED_PROXIES": "my-proxy"}, "TRUSTED_PROXIES must be a list of addresses or networks"),
    ],
)
def test_what_would_leak_a_key_or_cap_nothing_stops_the_start(tmp_path, variables, reason):
    result = python(SHOW.format("DEBUG"), tmp_path, **variables)

    assert result.returncode == 1
    assert result.stderr.startswith(f"supportbot cannot start: {reason}")
    assert result.stderr.count("\n") == 1


def test_single_sign_on_is_configured_whole_or_not_at_all(tmp_path):
    result = python(SHOW.format("DEBUG"), tmp_path, OIDC_ISSUER="https://login.example.com", OIDC_CLIENT_ID="x")

    assert result.stderr == (
        "supportbot cannot start: OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET need each other; "
        "missing: OIDC_CLIENT_SECRET.\n"
    )
