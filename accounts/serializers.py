"""What programs get for the rows they bring. What they send is described by ``sync.rows``."""

from typing import Any

from rest_framework import serializers

from accounts.sync.batches import RESULTS
from supportbot.api_errors import ProblemSerializer


class SyncedRowSerializer(serializers.Serializer[Any]):
    """One for each line that is not empty, in their order: what became of it, or why nothing was written."""

    line = serializers.IntegerField()
    external_id = serializers.CharField(allow_blank=True)
    result = serializers.ChoiceField(RESULTS)
    older = serializers.ListField(
        child=serializers.CharField(), required=False, help_text="What was left as it is, since it is newer."
    )
    error = ProblemSerializer(required=False)


class SyncedRowsSerializer(serializers.Serializer[Any]):
    created = serializers.IntegerField()
    changed = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    older = serializers.IntegerField()
    failed = serializers.IntegerField()
    rows = SyncedRowSerializer(many=True)
