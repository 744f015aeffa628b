import os
from datetime import datetime, timedelta, timezone

import jwt  # pip install pyjwt


def supportbot_token(customer):
    now = datetime.now(timezone.utc)
    claims = {
        "sub": customer["id"],
        "aud": "PUBLIC_KEY",
        "iat": now,
        "exp": now + timedelta(minutes=15),
        "name": customer["name"],
        "email": customer["email"],
    }
    return jwt.encode(claims, os.environ["SUPPORTBOT_SECRET"], algorithm="HS256", headers={"kid": "KEY_ID"})
