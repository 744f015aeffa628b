"""Forgets now what is kept no longer, as every night does by itself."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from chat.retention import KINDS, Kind


class Command(BaseCommand):
    help = (
        "Deletes conversations, traces, unsent images and files that are kept no longer: see CONVERSATION_DAYS, "
        "VISITOR_DAYS and TRACE_DAYS. Never a conversation that is open with a person or in which an answer is written."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say how many of each would go")

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        for kind in KINDS:
            self.stdout.write(said(kind, dry_run=dry_run))


def said(kind: Kind, *, dry_run: bool) -> str:
    if not kind.days:
        return f"{kind.what}: kept for ever ({kind.setting} is 0)."
    older = f"{kind.what}, older than {kind.days} day{'s' if kind.days > 1 else ''}"
    if dry_run:
        return f"{older}: {kind.count(kind.until)} would go."
    return f"{older}: {kind.forget(kind.until)} gone."
