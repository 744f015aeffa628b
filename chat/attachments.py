"""Images over HTTP: from a visitor's page to their conversation, and back to whoever may see them.

Frames of the socket are too small for them. Like the socket, this reads no cookies: who is writing is told by the
session's secret, and pages of other sites than the widget's get no answer they could read.
"""

from typing import Any
from uuid import UUID

from asgiref.sync import async_to_sync
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from chat import flooding, selectors, sessions
from chat.attached import LINK_SECONDS, attachment_by_link, attachment_payload
from chat.attaching import ENDINGS, attach
from chat.errors import ImageRefused, UnknownSession
from chat.models import Attachment, Conversation, Widget
from supportbot.api_errors import ErrorSerializer

PREFLIGHT_SECONDS = 600
TYPES = ("image/png", "image/jpeg", "image/webp", "image/gif")


class AttachmentSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    url = serializers.URLField()
    width = serializers.IntegerField()
    height = serializers.IntegerField()


class AttachmentsView(APIView):
    """What comes in is told by its bytes; the type that the request names is not believed."""

    http_method_names = ["post", "options"]
    authentication_classes = ()
    permission_classes = (AllowAny,)
    widget: Widget | None = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        key, origin = request.query_params.get("widget", ""), request.headers.get("Origin", "")
        self.widget = selectors.widget_for(key, origin)

    def options(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Response:
        return Response(status=204)

    @extend_schema(
        summary="Attach an image",
        description="For the widget: the body is the image, `Authorization` is `Session` and the secret of the "
        "chat socket's `ready`. The `id` goes into the `attachments` of the next `message`.",
        parameters=[OpenApiParameter("widget", OpenApiTypes.STR, required=True, description="Its public key.")],
        request=dict.fromkeys(TYPES, OpenApiTypes.BINARY),
        responses={201: AttachmentSerializer} | dict.fromkeys((400, 404, 409, 413, 415, 429, 503), ErrorSerializer),
    )
    def post(self, request: Request) -> Response:
        conversation = self.conversation(request)
        async_to_sync(flooding.check_images)(conversation.visitor, request.META.get("REMOTE_ADDR", ""))
        return Response(attachment_payload(attach(conversation.pk, body_of(request))), status=201)

    def conversation(self, request: Request) -> Conversation:
        scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
        found = None
        if self.widget and settings.MAX_IMAGE_BYTES and scheme.lower() == "session":
            found = sessions.open_conversation(self.widget, secret.strip())
        if found is None:
            raise UnknownSession()
        return found

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Also refusals can be read, by pages that may embed the widget."""
        response = super().finalize_response(request, response, *args, **kwargs)
        patch_vary_headers(response, ["Origin"])
        if self.widget:
            response["Access-Control-Allow-Origin"] = request.headers["Origin"]
            if request.method == "OPTIONS":
                response["Access-Control-Allow-Methods"] = "POST"
                response["Access-Control-Allow-Headers"] = "authorization, content-type"
                response["Access-Control-Max-Age"] = str(PREFLIGHT_SECONDS)
        return response


def body_of(request: Request) -> bytes:
    """Never more of it than is allowed, whatever the request says of its length."""
    stream = request.stream
    data: bytes = stream.read(settings.MAX_IMAGE_BYTES + 1) if stream else b""
    if len(data) > settings.MAX_IMAGE_BYTES:
        megabytes = settings.MAX_IMAGE_BYTES // 1024**2
        raise ImageRefused("too_large", f"This image is larger than {megabytes} MB.", http_status=413)
    return data


@require_safe
def show(request: HttpRequest, public_id: UUID) -> HttpResponse:
    attachment = attachment_by_link(public_id, request.GET.get("access", ""))
    if attachment is None:
        raise Http404("There is no such image, or its link has expired.")
    response = image_response(attachment)
    response["Cache-Control"] = f"private, max-age={LINK_SECONDS}"
    return response


def image_response(attachment: Attachment) -> HttpResponse:
    """An image and nothing else, whatever a browser would like to see in it."""
    try:
        with attachment.file.open("rb") as file:
            content = file.read()
    except OSError as error:
        raise Http404("The file of this image is gone.") from error
    return HttpResponse(
        content,
        content_type=attachment.content_type,
        headers={
            "Content-Disposition": f"inline; filename=image.{ENDINGS[attachment.content_type]}",
            "Content-Security-Policy": "sandbox; default-src 'none'",
            # The widget is drawn on pages of other sites.
            "Cross-Origin-Resource-Policy": "cross-origin",
            "X-Content-Type-Options": "nosniff",
        },
    )
