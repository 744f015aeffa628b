"""A row of everything that an address can be about, and what is sent there."""

from datetime import timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model, Q, QuerySet
from django.utils import timezone
from model_bakery import baker

from accounts.models import AuditEntry, Connector, Customer, TicketComment, User
from accounts.privacy import pseudonym
from chat.models import (
    Attachment,
    BotMessage,
    Conversation,
    Erasure,
    Feedback,
    Message,
    PendingAction,
    Spending,
    Widget,
)
from knowledge.models import (
    Collection,
    CuratedAnswer,
    Document,
    DocumentVersion,
    EmbeddingUsage,
    IndexVersion,
    Source,
    SyncRun,
)
from knowledge.pushing import source_of
from tests import factories
from tests.canaries import fill_shelves
from tests.chat.conftest import ORIGIN
from tests.supportbot.permissions.cast import Cast, customer_called, sessions_of

PUSHED = "pushed"


class Company:
    """``ids`` are those of one customer and of one collection, for whatever address has room for them."""

    def __init__(self) -> None:
        fill_shelves()
        # Where what is published is for publishers to decide.
        Collection.objects.filter(slug__in=["public", "sales"]).update(needs_review=True)
        self.shelves = {shelf.slug: Shelf(shelf) for shelf in Collection.objects.all()}
        self.widget = factories.widget(*Collection.objects.all(), name="Help", origins=[ORIGIN])
        self.key = factories.signing_key(self.widget)
        self.customers = {name: customer_called(name, self.widget) for name in ("ada", "bob")}
        self.sessions = sessions_of(self.widget, self.customers)
        self.cast = Cast(self.sessions, self.widget, self.shelves["customers"].document)
        self.rows = rows_of_their_own(self.widget, User.objects.get(username="clerk"))
        self.bob = everything_of(self.customers["bob"])

    @property
    def is_bob_as_he_was(self) -> bool:
        return everything_of(self.customers["bob"]) == self.bob

    def ids(self, pattern: str, customer: str = "ada", shelf: str = "public") -> dict[str, Any]:
        """By the name that the address has for them."""
        return {
            **self.of_shelf(self.shelves[shelf]),
            **self.of_customer(customer, pattern),
            **self.of_page(pattern, customer, shelf),
        }

    def of_shelf(self, shelf: "Shelf") -> dict[str, Any]:
        return {
            "collection": shelf.collection.slug,
            "slug": shelf.document.slug,
            "own_id": PUSHED,
            "collection_pk": shelf.collection.pk,
            "number": shelf.proposal.number,
            "run_pk": shelf.run.pk,
        }

    def of_customer(self, name: str, pattern: str) -> dict[str, Any]:
        conversation = self.sessions[name].conversation
        kind = "comment" if "/comments/" in pattern else pattern.partition("<str:external_id>/")[2].partition("/")[0]
        return {
            "external_id": f"cus_{name}",
            "key": f"{'ticket' if kind == 'tickets' else kind}-{name}" if kind else self.widget.public_key,
            "ticket": f"ticket-{name}",
            "conversation_id": conversation.pk,
            "seq": 99,
            "action_id": PendingAction.objects.get(conversation=conversation).pk,
            "public_id": self.sessions[name].image.public_id,
        }

    def of_page(self, pattern: str, customer: str, shelf: str) -> dict[str, Any]:
        """In the admin and on the login library's pages."""
        row = self.row(pattern, customer, shelf)
        found: dict[str, Any] = {"pk": row, "id": row, "object_id": row, "app_label": "chat", "url": "nowhere"}
        if pattern.startswith("admin/r/"):
            document = self.shelves[shelf].document
            found |= {"object_id": document.pk, "content_type_id": ContentType.objects.get_for_model(Document).pk}
        return found | ({"key": self.key.pk} if "/identity/" in pattern else {}) | LOGIN_KEYS.get(pattern, {})

    def row(self, pattern: str, name: str, shelf: str) -> int:
        """Of the model that the address is about; 0 where it is about none."""
        customer = self.customers[name]
        of_customer: dict[str, Model | None] = {
            "accounts.customer": customer,
            "accounts.ticket": customer.tickets.get(number=f"ticket-{name}"),
            "accounts.auditentry": AuditEntry.objects.filter(customer=customer).first(),
            "chat.conversation": self.sessions[name].conversation,
            "chat.botmessage": BotMessage.objects.filter(role="bot", conversation__customer=customer).first(),
            "chat.feedback": Feedback.objects.filter(message__conversation__customer=customer).first(),
        }
        label = ".".join(pattern.split("/")[1:3])
        row = {**self.rows, **self.shelves[shelf].rows, **of_customer}.get(label)
        return row.pk if row else 0


class Shelf:
    """A collection with all that can hang on one. Its first page has been read, and somebody proposes a change."""

    def __init__(self, collection: Collection) -> None:
        self.collection = collection
        self.document = collection.documents.order_by("pk")[0]
        self.proposal = baker.make(
            DocumentVersion, document=self.document, number=9, state="review", origin="editor", content="# Other"
        )
        made = factories_of(collection)
        self.run = baker.make(SyncRun, source=made["knowledge.source"], status="asking", missing=[])
        self.rows: dict[str, Model] = {
            "knowledge.collection": collection,
            "knowledge.document": self.document,
            **made,
        }
        baker.make(Document, collection=collection, source=source_of(collection), path=PUSHED, slug=PUSHED)


def factories_of(collection: Collection) -> dict[str, Model]:
    return {
        "knowledge.source": baker.make(Source, collection=collection, kind="site", location="https://example.com/"),
        "knowledge.curatedanswer": baker.make(CuratedAnswer, collection=collection, document=None),
        "knowledge.indexversion": IndexVersion.objects.filter(collection=collection).latest("pk"),
    }


def rows_of_their_own(widget: Widget, clerk: User) -> dict[str, Model]:
    now = timezone.now()
    return {
        "accounts.connector": Connector.objects.create(name="billing", title="Billing", kind="sample", sample="{}"),
        "accounts.user": clerk,
        "auth.group": Group.objects.create(name="Of nobody"),
        "account.emailaddress": EmailAddress.objects.get(user=clerk),
        "chat.widget": widget,
        "chat.erasure": Erasure.objects.create(subject=pseudonym("gone"), actor="system", finished_at=now),
        "chat.spending": Spending.objects.create(day=now.date() - timedelta(days=1), widget_id=widget.pk),
        "knowledge.embeddingusage": EmbeddingUsage.objects.create(model="m", day=now.date()),
    }


def everything_of(customer: Customer) -> list[Any]:
    """Row by row, to be compared with how it was."""
    theirs = Q(conversation__customer=customer)
    rows: list[QuerySet[Any]] = [
        *(getattr(customer, name).all() for name in ("subscriptions", "orders", "tickets", "events")),
        Customer.objects.filter(pk=customer.pk),
        TicketComment.objects.filter(ticket__customer=customer),
        Conversation.objects.filter(customer=customer),
        *(model.objects.filter(theirs) for model in (Message, Attachment, PendingAction)),
        Feedback.objects.filter(message__conversation__customer=customer),
    ]
    return [list(found.order_by("pk").values_list()) for found in rows]


LOGIN_KEYS = {
    "console/password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/": {"uidb36": "1", "key": "set-password"},
    "console/confirm-email/(?P<key>[-:\\w]+)/": {"key": "abc"},
}
