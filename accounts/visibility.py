"""What the bot may see of a customer's record: each field is shown, masked to its last four characters, or hidden.

A widget keeps what it wants otherwise than the defaults. What nobody has decided about is hidden, but for the systems
that are connected: they are connected to be asked. Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from accounts.masking import MASK

Level = Literal["shown", "masked", "hidden"]
LEVELS: tuple[Level, ...] = get_args(Level)
LAST = 4

# Whatever is part of what was bought and asked is told to whom it belongs; who they are, they know.
DEFAULTS: dict[str, Level] = {
    "customer.external_id": "hidden",
    "customer.name": "hidden",
    "customer.email": "hidden",
    "customer.phone": "hidden",
    "customer.company": "hidden",
    "customer.locale": "hidden",
    "customer.time_zone": "hidden",
    "subscription.plan": "shown",
    "subscription.seats": "shown",
    "subscription.price": "shown",
    "subscription.status": "shown",
    "subscription.started": "shown",
    "subscription.renews": "shown",
    "subscription.cancels": "shown",
    "order.number": "shown",
    "order.placed": "shown",
    "order.items": "shown",
    "order.total": "shown",
    "order.refunded": "shown",
    "order.status": "shown",
    "order.carrier": "shown",
    "order.tracking": "shown",
    "ticket.number": "shown",
    "ticket.subject": "shown",
    "ticket.status": "shown",
    "ticket.priority": "hidden",
    "ticket.category": "hidden",
    "ticket.comments": "shown",
    "ticket.comment_author": "shown",
    "event.kind": "shown",
    "event.text": "hidden",
}
# Each attribute that the company keeps of its customers is a field of its own: "attributes.tier".
ATTRIBUTES = "attributes."
# So is each connected system: "connector.billing". It is asked where it is shown.
CONNECTORS = "connector."


def default(name: str) -> Level:
    return "shown" if name.startswith(CONNECTORS) else DEFAULTS.get(name, "hidden")


@dataclass(frozen=True)
class Visibility:
    rules: Mapping[str, str] = field(default_factory=dict)

    def level(self, name: str) -> Level:
        chosen = self.rules.get(name, default(name))
        return next((level for level in LEVELS if level == chosen), "hidden")

    def text(self, name: str, value: object) -> str:
        """The value as the bot may see it: empty where it is hidden, or nothing is known."""
        written = "" if value is None else str(value)
        match self.level(name):
            case "shown":
                return written
            case "masked":
                return masked(written)
        return ""

    def may_ask(self, connector: str) -> bool:
        return self.level(CONNECTORS + connector) == "shown"

    def say(self, sentence: str, name: str, value: object) -> str:
        """The sentence with the value in the place of ``{}``, or nothing at all."""
        text = self.text(name, value)
        return sentence.format(text) if text else ""


def masked(text: str) -> str:
    """Its last four characters. What has no more than twice as many would be half given away: it shows none."""
    if not text:
        return ""
    return f"{MASK}{text[-LAST:]}" if len(text) > 2 * LAST else MASK


DEFAULT = Visibility()
