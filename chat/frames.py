"""The chat socket's whole protocol. Pure: text in, checked values out; values in, payloads out.

Client frames are strict: an unknown type, a missing or an extra field is refused. Server payloads to
visitors are written out field by field, so nothing meant for staff can slip into one.
"""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from accounts.values import Email
from chat.errors import FrameError
from chat.hygiene import clean
from chat.records import Cited

MAX_MESSAGE_CHARACTERS = 8000
MAX_ATTACHMENTS = 4

ClientId = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[^\x00-\x1f\x7f]+$")]
ServerId = Annotated[str, StringConstraints(min_length=1, max_length=64)]
Text = Annotated[str, AfterValidator(clean)]


def in_ascii(address: str) -> str:
    if not address.isascii():
        raise ValueError("only addresses of ASCII characters can be verified")
    return address


class Frame(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Page(BaseModel):
    """The page the visitor is on. Unlike frames it may grow: what is not known here is left out."""

    model_config = ConfigDict(extra="ignore", strict=True, frozen=True)

    url: Text = Field(default="", max_length=2000)
    title: Text = Field(default="", max_length=500)
    locale: Text = Field(default="", max_length=35)


class Hello(Frame):
    type: Literal["hello"]
    token: str | None = Field(default=None, max_length=16_384)
    session: str | None = Field(default=None, max_length=200)
    after: int = Field(default=0, ge=0, le=2**31 - 1)
    context: Page | None = None


class NewMessage(Frame):
    """``attachments`` are the ids of images that were uploaded for it."""

    type: Literal["message"]
    id: ClientId
    text: str
    attachments: list[str] = []


class Stop(Frame):
    type: Literal["stop"]
    message: ServerId


class Retry(Frame):
    type: Literal["retry"]
    message: ServerId


class Rate(Frame):
    type: Literal["feedback"]
    message: ServerId
    rating: Literal["up", "down"]
    reason: Text | None = Field(default=None, max_length=100)
    comment: Text | None = Field(default=None, max_length=2000)


class Handoff(Frame):
    type: Literal["handoff"]
    note: Text | None = Field(default=None, max_length=2000)


class Confirm(Frame):
    """The click on an offered action. It can name the action and say yes or no, and nothing else."""

    type: Literal["confirm"]
    action: ServerId
    approve: bool


class Typing(Frame):
    type: Literal["typing"]


class Read(Frame):
    type: Literal["read"]
    seq: int = Field(ge=0, le=2**31 - 1)


class New(Frame):
    type: Literal["new"]


class Verify(Frame):
    """Asks for a code by e-mail, or enters the one that came."""

    type: Literal["verify"]
    email: Annotated[Email, AfterValidator(in_ascii)] | None = None
    code: str | None = Field(default=None, pattern=r"^[0-9]{6}$")

    @model_validator(mode="after")
    def has_one(self) -> Self:
        if (self.email is None) == (self.code is None):
            raise ValueError("give either 'email' or 'code'")
        return self


ClientFrame = Hello | NewMessage | Stop | Retry | Rate | Handoff | Confirm | Typing | Read | New | Verify
FRAMES: TypeAdapter[ClientFrame] = TypeAdapter(Annotated[ClientFrame, Field(discriminator="type")])


def parse(raw: str) -> ClientFrame:
    """The frame in ``raw``. Raises FrameError that names the field and the fix."""
    try:
        return FRAMES.validate_json(raw)
    except ValidationError as error:
        raise _frame_error(error) from None


def clean_text(frame: NewMessage) -> str:
    """The text as it is stored. Raises FrameError with the client's id when it is too long, or empty without images."""
    if len(frame.text) > MAX_MESSAGE_CHARACTERS:
        raise FrameError(
            f"Messages may have 8 000 characters; this one has {len(frame.text):,}.".replace(",", " "),
            code="message_too_long",
            id=frame.id,
        )
    text = clean(frame.text).strip()
    if not (text or frame.attachments):
        raise FrameError("The message is empty.", code="message_empty", id=frame.id)
    return text


def attached(frame: NewMessage) -> tuple[str, ...]:
    """Each image once. Raises FrameError with the client's id when there are too many."""
    ids = tuple(dict.fromkeys(frame.attachments))
    if len(ids) > MAX_ATTACHMENTS:
        raise FrameError(f"A message may have {MAX_ATTACHMENTS} images.", code="too_many_images", id=frame.id)
    return ids


def _frame_error(error: ValidationError) -> FrameError:
    first = error.errors(include_url=False, include_input=False)[0]
    if first["type"] == "json_invalid":
        return FrameError("The frame is not valid JSON.", code="bad_json")
    if first["type"] == "union_tag_invalid":
        return FrameError("This frame type is not known.", code="unknown_type")
    if first["type"] == "union_tag_not_found":
        return FrameError("The field 'type' is missing.", code="missing_field")
    field = ".".join(str(part) for part in first["loc"][1:]) or "frame"
    if first["type"] == "missing":
        return FrameError(f"The field '{field}' is missing.", code="missing_field")
    return FrameError(f"The field '{field}' is not valid: {first['msg']}.", code="invalid_field")


# --- Server to client ----------------------------------------------------------------------


def ready(
    *,
    conversation: str,
    session: str,
    customer: dict[str, Any] | None,
    widget: dict[str, Any],
    mode: str,
    messages: list[dict[str, Any]],
    answering: str | None,
) -> dict[str, Any]:
    return {
        "type": "ready",
        "conversation": conversation,
        "session": session,
        "customer": customer,
        "widget": widget,
        "mode": mode,
        "messages": messages,
        "answering": answering,
    }


def accepted(*, id: str, message: str, seq: int) -> dict[str, Any]:
    return {"type": "accepted", "id": id, "message": message, "seq": seq}


def answer_started(*, message: str, reply_to: str) -> dict[str, Any]:
    return {"type": "answer.started", "message": message, "reply_to": reply_to}


def answer_status(*, message: str, stage: str, detail: str = "") -> dict[str, Any]:
    frame = {"type": "answer.status", "message": message, "stage": stage}
    return {**frame, "detail": detail} if detail else frame


def answer_delta(*, message: str, offset: int, text: str) -> dict[str, Any]:
    """``offset`` counts Unicode code points before ``text``."""
    return {"type": "answer.delta", "message": message, "offset": offset, "text": text}


def answer_action(
    *, message: str, action: str, title: str, summary: str, expires: datetime, status: str
) -> dict[str, Any]:
    """An action that waits for the customer's click, or by its ``status`` what became of one that did.

    One that is "withdrawn" goes with the text it stood under.
    """
    return {
        "type": "answer.action",
        "message": message,
        "action": action,
        "title": title,
        "summary": summary,
        "expires": timestamp(expires),
        "status": status,
    }


def news(message: dict[str, Any]) -> dict[str, Any]:
    """The frame for a message that was not there before: an answer is finished, anything else is a message."""
    if message["role"] != "bot":
        return {"type": "message", **message}
    fields = ("message", "seq", "reply_to", "status", "text", "citations", "answered", "suggestions", "at")
    asking = {"sign_in": True} if message.get("sign_in") else {}
    return {"type": "answer.finished", **{name: message[name] for name in fields}, **asking}


def citation(cited: Cited) -> dict[str, Any]:
    frame: dict[str, Any] = {
        "number": cited.number,
        "kind": cited.kind,
        "title": cited.title,
        "url": cited.url,
        "quote": cited.quote,
    }
    return {**frame, "as_of": timestamp(cited.as_of)} if cited.as_of else frame


def mode(mode: str, *, reason: str = "", agent: str = "", expected: str = "") -> dict[str, Any]:
    optional = {"reason": reason, "agent": agent, "expected": expected}
    return {"type": "mode", "mode": mode, **{name: value for name, value in optional.items() if value}}


def verification(state: str, *, email: str = "", expires: datetime | None = None, detail: str = "") -> dict[str, Any]:
    """What became of a request for a code, or of a code: "sent", "refused", or "off". The address is masked."""
    frame: dict[str, Any] = {"type": "verification", "state": state}
    if expires:
        frame |= {"email": masked_address(email), "expires": timestamp(expires)}
    return {**frame, "detail": detail} if detail else frame


def masked_address(address: str) -> str:
    """Enough to see a slip of the finger, and no more on a screen that others see, too."""
    name, _, host = address.rpartition("@")
    return f"{name[0]}•••@{host}"


def typing(author: str = "") -> dict[str, Any]:
    return {"type": "typing", "author": author} if author else {"type": "typing"}


def error(code: str, detail: str, *, retryable: bool = False, id: str | None = None) -> dict[str, Any]:
    frame: dict[str, Any] = {"type": "error", "code": code, "detail": detail, "retryable": retryable}
    return {**frame, "id": id} if id else frame


def timestamp(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds")
