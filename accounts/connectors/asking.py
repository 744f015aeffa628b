"""Which lookups there are for a customer: connectors of the admin, filled with the ids of a row that was just read."""

from collections.abc import Iterable
from dataclasses import dataclass

from accounts import actors
from accounts.actors import Actor
from accounts.connectors.base import FactPath, Lookup
from accounts.connectors.templates import NotFilled, filled_body, filled_url, headers_of, values_of
from accounts.models import Connector, Customer
from accounts.visibility import DEFAULT, Visibility
from supportbot.encryption import Undecipherable


@dataclass(frozen=True)
class Connected:
    """What is to be known of a connector before it is asked for anybody."""

    name: str
    title: str
    about: str


def connected(sees: Visibility = DEFAULT) -> tuple[Connected, ...]:
    """All that are in use and may be asked."""
    rows = Connector.objects.filter(is_active=True).values_list("name", "title", "about")
    return tuple(each for each in (Connected(*row) for row in rows) if sees.may_ask(each.name))


def lookups(actor: Actor, names: Iterable[str]) -> tuple[Lookup, ...]:
    """For the customer that ``actor`` has proved to be, as of now; none for anybody else."""
    customer = actors.proved(actor).first() if actor.is_verified else None
    if customer is None:
        return ()
    # Headers are read one by one: those that nobody can decipher any more spoil no other connector.
    rows = Connector.objects.filter(is_active=True, name__in=names).defer("headers").prefetch_related("facts")
    return tuple(lookup(row, customer) for row in rows)


def lookup(connector: Connector, customer: Customer) -> Lookup:
    values = values_of(customer.external_id, customer.email, customer.attributes)
    ready = {"url": "", "body": b"", "headers": {}, "problem": ""}
    try:
        ready |= {
            "url": filled_url(connector.url, values),
            "body": filled_body(connector.body, values) if connector.method == Connector.Method.POST else b"",
            "headers": headers_of(connector.headers),
        }
    except (NotFilled, Undecipherable, ValueError) as error:
        ready["problem"] = str(error)
    return Lookup(
        key=f"connector:{connector.pk}:{customer.pk}",
        customer=customer.pk,
        version=connector.changed_at.isoformat(),
        name=connector.name,
        title=connector.title,
        facts=tuple(FactPath(fact.name, fact.path, fact.kind, fact.currency) for fact in connector.facts.all()),
        kind=connector.kind,
        method=connector.method,
        sample=connector.sample,
        timeout=connector.timeout,
        most_bytes=connector.most_bytes,
        cache_seconds=connector.cache_seconds,
        time_zone=customer.time_zone,
        **ready,  # type: ignore[arg-type]
    )
