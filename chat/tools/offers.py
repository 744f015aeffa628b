"""What can be done for a customer. A tool here only offers it, in words of ours; the customer's click runs it."""

from typing import Any

from accounts.records import TicketFact
from chat.actions import propose
from chat.models import PendingAction
from chat.phrases import phrase
from chat.records import Question
from chat.tools.base import Arguments, Line, Number, Text, Tool, ToolResult, refused
from chat.tools.tickets import NO_TICKET, own_ticket

OFFERED = (
    "Nothing has been done yet. The customer now sees this offer with a button and decides. Point to the button; "
    "do not say that it is done, and do not ask for a yes in the chat, which would do nothing."
)

Kind = PendingAction.Kind


def offer(question: Question, kind: str, title: str, summary: str, **arguments: Any) -> ToolResult:
    return ToolResult(OFFERED, action=propose(question, kind, arguments, title=title, summary=summary))


class NewTicket(Arguments):
    subject: Line
    text: Text


class OpenTicket(Tool[NewTicket]):
    name = "open_ticket"
    description = (
        "Offers to open a support ticket for what cannot be answered or done here. Write subject and text as the "
        "customer, in the first person, from what they said. Nothing is opened before the customer clicks."
    )
    arguments = NewTicket
    needs_customer = True
    has_effect = True

    def run(self, arguments: NewTicket, question: Question) -> ToolResult:
        given = arguments.model_dump()
        summary = phrase("ticket_is_opened", question.language, **given)
        return offer(question, Kind.OPEN_TICKET, phrase("offer_ticket", question.language), summary, **given)


class Comment(Arguments):
    number: Number
    text: Text


class AddTicketComment(Tool[Comment]):
    name = "add_ticket_comment"
    description = (
        "Offers to add a message to one of the customer's own tickets. Write it as the customer, in the first "
        "person, from what they said. Nothing is added before the customer clicks."
    )
    arguments = Comment
    needs_customer = True
    has_effect = True

    def run(self, arguments: Comment, question: Question) -> ToolResult:
        ticket = own_ticket(question, arguments.number)
        if ticket is None:
            return refused(NO_TICKET)
        if ticket.is_closed:
            return refused("That ticket is closed. A new one can be opened.")
        title = phrase("offer_addition", question.language, number=ticket.number)
        summary = f"{_addition(ticket, question.language)}\n\n{arguments.text}"
        return offer(question, Kind.ADD_TICKET_COMMENT, title, summary, **arguments.model_dump())


def _addition(ticket: TicketFact, language: str) -> str:
    added = phrase("is_added", language, number=ticket.number, subject=ticket.subject)
    return f"{added} {phrase('is_opened_again', language)}" if ticket.is_solved else added


class HandOver(Tool[Arguments]):
    name = "hand_over"
    description = "Offers the customer to talk to a person. Nobody is called before the customer clicks."
    arguments = Arguments
    has_effect = True

    def run(self, arguments: Arguments, question: Question) -> ToolResult:
        title, summary = (phrase(name, question.language) for name in ("offer_person", "person_replies"))
        return offer(question, Kind.HAND_OVER, title, summary)
