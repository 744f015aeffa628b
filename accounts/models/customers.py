"""The customers of the company with their live record.

Money is always in minor units (cents) beside its ISO 4217 currency.
"""

from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from accounts.models.mirrored import Mirrored, new_own_id

currency_validator = RegexValidator(r"^[A-Z]{3}$", "Use a three-letter ISO 4217 code such as EUR.")


class Customer(Mirrored):
    external_id = models.CharField(max_length=200, unique=True, help_text="The customer's id in your own system.")
    name = models.CharField(max_length=200, blank=True)
    email = models.EmailField(blank=True, db_index=True)
    phone = models.CharField(max_length=50, blank=True)
    company = models.CharField(max_length=200, blank=True)
    locale = models.CharField(max_length=20, blank=True)
    time_zone = models.CharField(max_length=64, blank=True)
    attributes = models.JSONField(default=dict, blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    identified_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="When the newest token was issued that told something of them."
    )

    class Meta:
        indexes = [models.Index(Lower("email"), name="customer_address")]
        permissions = [
            ("export_customer", "Can export everything about a customer"),
            ("erase_customer", "Can erase a customer"),
        ]

    def __str__(self) -> str:
        return self.name or self.email or self.external_id


class Subscription(Mirrored):
    class Status(models.TextChoices):
        TRIALING = "trialing", "Trial"
        ACTIVE = "active", "Active"
        PAST_DUE = "past_due", "Payment overdue"
        PAUSED = "paused", "Paused"
        CANCELED = "canceled", "Canceled"

    CURRENT = (Status.TRIALING, Status.ACTIVE, Status.PAST_DUE)

    class Interval(models.TextChoices):
        MONTH = "month", "Monthly"
        YEAR = "year", "Yearly"

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="subscriptions")
    external_id = models.CharField(max_length=200, default=new_own_id, help_text="Its id in your own system.")
    plan = models.CharField(max_length=100)
    status = models.CharField(max_length=20, choices=Status.choices)
    seats = models.PositiveIntegerField(default=1)
    price_minor = models.BigIntegerField(validators=[MinValueValidator(0)])
    currency = models.CharField(max_length=3, validators=[currency_validator])
    interval = models.CharField(max_length=10, choices=Interval.choices)
    started_at = models.DateTimeField()
    renews_at = models.DateTimeField(null=True, blank=True)
    cancels_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "external_id"], name="subscription_external_id_unique"),
            models.CheckConstraint(condition=Q(price_minor__gte=0), name="subscription_price_not_negative"),
            models.CheckConstraint(
                condition=Q(status__in=["trialing", "active", "past_due", "paused", "canceled"]),
                name="subscription_status_known",
            ),
        ]
        indexes = [models.Index(fields=["customer", "-started_at"], name="subscription_newest")]

    def __str__(self) -> str:
        return f"{self.plan} ({self.get_status_display()})"


class Order(Mirrored):
    class Status(models.TextChoices):
        PENDING = "pending", "Pending"
        PAID = "paid", "Paid"
        SHIPPED = "shipped", "Shipped"
        DELIVERED = "delivered", "Delivered"
        REFUNDED = "refunded", "Refunded"
        CANCELED = "canceled", "Canceled"

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="orders")
    number = models.CharField(max_length=50, unique=True)
    items = models.JSONField(default=list, help_text='[{"name", "quantity", "price_minor"}]')
    total_minor = models.BigIntegerField(validators=[MinValueValidator(0)])
    refunded_minor = models.BigIntegerField(default=0, validators=[MinValueValidator(0)])
    currency = models.CharField(max_length=3, validators=[currency_validator])
    status = models.CharField(max_length=20, choices=Status.choices)
    carrier = models.CharField(max_length=100, blank=True)
    tracking = models.CharField(max_length=100, blank=True)
    placed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(refunded_minor__gte=0, refunded_minor__lte=models.F("total_minor")),
                name="order_refund_within_total",
            ),
        ]
        indexes = [models.Index(fields=["customer", "-placed_at"], name="order_newest")]

    def __str__(self) -> str:
        return self.number


class Event(Mirrored):
    """What happened to a customer lately: ``signed_in``, ``payment_failed``."""

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="events")
    external_id = models.CharField(max_length=200, default=new_own_id, help_text="Its id in your own system.")
    kind = models.CharField(max_length=100)
    text = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["customer", "external_id"], name="event_external_id_unique")]
        indexes = [models.Index(fields=["customer", "-at"], name="event_newest")]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d}"
