"""Whatever goes wrong over REST, a client finds it in the same place."""

from errno import ENOSPC
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.test import Client
from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory
from rest_framework.views import APIView

from supportbot.errors import DiskFull, SupportbotError


class Busy(SupportbotError):
    code = "busy"
    retryable = True
    user_message = "Please try again in a minute."


class Refused(SupportbotError):
    code = "refused"
    user_message = "That cannot be done."


class Item(serializers.Serializer[Any]):
    price = serializers.IntegerField()


class Basket(serializers.Serializer[Any]):
    name = serializers.CharField()
    items = Item(many=True)


def answer_to(error: Exception):
    class View(APIView):
        authentication_classes = ()
        permission_classes = ()

        def get(self, request: Request) -> None:
            raise error

    return View.as_view()(APIRequestFactory().get("/"))


@pytest.mark.parametrize(
    ("error", "status", "code", "detail"),
    [
        (Busy(), 503, "busy", "Please try again in a minute."),
        (Refused(), 400, "refused", "That cannot be done."),
        (OSError(ENOSPC, "No space left on device"), 503, "disk_full", DiskFull.user_message),
        (Http404(), 404, "not_found", "Not found."),
        (PermissionDenied(), 403, "permission_denied", "You do not have permission to perform this action."),
        (exceptions.Throttled(), 429, "throttled", "Request was throttled."),
        (Refused("“No space left on device” is no name."), 400, "refused", "“No space left on device” is no name."),
        (exceptions.ParseError(), 400, "parse_error", "Malformed request."),
    ],
)
def test_each_failure_has_a_code_and_a_sentence(error, status, code, detail):
    response = answer_to(error)

    assert response.status_code == status
    assert response.data == {"error": {"code": code, "detail": detail}}


def test_wrong_fields_are_named_by_their_path():
    serializer = Basket(data={"items": [{"price": 3}, {"price": "much"}]})
    serializer.is_valid()

    response = answer_to(exceptions.ValidationError(serializer.errors))

    assert response.status_code == 400
    assert response.data["error"]["code"] == "invalid"
    assert response.data["error"]["fields"] == {
        "name": ["This field is required."],
        "items.1.price": ["A valid integer is required."],
    }


def test_an_error_that_belongs_to_no_field_is_kept():
    response = answer_to(exceptions.ValidationError("The two dates are in the wrong order."))

    assert response.data["error"]["fields"] == {"non_field_errors": ["The two dates are in the wrong order."]}


def test_a_bug_stays_loud():
    with pytest.raises(ZeroDivisionError):
        answer_to(ZeroDivisionError())


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
@pytest.mark.parametrize("address", ["/api/v1/nope", "/api/v1/customers/a%20b%2Fc", "/api/", "/api/docs"])
def test_an_address_that_leads_nowhere_says_so_to_every_method(method, address):
    """As a program asks, which has no form's token."""
    response = Client(enforce_csrf_checks=True).generic(method, address, "{}", content_type="application/json")

    assert response.status_code == 404
    assert response.json() == {"error": {"code": "not_found", "detail": "There is nothing at this address."}}
