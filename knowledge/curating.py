"""Editors' own answers: each is a document that is found by its question and by every variant of it."""

import json

from django.contrib.auth.models import AbstractUser
from django.db import transaction

from knowledge.models import CuratedAnswer, Document
from knowledge.services import delete, enqueue, is_to_be_read, put_back, put_document, retire
from knowledge.versions import Origin

# No file, page or program has a name that ends like this.
CURATED_SUFFIX = ".curated"


def save(answer: CuratedAnswer, author: AbstractUser | None = None) -> Document:
    """Writes the answer and makes it found, or not found while it is not active."""
    with transaction.atomic():
        answer.variants = distinct(answer.variants, but=answer.question)
        answer.author_id = author.pk if author else answer.author_id
        answer.save()
        document = write(answer)
        answer.document = document
        answer.save(update_fields=["document"])
        if answer.is_active:
            put_back([document])
        else:
            retire([document])
    return document


def remove(answer: CuratedAnswer) -> None:
    with transaction.atomic():
        if answer.document:
            delete([answer.document])
        answer.delete()


def write(answer: CuratedAnswer) -> Document:
    # Lines, so that two versions can be compared line by line.
    said = {"question": answer.question, "variants": answer.variants, "answer": answer.answer.splitlines()}
    document, changed = put_document(
        collection=answer.collection,
        path=f"answers/{answer.pk}{CURATED_SUFFIX}",
        given=json.dumps(said, ensure_ascii=False, indent=1),
        title=answer.question,
        format=Document.Format.CURATED,
        origin=Origin.EDITOR,
        author=answer.author,
    )
    if changed and is_to_be_read(document):
        enqueue([document.pk])
    return document


def distinct(variants: list[str], *, but: str) -> list[str]:
    """Each once, however its case and spaces, in the order they were given."""
    cleaned = (" ".join(variant.split()) for variant in variants)
    by_key = {variant.casefold(): variant for variant in cleaned if variant}
    by_key.pop(but.strip().casefold(), None)
    return list(by_key.values())
