"""Chunks of documents, their vectors, and the indexes built of them."""

from decimal import Decimal

from django.db import models
from django.db.models import Q

from knowledge.models.documents import Collection, Document
from knowledge.text.searchable import searchable_text


class Chunk(models.Model):
    document = models.ForeignKey(Document, models.CASCADE, related_name="chunks")
    revision = models.PositiveIntegerField()
    position = models.PositiveIntegerField()
    headings = models.JSONField(default=list, help_text="From the document's title down to the chunk's own heading.")
    anchor = models.CharField(max_length=300, blank=True)
    page = models.PositiveIntegerField(null=True, blank=True, help_text="The page of a PDF or slide it stands on.")
    text = models.TextField(help_text="As it may be quoted: without the heading path.")
    tokens = models.PositiveIntegerField()
    # Chunks of an older recipe stay as long as an index that was made of them may be rolled back to.
    recipe = models.CharField(max_length=200, blank=True)
    # sha256 of ``searchable_text``. A chunk that says the same after an edit keeps its row, and so its place
    # in the index that is being served.
    content_hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["position"]
        indexes = [models.Index(fields=["content_hash"], name="chunk_by_content")]

    def __str__(self) -> str:
        return " › ".join(self.headings)

    @property
    def searchable_text(self) -> str:
        return searchable_text(self.headings, self.text)


class Embedding(models.Model):
    """A vector that was already paid for: found again by model and content, whichever chunk has it now."""

    model = models.CharField(max_length=200)
    content_hash = models.CharField(max_length=64)
    vector = models.BinaryField(help_text="Little-endian float32, normalised to length 1.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["model", "content_hash"], name="embedding_unique")]

    def __str__(self) -> str:
        return f"{self.model} {self.content_hash[:12]}"


class EmbeddingUsage(models.Model):
    """What was embedded on one day with one model, and what it cost by the price that was set then."""

    model = models.CharField(max_length=200)
    day = models.DateField()
    texts = models.PositiveBigIntegerField(default=0)
    tokens = models.PositiveBigIntegerField(default=0)
    cost = models.DecimalField(
        max_digits=14, decimal_places=6, default=Decimal(0), help_text="In the currency of the price."
    )

    class Meta:
        ordering = ["-day", "model"]
        constraints = [models.UniqueConstraint(fields=["model", "day"], name="embedding_usage_unique")]

    def __str__(self) -> str:
        return f"{self.model} on {self.day}"


class IndexVersion(models.Model):
    """One immutable snapshot of one collection. At most one per collection and engine is served."""

    class Status(models.TextChoices):
        BUILDING = "building", "Building"
        SERVING = "serving", "Serving"
        RETIRED = "retired", "Retired"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Cancelled"

    collection = models.ForeignKey(Collection, models.CASCADE, related_name="index_versions")
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.BUILDING)
    content_version = models.PositiveBigIntegerField()
    engine = models.CharField(max_length=20, default="faiss")
    folder = models.CharField(max_length=200, blank=True)
    host = models.CharField(max_length=200, blank=True, help_text="The machine that wrote the files.")
    embedding_model = models.CharField(max_length=200)
    recipe = models.CharField(max_length=200, blank=True, help_text="The chunk settings of what it holds.")
    dimension = models.PositiveIntegerField(default=0)
    chunk_count = models.PositiveIntegerField(default=0)
    size_bytes = models.PositiveBigIntegerField(default=0)
    details = models.JSONField(default=dict, help_text="How the vectors are kept, and the recall that was measured.")
    manifest_sha256 = models.CharField(max_length=64, blank=True)
    error = models.TextField(blank=True)
    lease_expires_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text="Building: until then somebody is at it. Failed: until then nobody tries again.",
    )
    cancel_requested = models.BooleanField(default=False)
    done = models.PositiveIntegerField(default=0, help_text="Chunks embedded and written so far.")
    expected = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    build_seconds = models.FloatField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["collection", "engine"], condition=Q(status="serving"), name="one_serving_index"
            )
        ]
        indexes = [models.Index(fields=["collection", "-id"], name="index_newest")]

    def __str__(self) -> str:
        return f"{self.collection} #{self.pk}"
