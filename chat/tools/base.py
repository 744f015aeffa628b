"""The contract of a tool: what the model may say to it, and what comes back.

A tool acts for whoever asked the question and for nobody else: the customer, the collections and the
conversation are the question's. So no argument may name one, and what is somebody else's is not there.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, ClassVar, Generic, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from accounts.masking import mask_secrets
from chat.hygiene import clean
from chat.models import PendingAction
from chat.records import Question, Source

# Turns the direction of reading: what a customer agrees to must look like what it is.
TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")


def _written(text: str) -> str:
    text = clean(TURNING.sub("", text)).strip()
    if not text:
        raise ValueError("must not be empty")
    return mask_secrets(text)


def _one_line(text: str) -> str:
    return " ".join(text.split())


Number = Annotated[str, Field(max_length=50), AfterValidator(clean), AfterValidator(str.strip)]
Line = Annotated[str, Field(max_length=200), AfterValidator(_one_line), AfterValidator(_written)]
Text = Annotated[str, Field(max_length=2000), AfterValidator(_written)]


class Arguments(BaseModel):
    """Everything a model may say to a tool. What is not here, or too long, is refused."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


@dataclass(frozen=True)
class ToolResult:
    """What the model is told. ``text`` is the system's own; all that others wrote is in ``sources``, not yet numbered.

    ``action`` waits for the customer's click. ``ok`` is false when nothing was run.
    """

    text: str
    sources: tuple[Source, ...] = ()
    action: PendingAction | None = None
    ok: bool = True


def refused(reason: str) -> ToolResult:
    return ToolResult(reason, ok=False)


A = TypeVar("A", bound=Arguments)


class Tool(ABC, Generic[A]):
    """One tool. ``needs_customer``: for customers who are signed in. ``has_effect``: offers an action, runs nothing."""

    name: ClassVar[str]
    description: ClassVar[str]
    arguments: type[A]
    needs_customer: ClassVar[bool] = False
    has_effect: ClassVar[bool] = False

    def prepare(self, arguments: Mapping[str, Any]) -> None:
        """What can be done of it before the database is needed, from ``arguments`` that nobody has checked yet."""

    @abstractmethod
    def run(self, arguments: A, question: Question) -> ToolResult:
        """Blocks on the database. Raises SupportbotError where something stands against it."""

    def why_not(self, question: Question) -> str:
        """Why this question may not use it. Staff ask about customers; what they want done they do themselves."""
        if self.needs_customer and not question.actor.is_verified:
            return "The customer is not signed in, so there is no account to look at."
        if self.has_effect and (question.conversation_id is None or question.actor.is_staff):
            return "Nothing can be done from here, only looked up."
        return ""

    @cached_property
    def definition(self) -> dict[str, Any]:
        """As Chat Completions wants it. Made once: the schemas of all tools take over a millisecond."""
        schema = self.arguments.model_json_schema()
        properties = {
            name: {key: value for key, value in written.items() if key != "title"}
            for name, written in schema.get("properties", {}).items()
        }
        parameters = {
            "type": "object",
            "properties": properties,
            "required": schema.get("required", []),
            "additionalProperties": False,
        }
        function = {"name": self.name, "description": self.description, "parameters": parameters}
        return {"type": "function", "function": function}
