from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts import actors
from accounts.api_keys import create_api_key, put_on_record
from accounts.audit import Action
from accounts.models import ApiKey

BY = actors.command("create_api_key")


class Command(BaseCommand):
    help = "Makes an API key and prints it once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="What the key is for.")
        parser.add_argument("--scope", choices=ApiKey.Scope.values, default=ApiKey.Scope.ANSWERS)
        parser.add_argument(
            "--collection",
            action="append",
            default=[],
            metavar="SLUG",
            help="the only collections it may write to; may be given several times",
        )

    def handle(self, *args: Any, name: str, scope: str, collection: list[str], **options: Any) -> None:
        if collection and scope != ApiKey.Scope.DOCUMENTS:
            raise CommandError("--collection is for keys with --scope documents.", returncode=2)
        with transaction.atomic():
            row, key = create_api_key(name, scope, collection)
            put_on_record(Action.KEY_MADE, BY, row)
        self.stdout.write(key)
