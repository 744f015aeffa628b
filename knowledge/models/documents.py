"""Collections and the documents in them, with what they said before and what waits to be said."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone


class Collection(models.Model):
    """A set of documents with one audience. It is also the unit that is indexed and served."""

    class Audience(models.TextChoices):
        PUBLIC = "public", "Everyone"
        CUSTOMERS = "customers", "Identified customers"
        STAFF = "staff", "Staff"

    class Language(models.TextChoices):
        """The languages whose words the full-text index knows by their stems."""

        ARABIC = "arabic", "Arabic"
        DANISH = "danish", "Danish"
        DUTCH = "dutch", "Dutch"
        ENGLISH = "english", "English"
        FINNISH = "finnish", "Finnish"
        FRENCH = "french", "French"
        GERMAN = "german", "German"
        GREEK = "greek", "Greek"
        HUNGARIAN = "hungarian", "Hungarian"
        ITALIAN = "italian", "Italian"
        NORWEGIAN = "norwegian", "Norwegian"
        PORTUGUESE = "portuguese", "Portuguese"
        ROMANIAN = "romanian", "Romanian"
        RUSSIAN = "russian", "Russian"
        SPANISH = "spanish", "Spanish"
        SWEDISH = "swedish", "Swedish"
        TAMIL = "tamil", "Tamil"
        TURKISH = "turkish", "Turkish"

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
    language = models.CharField(max_length=20, choices=Language.choices, default=Language.ENGLISH)
    needs_review = models.BooleanField(
        default=False, help_text="What editors write waits until somebody who may publish says yes."
    )
    index_held = models.BooleanField(
        default=False, editable=False, help_text="After a roll-back: no newer index takes over until this is released."
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


class CollectionPlan(models.Model):
    """Keeps a collection for customers to those on some plans. A collection without any is for all customers."""

    collection = models.ForeignKey(Collection, models.CASCADE, related_name="plans")
    plan = models.CharField(max_length=100)

    class Meta:
        ordering = ["plan"]
        constraints = [models.UniqueConstraint(fields=["collection", "plan"], name="collection_plan_unique")]

    def __str__(self) -> str:
        return self.plan


class Document(models.Model):
    """What is published now. What it said before, and what waits for a yes, are its versions."""

    class Status(models.TextChoices):
        PENDING = "pending", "Waiting"
        PROCESSING = "processing", "Processing"
        READY = "ready", "Ready"
        FAILED = "failed", "Failed"

    class Publication(models.TextChoices):
        DRAFT = "draft", "Draft"
        PUBLISHED = "published", "Published"
        RETIRED = "retired", "Retired"

    class RetiredBy(models.TextChoices):
        EDITOR = "editor", "An editor"
        SOURCE = "source", "Its source, which no longer has it"

    class Format(models.TextChoices):
        MARKDOWN = "markdown", "Markdown"
        HTML = "html", "HTML"
        TEXT = "text", "Plain text"
        PDF = "pdf", "PDF"
        DOCX = "docx", "Word"
        PPTX = "pptx", "PowerPoint"
        XLSX = "xlsx", "Excel"
        CSV = "csv", "CSV"
        EMAIL = "email", "E-mail"
        CURATED = "curated", "Curated answer"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    collection = models.ForeignKey(Collection, models.CASCADE, related_name="documents")
    source = models.ForeignKey("knowledge.Source", models.SET_NULL, null=True, blank=True, related_name="documents")
    path = models.CharField(max_length=500, help_text="Its name inside the collection, such as billing/refunds.md.")
    slug = models.SlugField(max_length=200, help_text="Its address on the hosted page, stable across edits.")
    url = models.URLField("own URL", max_length=1000, blank=True, help_text="Where it is published, if elsewhere.")
    title = models.CharField(max_length=300, blank=True)
    description = models.TextField(blank=True)
    format = models.CharField(max_length=20, choices=Format.choices, default=Format.MARKDOWN)
    file = models.FileField(upload_to="documents/%Y/%m/", blank=True, max_length=300)
    content = models.TextField(
        blank=True, help_text="The text as it was written or uploaded; a file that is no text is in ``file``."
    )
    markdown = models.TextField(blank=True, editable=False, help_text="What the parser made of it.")
    page_starts = models.JSONField(
        default=list, editable=False, help_text="Where in the Markdown each page begins, of formats that have them."
    )

    publication = models.CharField(max_length=20, choices=Publication.choices, default=Publication.PUBLISHED)
    retired_by = models.CharField(max_length=20, choices=RetiredBy.choices, blank=True, editable=False)
    verified_at = models.DateTimeField(
        null=True, blank=True, help_text="When somebody last said that this is still true."
    )
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )

    # What its source said when it was last fetched, to ask for changes only.
    given_hash = models.CharField(max_length=64, blank=True, editable=False, help_text="sha256 of the bytes as given.")
    etag = models.CharField(max_length=300, blank=True, editable=False)
    last_modified = models.CharField(max_length=100, blank=True, editable=False)

    status = models.CharField(max_length=20, choices=Status.choices, default=Status.PENDING, editable=False)
    error = models.TextField(blank=True, editable=False)
    # Content that changes gets a new revision. Only chunks of the current one are ever shown, and a worker
    # that finishes an older one finds its result refused.
    revision = models.PositiveIntegerField(default=1, editable=False)
    recipe = models.CharField(
        max_length=200, blank=True, editable=False, help_text="The chunk settings its newest chunks were cut with."
    )
    page_hash = models.CharField(
        max_length=64,
        blank=True,
        db_index=True,
        editable=False,
        help_text="sha256 of how the page as a whole is embedded.",
    )
    # Processing: until then a worker has it. Pending: from then on the sweep rings for it again.
    lease_expires_at = models.DateTimeField(null=True, blank=True, editable=False)
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    fence = models.PositiveIntegerField(
        default=0, editable=False, help_text="Counts its claims: what a worker with an earlier one brings is refused."
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(default=timezone.now, help_text="When the content last changed.")
    indexed_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["path"]
        permissions = [("publish_document", "Can publish documents")]
        constraints = [
            models.UniqueConstraint(fields=["collection", "path"], name="document_path_unique"),
            models.UniqueConstraint(fields=["collection", "slug"], name="document_slug_unique"),
            models.CheckConstraint(
                condition=Q(status__in=["pending", "processing", "ready", "failed"]), name="document_status_known"
            ),
            models.CheckConstraint(
                condition=Q(publication__in=["draft", "published", "retired"]), name="document_publication_known"
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

    @property
    def folder(self) -> str:
        return self.path.rpartition("/")[0]


class DocumentVersion(models.Model):
    """What a document said, or is proposed to say. Numbers count up from 1 in each document."""

    class State(models.TextChoices):
        REVIEW = "review", "Waiting for review"
        PUBLISHED = "published", "Published"
        REJECTED = "rejected", "Not accepted"

    class Origin(models.TextChoices):
        EDITOR = "editor", "Edited"
        UPLOAD = "upload", "Uploaded"
        SYNC = "sync", "From its source"
        PUSH = "push", "Pushed"
        RESTORE = "restore", "Restored"

    document = models.ForeignKey(Document, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=20, choices=State.choices, default=State.PUBLISHED)
    origin = models.CharField(max_length=20, choices=Origin.choices)
    title = models.CharField(max_length=300, blank=True)
    content = models.TextField(blank=True)
    file = models.CharField(max_length=300, blank=True, help_text="The stored file of a version that is no text.")
    url = models.URLField(max_length=1000, null=True, blank=True, help_text="The own URL it was proposed with.")
    format = models.CharField(max_length=20, choices=Document.Format.choices)
    content_hash = models.CharField(max_length=64, help_text="sha256 of title, content and file.")
    note = models.CharField(max_length=300, blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["document", "number"], name="document_version_number_unique")]

    def __str__(self) -> str:
        return f"{self.document}, version {self.number}"


class CuratedAnswer(models.Model):
    """An editor's exact answer to a question, however it is put. Its document makes it searchable like any other."""

    collection = models.ForeignKey(Collection, models.CASCADE, related_name="curated_answers")
    question = models.CharField(max_length=300)
    variants = models.JSONField(default=list, blank=True, help_text="Other ways to ask the same.")
    answer = models.TextField()
    is_active = models.BooleanField(default=True)
    document = models.OneToOneField(
        Document, models.SET_NULL, null=True, blank=True, editable=False, related_name="curated_answer"
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["question"]
        constraints = [models.UniqueConstraint(fields=["collection", "question"], name="curated_question_unique")]

    def __str__(self) -> str:
        return self.question
