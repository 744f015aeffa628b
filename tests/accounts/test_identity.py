import base64
import json
from datetime import UTC, datetime, timedelta

import jwt
import pytest

from accounts.errors import IdentityError
from accounts.identity import external_id_from, issue_token

SECRET = "s" * 64
KEY = "wk_1"


def claims(**changes: object) -> dict[str, object]:
    now = datetime.now(UTC)
    return {"sub": "cus_1", "aud": KEY, "iat": now, "exp": now + timedelta(minutes=5), **changes}


def signed(algorithm: str = "HS256", secret: str = SECRET, without: str = "", **changes: object) -> str:
    payload = claims(**changes)
    payload.pop(without, None)
    return jwt.encode(payload, secret, algorithm=algorithm)


def unsigned() -> str:
    parts = [{"alg": "none", "typ": "JWT"}, {"sub": "cus_1", "aud": KEY, "iat": 1, "exp": 4102444800}]
    return ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts) + "."


def test_a_signed_token_names_the_customer():
    assert external_id_from(issue_token("cus_1", secret=SECRET, audience=KEY), secret=SECRET, audience=KEY) == "cus_1"


def test_clocks_may_differ_by_a_minute():
    late = datetime.now(UTC) - timedelta(seconds=30)

    assert external_id_from(signed(exp=late), secret=SECRET, audience=KEY) == "cus_1"


def test_times_may_be_written_as_text():
    expires = int(datetime.now(UTC).timestamp()) + 60

    assert external_id_from(signed(exp=str(expires)), secret=SECRET, audience=KEY) == "cus_1"


WRONG = {
    "empty": lambda: "",
    "no token": lambda: "a.b.c",
    "unsigned": unsigned,
    "another secret": lambda: signed(secret="t" * 64),
    "another algorithm": lambda: signed(algorithm="HS512"),
    "another widget": lambda: signed(aud="wk_2"),
    "expired": lambda: signed(exp=datetime.now(UTC) - timedelta(minutes=10)),
    "not valid yet": lambda: signed(nbf=datetime.now(UTC) + timedelta(minutes=10)),
    "from the future": lambda: signed(iat=datetime.now(UTC) + timedelta(minutes=10)),
    "too long a life": lambda: signed(exp=datetime.now(UTC) + timedelta(hours=25)),
    "without exp": lambda: signed(without="exp"),
    "without iat": lambda: signed(without="iat"),
    "without sub": lambda: signed(without="sub"),
    "without aud": lambda: signed(without="aud"),
    "sub is a number": lambda: signed(sub=7),
    "10 kB": lambda: signed(note="x" * 10_000),
}


@pytest.mark.parametrize("kind", WRONG)
def test_anything_short_of_proof_is_refused(kind):
    with pytest.raises(IdentityError):
        external_id_from(WRONG[kind](), secret=SECRET, audience=KEY)
