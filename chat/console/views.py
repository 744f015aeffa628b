"""The console's pages, the fragments they are kept up to date with, and what agents can do."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import trigger_client_event

from accounts import actors, audit
from accounts.audit import Action
from accounts.models import User
from chat import services
from chat.attachments import image_response
from chat.console import selectors
from chat.console.access import StaffRequest, conversation_for, look_into, staff_only
from chat.console.forms import InboxForm, NewsForm, ReplyForm
from chat.models import Conversation, PendingAction
from chat.privacy.exporting import download

# --- Pages and fragments -------------------------------------------------------------------


@require_GET
@staff_only
def inbox(request: StaffRequest) -> HttpResponse:
    return render(request, "console/inbox.html", inbox_context(request))


@require_GET
@staff_only
def inbox_list(request: StaffRequest) -> HttpResponse:
    return render(request, "console/list.html", inbox_context(request))


@require_GET
@staff_only
def conversation(request: StaffRequest, conversation_id: int) -> HttpResponse:
    """The conversation alone when a page asks for it, else a page of its own with the inbox beside it."""
    opened = conversation_context(request, looked_into(request, conversation_id))
    if request.htmx:
        return render(request, "console/conversation.html", opened)
    return render(request, "console/inbox.html", {**inbox_context(request), **opened})


@require_GET
@staff_only
def earlier(request: StaffRequest, conversation_id: int, seq: int) -> HttpResponse:
    opened = looked_into(request, conversation_id)
    context = {"conversation": opened, "transcript": selectors.transcript(opened.pk, before=seq)}
    return render(request, "console/earlier.html", context)


@require_GET
@staff_only
def news(request: StaffRequest, conversation_id: int) -> HttpResponse:
    """What was said after the ``seq`` the page has seen, and where the conversation stands now."""
    opened = looked_into(request, conversation_id)
    seq = NewsForm(request.GET).seq
    transcript = selectors.transcript_after(opened.pk, seq)
    seen = transcript.messages[-1].seq if transcript.messages else seq
    context = {"conversation": opened, "transcript": transcript, "seen": seen, "is_news": True}
    return render(request, "console/news.html", context)


@require_GET
@staff_only
def offer(request: StaffRequest, conversation_id: int, action_id: int) -> HttpResponse:
    """An action that the customer was offered, as it stands now."""
    opened = looked_into(request, conversation_id)
    action = get_object_or_404(PendingAction, pk=action_id, conversation=opened)
    return render(request, "console/offer.html", {"action": action})


@require_GET
@staff_only
def image(request: StaffRequest, conversation_id: int, public_id: UUID) -> HttpResponse:
    """What the customer attached, for whoever may see the conversation. One that was not sent is nobody's business."""
    opened = looked_into(request, conversation_id)
    sent = opened.attachments.filter(message__isnull=False)
    return image_response(get_object_or_404(sent, public_id=public_id))


@require_GET
@staff_only
def customer(request: StaffRequest, conversation_id: int) -> HttpResponse:
    opened = conversation_for(request.user, conversation_id)
    if opened.customer_id:
        about = f"customer {opened.customer_id}"
        audit.looked_at(Action.CUSTOMER_VIEWED, actors.staff_of(request), customer_id=opened.customer_id, about=about)
    record = selectors.staff_record(opened.customer) if opened.customer else None
    return render(request, "console/customer.html", {"conversation": opened, "record": record})


def looked_into(request: StaffRequest, conversation_id: int) -> Conversation:
    return look_into(conversation_id, request.user, request.META.get("REMOTE_ADDR"))


@require_POST
@staff_only
def export(request: StaffRequest, conversation_id: int) -> HttpResponseBase:
    opened = conversation_for(request.user, conversation_id)
    if not request.user.has_perm("accounts.export_customer"):
        raise PermissionDenied()
    if opened.customer is None:
        raise Http404("Nobody has proven who this is.")
    return download(opened.customer, actors.staff_of(request))


def inbox_context(request: StaffRequest) -> dict[str, Any]:
    form = InboxForm(request.GET)
    folder, search, length = form.folder_name, form.search, form.length
    return {
        "inbox": selectors.inbox(request.user, folder, search, length),
        "folder": folder,
        "search": search,
        "length": length,
        "query": urlencode({"folder": folder} | ({"q": search} if search else {})),
        "more_length": min(length + selectors.PAGE, selectors.LONGEST_LIST),
        "open_id": request.GET.get("open", ""),
    }


def conversation_context(request: StaffRequest, opened: Conversation) -> dict[str, Any]:
    transcript = selectors.transcript(opened.pk)
    return {
        "conversation": opened,
        "open_id": str(opened.pk),
        "transcript": transcript,
        "seen": transcript.messages[-1].seq if transcript.messages else 0,
        "client_id": uuid4(),
        "back": urlencode({"folder": InboxForm(request.GET).folder_name}),
    }


# --- Actions -------------------------------------------------------------------------------

Act = Callable[[User, int], object]


def action(act: Act) -> Callable[..., HttpResponseBase]:
    """A view that does one thing with one conversation."""

    @require_POST
    @staff_only
    def view(request: StaffRequest, conversation_id: int) -> HttpResponse:
        opened = conversation_for(request.user, conversation_id)
        act(request.user, opened.pk)
        return done(request, opened)

    return view


take_over = action(lambda agent, conversation_id: services.take_over(conversation_id, agent))
give_back = action(lambda agent, conversation_id: services.give_back(conversation_id))
resolve = action(lambda agent, conversation_id: services.resolve(conversation_id))
mark_read = action(lambda agent, conversation_id: services.mark_read_by_agent(conversation_id))


@require_POST
@staff_only
def reply(request: StaffRequest, conversation_id: int) -> HttpResponse:
    opened = conversation_for(request.user, conversation_id)
    form = ReplyForm(request.POST)
    if not form.is_valid():
        return HttpResponse(form.problem, content_type="text/plain; charset=utf-8", status=422)
    services.reply(opened.pk, request.user, **form.cleaned_data)
    return done(request, opened)


def done(request: StaffRequest, opened: Conversation) -> HttpResponse:
    """Nothing to show: the page is told to look again, as all other pages are by the announcement."""
    if not request.htmx:
        return redirect("console:conversation", opened.pk)
    response = HttpResponse(status=204)
    trigger_client_event(response, "list-changed")
    return trigger_client_event(response, "conversation-changed")
