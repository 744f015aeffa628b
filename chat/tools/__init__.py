"""What a model may look up, and what it may offer to do. Adding a tool is one class and one line here."""

import json
from dataclasses import replace
from functools import cache
from typing import Any, cast

from django.utils.crypto import salted_hmac
from django.utils.module_loading import import_string
from pydantic import ValidationError

from accounts import actors, audit
from accounts.audit import Action
from chat.llm.base import ToolCall
from chat.records import Question, Source
from chat.tools.base import Arguments, Tool, ToolResult, refused
from chat.tools.connectors import connector_of, connector_tools
from supportbot.errors import SupportbotError

TOOLS = {
    "search_documents": "chat.tools.documents.SearchDocuments",
    "get_order": "chat.tools.orders.GetOrder",
    "get_ticket": "chat.tools.tickets.GetTicket",
    "list_my_tickets": "chat.tools.tickets.ListMyTickets",
    "open_ticket": "chat.tools.offers.OpenTicket",
    "add_ticket_comment": "chat.tools.offers.AddTicketComment",
    "hand_over": "chat.tools.offers.HandOver",
}


@cache
def get_tool(name: str) -> Tool[Any]:
    """Raises KeyError for a name that is not a tool's."""
    return cast(Tool[Any], import_string(TOOLS[name])())


def offered(question: Question) -> list[dict[str, Any]]:
    """The definitions of the tools this asker may use."""
    tools: list[Tool[Any]] = [*map(get_tool, TOOLS), *connector_tools(question)]
    return [tool.definition for tool in tools if not tool.why_not(question)]


def prepare(call: ToolCall) -> None:
    """What can be done of a call beside the database. Blocks."""
    if call.name in TOOLS:
        get_tool(call.name).prepare(call.arguments)


def run(call: ToolCall, question: Question) -> ToolResult:
    """Checks the call as if nothing had been offered, for a model says what it likes. Blocks; never raises for it."""
    result = _run(call, question)
    put_on_record(call, result, question)
    return result


def put_on_record(call: ToolCall, result: ToolResult, question: Question) -> None:
    """What was called in a customer's name and what came of it, without a word of either. Refused calls as well."""
    if question.customer_id is None:
        return
    arguments = _hash(json.dumps(call.arguments, sort_keys=True))
    outcome = "refused" if not result.ok else "offered" if result.action else "found" if result.sources else "nothing"
    name = call.name if call.name in TOOLS or connector_of(call.name, question) else "unknown"
    sources = list(map(_id, result.sources))
    details = {"tool": name, "arguments_sha256": arguments, "result": outcome, "sources": sources}
    by, about = actors.ASSISTANT, f"tool {name}"
    audit.record(Action.TOOL_CALLED, by, customer_id=question.customer_id, about=about, details=details)


def _id(source: Source) -> str:
    """What is the customer's own only by a hash: the log outlives them, and a number would lead to them."""
    if source.kind == "document":
        return f"document {source.document_id}"
    # Of a ticket's title, only what stands before its subject.
    return f"{source.kind} {_hash(source.title.partition(':')[0])[:16]}"


def _hash(said: str) -> str:
    """Keyed: numbers are few enough to try them all."""
    return salted_hmac("chat.tools", said, algorithm="sha256").hexdigest()


def _run(call: ToolCall, question: Question) -> ToolResult:
    if call.name not in TOOLS:
        return refused("There is no tool of that name.")
    tool = get_tool(call.name)
    question = replace(question, actor=actors.again(question.actor))
    if reason := tool.why_not(question):
        return refused(reason)
    try:
        arguments = tool.arguments.model_validate(call.arguments)
    except ValidationError as error:
        return refused(_problem(error, tool.arguments))
    try:
        return tool.run(arguments, question)
    except SupportbotError as error:
        return refused(error.user_message)


def _problem(error: ValidationError, arguments: type[Arguments]) -> str:
    """The first thing to put right. Nothing of what was said is repeated: it may be a megabyte."""
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    field = first["loc"][0] if first["loc"] else ""
    if field not in arguments.model_fields:
        known = ", ".join(arguments.model_fields) or "none"
        return f"The arguments are not valid. It takes these and no others: {known}."
    return f"The argument '{field}' is not valid: {first['msg']}."
