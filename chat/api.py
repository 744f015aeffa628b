"""The chat's engine over plain HTTP: one question, one answer, as JSON or as server-sent events."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import structlog
from asgiref.sync import async_to_sync
from django.http import HttpResponseBase, StreamingHttpResponse
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.masking import mask_secrets
from chat import frames
from chat.answering import answer_question
from chat.events import Delta, Stage
from chat.frames import MAX_MESSAGE_CHARACTERS
from chat.language import language_of
from chat.records import Answer, Question, Turn
from knowledge.access import PUBLIC, collections_for
from supportbot.api_errors import ErrorSerializer
from supportbot.errors import SupportbotError

log = structlog.get_logger(__name__)


class TurnSerializer(serializers.Serializer[Any]):
    role = serializers.ChoiceField(["user", "assistant"])
    text = serializers.CharField(max_length=MAX_MESSAGE_CHARACTERS)


class QuestionSerializer(serializers.Serializer[Any]):
    question = serializers.CharField(max_length=MAX_MESSAGE_CHARACTERS)
    history = serializers.ListField(child=TurnSerializer(), required=False, max_length=50)
    collections = serializers.ListField(child=serializers.SlugField(), required=False, allow_empty=False)
    stream = serializers.BooleanField(default=False)

    def validate_collections(self, slugs: list[str]) -> list[str]:
        known = set(collections_for(PUBLIC).values_list("slug", flat=True))
        if unknown := sorted(set(slugs) - known):
            raise serializers.ValidationError(f"There is no public collection {', '.join(unknown)}.")
        return slugs


class CitationSerializer(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    kind = serializers.ChoiceField(["document", "account", "ticket"])
    title = serializers.CharField()
    url = serializers.CharField()
    quote = serializers.CharField()
    as_of = serializers.DateTimeField(required=False)


class AnswerSerializer(serializers.Serializer[Any]):
    status = serializers.ChoiceField(["complete", "interrupted"])
    text = serializers.CharField()
    answered = serializers.BooleanField()
    citations = CitationSerializer(many=True)
    suggestions = serializers.ListField(child=serializers.CharField())


class AnswersView(APIView):
    """Answers from the public documents. What customers or staff may read is never part of it."""

    required_scope = "answers"

    @extend_schema(
        summary="Ask a question",
        description="With `stream`, the reply is `text/event-stream` with the chat socket's answer events.",
        request=QuestionSerializer,
        responses={
            200: AnswerSerializer,
            400: ErrorSerializer,
            401: ErrorSerializer,
            403: OpenApiResponse(ErrorSerializer),
        },
    )
    def post(self, request: Request) -> HttpResponseBase:
        asked = QuestionSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        question = question_from(asked.validated_data)
        if asked.validated_data["stream"]:
            headers = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
            return StreamingHttpResponse(events(question), content_type="text/event-stream", headers=headers)
        return Response(payload(async_to_sync(answer_question)(question, ignore)))


def question_from(asked: dict[str, Any]) -> Question:
    collections = collections_for(PUBLIC)
    if slugs := asked.get("collections"):
        collections = collections.filter(slug__in=slugs)
    return Question(
        text=mask_secrets(asked["question"]),
        widget_name="the documentation",
        language=language_of([asked["question"]]),
        collection_ids=frozenset(collections.values_list("pk", flat=True)),
        history=tuple(
            Turn("customer", mask_secrets(turn["text"])) if turn["role"] == "user" else Turn("bot", turn["text"])
            for turn in asked.get("history", [])
        ),
    )


async def events(question: Question) -> AsyncIterator[bytes]:
    """The answer as it is written. A reader who leaves ends the writing: nobody else hears of it."""
    queue: asyncio.Queue[Stage | Delta | None] = asyncio.Queue()
    writing = asyncio.create_task(answer_question(question, queue.put))
    writing.add_done_callback(lambda _: queue.put_nowait(None))
    offset = 0
    try:
        while event := await queue.get():
            if isinstance(event, Stage):
                yield server_sent(frames.answer_status(message="", stage=event.name, detail=event.detail))
            else:
                yield server_sent(frames.answer_delta(message="", offset=offset, text=event.text))
                offset += len(event.text)
        yield server_sent({"type": "answer.finished", **payload(await writing)})
    except Exception:
        # The outermost edge: half an answer must not look like a whole one that ended.
        log.exception("answer_failed")
        yield server_sent(frames.error(SupportbotError.code, SupportbotError.user_message, retryable=True))
    finally:
        writing.cancel()


def payload(answer: Answer) -> dict[str, Any]:
    return {
        "status": answer.status,
        "text": answer.text,
        "answered": answer.answered,
        "citations": [frames.citation(cited) for cited in answer.citations],
        "suggestions": list(answer.suggestions),
    }


def server_sent(frame: dict[str, Any]) -> bytes:
    """WHATWG server-sent events: the type as the event's name, the rest as its data."""
    return f"event: {frame['type']}\ndata: {json.dumps(frame)}\n\n".encode()


async def ignore(event: Stage | Delta) -> None:
    """For a caller who wants the whole answer at once."""
