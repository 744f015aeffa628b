"""The customer's own tickets, to read."""

from accounts.records import TicketFact
from accounts.selectors import ticket_list, ticket_of
from chat.context import ticket_source
from chat.records import Question
from chat.tools.base import Arguments, Number, Tool, ToolResult

NO_TICKET = "The customer has no ticket of that number."


def own_ticket(question: Question, number: str) -> TicketFact | None:
    """The asker's own, as far as the widget lets it be seen."""
    return ticket_of(question.customer_id, number, question.sees) if question.customer_id else None


class TicketNumber(Arguments):
    number: Number


class GetTicket(Tool[TicketNumber]):
    name = "get_ticket"
    description = "One of the customer's own tickets, by its number: its status and what was written in it."
    arguments = TicketNumber
    needs_customer = True

    def run(self, arguments: TicketNumber, question: Question) -> ToolResult:
        ticket = own_ticket(question, arguments.number)
        return ToolResult("This is the ticket.", (ticket_source(ticket),)) if ticket else ToolResult(NO_TICKET)


class ListMyTickets(Tool[Arguments]):
    name = "list_my_tickets"
    description = "The customer's own tickets, last changed first, each with its number, subject and status."
    arguments = Arguments
    needs_customer = True

    def run(self, arguments: Arguments, question: Question) -> ToolResult:
        tickets = ticket_list(question.customer_id, question.sees) if question.customer_id else ()
        text = "These are the customer's tickets." if tickets else "The customer has no tickets."
        return ToolResult(text, tuple(map(ticket_source, tickets)))
