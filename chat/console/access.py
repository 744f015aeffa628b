"""Who may use the console, asked anew on every request, before every event of a socket, and while nothing happens."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.auth.views import redirect_to_login
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core.exceptions import PermissionDenied
from django.db.models import Exists
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import resolve_url
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from accounts import actors, audit, second_factor
from accounts.audit import Action
from accounts.models import User
from chat.agents import agents, may_use_console
from chat.models import Conversation

P = ParamSpec("P")


class StaffRequest(HttpRequest):
    user: User
    htmx: HtmxDetails


StaffView = Callable[Concatenate[StaffRequest, P], HttpResponseBase]
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def staff_only(view: StaffView[P]) -> View[P]:
    """Sends visitors to the login and refuses everybody else who may not use the console."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return to_login(cast(StaffRequest, request))
        if not may_use_console(request.user):
            raise PermissionDenied()
        return view(cast(StaffRequest, request), *args, **kwargs)

    return cast(View[P], never_cache(guarded))


def to_login(request: StaffRequest) -> HttpResponse:
    """A fragment is asked for by a page, so it is the page that has to go there, and to come back to itself."""
    if request.htmx:
        back = request.htmx.current_url_abs_path or settings.LOGIN_REDIRECT_URL
        return HttpResponseClientRedirect(redirect_to_login(back, resolve_url(settings.LOGIN_URL)).url)
    return redirect_to_login(request.get_full_path(), resolve_url(settings.LOGIN_URL))


def staff_of_session(session_key: str | None) -> User | None:
    """The session and its user as they are now.

    Logged out, deactivated, with a new password, without the permission or a second factor that is demanded it is None.
    """
    request = HttpRequest()
    request.session = SessionStore(session_key)
    request.user = cast(User, get_user(request))
    return request.user if may_use_console(request.user) and not second_factor.is_missing(request) else None


def is_still_here(user: User | None, session_key: str | None) -> bool:
    """Whether ``staff_of_session`` would return this user again, whom it has returned before: in one query."""
    session = Session.objects.filter(session_key=session_key, expire_date__gt=timezone.now())
    here = second_factor.only_with_one(agents()) if second_factor.is_required() else agents()
    return user is not None and here.filter(Exists(session), pk=user.pk, password=user.password).exists()


def look_into(conversation_id: int, user: User, ip: str | None) -> Conversation:
    """The same as ``conversation_for``, for reading what was said: a look at a customer's conversation is on record."""
    found = conversation_for(user, conversation_id)
    if found.customer_id:
        about = f"conversation {found.pk}"
        by = actors.staff(user, ip)
        audit.looked_at(Action.CONVERSATION_VIEWED, by, customer_id=found.customer_id, about=about)
    return found


def conversation_for(user: User, conversation_id: int) -> Conversation:
    """Whoever may use the console may see every conversation. Raises Http404."""
    conversations = Conversation.objects.select_related("customer", "agent", "widget")
    found = conversations.filter(Exists(agents().filter(pk=user.pk)), pk=conversation_id).first()
    if found is None:
        raise Http404("There is no such conversation.")
    return found
