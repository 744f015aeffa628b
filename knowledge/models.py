"""What we know: collections of documents, their chunks and vectors, and the indexes made of them."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone

from knowledge.searchable import searchable_text


class Collection(models.Model):
    """A set of documents with one audience. It is also the unit that is indexed and served."""

    class Audience(models.TextChoices):
        PUBLIC = "public", "Everyone"
        CUSTOMERS = "customers", "Identified customers"
        STAFF = "staff", "Staff"

    slug = models.SlugField(max_length=100, unique=True)
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    audience = models.CharField(
        max_length=20,
        choices=Audience.choices,
        # The cautious choice: a collection nobody thought about is not shown to customers.
        default=Audience.STAFF,
    )
    groups = models.ManyToManyField(
        "auth.Group", blank=True, help_text="Staff collections only: the groups that may read it. None means all staff."
    )
    content_version = models.PositiveBigIntegerField(
        default=0, editable=False, help_text="Counts changes of searchable content; an index knows which one it holds."
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(audience__in=["public", "customers", "staff"]), name="collection_audience_known"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Source(models.Model):
    """Where documents come from: a folder of files with a URL prefix, or uploads by hand."""

    class Kind(models.TextChoices):
        FOLDER = "folder", "Folder"
        UPLOAD = "upload", "Upload"

    collection = models.ForeignKey(Collection, models.CASCADE, related_name="sources")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    location = models.CharField(max_length=500, blank=True)
    url_prefix = models.URLField(max_length=500, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["collection", "kind", "location"], name="source_unique")]

    def __str__(self) -> str:
        return self.location or self.get_kind_display()


class Document(models.Model):
    class Status(models.TextChoices):
        PENDING = "pending", "Waiting"
        PROCESSING = "processing", "Processing"
        READY = "ready", "Ready"
        FAILED = "failed", "Failed"

    class Format(models.TextChoices):
        MARKDOWN = "markdown", "Markdown"
        HTML = "html", "HTML"
        TEXT = "text", "Plain text"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    collection = models.ForeignKey(Collection, models.CASCADE, related_name="documents")
    source = models.ForeignKey(Source, models.SET_NULL, null=True, blank=True, related_name="documents")
    path = models.CharField(max_length=500, help_text="Its name inside the collection, such as billing/refunds.md.")
    slug = models.SlugField(max_length=200, help_text="Its address on the hosted page, stable across edits.")
    url = models.URLField("own URL", max_length=1000, blank=True, help_text="Where it is published, if elsewhere.")
    title = models.CharField(max_length=300, blank=True)
    description = models.TextField(blank=True)
    format = models.CharField(max_length=20, choices=Format.choices, default=Format.MARKDOWN)
    file = models.FileField(upload_to="documents/%Y/%m/", blank=True, max_length=300)
    content = models.TextField(blank=True, help_text="The text as it was written or uploaded.")
    markdown = models.TextField(blank=True, editable=False, help_text="What the parser made of it.")

    status = models.CharField(max_length=20, choices=Status.choices, default=Status.PENDING, editable=False)
    error = models.TextField(blank=True, editable=False)
    # Content that changes gets a new revision. Only chunks of the current one are ever shown, and a worker
    # that finishes an older one finds its result refused.
    revision = models.PositiveIntegerField(default=1, editable=False)
    # Processing: until then a worker has it. Pending: from then on the sweep rings for it again.
    lease_expires_at = models.DateTimeField(null=True, blank=True, editable=False)
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(default=timezone.now, help_text="When the content last changed.")
    indexed_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["path"]
        constraints = [
            models.UniqueConstraint(fields=["collection", "path"], name="document_path_unique"),
            models.UniqueConstraint(fields=["collection", "slug"], name="document_slug_unique"),
            models.CheckConstraint(
                condition=Q(status__in=["pending", "processing", "ready", "failed"]), name="document_status_known"
            ),
        ]
        indexes = [
            models.Index(
                fields=["lease_expires_at"],
                condition=Q(status__in=["pending", "processing"]),
                name="document_unfinished",
            )
        ]

    def __str__(self) -> str:
        return self.title or self.path

    def get_absolute_url(self) -> str:
        """The hosted page. ``knowledge.urls`` serves it for the audience of its collection only."""
        return f"/docs/{self.collection.slug}/{self.slug}/"


class Chunk(models.Model):
    document = models.ForeignKey(Document, models.CASCADE, related_name="chunks")
    revision = models.PositiveIntegerField()
    position = models.PositiveIntegerField()
    headings = models.JSONField(default=list, help_text="From the document's title down to the chunk's own heading.")
    anchor = models.CharField(max_length=300, blank=True)
    text = models.TextField(help_text="As it may be quoted: without the heading path.")
    tokens = models.PositiveIntegerField()
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


class IndexVersion(models.Model):
    """One immutable snapshot on disk of one collection. At most one per collection is served."""

    class Status(models.TextChoices):
        BUILDING = "building", "Building"
        SERVING = "serving", "Serving"
        RETIRED = "retired", "Retired"
        FAILED = "failed", "Failed"

    collection = models.ForeignKey(Collection, models.CASCADE, related_name="index_versions")
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.BUILDING)
    content_version = models.PositiveBigIntegerField()
    folder = models.CharField(max_length=200, blank=True)
    embedding_model = models.CharField(max_length=200)
    dimension = models.PositiveIntegerField(default=0)
    chunk_count = models.PositiveIntegerField(default=0)
    manifest_sha256 = models.CharField(max_length=64, blank=True)
    error = models.TextField(blank=True)
    lease_expires_at = models.DateTimeField(null=True, blank=True, help_text="Building: until then somebody is at it.")
    created_at = models.DateTimeField(auto_now_add=True)
    build_seconds = models.FloatField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["collection"], condition=Q(status="serving"), name="one_serving_index")
        ]
        indexes = [models.Index(fields=["collection", "-id"], name="index_newest")]

    def __str__(self) -> str:
        return f"{self.collection} #{self.pk}"
