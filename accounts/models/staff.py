"""The members of staff."""

from django.contrib.auth.models import AbstractUser


class User(AbstractUser):
    """A member of staff: agent, editor or administrator. Customers never have one."""

    @property
    def display_name(self) -> str:
        """For colleagues."""
        return self.first_name or self.get_username()

    @property
    def public_name(self) -> str:
        """For customers, who are never told a login name."""
        return self.first_name or "Support"
