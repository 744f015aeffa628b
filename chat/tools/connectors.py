"""Account connectors as tools: whatever the company has connected may be looked up, for this customer alone.

They wait for other systems, so they are run by ``chat.connecting`` and never where the database is used.
"""

from accounts.connectors.asking import Connected
from chat.records import Question
from chat.tools.base import Arguments, Tool, ToolResult, refused

PREFIX = "look_up_"


class LookUp(Tool[Arguments]):
    """``connector`` as it is now, for the customer of the session."""

    arguments = Arguments
    needs_customer = True

    def __init__(self, connector: Connected) -> None:
        self.name = PREFIX + connector.name  # type: ignore[misc]
        self.description = (  # type: ignore[misc]
            f"What {connector.title} says of the customer's own account at this moment: {connector.about}."
        )

    def run(self, arguments: Arguments, question: Question) -> ToolResult:
        return refused("This cannot be looked up from here.")


def connector_tools(question: Question) -> list[LookUp]:
    return [LookUp(connector) for connector in question.connectors]


def connector_of(name: str, question: Question) -> Connected | None:
    """The connector that a tool's name means, if this asker was offered it."""
    if not question.actor.is_verified:
        return None
    return next((each for each in question.connectors if PREFIX + each.name == name), None)
