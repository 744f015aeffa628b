"""Who answers customers: active members of staff with the permission for the console, as it is now."""

from django.db.models import QuerySet

from accounts.models import User

USE_CONSOLE = "chat.use_console"


def agents() -> QuerySet[User]:
    return User.objects.with_perm(USE_CONSOLE).filter(is_staff=True)


def may_use_console(user: object) -> bool:
    return isinstance(user, User) and agents().filter(pk=user.pk).exists()
