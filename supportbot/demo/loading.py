"""Puts the demo company into the database, and its documents into the real pipeline."""

from datetime import timedelta

from django.conf import settings
from django.db.models import F, QuerySet
from django.utils import timezone

from accounts.models import Customer, User
from chat.models import Widget
from chat.signing import live_keys, make_secret
from knowledge.models import Collection, Document, IndexVersion
from knowledge.services import enqueue, put_document
from supportbot.celery import prepare_broker
from supportbot.demo import company, records, staff

WIDGET_KEY = "demo"
# Dates count from the day of loading; after a while nobody would have had a ticket "three days ago".
REFRESH_AFTER = timedelta(days=1)


class DatabaseInUse(Exception):
    """The database holds somebody's data, which the demo must not mix with its own."""


def is_loaded() -> bool:
    return Widget.objects.filter(public_key=WIDGET_KEY).exists()


def load(force: bool = False) -> None:
    """Everything. Doing it again brings what was changed back, and keeps conversations."""
    written = company.read()
    if not force:
        refuse_other_data([customer["external_id"] for customer in written["customers"]])
    records.load(written["customers"], timezone.now())
    staff.load(written["agents"], written["company"]["domain"])
    collections = [load_collection(collection) for collection in written["collections"]]
    load_widget(written["widget"])
    prepare_broker()
    for collection in collections:
        enqueue(load_documents(collection))


def refresh() -> None:
    """The customers' dates, when they were counted from another day."""
    written = company.read()["customers"]
    ours = Customer.objects.filter(external_id__in=[customer["external_id"] for customer in written])
    now = timezone.now()
    if ours.filter(synced_at__lt=now - REFRESH_AFTER).exists():
        records.load(written, now)


def refuse_other_data(ours: list[str]) -> None:
    if Customer.objects.exclude(external_id__in=ours).exists() or (not is_loaded() and User.objects.exists()):
        raise DatabaseInUse("This database holds data of its own. The demo belongs into an empty one.")


def load_collection(written: dict[str, str]) -> Collection:
    defaults = {name: written[name] for name in ("name", "audience", "description")}
    return Collection.objects.update_or_create(slug=written["slug"], defaults=defaults)[0]


def load_documents(collection: Collection) -> list[int]:
    """The ones that have to be processed. They are handed over together: each batch builds its index once."""
    folder = company.DOCUMENTS / collection.slug
    saved = [
        put_document(
            collection=collection,
            path=file.relative_to(folder).as_posix(),
            given=file.read_bytes(),
            title="",
            url="",
            source=None,
        )
        for file in sorted(folder.rglob("*.md"))
    ]
    return [document.pk for document, changed in saved if changed and document.status == Document.Status.PENDING]


def load_widget(written: dict[str, object]) -> None:
    widget, _ = Widget.objects.update_or_create(public_key=WIDGET_KEY, defaults=written)
    allow_this_site(widget)
    if not live_keys(widget).exists():
        make_secret(widget)


def allow_this_site(widget: Widget) -> None:
    """The demo page shows the widget at whatever address it is opened."""
    here = {settings.PUBLIC_URL, "http://127.0.0.1:8000", "http://localhost:8000"}
    here.add(settings.PUBLIC_URL.replace("//127.0.0.1", "//localhost"))
    if missing := here.difference(widget.origins):
        widget.origins = [*widget.origins, *sorted(missing)]
        widget.save(update_fields=["origins"])


def indexed() -> tuple[int, int]:
    """How many steps towards a searchable demo are done, of how many: each document, and each index."""
    documents = Document.objects.all()
    waiting = documents.filter(status__in=[Document.Status.PENDING, Document.Status.PROCESSING])
    collections = Collection.objects.filter(documents__isnull=False).distinct()
    current = collections.filter(
        index_versions__status=IndexVersion.Status.SERVING, index_versions__content_version=F("content_version")
    )
    total = documents.count() + collections.count()
    return total - waiting.count() - (collections.count() - current.count()), total


def unreadable() -> QuerySet[Document]:
    return Document.objects.filter(status=Document.Status.FAILED)
