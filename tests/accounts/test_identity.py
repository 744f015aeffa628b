import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from accounts.errors import IdentityError
from accounts.identity import Key, issue_token, proved

SECRET = "s" * 64
KEY = "wk_1"
K1, K2 = Key("k1", "HS256", SECRET), Key("k2", "HS256", "t" * 64)
PRIVATE: dict[str, Any] = {
    "RS256": rsa.generate_private_key(65537, 2048),
    "ES256": ec.generate_private_key(ec.SECP256R1()),
}


def pem(algorithm: str) -> str:
    return PRIVATE[algorithm].public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def private_pem(algorithm: str) -> bytes:
    return PRIVATE[algorithm].private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def claims(**changes: Any) -> dict[str, Any]:
    now = datetime.now(UTC)
    return {"sub": "cus_1", "aud": KEY, "iat": now, "exp": now + timedelta(minutes=5), **changes}


def signed(
    algorithm: str = "HS256", secret: str | bytes = SECRET, without: str = "", kid: Any = None, **changes: Any
) -> str:
    payload = claims(**changes)
    payload.pop(without, None)
    return jwt.encode(payload, secret, algorithm=algorithm, headers={"kid": kid} if kid is not None else None)


def encoded(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()


def written(header: str, payload: str | None = None, secret: str = SECRET) -> str:
    """A token as no library would write it, with a signature that is right."""
    now = int(datetime.now(UTC).timestamp())
    payload = payload or json.dumps({"sub": "cus_1", "aud": KEY, "iat": now, "exp": now + 60})
    body = f"{encoded(header.encode())}.{encoded(payload.encode())}"
    key = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256)
    return f"{body}.{encoded(key.sign(body.encode(), secret.encode()))}"


def unsigned_token(audience: str, sub: str) -> str:
    now = int(datetime.now(UTC).timestamp())
    said = json.dumps({"sub": sub, "aud": audience, "iat": now, "exp": now + 60})
    return written('{"alg": "none", "typ": "JWT"}', said).rpartition(".")[0] + "."


def external_id(token: str, *keys: Key) -> str:
    return proved(token, keys=keys or [K1], audience=KEY).external_id


def refused(token: str, *keys: Key) -> IdentityError:
    with pytest.raises(IdentityError) as caught:
        proved(token, keys=keys or [K1], audience=KEY)
    return caught.value


def test_a_signed_token_names_the_customer():
    assert external_id(issue_token("cus_1", secret=SECRET, audience=KEY)) == "cus_1"


@pytest.mark.parametrize("algorithm", PRIVATE)
def test_it_may_be_signed_with_a_private_key(algorithm):
    key = Key("k9", algorithm, pem(algorithm))

    assert external_id(signed(algorithm, private_pem(algorithm)), K1, key) == "cus_1"


def test_its_kid_picks_the_key_and_without_one_each_is_tried():
    token, named = signed(secret=K2.material), signed(secret=K2.material, kid="k2")

    assert external_id(token, K1, K2) == external_id(named, K1, K2) == "cus_1"
    assert refused(signed(secret=K2.material, kid="k1"), K1, K2).kind == "signature"


@pytest.mark.parametrize("seconds", [-55, 55])
def test_clocks_may_differ_by_a_minute(seconds):
    moment = datetime.now(UTC) + timedelta(seconds=seconds)

    assert external_id(signed(exp=moment) if seconds < 0 else signed(iat=moment, nbf=moment)) == "cus_1"


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"exp": timedelta(minutes=-10)}, "expired"),
        ({"iat": timedelta(minutes=10), "exp": timedelta(hours=1)}, "not_yet"),
    ],
)
def test_but_not_by_ten(changes, kind):
    moved: dict[str, Any] = {name: datetime.now(UTC) + away for name, away in changes.items()}

    assert refused(signed(**moved)).kind == kind


def test_times_may_be_written_as_text():
    expires = int(datetime.now(UTC).timestamp()) + 60

    assert external_id(signed(exp=str(expires))) == "cus_1"


def test_it_may_say_more_of_the_customer():
    told: dict[str, Any] = {
        "name": "Ada Lovelace",
        "email": "ada@example.com",
        "phone": "+49301234567",
        "company": None,
        "locale": "de-AT",
        "time_zone": "Europe/Vienna",
        "attributes": {"tier": "gold", "seats": 5, "beta": True},
        "favourite_colour": "blue",
    }

    profile = proved(signed(**told), keys=[K1], audience=KEY).profile

    assert profile.news == {name: told[name] for name in told if name not in ("company", "favourite_colour")}


RIGHT_HEADER = '{"alg": "HS256"}'
# Under these no program could reach the customer again.
NO_IDS = [" cus_1", "cus_1 ", "a/b", "bulk", ".", ".."]
TWICE = '{"sub": "cus_1", "aud": "wk_1", "iat": 1, "exp": 2, "sub": "cus_2"}'
LATER = timedelta(minutes=10)

# What is wrong with each, and the words that say so.
WRONG: dict[str, tuple[Callable[[], str], str]] = {
    "empty": (lambda: "", "three parts"),
    "no token": (lambda: "a.b.c", "not the base64url of a JSON object"),
    "not base64": (lambda: "é.é.é", "not the base64url of a JSON object"),
    "nested deeply": (lambda: written("[" * 3000), "header is not"),
    "header is a list": (lambda: written("[1]"), "not a JSON object"),
    "unsigned": (lambda: written('{"alg": "none"}').rpartition(".")[0] + ".", "`alg` is 'none'"),
    "unsigned in capitals": (lambda: written('{"alg": "nOnE"}'), "`alg` is 'nOnE'"),
    "without an algorithm": (lambda: written("{}"), "`alg` is None"),
    "algorithm is a list": (lambda: written('{"alg": ["HS256"]}'), "`alg` is ['HS256']"),
    "another algorithm": (lambda: signed(algorithm="HS512"), "`alg` is 'HS512', and the widget's key takes HS256"),
    "another secret": (lambda: signed(secret="t" * 64), "signature was not made with key k1"),
    "changed afterwards": (lambda: signed()[:-6] + "AAAAAA", "signature was not made"),
    "no such key": (lambda: signed(kid="k7"), "`kid` is 'k7'"),
    "key in a file": (lambda: signed(kid="../../../../dev/null", secret="x"), "`kid` is '../../"),
    "key in a database": (lambda: signed(kid="k1' UNION SELECT 'x", secret="x" * 32), "`kid` is"),
    "huge key id": (lambda: signed(kid="k" * 10_000), "characters; 8192 are allowed"),
    "large key id": (lambda: signed(kid="k" * 1000), "`kid` is 'kkk"),
    "key id is a number": (lambda: written('{"alg": "HS256", "kid": 1}'), "`kid` is 1"),
    "key id is null": (lambda: written('{"alg": "HS256", "kid": "k1", "kid": null}'), "`'kid'` is there twice"),
    "key inside": (lambda: written('{"alg": "HS256", "jwk": {"kty": "oct", "k": "dA"}}', secret="t"), "signature"),
    "critical extension": (lambda: written('{"alg": "HS256", "crit": ["x"], "x": 1}'), "critical"),
    "claim twice": (lambda: written(RIGHT_HEADER, TWICE), "`'sub'` is there twice"),
    "not a number": (lambda: written(RIGHT_HEADER, '{"sub": "cus_1", "aud": "wk_1", "iat": 1, "exp": NaN}'), "payload"),
    "endless": (lambda: written(RIGHT_HEADER, '{"sub": "c", "aud": "wk_1", "iat": 1, "exp": 1e999}'), "Expiration"),
    "another widget": (lambda: signed(aud="wk_2"), "`aud` is 'wk_2', and the widget's public key is 'wk_1'"),
    "expired": (lambda: signed(exp=datetime.now(UTC) - LATER), "It expired 10 minutes ago, at 2"),
    "expired very long ago": (lambda: signed(exp=-1e300), "It expired"),
    "not valid yet": (lambda: signed(nbf=datetime.now(UTC) + LATER), "only from `nbf` on: 10 minutes from now"),
    "from the future": (lambda: signed(iat=datetime.now(UTC) + LATER), "only from `iat` on: 10 minutes from now"),
    "too long a life": (lambda: signed(exp=datetime.now(UTC) + timedelta(hours=25)), "lives 25 hours"),
    "without exp": (lambda: signed(without="exp"), "`exp` is missing"),
    "without iat": (lambda: signed(without="iat"), "`iat` is missing"),
    "without sub": (lambda: signed(without="sub"), "`sub` is missing"),
    "without aud": (lambda: signed(without="aud"), "`aud` is missing"),
    "sub is a number": (lambda: signed(sub=7), "`sub` has to be text"),
    "sub is null": (
        lambda: written(RIGHT_HEADER, TWICE.replace('"cus_1"', "null").replace(', "sub": "cus_2"', "")),
        "`sub`",
    ),
    "sub is a list": (lambda: signed(sub=["cus_1"]), "`sub` has to be text"),
    "sub is empty": (lambda: signed(sub=" "), "`sub` is not the id of a customer: It begins or ends with a space"),
    "sub is long": (lambda: signed(sub="c" * 300), "at most 200"),
    "sub has a null character": (lambda: signed(sub="cus\x001"), "characters that cannot be seen"),
    **{f"sub is {sub!r}": (partial(signed, sub=sub), "`sub` is not the id") for sub in NO_IDS},
    "10 kB": (lambda: signed(note="x" * 10_000), "8192 are allowed"),
    "bad e-mail": (lambda: signed(email="ada@"), "`email` is not valid"),
    "header in an e-mail": (lambda: signed(email="ada@example.com\nBcc: all@example.com"), "`email` is not valid"),
    "long name": (lambda: signed(name="x" * 201), "`name` is not valid"),
    "name is a number": (lambda: signed(name=7), "`name` is not valid"),
    "bad phone": (lambda: signed(phone="call me"), "`phone` is not valid"),
    "bad locale": (lambda: signed(locale="German"), "`locale` is not valid"),
    "bad time zone": (
        lambda: signed(time_zone="Mars/Olympus"),
        "`time_zone` is not valid: Use a name such as Europe/Berlin.",
    ),
    "attributes are a list": (lambda: signed(attributes=["gold"]), "`attributes` is not valid"),
    "many attributes": (lambda: signed(attributes={f"a{n}": n for n in range(101)}), "There may be at most 100."),
}


@pytest.mark.parametrize("kind", WRONG)
def test_anything_short_of_proof_is_refused_and_says_why(kind):
    token, reason = WRONG[kind]

    assert reason in refused(token()).reason


@pytest.mark.parametrize("algorithm", PRIVATE)
def test_a_public_key_is_no_secret(algorithm):
    """The oldest trick: the key that everybody may know, taken for a shared secret."""
    forged = written(RIGHT_HEADER, secret=pem(algorithm))

    assert refused(forged, Key("k9", algorithm, pem(algorithm))).kind == "algorithm"
    assert refused(forged, K1, Key("k9", algorithm, pem(algorithm))).kind == "signature"


def test_one_kind_of_public_key_does_not_pass_for_another():
    token = signed("ES256", private_pem("ES256"))

    assert refused(token, Key("k9", "RS256", pem("RS256"))).kind == "algorithm"


def test_a_widget_without_keys_believes_nobody():
    with pytest.raises(IdentityError):
        proved(signed(), keys=[], audience=KEY)


def test_a_key_does_not_show_its_secret():
    assert SECRET not in repr(K1)
