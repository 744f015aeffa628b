"""The index of a collection in another vector store, filled while the present one goes on answering."""

from collections.abc import Callable

from knowledge.building import Build, served_version
from knowledge.errors import IndexUnusable
from knowledge.models import Collection, IndexVersion


class Copy(Build):
    """A build of what is served elsewhere, which shows how far it is, and pays for no vector a second time."""

    def __init__(self, served: IndexVersion, target: str, show: Callable[[int], None]) -> None:
        super().__init__(served.collection, into=target, recipe=served.recipe)
        self.show = show

    def beat(self, done: int = 0) -> None:
        self.show(done)
        super().beat(done)

    def before_embedding(self) -> None:
        raise IndexUnusable("Some of its vectors are not in the database any more. Rebuild its index first.")


def copy_index(served: IndexVersion, target: str, show: Callable[[int], None]) -> IndexVersion:
    """By the recipe of what is served. ``IndexUnusable`` if that is not what the target would answer from now."""
    if not (copied := Copy(served, target, show).run()):
        raise IndexUnusable("Somebody else is building its index, or has cancelled this. Try again.")
    return copied


def to_copy(collection: Collection, source: str) -> IndexVersion:
    """What the source serves of it. ``IndexUnusable`` if there is nothing to be copied."""
    if collection.index_held:
        raise IndexUnusable("An earlier version is being held. Release it first.")
    if not (served := served_version(collection.pk, source)):
        raise IndexUnusable("The source has no index of it that is served.")
    return served
