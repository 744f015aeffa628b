"""What is read of documents by people: on hosted pages and in the admin. Who may read what is asked in access.py."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import PurePosixPath
from posixpath import normpath
from urllib.parse import unquote, urljoin, urlsplit

from django.contrib.auth.models import AbstractUser, AnonymousUser
from django.core import signing
from django.db.models import Prefetch, Q, QuerySet

from knowledge.access import EVERYTHING, PUBLIC, Audience, collections_for
from knowledge.loaders.base import INDEX_NAMES, title_from_path
from knowledge.models import Collection, CollectionPlan, CuratedAnswer, Document
from knowledge.records import CuratedText
from knowledge.rendering import LinkTo, link_outside

ACRONYMS = {"api", "cli", "faq", "gdpr", "pos", "sdk", "sso", "vat"}
SIGNED_LINK = "knowledge.signed-link"
SIGNED_LINK_SECONDS = 60 * 60

# A document that is being read again keeps its page, unless it never had one.
HAS_A_PAGE = Q(publication=Document.Publication.PUBLISHED) & (
    Q(status=Document.Status.READY)
    | Q(status__in=[Document.Status.PENDING, Document.Status.PROCESSING], indexed_at__isnull=False)
)


def audience_of(user: AbstractUser | AnonymousUser) -> Audience:
    """Whose eyes a browser session has. Customers have no session here."""
    if not (user.is_active and user.is_staff):
        return PUBLIC
    if user.is_superuser:
        return EVERYTHING
    return Audience(customer=True, staff=True, group_ids=frozenset(user.groups.values_list("pk", flat=True)))


def collections_named(slugs: Iterable[str], audience: Audience) -> dict[str, int]:
    """The ids of those that this audience may read."""
    return dict(collections_for(audience).filter(slug__in=list(slugs)).values_list("slug", "pk"))


def plans_of_collections() -> frozenset[str]:
    """The plans that any collection is kept to."""
    return frozenset(CollectionPlan.objects.order_by().values_list("plan", flat=True).distinct())


def curated_texts(document_ids: Iterable[int], audience: Audience) -> dict[int, CuratedText]:
    """By document, the editors' answers among them that are in use. Found are their passages; this is all of each."""
    answers = CuratedAnswer.objects.filter(
        document__in=list(document_ids), is_active=True, collection__in=collections_for(audience)
    )
    rows = answers.values_list("document_id", "question", "variants", "answer")
    return {document: CuratedText((question, *variants), text) for document, question, variants, text in rows}


def hosted_documents(audience: Audience, access: str = "") -> QuerySet[Document]:
    """Documents with a page this audience may read; a signed link adds the one it is for."""
    readable = Q(collection__in=collections_for(audience))
    if public_id := signed_document(access):
        readable |= Q(public_id=public_id, collection__audience=Collection.Audience.CUSTOMERS)
    return Document.objects.filter(readable).filter(HAS_A_PAGE).exclude(markdown="").select_related("collection")


def hosted_collections(audience: Audience) -> list[Collection]:
    """What everyone may read first, with the documents a reader can open; collections without any are left out."""
    documents = hosted_documents(audience).defer("content", "markdown")
    found = collections_for(audience).prefetch_related(Prefetch("documents", documents))
    order = [audience.value for audience in Collection.Audience]
    shown = [collection for collection in found if collection.documents.all()]
    return sorted(shown, key=lambda collection: order.index(collection.audience))


def hosted_siblings(document: Document, audience: Audience) -> QuerySet[Document]:
    """The pages of its collection, as they are listed beside it."""
    return hosted_documents(audience).filter(collection=document.collection).defer("content", "markdown")


def signed_url(document: Document, anchor: str = "") -> str:
    """The page of a document for customers, who have no session on this site: good for an hour, for this one page.

    Documents for staff are never opened by a link alone, and public ones need none.
    """
    fragment = f"#{anchor}" if anchor else ""
    if document.collection.audience != Collection.Audience.CUSTOMERS:
        return f"{document.get_absolute_url()}{fragment}"
    token = signing.dumps(str(document.public_id), salt=SIGNED_LINK)
    return f"{document.get_absolute_url()}?access={token}{fragment}"


def signed_document(access: str) -> str | None:
    """The public id in a token that is genuine and young enough."""
    if not access:
        return None
    try:
        return str(signing.loads(access, salt=SIGNED_LINK, max_age=SIGNED_LINK_SECONDS))
    except signing.BadSignature:
        return None


@dataclass(frozen=True)
class Folder:
    title: str
    documents: list[Document]


def folders(documents: Iterable[Document]) -> list[Folder]:
    """As a reader expects them: loose pages first, then folder by folder, each from its index page on."""

    def place(document: Document) -> tuple[str, bool, str]:
        path = PurePosixPath(document.path)
        return folder_of(document), path.stem.lower() not in INDEX_NAMES, document.path

    ordered = sorted(documents, key=place)
    return [Folder(folder_title(path), list(group)) for path, group in groupby(ordered, folder_of)]


def folder_of(document: Document) -> str:
    parent = str(PurePosixPath(document.path).parent)
    return "" if parent == "." else parent


def folder_title(path: str) -> str:
    return " › ".join(folder_name(part) for part in path.split("/")) if path else ""


def folder_name(part: str) -> str:
    return part.upper() if part.lower() in ACRONYMS else title_from_path(f"{part}/index")


def neighbours(document: Document, shelf: list[Folder]) -> tuple[Document | None, Document | None]:
    """The pages before and after this one in its folder. A reader with a signed link sees no others."""
    beside = next((folder.documents for folder in shelf if document in folder.documents), [document])
    around = [None, *beside, None]
    position = beside.index(document) + 1
    return around[position - 1], around[position + 1]


def link_resolver(document: Document, siblings: Iterable[Document], audience: Audience) -> LinkTo:
    """Where the links of a document lead: to the pages of other documents, where they name one by its path.

    ``../help/billing/vat.md`` leaves the collection at its root, for the collection beside it.
    """
    pages = {path: sibling for sibling in siblings for path in spellings(sibling.path)}

    def find(slug: str, path: str) -> Document | None:
        if slug == document.collection.slug:
            return pages.get(path)
        return hosted_documents(audience).filter(collection__slug=slug, path=path).first()

    def resolve(href: str) -> str | None:
        parts = urlsplit(href)
        if not parts.path and not parts.netloc:
            return href
        if parts.scheme or parts.netloc:
            return link_outside(href)
        if page := find(*target_of(document, unquote(parts.path))):
            return page.get_absolute_url() + (f"#{parts.fragment}" if parts.fragment else "")
        return urljoin(document.url, href) if document.url else None

    return resolve


def spellings(path: str) -> Iterator[str]:
    """``billing/vat.md`` is also linked to as ``billing/vat``, and an index page as its folder."""
    yield path
    page = PurePosixPath(path)
    yield str(page.with_suffix(""))
    if page.stem.lower() in INDEX_NAMES:
        yield str(page.parent)


def target_of(document: Document, path: str) -> tuple[str, str]:
    """The slug of the collection and the path in it that a link means."""
    collection = document.collection.slug
    start = collection if path.startswith("/") else f"{collection}/{folder_of(document)}"
    slug, _, rest = normpath(f"/{start}/{path}").lstrip("/").partition("/")
    return slug, rest
