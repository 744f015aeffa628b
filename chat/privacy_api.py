"""Export and erasure of a customer over HTTP, for keys that were made for that."""

from typing import Any

from django.http import Http404
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api import CustomerView, program
from accounts.models import Customer
from accounts.privacy import customer_by_id
from chat.privacy.erasing import erase
from chat.privacy.exporting import download
from chat.privacy.receipts import receipt
from supportbot.api_errors import ErrorSerializer

REFUSALS: dict[int, Any] = dict.fromkeys((401, 403, 404), ErrorSerializer)


class RemainderSerializer(serializers.Serializer[Any]):
    what = serializers.CharField()
    why = serializers.CharField()


class MentionSerializer(serializers.Serializer[Any]):
    kind = serializers.CharField()
    id = serializers.IntegerField()
    word = serializers.CharField()


class ReceiptSerializer(serializers.Serializer[Any]):
    version = serializers.IntegerField()
    erasure = serializers.UUIDField()
    customer = serializers.CharField(help_text="Keyed sha256 of the id.")
    asked_for_by = serializers.CharField()
    started_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField()
    erased = serializers.DictField(child=serializers.IntegerField())
    looked_for = serializers.ListField(child=serializers.CharField())
    mentions = MentionSerializer(many=True)
    remains = RemainderSerializer(many=True)


class ErasableCustomerView(CustomerView):
    """A customer's own address: what is kept of them is brought by some keys, and erased by others."""

    required_scope = {"GET": "customers", "PUT": "customers", "DELETE": "privacy"}

    @extend_schema(
        summary="Erase a customer",
        description="The record, conversations with files, traces and summaries. It cannot be undone. The reply is the "
        "receipt; it names what other texts mention the customer, and what remains and why.",
        responses={200: ReceiptSerializer, **REFUSALS},
    )
    def delete(self, request: Request, external_id: str) -> Response:
        return Response(receipt(erase(found(external_id), program(request))))


class CustomerExportView(APIView):
    required_scope = "privacy"

    @extend_schema(
        summary="Export a customer",
        description="Everything that is kept about them, private notes included: one JSON object with a `version`.",
        responses={200: OpenApiTypes.OBJECT, **REFUSALS},
    )
    def get(self, request: Request, external_id: str) -> HttpResponseBase:
        return download(found(external_id), program(request), "json")


def found(external_id: str) -> Customer:
    customer = customer_by_id(external_id)
    if customer is None:
        raise Http404
    return customer
