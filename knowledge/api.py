"""The door for programs that bring documents: one by its own id, or many at once."""

from collections import Counter
from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from knowledge import pushing
from knowledge.errors import DocumentError, PushRefused
from knowledge.models import Collection, Document, Source
from knowledge.serializers import (
    MOST_AT_ONCE,
    BulkResultSerializer,
    BulkSerializer,
    PushedSerializer,
    ResultSerializer,
    StateSerializer,
    pushed_from,
)
from supportbot.api_errors import ErrorSerializer, field_errors, shape
from supportbot.errors import DiskFull

REFUSALS = {code: OpenApiResponse(ErrorSerializer) for code in (400, 401, 403, 404, 413, 503)}


class DocumentsAPI(APIView):
    """For keys that were made for it; a key may be kept to some collections."""

    required_scope = "documents"

    def collection(self, slug: str) -> Collection:
        """One that is not there and one that is not for this key look the same."""
        allowed = getattr(self.request.auth, "collections", [])
        if allowed and slug not in allowed:
            raise Http404
        return get_object_or_404(Collection, slug=slug)


class DocumentView(DocumentsAPI):
    @extend_schema(
        summary="Create or replace a document",
        description="The same content again changes nothing. In a collection that needs review it waits for an editor.",
        request=PushedSerializer,
        responses={200: ResultSerializer, 201: ResultSerializer, **REFUSALS},
    )
    def put(self, request: Request, collection: str, own_id: str) -> Response:
        where = self.collection(collection)
        document, outcome = pushing.push(where, pushed_from(own_id, request.data))
        code = status.HTTP_201_CREATED if outcome == "added" else status.HTTP_200_OK
        return Response({**StateSerializer(document).data, "result": outcome}, status=code)

    @extend_schema(summary="See where a document stands", responses={200: StateSerializer, **REFUSALS})
    def get(self, request: Request, collection: str, own_id: str) -> Response:
        return Response(StateSerializer(self.document(collection, own_id)).data)

    @extend_schema(
        summary="Withdraw a document",
        description="Nothing is answered from it any more. Pushed again, it comes back.",
        responses={204: None, **REFUSALS},
    )
    def delete(self, request: Request, collection: str, own_id: str) -> Response:
        pushing.withdraw(self.document(collection, own_id))
        return Response(status=status.HTTP_204_NO_CONTENT)

    def document(self, collection: str, own_id: str) -> Document:
        return get_object_or_404(pushing.pushed_documents(self.collection(collection)), path=own_id.replace("\x00", ""))


class DocumentsView(DocumentsAPI):
    @extend_schema(
        summary="Create or replace many documents",
        description=f"At most {MOST_AT_ONCE}. A row that is refused says why and keeps no other from being written.",
        request=BulkSerializer,
        responses={200: BulkResultSerializer, **REFUSALS},
    )
    def post(self, request: Request, collection: str) -> Response:
        where = self.collection(collection)
        rows = request.data.get("documents") if isinstance(request.data, dict) else None
        if not isinstance(rows, list) or not 0 < len(rows) <= MOST_AT_ONCE:
            raise ValidationError({"documents": [f"A list of 1 to {MOST_AT_ONCE} documents."]})
        source = pushing.source_of(where)
        written: list[Document] = []
        results = [write_row(where, source, row, written) for row in rows]
        pushing.finish(written)
        counts = Counter(result["result"] for result in results)
        total = {what: counts[what] for what in ("added", "changed", "unchanged", "failed")}
        return Response({**total, "documents": results})


def write_row(where: Collection, source: Source, row: Any, written: list[Document]) -> dict[str, Any]:
    own_id = str(row.get("id", "")) if isinstance(row, dict) else ""
    try:
        document, outcome = pushing.put(where, pushed_from(own_id, row), source)
    except ValidationError as error:
        problem = shape("invalid", "Some fields are not valid.", field_errors(error.detail))
        return {"id": own_id, "result": "failed", **problem}
    except (PushRefused, DocumentError, DiskFull) as error:
        return {"id": own_id, "result": "failed", **shape(error.code, error.user_message)}
    written.append(document)
    return {"id": own_id, "result": outcome}
