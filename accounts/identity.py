"""Identity tokens: proof, signed by the company's own server, of which customer is chatting.

A token is a JWT (RFC 7519), HS256, with ``sub`` (the customer's external id), ``aud`` (the widget's
public key), ``iat`` and ``exp``, at most 24 hours apart.
"""

from datetime import UTC, datetime, timedelta

import jwt

from accounts.errors import IdentityError

ALGORITHM = "HS256"
LONGEST_LIFE = timedelta(hours=24)
CLOCK_SKEW = timedelta(seconds=60)
MAX_TOKEN_LENGTH = 4096


def external_id_from(token: str, *, secret: str, audience: str) -> str:
    """The external id the token proves. Raises IdentityError for anything short of proof."""
    if len(token) > MAX_TOKEN_LENGTH:
        raise IdentityError("The token is longer than 4 096 characters.")
    try:
        claims = jwt.decode(
            token,
            secret,
            algorithms=[ALGORITHM],
            audience=audience,
            leeway=CLOCK_SKEW,
            options={"require": ["exp", "iat", "sub", "aud"]},
        )
    except jwt.InvalidTokenError as error:
        raise IdentityError(str(error)) from error
    if int(claims["exp"]) - int(claims["iat"]) > LONGEST_LIFE.total_seconds():
        raise IdentityError("The token lives longer than 24 hours.")
    return str(claims["sub"])


def issue_token(external_id: str, *, secret: str, audience: str, life: timedelta = timedelta(minutes=15)) -> str:
    """What the company's server does in its own language; used by the demo page and the tests."""
    now = datetime.now(UTC)
    claims = {"sub": external_id, "aud": audience, "iat": now, "exp": now + life}
    return jwt.encode(claims, secret, algorithm=ALGORITHM)
