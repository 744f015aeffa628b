"""One JSON shape for every failure over REST: ``{"error": {"code", "detail", "fields"?}}``."""

from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import DatabaseError
from django.http import Http404, HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from rest_framework import exceptions, serializers
from rest_framework.response import Response
from rest_framework.views import exception_handler

from supportbot.errors import DiskFull, SupportbotError
from supportbot.full_disk import is_full_disk


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """The project's DRF exception handler. Unknown errors stay unhandled: they are bugs and must be loud."""
    if isinstance(error, OSError | DatabaseError) and is_full_disk(error):
        error = DiskFull()
    if isinstance(error, SupportbotError):
        status = error.http_status or (503 if error.retryable else 400)
        return Response(shape(error.code, error.user_message), status=status)
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    elif isinstance(error, RequestDataTooBig):
        error = TooLarge()
    response = exception_handler(error, context)
    if response is None or not isinstance(error, exceptions.APIException):
        return response
    if isinstance(error, exceptions.ValidationError):
        response.data = shape("invalid", "Some fields are not valid.", field_errors(error.detail))
    else:
        response.data = shape(str(error.get_codes()), str(error.detail))
    return response


class ProblemSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    detail = serializers.CharField()
    fields = serializers.DictField(required=False)  # type: ignore[assignment]


class ErrorSerializer(serializers.Serializer[Any]):
    """For the schema: what every failure looks like."""

    error = ProblemSerializer()


class TooLarge(exceptions.APIException):
    status_code = 413
    default_code = "too_large"
    default_detail = "The request is too large."


# Programs have no form's token, and there is nothing here that one could protect.
@csrf_exempt
def not_found(request: HttpRequest) -> JsonResponse:
    """For addresses below /api/ that lead nowhere."""
    return JsonResponse(shape("not_found", "There is nothing at this address."), status=404)


def shape(code: str, detail: str, fields: dict[str, list[str]] | None = None) -> dict[str, Any]:
    error: dict[str, Any] = {"code": code, "detail": detail}
    if fields:
        error["fields"] = fields
    return {"error": error}


def field_errors(detail: Any, prefix: str = "") -> dict[str, list[str]]:
    """Nested serializer errors as ``{"items.0.price": ["…"]}``."""
    if isinstance(detail, dict):
        pairs = [(f"{prefix}{name}", value) for name, value in detail.items()]
    elif isinstance(detail, list) and any(isinstance(value, dict | list) for value in detail):
        pairs = [(f"{prefix}{position}", value) for position, value in enumerate(detail)]
    else:
        return {prefix.rstrip(".") or "non_field_errors": [str(value) for value in detail]} if detail else {}
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found |= field_errors(value, f"{name}.")
    return found
