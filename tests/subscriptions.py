"""What customers are subscribed to. Benchmarks need it, too, where the packages for tests are missing."""

from datetime import timedelta

from django.utils import timezone

from accounts.models import Customer, Subscription


def team_plan(customer: Customer) -> Subscription:
    """Of this customer, for three months now."""
    now = timezone.now()
    return customer.subscriptions.create(
        plan="Team",
        status=Subscription.Status.ACTIVE,
        price_minor=2900,
        currency="EUR",
        interval=Subscription.Interval.MONTH,
        started_at=now - timedelta(days=90),
        renews_at=now + timedelta(days=9),
    )
