"""The admin of people: staff and their roles, customers to look up, and who did what."""

from accounts.admin import audit, connectors, customers, staff

__all__ = ["audit", "connectors", "customers", "staff"]
