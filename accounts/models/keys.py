"""Keys of programs."""

from django.db import models


class ApiKey(models.Model):
    """Lets a program do one kind of thing. The key is shown once, when it is made; its sha256 is what is kept."""

    class Scope(models.TextChoices):
        ANSWERS = "answers", "Ask questions"
        DOCUMENTS = "documents", "Bring documents"
        CUSTOMERS = "customers", "Bring customers and their record"
        PRIVACY = "privacy", "Export and erase customers"

    name = models.CharField(max_length=100)
    scope = models.CharField(max_length=20, choices=Scope.choices, default=Scope.ANSWERS)
    collections = models.JSONField(
        default=list, blank=True, help_text="Slugs of the collections it may write to. Empty: all of them."
    )
    key_hash = models.CharField(max_length=64, unique=True, editable=False)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "API key"

    def __str__(self) -> str:
        return self.name
