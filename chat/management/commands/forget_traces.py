"""Empties the traces of old answers now, as every night does by itself."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from chat.retention import forget_traces, traces_before


class Command(BaseCommand):
    help = "Empties the traces of answers older than so many days. What was said and cited is kept."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--days", type=int, metavar="N", help="older than so many days; default: TRACE_DAYS")
        parser.add_argument("--dry-run", action="store_true", help="only say how many")

    def handle(self, *args: Any, days: int | None, dry_run: bool, **options: Any) -> None:
        days = settings.TRACE_DAYS if days is None else days
        if not 1 <= days <= 36_500:
            raise CommandError("--days must be from 1 to 36500. Where TRACE_DAYS is 0, traces are kept for ever.")
        if dry_run:
            count = traces_before(timezone.now() - timedelta(days=days)).count()
            self.stdout.write(f"Traces older than {days} days: {count} would be forgotten.")
        else:
            self.stdout.write(f"Traces older than {days} days: {forget_traces(days)} forgotten.")
