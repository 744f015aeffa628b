"""Secrets that have to be read again, such as the password of a connector, are encrypted in the database.

The keys come from ``SECRET_KEY``. What was encrypted under one of ``SECRET_KEY_FALLBACKS`` can still be
read, and whatever is written again is written under the newest.
"""

from base64 import urlsafe_b64encode
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import FieldError
from django.db import models

from supportbot.errors import SupportbotError

# Other uses of SECRET_KEY, and other programs that were given the same one, get other keys.
PURPOSE = b"supportbot.encryption"


class Undecipherable(SupportbotError):
    code = "undecipherable"
    user_message = (
        "A stored secret cannot be read: it was changed, or encrypted under a SECRET_KEY that is no longer known. "
        "Name the earlier one in SECRET_KEY_FALLBACKS, or enter the secret again."
    )


def encrypt(text: str) -> str:
    return _fernet(_secrets()).encrypt(text.encode()).decode()


def decrypt(text: str) -> str:
    """Raises Undecipherable for what ``encrypt`` did not make, or not under one of our keys."""
    try:
        return _fernet(_secrets()).decrypt(text.encode()).decode()
    except InvalidToken as error:
        raise Undecipherable() from error


class EncryptedTextField(models.TextField):  # type: ignore[type-arg]
    """Text that is encrypted in the database and in clear here. Empty stays empty.

    The same text is another one in the database each time, so nothing can be found by it.
    """

    def get_prep_value(self, value: Any) -> Any:
        text = super().get_prep_value(value)
        return encrypt(text) if text else text

    def from_db_value(self, value: str | None, *_: Any) -> str | None:
        return decrypt(value) if value else value

    def get_lookup(self, lookup_name: str) -> type[Any] | None:
        if lookup_name != "isnull":
            raise FieldError(f"{self.name} is encrypted: nothing can be found by it ({lookup_name}).")
        return super().get_lookup(lookup_name)

    def get_transform(self, lookup_name: str) -> None:
        return None


def _secrets() -> tuple[str, ...]:
    return (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)


@lru_cache(maxsize=8)
def _fernet(secrets: tuple[str, ...]) -> MultiFernet:
    """Encrypts under the first, and decrypts under any."""
    return MultiFernet([Fernet(_key(secret)) for secret in secrets])


def _key(secret: str) -> bytes:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=PURPOSE).derive(secret.encode())
    return urlsafe_b64encode(derived)
