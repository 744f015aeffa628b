"""What models took and cost."""

from django.db import models


class Spending(models.Model):
    """What models answered on one day for one widget, and what it cost by the prices that were set then.

    It outlives its widget: what was spent stays spent. Running answers are in it at the most they can cost.
    """

    day = models.DateField()
    widget_id = models.PositiveBigIntegerField(help_text="0: over the API.")
    answers = models.BigIntegerField(default=0)
    prompt = models.BigIntegerField("prompt tokens", default=0)
    completion = models.BigIntegerField("answer tokens", default=0)
    micro = models.BigIntegerField("millionths", default=0, help_text="Of the currency of the prices.")

    class Meta:
        ordering = ["-day", "widget_id"]
        verbose_name_plural = "spending"
        constraints = [models.UniqueConstraint(fields=["day", "widget_id"], name="spending_unique")]

    def __str__(self) -> str:
        return f"{self.day}: {self.answers} answers"
