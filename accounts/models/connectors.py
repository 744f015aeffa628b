"""Where facts about a customer come from at the moment of a question: the company's own systems, asked over HTTP."""

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models

from supportbot.encryption import EncryptedTextField


class Connector(models.Model):
    """One request to one system. What it may be filled with are the verified customer's own ids, never a text."""

    class Kind(models.TextChoices):
        HTTP = "http", "HTTP request"
        SAMPLE = "sample", "A sample answer, to try facts out"

    class Method(models.TextChoices):
        GET = "GET", "GET"
        POST = "POST", "POST"

    name = models.CharField(
        max_length=40,
        unique=True,
        validators=[RegexValidator(r"^[a-z][a-z0-9_]*\Z", "Small letters, digits and _ only, such as billing.")],
        help_text="For models, which may look it up as a tool of this name, and for logs.",
    )
    title = models.CharField(max_length=80, help_text="As customers read it: “Billing”.")
    about = models.CharField(
        max_length=500,
        help_text="What it is asked for, in customers' words: “next invoice, payment, amount due”.",
    )
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.HTTP)
    method = models.CharField(max_length=4, choices=Method.choices, default=Method.GET)
    url = models.CharField(
        max_length=1000,
        blank=True,
        help_text="https://billing.example.com/customers/{external_id}. Also {email} and {attributes.NAME}.",
    )
    body = models.TextField(
        blank=True, max_length=10_000, help_text="For POST: JSON, with the same words in braces inside its texts."
    )
    headers = EncryptedTextField(
        blank=True, default="", help_text="One in a line: “Authorization: Bearer …”. Kept encrypted."
    )
    sample = models.TextField(blank=True, max_length=65_536, help_text="The JSON that a sample answers with.")
    timeout = models.FloatField(
        default=1.0, validators=[MinValueValidator(0.1), MaxValueValidator(1.5)], help_text="Seconds."
    )
    most_bytes = models.PositiveIntegerField(
        "largest answer", default=65_536, validators=[MinValueValidator(1), MaxValueValidator(1_048_576)]
    )
    cache_seconds = models.PositiveIntegerField(
        default=60,
        validators=[MaxValueValidator(86_400)],
        help_text="For how long an answer is good. 0: ask each time.",
    )
    is_active = models.BooleanField(default=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.title


class ConnectorFact(models.Model):
    """One thing that the answer says, by its place in the JSON."""

    class Kind(models.TextChoices):
        TEXT = "text", "Text"
        NUMBER = "number", "Number"
        DATE = "date", "Date"
        MONEY = "money", "Money, in minor units"

    connector = models.ForeignKey(Connector, models.CASCADE, related_name="facts")
    name = models.CharField(max_length=80, help_text="As customers read it: “Next invoice”.")
    path = models.CharField(max_length=300, help_text="JSONPath, as RFC 9535 has it: $.data[0].amount_due")
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.TEXT)
    currency = models.CharField(
        max_length=300, blank=True, help_text="Of money: a code such as EUR, or where it stands: $.data[0].currency"
    )

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["connector", "name"], name="connector_fact_name_unique")]

    def __str__(self) -> str:
        return self.name
