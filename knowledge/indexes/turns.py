"""One writer of a collection at a time, in the order of their versions, where the store cannot see to that itself."""

import socket
import time
from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from knowledge.errors import BuildCancelled
from knowledge.indexes.base import Heartbeat
from knowledge.models import Collection, IndexVersion

Status = IndexVersion.Status
# Whoever waited this long leaves it to the sweep of pending work, which comes by twice a minute.
PATIENCE = timedelta(seconds=30)
PAUSE_SECONDS = 0.2


def take_turn(version: IndexVersion, beat: Heartbeat) -> None:
    """Returns when nobody else is writing. ``BuildCancelled`` if a newer version came first, or nobody makes way."""
    until = timezone.now() + PATIENCE
    while not claim(version):
        if timezone.now() > until:
            raise BuildCancelled
        time.sleep(PAUSE_SECONDS)
        beat()


def claim(version: IndexVersion) -> bool:
    """Its host is filled in when its writer begins."""
    with transaction.atomic():
        Collection.objects.select_for_update().filter(pk=version.collection_id).exists()
        others = IndexVersion.objects.filter(collection=version.collection_id, engine=version.engine)
        begun = others.exclude(pk=version.pk).exclude(host="")
        if begun.filter(pk__gt=version.pk).filter(status__in=[Status.SERVING, Status.RETIRED]).exists():
            raise BuildCancelled
        if writing(begun).exists():
            return False
        return bool(IndexVersion.objects.filter(pk=version.pk).update(host=socket.gethostname()))


def writing(versions: QuerySet[IndexVersion]) -> QuerySet[IndexVersion]:
    return versions.filter(status=Status.BUILDING, lease_expires_at__gt=timezone.now())
