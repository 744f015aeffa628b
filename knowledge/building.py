"""A new index of a collection: made beside the one that is served, then switched to."""

from collections.abc import Callable
from datetime import timedelta
from time import monotonic

import structlog
from django.db import transaction
from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Value, When
from django.utils import timezone

from knowledge.content import DatabaseContent, searchable_chunks
from knowledge.errors import BuildCancelled, EmbeddingError, IndexUnusable
from knowledge.indexes import Engine, engine_name, get_engine
from knowledge.models import Chunk, Collection, Document, IndexVersion
from knowledge.recipes import Recipe, current_recipe, parse_recipe
from knowledge.vectors import forget_unused

log = structlog.get_logger(__name__)

LEASE = timedelta(minutes=5)
# The sweep leaves a collection alone after a build that failed: for as long as it took, but at least so long.
PAUSE_AFTER_FAILURE = timedelta(minutes=1)
# The one that is served, and two to go back to.
KEPT_VERSIONS = 3
BEAT_SECONDS = 1.0
# How often a merge tries to put its base under what was published meanwhile.
MERGE_TRIES = 5
Status = IndexVersion.Status


def build_index(collection_id: int) -> IndexVersion | None:
    """The new version that is served, or None if there was nothing to do or a newer one came first."""
    collection = Collection.objects.filter(pk=collection_id, index_held=False).first()
    return Build(collection).run() if collection and not is_current(collection) else None


def rebuild_index(collection_id: int) -> IndexVersion | None:
    """As ``build_index``, from scratch: also if the one that is served has everything."""
    collection = Collection.objects.filter(pk=collection_id, index_held=False).first()
    return Build(collection, anew=True).run() if collection else None


def merge_index(collection_id: int) -> IndexVersion | None:
    """Gives what was published by differences a new base. What comes in meanwhile is published as ever."""
    collection = Collection.objects.filter(pk=collection_id, index_held=False).first()
    return Build(collection).run_merge() if collection and wants_merge(collection_id) else None


def wants_merge(collection_id: int) -> bool:
    served = served_version(collection_id)
    return served is not None and get_engine().needs_merge(served)


class Build:
    """One new version in the making: a row others see, with a lease, its progress, and a way to stop it."""

    def __init__(self, collection: Collection, *, anew: bool = False, into: str = "", recipe: str = "") -> None:
        """``into`` is another vector store than ``VECTOR_STORE_URL``; ``recipe`` another than would be built there."""
        self.collection = collection
        self.engine = get_engine(into)
        self.previous = None if anew else served_version(collection.pk, into)
        self.recipe = recipe or recipe_to_build(collection)
        self.started = self.last_beat = monotonic()
        # The content is read after its version: an index may hold more than it says, never less.
        self.version = IndexVersion.objects.create(
            collection=collection,
            engine=engine_name(into),
            content_version=collection.content_version,
            embedding_model=model_of(self.recipe),
            recipe=self.recipe,
            lease_expires_at=timezone.now() + LEASE,
        )

    def run(self) -> IndexVersion | None:
        return self.guarded(lambda: self.publish(None))

    def run_merge(self) -> IndexVersion | None:
        return self.guarded(self.merge)

    def guarded(self, work: Callable[[], bool]) -> IndexVersion | None:
        try:
            switched = work()
        except BuildCancelled:
            self.finish(Status.CANCELLED)
            return None
        except (EmbeddingError, IndexUnusable) as error:
            self.finish(Status.FAILED, error.user_message)
            raise
        except Exception:
            self.finish(Status.FAILED, "The index could not be built. The log has the reason.")
            raise
        clean_up(self.version, self.engine)
        log.info(
            "index_built",
            collection=self.collection.slug,
            version=self.version.pk,
            served=switched,
            chunks=self.version.chunk_count,
        )
        return self.version if switched else None

    def publish(self, merged: object) -> bool:
        content = self.content()
        self.engine.publish(self.version, content, self.previous, self.beat, merged)
        self.version.build_seconds = monotonic() - self.started
        return switch_to(self.version)

    def merge(self) -> bool:
        merged = self.engine.merge(self.content(), self.beat)
        try:
            for _ in range(MERGE_TRIES):
                self.collection.refresh_from_db()
                self.version.content_version = self.collection.content_version
                self.previous = served_version(self.collection.pk)
                if self.publish(merged):
                    return True
                self.engine.forget([self.version])
        finally:
            self.engine.discard(merged)
        return False

    def content(self) -> DatabaseContent:
        content = DatabaseContent(self.collection, self.version.embedding_model, self.recipe, self.before_embedding)
        IndexVersion.objects.filter(pk=self.version.pk).update(expected=len(content.chunk_ids))
        self.version.expected = len(content.chunk_ids)
        return content

    def before_embedding(self) -> None:
        self.beat()

    def beat(self, done: int = 0) -> None:
        """Raises ``BuildCancelled`` within a second or so of the wish."""
        if monotonic() - self.last_beat < BEAT_SECONDS:
            return
        self.last_beat = monotonic()
        own = IndexVersion.objects.filter(pk=self.version.pk)
        if not own.filter(cancel_requested=False).update(lease_expires_at=timezone.now() + LEASE, done=done):
            raise BuildCancelled

    def finish(self, status: str, error: str = "") -> None:
        """Of those that came to nothing, only the last one is worth keeping."""
        came_to_nothing = self.collection.index_versions.filter(status=Status.FAILED, manifest_sha256="")
        came_to_nothing.exclude(pk=self.version.pk).delete()
        pause = max(PAUSE_AFTER_FAILURE, timedelta(seconds=monotonic() - self.started))
        not_before = timezone.now() + pause if status == Status.FAILED else None
        IndexVersion.objects.filter(pk=self.version.pk).update(status=status, error=error, lease_expires_at=not_before)


def served_version(collection_id: int, store: str = "") -> IndexVersion | None:
    """By the engine of this vector store, or of the one that is set."""
    served = IndexVersion.objects.filter(collection=collection_id, status=Status.SERVING)
    return served.filter(engine=engine_name(store)).first()


def model_of(recipe: str) -> str:
    parsed = parse_recipe(recipe)
    return parsed.model if parsed else current_recipe().model


def recipe_to_build(collection: Collection) -> str:
    """What is served goes on until every document is there by the current recipe."""
    current, served = str(current_recipe()), served_recipe(collection.pk)
    if served in (None, current):
        return current
    waits = outdated_documents(collection.pk).exists() or missing_documents(collection.pk, served, current).exists()
    return served if waits else current


def served_recipe(collection_id: int) -> str | None:
    """Also of what was served until it was damaged, or by the engine before: there is as much to be lost."""
    complete = IndexVersion.objects.filter(collection=collection_id).exclude(manifest_sha256="")
    version = served_version(collection_id) or complete.first()
    return version.recipe if version else None


def searchable_count(collection_id: int) -> int:
    """How many passages an index of it holds, or will."""
    return searchable_chunks(collection_id, recipe_to_build(Collection.objects.get(pk=collection_id))).count()


def outdated_documents(collection_id: int | None = None) -> QuerySet[Document]:
    """Those that still have to be cut by the current recipe."""
    documents = Document.objects.filter(publication=Document.Publication.PUBLISHED).exclude(
        recipe=str(current_recipe())
    )
    unread = documents.exclude(status=Document.Status.FAILED)
    return unread if collection_id is None else unread.filter(collection=collection_id)


def missing_documents(collection_id: int, served: str, current: str) -> QuerySet[Document]:
    """Those that would be lost with what is served: they could not be read or embedded by the current recipe."""
    said = Chunk.objects.filter(document=OuterRef("pk"), revision=OuterRef("revision"))
    documents = Document.objects.filter(collection=collection_id, publication=Document.Publication.PUBLISHED)
    return documents.filter(Exists(said.filter(recipe=served)), ~Exists(said.filter(recipe=current)))


def recipes_in_use(collection_id: int) -> list[Recipe]:
    """The current one first. While a collection is on its way to it, also that of the index that answers."""
    current, served = current_recipe(), served_recipe(collection_id)
    earlier = parse_recipe(served) if served else None
    return [current, earlier] if earlier and earlier != current else [current]


def queue_outdated_documents() -> None:
    """After a change of the recipe. What they say by the old one goes on being served."""
    outdated_documents().filter(status=Document.Status.READY).update(
        status=Document.Status.PENDING, attempts=0, lease_expires_at=None
    )


def is_current(collection: Collection) -> bool:
    return collection.index_versions.filter(
        status=Status.SERVING,
        engine=engine_name(),
        content_version=collection.content_version,
        recipe=recipe_to_build(collection),
    ).exists()


def stale_collections() -> list[int]:
    """Collections whose index is behind their content or made by another recipe, and that nobody is building or has
    just failed to."""
    # A copy that is made for another engine is a build as well; that it failed there says nothing of this one.
    at_it = Q(status=Status.BUILDING) | Q(status=Status.FAILED, engine=engine_name())
    left_alone = IndexVersion.objects.filter(at_it, lease_expires_at__gt=timezone.now())
    idle = Collection.objects.filter(index_held=False).exclude(pk__in=left_alone.values("collection"))
    ready = Document.objects.filter(status=Document.Status.READY, publication=Document.Publication.PUBLISHED)
    known = idle.filter(Q(pk__in=ready.values("collection")) | Q(pk__in=IndexVersion.objects.values("collection")))
    return [collection.pk for collection in known if not (is_current(collection) or was_stopped(collection))]


def was_stopped(collection: Collection) -> bool:
    """Somebody did not want this very build. The next change, or the next wish, begins another."""
    newest = collection.index_versions.filter(engine=engine_name()).first()
    return (
        newest is not None
        and newest.status == Status.CANCELLED
        and newest.cancel_requested
        and newest.content_version == collection.content_version
        and newest.recipe == recipe_to_build(collection)
    )


def switch_to(version: IndexVersion) -> bool:
    """False if the collection is gone or held, or a version with newer content is served already."""
    with transaction.atomic():
        if not Collection.objects.select_for_update().filter(pk=version.collection_id, index_held=False).exists():
            return False
        versions = IndexVersion.objects.filter(collection=version.collection_id, engine=version.engine)
        served = versions.filter(status=Status.SERVING)
        if served.filter(content_version__gt=version.content_version).exists():
            return False
        served.update(status=Status.RETIRED)
        version.status = Status.SERVING
        version.lease_expires_at = None
        version.done = version.expected
        version.save()
    return True


def roll_back(version: IndexVersion) -> bool:
    """Serves this earlier version again, at once, and keeps it until ``release``. False if it is not kept any more."""
    with transaction.atomic():
        collection = Collection.objects.select_for_update().get(pk=version.collection_id)
        kept = IndexVersion.objects.filter(pk=version.pk, status=Status.RETIRED, engine=engine_name())
        if not kept.exists():
            return False
        collection.index_versions.filter(status=Status.SERVING, engine=engine_name()).update(status=Status.RETIRED)
        kept.update(status=Status.SERVING)
        collection.index_held = True
        collection.save(update_fields=["index_held"])
    return True


def release(collection_id: int) -> None:
    """Newer versions may take over again."""
    Collection.objects.filter(pk=collection_id).update(index_held=False)


def clean_up(finished: IndexVersion, engine: Engine) -> None:
    """Keeps what is served, the last few that were, what others are building, and what another engine has."""
    versions = IndexVersion.objects.filter(collection=finished.collection_id, engine=finished.engine)
    served_first = Case(When(status=Status.SERVING, then=Value(0)), default=Value(1))
    good = versions.filter(status__in=[Status.SERVING, Status.RETIRED])
    kept = list(good.order_by(served_first, "-id")[:KEPT_VERSIONS])
    being_built = Q(status=Status.BUILDING, lease_expires_at__gt=timezone.now()) & ~Q(pk=finished.pk)
    old = list(versions.exclude(pk__in=[version.pk for version in kept]).exclude(being_built))
    versions.filter(pk__in=[version.pk for version in old]).delete()
    engine.forget(old)
    recipes = {version.recipe for version in kept} | {str(current_recipe())}
    if {version.recipe for version in old} - recipes:
        remove_chunks_of_other_recipes(finished.collection_id, recipes)


def remove_chunks_of_other_recipes(collection_id: int, recipes: set[str]) -> None:
    """No version that is kept was made of them."""
    chunks = Chunk.objects.filter(document__collection=collection_id).exclude(recipe__in=recipes)
    hashes = set(chunks.values_list("content_hash", flat=True))
    chunks.delete()
    forget_unused(hashes)
