"""All that is kept about one customer: as JSON, or as an archive with it, readable conversations and their images.

Read row by row into a temporary file. It is given out when it is whole, and when that is on record.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from functools import partial
from shutil import copyfileobj
from tempfile import TemporaryFile
from typing import IO, Any, Literal
from zipfile import ZIP_DEFLATED, ZipFile

from django.core.serializers.json import DjangoJSONEncoder
from django.http import StreamingHttpResponse
from django.utils import timezone
from django.utils.text import slugify

from accounts import audit
from accounts.actors import Actor
from accounts.audit import Action
from accounts.models import Customer
from accounts.privacy import Section, record_of
from chat.models import Attachment, Conversation
from chat.privacy.conversations import attachment_name, conversation_data, conversations_of
from chat.privacy.transcripts import transcript

VERSION = 1
PIECE = 256 * 1024
Form = Literal["json", "zip"]


def export(customer: Customer, by: Actor, form: Form = "zip") -> IO[bytes]:
    """A whole file, to be read from its start. One entry in the audit log."""
    file: IO[bytes] = TemporaryFile("w+b")  # noqa: SIM115 — whoever reads it closes it
    try:
        write(customer, file, form)
        audit.record(Action.CUSTOMER_EXPORTED, by, customer_id=customer.pk, details={"form": form})
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file


def download(customer: Customer, by: Actor, form: Form = "zip") -> StreamingHttpResponse:
    name = f"customer-{slugify(customer.external_id) or customer.pk}.{form}"
    headers = {"Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="{name}"'}
    file = export(customer, by, form)
    return StreamingHttpResponse(pieces(file), content_type=f"application/{form}", headers=headers)


async def pieces(file: IO[bytes]) -> AsyncIterator[bytes]:
    """So that a server of sockets need not hold all of it."""
    with file:
        while piece := await asyncio.to_thread(file.read, PIECE):
            yield piece


def write(customer: Customer, file: IO[bytes], form: Form) -> None:
    if form == "json":
        return write_json(sections(customer), file)
    with ZipFile(file, "w", ZIP_DEFLATED) as archive, TemporaryFile("w+b") as data:
        write_json(sections(customer, also=partial(add_conversation, archive)), data)
        data.seek(0)
        with archive.open("export.json", "w", force_zip64=True) as target:
            copyfileobj(data, target)
    return None


def sections(customer: Customer, also: Callable[[Conversation], None] = lambda _: None) -> Iterator[Section]:
    """``also`` is done with each conversation when its turn comes."""

    def conversations() -> Iterator[dict[str, Any]]:
        for conversation in conversations_of(customer):
            also(conversation)
            yield conversation_data(conversation)

    yield "version", VERSION
    yield "exported_at", timezone.now()
    yield from record_of(customer)
    yield "conversations", conversations()


def write_json(content: Iterable[Section], file: IO[bytes]) -> None:
    """One object. Values that are iterators become lists, of which one row is held at a time."""
    for position, (name, value) in enumerate(content):
        file.write(b",\n" if position else b"{\n")
        file.write(encoded(name) + b": ")
        if isinstance(value, Iterator):
            write_rows(value, file)
        else:
            file.write(encoded(value))
    file.write(b"\n}\n")


def write_rows(rows: Iterator[Any], file: IO[bytes]) -> None:
    file.write(b"[")
    for position, row in enumerate(rows):
        file.write(b",\n" if position else b"\n")
        file.write(encoded(row))
    file.write(b"]")


def encoded(value: Any) -> bytes:
    return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False).encode()


def add_conversation(archive: ZipFile, conversation: Conversation) -> None:
    name = f"conversations/{conversation.created_at:%Y-%m-%d}-{conversation.public_id}.md"
    archive.writestr(name, transcript(conversation))
    for attachment in conversation.attachments.all():
        add_image(archive, attachment)


def add_image(archive: ZipFile, attachment: Attachment) -> None:
    name = attachment_name(attachment)
    if name is None:
        return
    with attachment.file.open("rb") as source, archive.open(name, "w") as target:
        copyfileobj(source, target)
