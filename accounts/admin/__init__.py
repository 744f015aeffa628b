"""The admin of people: staff and their roles, customers to look up, and who did what."""

from accounts.admin import audit, customers, staff

__all__ = ["audit", "customers", "staff"]
