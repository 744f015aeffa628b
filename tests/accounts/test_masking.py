import time

import pytest

from accounts.masking import MASK, mask_secrets


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("card 4242 4242 4242 4242 please", "card ••• 4242 please"),
        ("4242-4242-4242-4242", "••• 4242"),
        ("378282246310005", "••• 0005"),
        ("IBAN DE89 3704 0044 0532 0130 00.", "IBAN •••."),
        ("key sk_live_abcdefghijklmnop1234", "key •••"),
        ("AKIAIOSFODNN7EXAMPLE", "•••"),
        ("my password is hunter2!", "my password is •••"),
        ("Token: abc123", "Token: •••"),
        ("password: wrong", "password: •••"),
        ("the pin is 1234, ok?", "the pin is ••• ok?"),
    ],
)
def test_secrets_are_masked(text, masked):
    assert mask_secrets(text) == masked


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("4111 1111 1111 1111 123", "••• 1111 123"),
        ("4111111111111111 12/27", "••• 1111 12/27"),
        ("5500 0000 0000 0004 09 27", "••• 0004 09 27"),
        ("order 1234 4111 1111 1111 1111.", "order 1234 ••• 1111."),
        ("4111.1111.1111.1111", "••• 1111"),
        ("4111  1111  1111  1111", "••• 1111"),
        ("4111 - 1111", "4111 - 1111"),
        ("no.4111111111111111", "no.••• 1111"),
        ("4111111111111111 5500-0000-0000-0004", "••• 1111 ••• 0004"),
        ("3782 822463 10005 1234", "••• 0005 1234"),
        ("4111 1111 1111 1111 2nd street", "••• 1111 2nd street"),
        ("4111111111111111123", "••• 1111 •••"),
        ("12344111111111111111", "••• ••• 1111"),
    ],
)
def test_cards_are_masked_whatever_digits_stand_beside_them(text, masked):
    assert mask_secrets(text) == masked
    assert mask_secrets(masked) == masked


# Made up, in the form of the real ones.
BASE = "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6"
FAKE_KEYS = {
    "Amazon's id": "AKIAIOSFODNN7EXAMPLE",
    "Amazon's secret": f"aws_secret_access_key = {BASE}/+abcdefg",
    "Google": f"AIzaSy{BASE}",
    "Stripe": f"rk_live_{BASE}",
    "OpenAI": f"sk-proj-{BASE}-{BASE}",
    "GitHub": f"github_pat_{BASE}_{BASE}",
    "GitLab": f"glpat-{BASE}",
    "Slack's bot": f"xoxb-123456789012-{BASE}",
    "Slack's hook": f"https://hooks.slack.com/services/T00/B00/{BASE}",
    "SendGrid": f"SG.{BASE}.{BASE}",
    "Azure": f"AccountKey={BASE}==;EndpointSuffix=core.windows.net",
    "Snowflake": f'{{"SNOWFLAKE_PASSWORD": "{BASE}"}}',
    "a signed token": f"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.{BASE}",
    "a header": f"Authorization: Bearer {BASE}",
    "a database": f"postgres://app:{BASE}@db.example/app",
    "a private key": f"-----BEGIN RSA PRIVATE KEY-----\n{BASE}\n{BASE}\n-----END RSA PRIVATE KEY-----",
    "a private key cut off": f"-----BEGIN PRIVATE KEY-----\n{BASE}",
    "ours": f"sb_{BASE}",
}


@pytest.mark.parametrize("fake", FAKE_KEYS.values(), ids=FAKE_KEYS)
def test_keys_of_every_kind_are_masked(fake):
    masked = mask_secrets(f"It says no: {fake} What now?")

    assert MASK in masked
    assert BASE not in masked
    assert "EXAMPLE" not in masked
    assert masked.endswith("What now?") or fake.endswith(BASE)
    assert mask_secrets(masked) == masked


@pytest.mark.parametrize(
    "piece",
    [
        "eyJ",
        "-eyJ",
        "eyJaaaaaaaa.",
        "a_",
        "a-",
        "password_",
        "a://",
        "://a:",
        "-----BEGIN PRIVATE KEY-----",
        "sk-",
        "1 ",
        "1",
        "4. ",
        "4111 ",
        "4111 1111 1111 1111 ",
    ],
)
def test_a_long_text_of_beginnings_is_read_quickly(piece):
    began = time.perf_counter()
    mask_secrets(piece * (50_000 // len(piece)))

    assert time.perf_counter() - began < 2


@pytest.mark.parametrize(
    "text",
    [
        "https://shop.example:8000/orders?page=2 and me@shop.example",
        "Shipping: today. The risk-free basic plan, task-oriented-workflows-for-teams.",
        "Order BR-10231 of 19 November 2026",
        "4242 4242 4242 4241",
        "tracking JD014600010396000731",
        "I forgot my password.",
        "My password is not accepted, and the token is expired.",
        "What if a PIN is wrong?",
        "€1,200.00",
        "Call +49 30 901820 12 or +49 171 1234567 10231 2026-11-26",
        "tracking 9400 1000 0000 0000 0000 00 and 00340434161094015902",
        "at 1732645592.123456 in 52.5200066 13.4049540",
    ],
)
def test_everything_else_stays(text):
    assert mask_secrets(text) == text


@pytest.mark.parametrize("text", ["card 4242 4242 4242 4242", "my password is hunter2!", "Token: abc123"])
def test_masking_again_changes_nothing(text):
    assert mask_secrets(mask_secrets(text)) == mask_secrets(text)
