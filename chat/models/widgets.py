"""Where conversations happen."""

import secrets

from django.core.validators import RegexValidator
from django.db import models

from chat.language import LANGUAGES


def new_public_key() -> str:
    return f"wk_{secrets.token_urlsafe(18)}"


class Widget(models.Model):
    """One place where customers chat: its key, the sites that may embed it, its look and its documents."""

    public_key = models.CharField(max_length=64, unique=True, default=new_public_key)
    name = models.CharField(max_length=100)
    origins = models.JSONField(
        default=list, blank=True, help_text='Sites that may embed it, as full origins: ["https://www.example.com"].'
    )
    greeting = models.CharField(max_length=300, default="Hi! How can we help?")
    accent = models.CharField(
        max_length=7, default="#1d4ed8", validators=[RegexValidator(r"^#[0-9a-fA-F]{6}$", "Use a colour like #1d4ed8.")]
    )
    suggestions = models.JSONField(default=list, blank=True, help_text="Questions offered in an empty chat.")
    languages = models.JSONField(
        default=list, blank=True, help_text='Languages it may answer in: ["en", "de"]. None: the customer\'s own.'
    )
    language = models.CharField(
        max_length=2, default="en", choices=list(LANGUAGES.items()), help_text="Used where the customer's is not known."
    )
    collections = models.ManyToManyField(
        "knowledge.Collection", blank=True, help_text="None chosen: all that the visitor may read."
    )
    visible_fields = models.JSONField(
        default=dict, blank=True, help_text="What the bot may see of a customer's record, where not by default."
    )
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name
