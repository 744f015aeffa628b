"""Who is asking: staff users, customers with their live record, and programs with a key."""

from accounts.models.audit import AuditEntry
from accounts.models.connectors import Connector, ConnectorFact
from accounts.models.customers import Customer, Event, Order, Subscription
from accounts.models.imports import ImportRun
from accounts.models.keys import ApiKey
from accounts.models.staff import User
from accounts.models.tickets import Ticket, TicketComment

__all__ = [
    "ApiKey",
    "AuditEntry",
    "Connector",
    "ConnectorFact",
    "Customer",
    "Event",
    "ImportRun",
    "Order",
    "Subscription",
    "Ticket",
    "TicketComment",
    "User",
]
