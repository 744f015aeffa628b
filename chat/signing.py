"""A widget's keys: made, pasted, retired, and used to tell who is chatting."""

from datetime import timedelta

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts import actors
from accounts.actors import Actor
from accounts.identifying import customer_of
from accounts.identity import Identity, Key, proved
from accounts.records import Proof
from chat.errors import KeyRefused
from chat.models import SigningKey, Widget, new_kid, new_signing_secret

MOST_LIVE = 2
SHORTEST_RSA = 2048
# Who may retire a key wants to know the day of its last use, and no row needs to be written for each visitor.
USED_ANEW = timedelta(hours=1)
Algorithm = SigningKey.Algorithm


def prove(widget: Widget, token: str) -> Identity:
    """Whom the token names for this widget, and notes that its key was used. Raises IdentityError."""
    identity = identity_of(widget, token)
    stale = Q(last_used_at=None) | Q(last_used_at__lt=timezone.now() - USED_ANEW)
    live_keys(widget).filter(stale, kid=identity.kid).update(last_used_at=timezone.now())
    return identity


def identity_of(widget: Widget, token: str) -> Identity:
    """The same, and nothing is written. A secret that cannot be deciphered any more proves nothing, and no other key
    stops for it."""
    readable = [row for row in live_keys(widget).defer("secret") if row.is_readable]
    return proved(token, keys=[key_of(row) for row in readable], audience=widget.public_key)


def actor_by_token(widget: Widget, token: str) -> Actor:
    """The customer whom the token proves, brought up to what it says of them. Raises IdentityError."""
    identity = prove(widget, token)
    return actors.customer(customer_of(identity).pk, Proof("token", kid=identity.kid))


def live_keys(widget: Widget) -> QuerySet[SigningKey]:
    return SigningKey.objects.filter(widget=widget, retired_at=None)


def key_of(row: SigningKey) -> Key:
    return Key(row.kid, row.algorithm, row.secret or row.public_key)  # type: ignore[arg-type]


@transaction.atomic
def make_secret(widget: Widget) -> SigningKey:
    """Raises KeyRefused when two keys are live."""
    _refuse_a_third(widget)
    return SigningKey.objects.create(widget=widget, secret=new_signing_secret())


@transaction.atomic
def add_public_key(widget: Widget, pem: str, kid: str = "") -> SigningKey:
    """Raises KeyRefused, which says why, for a key that is none, too weak, or one too many."""
    algorithm, normal = checked_public_key(pem)
    _refuse_a_third(widget)
    key = SigningKey(widget=widget, algorithm=algorithm, public_key=normal, kid=kid or new_kid())
    try:
        key.full_clean(exclude=["widget"])
    except ValidationError as error:
        raise KeyRefused(" ".join(error.messages)) from None
    if SigningKey.objects.filter(widget=widget, kid=key.kid).exists():
        raise KeyRefused(f"This widget has had a key with the id {kid} already. Give the new one another.")
    key.save()
    return key


@transaction.atomic
def retire(key: SigningKey) -> None:
    """For good: tokens signed with it are refused from now on, and its secret is forgotten."""
    SigningKey.objects.filter(pk=key.pk, retired_at=None).update(retired_at=timezone.now(), secret="")


def checked_public_key(pem: str) -> tuple[Algorithm, str]:
    """By which algorithm it verifies, and its text."""
    if "PRIVATE KEY" in pem:
        raise KeyRefused(
            "This is a private key, which must stay on your server; it was not kept. Paste the public one."
        )
    try:
        key = load_pem_public_key(pem.strip().encode())
    except (ValueError, UnsupportedAlgorithm):
        raise KeyRefused("This is no public key in PEM form: it begins with -----BEGIN PUBLIC KEY-----.") from None
    return _algorithm(key), pem.strip()


def _algorithm(key: object) -> Algorithm:
    match key:
        case RSAPublicKey() if key.key_size >= SHORTEST_RSA:
            return Algorithm.RS256
        case RSAPublicKey():
            raise KeyRefused(f"This RSA key has {key.key_size} bits; it needs {SHORTEST_RSA} or more.")
        case EllipticCurvePublicKey() if isinstance(key.curve, SECP256R1):
            return Algorithm.ES256
        case EllipticCurvePublicKey():
            raise KeyRefused(f"This key is on the curve {key.curve.name}; it has to be P-256 (secp256r1).")
    raise KeyRefused("This kind of key is not taken: use RSA, or an elliptic curve key on P-256.")


def _refuse_a_third(widget: Widget) -> None:
    """Whoever adds a key holds the widget's row: two at once make no third."""
    Widget.objects.select_for_update().get(pk=widget.pk)
    if live_keys(widget).count() >= MOST_LIVE:
        raise KeyRefused("Two keys are live already. Retire the one that your server has stopped using first.")
