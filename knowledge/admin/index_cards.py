"""The indexes of a collection as an editor sees them: what answers, what is being made, what one may go back to."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from knowledge.indexes import engine_name
from knowledge.models import Collection, IndexVersion
from knowledge.recipes import parse_recipe

Status = IndexVersion.Status

KINDS = {"exact": "Every vector is compared", "cells": "Vectors in cells"}
COLOURS = {Status.SERVING: "success", Status.BUILDING: "info", Status.FAILED: "danger"}


@dataclass(frozen=True)
class VersionRow:
    version: IndexVersion
    wrong: str = ""

    @property
    def colour(self) -> str:
        return COLOURS.get(Status(self.version.status), "")

    @property
    def answers(self) -> bool:
        return self.version.status == Status.SERVING and self.version.engine == engine_name()

    @property
    def is_building(self) -> bool:
        return self.version.status == Status.BUILDING and not self.wrong

    @property
    def can_return(self) -> bool:
        return self.version.status == Status.RETIRED and self.version.engine == engine_name()

    @property
    def pieces(self) -> str:
        """How its documents were cut."""
        recipe = parse_recipe(self.version.recipe)
        return f"{recipe.tokens} tokens, rules {recipe.chunker}" if recipe else "Not recorded"

    @property
    def vectors(self) -> str:
        details = self.version.details
        words = [KINDS.get(str(details.get("kind")), ""), f"{self.version.dimension} numbers each"]
        if "cells" in details:
            words.append(f"{details['probes']} of {details['cells']} cells looked into")
        if "recall@10" in details:
            words.append(f"recall {details['recall@10']:.3f}")
        return ", ".join(filter(None, words))

    @property
    def added_since(self) -> str:
        """What stands beside the base until the next merge."""
        delta, gone = (self.version.details.get(name, 0) for name in ("delta", "gone"))
        return f"{delta} passages added and {gone} taken out since the last merge" if delta or gone else ""


@dataclass(frozen=True)
class IndexCard:
    """``asked_after`` is the newest version there was when somebody asked for another one."""

    collection: Collection
    asked_after: int | None = None

    @cached_property
    def rows(self) -> list[VersionRow]:
        return [VersionRow(version, what_is_wrong(version)) for version in self.collection.index_versions.all()]

    @property
    def newest(self) -> int:
        return max((row.version.pk for row in self.rows), default=0)

    @property
    def serving(self) -> VersionRow | None:
        """Another engine may have its own, which nobody asks at the moment."""
        return next((row for row in self.rows if row.answers), None)

    @property
    def is_behind(self) -> bool:
        serving = self.serving
        return serving is not None and serving.version.content_version != self.collection.content_version

    @property
    def is_awaited(self) -> bool:
        """Asked for, and no worker has begun yet."""
        return self.asked_after is not None and self.newest <= self.asked_after

    @property
    def is_busy(self) -> bool:
        return self.is_awaited or any(row.is_building for row in self.rows)


def what_is_wrong(version: IndexVersion) -> str:
    if version.status == Status.FAILED:
        return version.error or "It could not be built."
    lease = version.lease_expires_at
    if version.status == Status.BUILDING and (lease is None or lease < timezone.now()):
        return "The worker that was building it is gone. Another one begins anew by itself."
    return ""


def with_versions(collections: QuerySet[Collection]) -> QuerySet[Collection]:
    return collections.prefetch_related(Prefetch("index_versions", IndexVersion.objects.order_by("-pk")))


def cards(collections: Iterable[Collection]) -> list[IndexCard]:
    return [IndexCard(collection) for collection in collections]
