import pytest

from supportbot import checks

PUBLIC = {
    "PUBLIC_URL": "https://support.example.com",
    "SECURE": True,
    "ALLOWED_HOSTS": ["support.example.com"],
    "SECRET_KEY": "k" * 50,
    "DEBUG": False,
    "EMBEDDED": False,
    "REDIS_URL": "redis://redis/0",
    "OPENAI_API_KEY": "sk-test",
    "OPENAI_BASE_URL": "https://api.openai.com/v1",
    "FALLBACK_OPENAI_BASE_URL": "",
    "FALLBACK_OPENAI_API_KEY": "",
    "VECTOR_STORE_URL": "qdrant+https://vectors.example.com",
    "QDRANT_API_KEY": "key",
}


def ids(settings, **changes) -> list[str | None]:
    for name, value in (PUBLIC | changes).items():
        setattr(settings, name, value)
    return [message.id for message in checks.check_settings(None)]


def test_a_careful_company_is_not_bothered(settings):
    assert ids(settings) == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"ALLOWED_HOSTS": ["elsewhere.example.com"]}, "supportbot.E001"),
        ({"DEBUG": True}, "supportbot.E002"),
        ({"ALLOWED_HOSTS": ["*"]}, "supportbot.E003"),
        ({"SECRET_KEY": "changeme"}, "supportbot.E004"),
        ({"PUBLIC_URL": "http://support.example.com", "SECURE": False}, "supportbot.W001"),
        ({"REDIS_URL": ""}, "supportbot.W002"),
        ({"OPENAI_BASE_URL": "http://models.example.com/v1"}, "supportbot.W003"),
        (
            {"FALLBACK_OPENAI_BASE_URL": "http://models.example.com/v1", "FALLBACK_OPENAI_API_KEY": "k"},
            "supportbot.W003",
        ),
        ({"VECTOR_STORE_URL": "qdrant://vectors.example.com"}, "supportbot.W004"),
    ],
)
def test_each_unsafe_setting_is_named_with_a_way_out(settings, changes, expected):
    assert ids(settings, **changes) == [expected]
    assert all(message.hint for message in checks.check_settings(None))


@pytest.mark.parametrize("address", ["http://127.0.0.1:8000", "http://localhost:8000", "http://[::1]:8000"])
def test_on_ones_own_machine_everything_goes(settings, address):
    found = ids(settings, PUBLIC_URL=address, SECURE=False, DEBUG=True, SECRET_KEY="x", ALLOWED_HOSTS=["*"])

    assert found == []


@pytest.mark.parametrize("base", ["http://127.0.0.1:11434/v1", "http://ollama:11434/v1"])
def test_a_model_on_the_same_machine_or_network_needs_no_https(settings, base):
    assert ids(settings, OPENAI_BASE_URL=base) == []


def test_the_web_server_refuses_to_start_with_an_error_and_says_what_to_do(settings):
    ids(settings, DEBUG=True)

    with pytest.raises(SystemExit, match=r"DEBUG is on .* Set DEBUG=false\. \(supportbot\.E002\)"):
        checks.refuse_unsafe_start()


def test_the_web_server_starts_with_a_mere_warning(settings):
    ids(settings, REDIS_URL="")

    checks.refuse_unsafe_start()


def test_an_engine_whose_package_is_missing_is_named_before_anybody_searches(settings, monkeypatch):
    monkeypatch.setattr(checks, "find_spec", lambda name: None)

    assert ids(settings) == ["supportbot.E005"]
    assert ids(settings, VECTOR_STORE_URL="pgvector://") == []
