"""The keys by which a widget knows the tokens of the company's own server."""

import secrets

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q

from chat.models.widgets import Widget
from supportbot.encryption import EncryptedTextField, Undecipherable


def new_kid() -> str:
    return f"k_{secrets.token_hex(4)}"


def new_signing_secret() -> str:
    """384 random bits."""
    return secrets.token_urlsafe(48)


class SigningKey(models.Model):
    """Of a widget at most two are live at once, so that a server can move from one to the next.

    A secret signs and verifies. Of a pair of keys only the public one is here, which verifies.
    """

    class Algorithm(models.TextChoices):
        HS256 = "HS256", "Shared secret (HS256)"
        RS256 = "RS256", "RSA public key (RS256)"
        ES256 = "ES256", "P-256 public key (ES256)"

    widget = models.ForeignKey(Widget, models.CASCADE, related_name="signing_keys")
    kid = models.CharField(
        "key id",
        max_length=64,
        default=new_kid,
        validators=[RegexValidator(r"\A[A-Za-z0-9._~-]+\Z", "Use letters, digits, and . _ ~ - only.")],
    )
    algorithm = models.CharField(max_length=5, choices=Algorithm.choices, default=Algorithm.HS256)
    # Emptied when the key is retired.
    secret = EncryptedTextField(blank=True)
    public_key = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["widget", "kid"], name="signing_key_id_unique"),
            models.CheckConstraint(
                condition=Q(algorithm="HS256", public_key="")
                | (Q(algorithm__in=["RS256", "ES256"]) & ~Q(public_key="")),
                name="signing_key_fits_algorithm",
            ),
        ]

    def __str__(self) -> str:
        return self.kid

    @property
    def is_live(self) -> bool:
        return self.retired_at is None

    @property
    def is_readable(self) -> bool:
        """Whether its secret, if it has one, can still be deciphered. Ask only rows that were read without it."""
        try:
            return self.secret is not None
        except Undecipherable:
            return False
