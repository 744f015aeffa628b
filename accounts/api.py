"""The door for programs that bring customers and their record: one row by its own id, or many at once."""

from collections import Counter
from collections.abc import Callable
from typing import Any, ClassVar, cast

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_view
from pydantic import BaseModel
from rest_framework.exceptions import ParseError, ValidationError
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import actors, audit
from accounts.actors import Actor
from accounts.api_keys import RequiredScope
from accounts.audit import Action
from accounts.errors import NothingThere
from accounts.models import ApiKey
from accounts.serializers import SyncedRowsSerializer
from accounts.sync import pushing, rows, states
from accounts.sync.batches import RESULTS, Result, write_all
from accounts.sync.lines import json_lines
from accounts.sync.problems import RowRefused
from accounts.sync.pushing import COMMENT, CUSTOMER, EVENT, ORDER, SUBSCRIPTION, TICKET, Kind, Place
from accounts.sync.states import state
from accounts.sync.uploads import MOST_LINES, kept_aside
from supportbot.api_errors import ErrorSerializer, shape

Described = Callable[[type[APIView]], type[APIView]]

UPSERT = (
    "What is left out stays as it was; an empty text or null empties it. The same again changes nothing. "
    "With an `updated_at` that is older than what is here, nothing is written: 412."
)


def refusals(*codes: int) -> dict[int, OpenApiResponse]:
    return {code: OpenApiResponse(ErrorSerializer) for code in codes}


class RowView(APIView):
    """A row of the record, by the ids it has in the company's own system."""

    required_scope: ClassVar[RequiredScope] = "customers"
    kind: ClassVar[Kind]

    def get(self, request: Request, **ids: str) -> Response:
        row = pushing.find(self.kind, place(**ids))
        if row is None:
            raise NothingThere()
        whose = pushing.customer_of(self.kind, row)
        audit.looked_at(Action.CUSTOMER_VIEWED, program(request), customer_id=whose, about=f"customer {whose}")
        return Response(state(row, self.kind.state))

    def put(self, request: Request, **ids: str) -> Response:
        try:
            row, result = pushing.put(self.kind, place(**ids), request.data)
        except RowRefused as error:
            raise ValidationError(error.fields) from error
        return Response(state(row, self.kind.state, result), status=201 if result == "created" else 200)


class InnerRowView(RowView):
    """One that belongs to a customer, and may be taken away."""

    def delete(self, request: Request, **ids: str) -> Response:
        pushing.remove(self.kind, place(**ids))
        return Response(status=204)


def program(request: Request) -> Actor:
    """Whoever holds the key that the request came with."""
    return actors.program(cast(ApiKey, request.auth), request.META.get("REMOTE_ADDR"))


def place(external_id: str, key: str = "", ticket: str = "") -> Place:
    return Place(external_id, key, ticket)


def described(noun: str, a_new_one: str, body: type[BaseModel], answer: type[BaseModel], *more: str) -> Described:
    """For the schema. ``more`` names what else can be done with it."""
    ids = [OpenApiParameter("external_id", str, OpenApiParameter.PATH, description="The customer's own id.")]
    if more:
        ids.append(OpenApiParameter("key", str, OpenApiParameter.PATH, description="Its own id or number."))
    written = type(f"Written{answer.__name__}", (states.Written, answer), {})
    operations = {
        "get": extend_schema(summary=f"See {noun}", parameters=ids, responses={200: answer, **refusals(401, 403, 404)}),
        "put": extend_schema(
            summary=f"Create or change {noun}",
            description=f"{a_new_one} {UPSERT}",
            parameters=ids,
            request=body,
            responses={200: written, 201: written, **refusals(400, 401, 403, 404, 412, 413, 415, 503)},
        ),
        "delete": extend_schema(
            summary=f"Remove {noun}",
            description="What is not there is removed already.",
            parameters=ids,
            responses={204: None, **refusals(401, 403, 404, 503)},
        ),
    }
    return extend_schema_view(**{name: operations[name] for name in ("get", "put", *more)})


@described("a customer", "A new one needs nothing.", rows.CustomerBody, states.CustomerState)
class CustomerView(RowView):
    kind = CUSTOMER


@described(
    "a subscription",
    "A new one needs plan, status, price, currency, interval and start.",
    rows.SubscriptionBody,
    states.SubscriptionState,
    "delete",
)
class SubscriptionView(InnerRowView):
    kind = SUBSCRIPTION


@described("an order", "A new one needs total, currency, status and date.", rows.OrderBody, states.OrderState, "delete")
class OrderView(InnerRowView):
    kind = ORDER


@described("a ticket", "A new one needs a subject.", rows.TicketBody, states.TicketState, "delete")
class TicketView(InnerRowView):
    kind = TICKET


@described(
    "a comment or note in a ticket",
    "A new one needs kind and text, and is private unless it says that it is public.",
    rows.CommentBody,
    states.CommentState,
    "delete",
)
class CommentView(InnerRowView):
    kind = COMMENT


@described("an event", "A new one needs kind and time.", rows.EventBody, states.EventState, "delete")
class EventView(InnerRowView):
    kind = EVENT


class JSONLinesParser(BaseParser):
    """Leaves the reading to the view, line by line."""

    media_type = "application/x-ndjson"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        return stream


class CustomersView(APIView):
    required_scope = "customers"
    parser_classes = [JSONLinesParser]

    @extend_schema(
        summary="Create or change many customers",
        description=(
            f"At most {MOST_LINES} lines, each a customer in JSON with `external_id` and, if wanted, what belongs to "
            "them. A line is written as a whole, or it is refused and says why; the others are written all the same. "
            "What is older than what is here is left out of it and named under `older`."
        ),
        request={"application/x-ndjson": rows.CustomerRow},
        responses={200: SyncedRowsSerializer, **refusals(400, 401, 403, 413, 415, 503)},
    )
    def post(self, request: Request) -> Response:
        stream: Any = request.data
        if not hasattr(stream, "read"):
            raise ParseError("Send one customer as JSON in each line.")
        with kept_aside(stream) as lines:
            results = list(write_all(json_lines(lines)))
        counts = Counter(result.result for result in results)
        return Response({**{name: counts[name] for name in RESULTS}, "rows": [told(result) for result in results]})


def told(result: Result) -> dict[str, Any]:
    row: dict[str, Any] = {"line": result.line, "external_id": result.external_id, "result": result.result}
    if result.older:
        row["older"] = result.older
    if result.fields:
        row |= shape("invalid", "Some fields are not valid.", result.fields)
    return row
