"""What saving means: published at once, or proposed to somebody who may publish."""

from contextlib import suppress

from django.contrib.auth.models import AbstractUser

from knowledge import loaders, originals, publishing, services, versions
from knowledge.errors import PublishingError
from knowledge.models import Document, DocumentVersion


def save(document: Document, user: AbstractUser, *, title: str, url: str, content: str, as_draft: bool) -> bool:
    """Whether what was given is published now. Saving a proposal as it is says yes to it."""
    publishes = publishing.may_publish(user, document.collection) and not as_draft
    # A file that waits is not replaced by the one that is published, only because its title is changed.
    waits = is_text(document) and proposal_of(document) is not None
    saved, _ = services.save_document(
        data=None if is_text(document) else bytes_of(document),
        content=content if is_text(document) else None,
        collection=document.collection,
        path=document.path,
        title=title,
        url=url,
        format=document.format,
        source=document.source,
        author=user,
        publish=publishes and not waits,
    )
    proposal = proposal_of(saved)
    if waits and publishes and proposal and proposal.content == content:
        # Somebody else may have decided in this moment.
        with suppress(PublishingError):
            publishing.publish(proposal, user)
    return publishes


def proposal_of(document: Document) -> DocumentVersion | None:
    return versions.pending(document).select_related("author").first()


def is_text(document: Document) -> bool:
    return loaders.is_text(document.format)


def bytes_of(document: Document) -> bytes:
    given = originals.original(document)
    return given if isinstance(given, bytes) else given.encode()
