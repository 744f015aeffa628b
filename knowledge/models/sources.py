"""Where documents come from, and what each visit there brought."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from knowledge.models.documents import Collection


class Source(models.Model):
    """A place documents are taken from. ``location`` is a folder, an address or a repository, by its kind."""

    class Kind(models.TextChoices):
        FOLDER = "folder", "Folder"
        GIT = "git", "Git repository"
        PAGE = "page", "One web page"
        SITE = "site", "Web site"
        PUSH = "push", "Pushed by another program"

    class Interval(models.IntegerChoices):
        """In minutes."""

        QUARTER_HOUR = 15, "Every 15 minutes"
        HOUR = 60, "Every hour"
        DAY = 24 * 60, "Every day"
        WEEK = 7 * 24 * 60, "Every week"

    collection = models.ForeignKey(Collection, models.CASCADE, related_name="sources")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    name = models.CharField(max_length=200, blank=True)
    location = models.CharField(max_length=500, blank=True)
    branch = models.CharField(max_length=200, blank=True, help_text="Git only. Empty: the repository's own default.")
    folder = models.CharField(max_length=300, blank=True, help_text="Git only: the folder of the documents in it.")
    url_prefix = models.URLField(max_length=500, blank=True)
    include = models.TextField(
        blank=True, help_text="One pattern a line, such as guides/** or /docs/*. Empty: everything."
    )
    exclude = models.TextField(blank=True, help_text="One pattern a line; it wins over the ones above.")
    max_depth = models.PositiveSmallIntegerField(default=5, help_text="Sites only: how many links from the first page.")
    max_pages = models.PositiveIntegerField(default=2000, help_text="Sites only.")
    sync_every = models.PositiveIntegerField(null=True, blank=True, choices=Interval.choices)
    next_sync_at = models.DateTimeField(null=True, blank=True, editable=False)
    publishes = models.BooleanField(
        default=True, help_text="What it brings is published at once. Otherwise each new page waits for an editor."
    )
    cursor = models.CharField(
        max_length=200, blank=True, editable=False, help_text="What the last whole visit saw, such as a commit."
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["collection", "kind", "location"], name="source_unique")]

    def __str__(self) -> str:
        return self.name or self.location or self.get_kind_display()


class SyncRun(models.Model):
    """One visit to a source: a job while it runs, its record afterwards."""

    class Status(models.TextChoices):
        WAITING = "waiting", "Waiting"
        RUNNING = "running", "Running"
        ASKING = "asking", "Waiting for a yes"
        DONE = "done", "Done"
        PARTIAL = "partial", "Done in part"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Cancelled"

    source = models.ForeignKey(Source, models.CASCADE, related_name="runs")
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.WAITING)
    # Who holds it: a worker that lost its lease finds another number here, and its writes refused.
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_expires_at = models.DateTimeField(null=True, blank=True)
    cancel_requested = models.BooleanField(default=False)
    removal_approved = models.BooleanField(
        default=False, help_text="An editor said yes to a source that lost more than half of its documents."
    )
    seen = models.PositiveIntegerField(default=0, help_text="Pages or files looked at so far.")
    expected = models.PositiveIntegerField(default=0, help_text="How many there will be, as far as is known.")
    added = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    removed = models.PositiveIntegerField(default=0)
    missing = models.JSONField(default=list, help_text="The documents it asks to retire, by their ids.")
    failed = models.PositiveIntegerField(default=0)
    failures = models.JSONField(default=list, help_text="The first of them, as {path, reason}.")
    error = models.TextField(blank=True)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["source"], condition=Q(status__in=["waiting", "running"]), name="one_sync_at_a_time"
            )
        ]
        indexes = [
            models.Index(
                fields=["lease_expires_at"], condition=Q(status__in=["waiting", "running"]), name="sync_unfinished"
            )
        ]

    def __str__(self) -> str:
        return f"{self.source} #{self.pk}"
