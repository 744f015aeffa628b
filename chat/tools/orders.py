"""The customer's own orders."""

from accounts.selectors import order_of
from chat.context import fact_source
from chat.records import Question
from chat.tools.base import Arguments, Number, Tool, ToolResult


class OrderNumber(Arguments):
    number: Number


class GetOrder(Tool[OrderNumber]):
    name = "get_order"
    description = "One of the customer's own orders, by its number: items, amount, status, shipping and refunds."
    arguments = OrderNumber
    needs_customer = True

    def run(self, arguments: OrderNumber, question: Question) -> ToolResult:
        order = order_of(question.customer_id, arguments.number, question.sees) if question.customer_id else None
        if order is None:
            return ToolResult("The customer has no order of that number.")
        return ToolResult("This is the order.", (fact_source(order),))
