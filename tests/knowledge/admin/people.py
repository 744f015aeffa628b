"""Who is at the keyboard, and what there is to see."""

from typing import Any

from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from model_bakery import baker

from accounts.models import User
from knowledge.admin.forms import last_change
from knowledge.ingestion import build_index, ingest
from knowledge.models import Collection, Document
from knowledge.services import save_document

MODELS = ("document", "collection", "source", "indexversion", "curatedanswer", "documentversion", "syncrun")
LIST = "/admin/knowledge/document/"
REFUNDS = "# Refunds\n\n## How long it takes\n\nA refund takes 5 to 10 business days.\n"


def sign_in(client: Client, *verbs: str, **fields: Any) -> User:
    """Somebody with the permissions of these verbs; ``publish`` is one for documents only."""
    user = baker.make(User, is_staff=True, **fields)
    codenames = [f"{verb}_{model}" for verb in verbs for model in MODELS]
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client.force_login(user)
    return user


def ready(collection: Collection, path: str = "refunds.md", text: str = REFUNDS) -> Document:
    """A document that has been read and is answered from."""
    document, _ = save_document(collection=collection, path=path, content=text)
    ingest([document.pk])
    build_index(collection.pk)
    document.refresh_from_db()
    return document


def change(document: Document) -> str:
    return reverse("admin:knowledge_document_change", args=[document.pk])


def edit(client: Client, document: Document, *, follow: bool = False, **fields: Any) -> Any:
    given = {"title": document.title, "url": "", "content": document.content, "seen": last_change(document.pk)}
    return client.post(change(document), given | fields, follow=follow)


def write(client: Client, collection: Collection, **fields: Any) -> Any:
    given = {"collection": collection.pk, "title": "Refunds", "path": "", "content": "Text.\n"} | fields
    return client.post(f"{LIST}add/", {"write": "1"} | {f"write-{name}": value for name, value in given.items()})
