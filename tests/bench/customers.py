"""A customer about whom there is something to say."""

from datetime import timedelta

from django.utils import timezone

from accounts.models import Customer
from tests.subscriptions import team_plan


def customer_with_record() -> Customer:
    """As much of everything as an answer is ever given."""
    now = timezone.now()
    customer = Customer.objects.create(external_id="bench", name="Ada Lovelace", time_zone="Europe/Berlin")
    team_plan(customer)
    for number in range(5):
        customer.orders.create(
            number=f"BENCH-{number}",
            items=[{"name": "Reader", "quantity": 2, "price_minor": 5900}],
            total_minor=11_800,
            currency="EUR",
            status="shipped",
            placed_at=now - timedelta(days=number),
        )
        ticket = customer.tickets.create(number=f"T-{number}", subject="The reader does not connect")
        for _ in range(4):
            ticket.comments.create(author="Ines", kind="agent", is_public=True, text="We sent you another cable. " * 5)
    return customer
