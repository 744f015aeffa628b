"""Whether a member of staff has shown the second factor that the company demands."""

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest

from accounts.models import User


def is_required() -> bool:
    return bool(settings.STAFF_MFA == "required")


def has_one(user: User) -> bool:
    return only_with_one(User.objects.filter(pk=user.pk)).exists()


def only_with_one(users: QuerySet[User]) -> QuerySet[User]:
    return users.filter(Exists(Authenticator.objects.filter(user=OuterRef("pk"), type=Authenticator.Type.TOTP)))


def is_missing(request: HttpRequest) -> bool:
    """Whether this session has yet to show it. A session that was opened before it was demanded has to show it, too."""
    if not is_required() or not isinstance(request.user, User) or not request.user.is_staff:
        return False
    shown = any(record["method"] == "mfa" for record in get_authentication_records(request, request.user))
    return not (shown and has_one(request.user))
