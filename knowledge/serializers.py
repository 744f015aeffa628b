"""What programs send and get when they push documents."""

from typing import Any

from rest_framework import serializers

from knowledge import loaders
from knowledge.errors import DocumentError
from knowledge.models import Document
from knowledge.pushing import Pushed
from supportbot.api_errors import ProblemSerializer

MOST_AT_ONCE = 500
OWN_ID = r"^[\w.~@:+=,() -]+(?:/[\w.~@:+=,() -]+)*$"


class PushedSerializer(serializers.Serializer[Any]):
    """``title`` may be left out: then the content's own heading names it."""

    title = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")
    content = serializers.CharField(trim_whitespace=False)
    format = serializers.ChoiceField(["markdown", "html", "text"], default="markdown")
    url = serializers.URLField(max_length=1000, required=False, allow_blank=True, default="")
    updated_at = serializers.DateTimeField(required=False, allow_null=True, default=None)

    def validate_content(self, content: str) -> str:
        try:
            loaders.read(content)
        except DocumentError as error:
            raise serializers.ValidationError(error.user_message) from error
        return content

    def validate_url(self, url: str) -> str:
        if url and not url.startswith(("https://", "http://")):
            raise serializers.ValidationError("It begins with https:// or http://.")
        return url


class IdSerializer(serializers.Serializer[Any]):
    id = serializers.RegexField(
        OWN_ID,
        max_length=300,
        error_messages={"invalid": "Letters, digits and . ~ @ : + = , ( ) - _ only, in parts divided by slashes."},
    )


class PushedRowSerializer(IdSerializer, PushedSerializer):
    pass


class BulkSerializer(serializers.Serializer[Any]):
    documents = PushedRowSerializer(many=True)


class StateSerializer(serializers.Serializer[Any]):
    """Where a document stands. ``status`` is ready once questions are answered from it."""

    id = serializers.CharField(source="path")
    collection = serializers.SlugField(source="collection.slug")
    title = serializers.CharField()
    url = serializers.CharField()
    status = serializers.ChoiceField(Document.Status.choices)
    publication = serializers.ChoiceField(Document.Publication.choices)
    error = serializers.CharField()
    updated_at = serializers.DateTimeField()
    indexed_at = serializers.DateTimeField(allow_null=True)


class ResultSerializer(StateSerializer):
    result = serializers.ChoiceField(["added", "changed", "unchanged"])


class BulkRowSerializer(serializers.Serializer[Any]):
    """One for each row that was sent, in their order: a result or an error."""

    id = serializers.CharField()
    result = serializers.ChoiceField(["added", "changed", "unchanged", "failed"])
    error = ProblemSerializer(required=False)


class BulkResultSerializer(serializers.Serializer[Any]):
    added = serializers.IntegerField()
    changed = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    failed = serializers.IntegerField()
    documents = BulkRowSerializer(many=True)


def pushed_from(own_id: str, data: Any) -> Pushed:
    """``ValidationError`` by field."""
    named, said = IdSerializer(data={"id": own_id}), PushedSerializer(data=data)
    named.is_valid(raise_exception=True)
    said.is_valid(raise_exception=True)
    return Pushed(id=named.validated_data["id"], **said.validated_data)
