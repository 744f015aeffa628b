import pytest

from accounts.masking import mask_secrets


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
    "text",
    [
        "Order BR-10231 of 19 November 2026",
        "4242 4242 4242 4241",
        "tracking JD014600010396000731",
        "I forgot my password.",
        "My password is not accepted, and the token is expired.",
        "What if a PIN is wrong?",
        "€1,200.00",
    ],
)
def test_everything_else_stays(text):
    assert mask_secrets(text) == text


@pytest.mark.parametrize("text", ["card 4242 4242 4242 4242", "my password is hunter2!", "Token: abc123"])
def test_masking_again_changes_nothing(text):
    assert mask_secrets(mask_secrets(text)) == mask_secrets(text)
