"""The imports of customers from files."""

from django.db import models


class ImportRun(models.Model):
    """How far a file is in. Written with the rows themselves, so it is right whenever an import ends."""

    sha256 = models.CharField(max_length=64, db_index=True, help_text="Of the file: another content is another import.")
    name = models.CharField(max_length=255)
    line = models.PositiveBigIntegerField(default=0, help_text="The last line whose row is written or refused.")
    counts = models.JSONField(default=dict, help_text="How many rows were created, changed, failed, ...")
    started_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.name} up to line {self.line}"
