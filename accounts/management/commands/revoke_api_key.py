from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.db.models import Q

from accounts import actors
from accounts.api_keys import put_on_record
from accounts.audit import Action
from accounts.models import ApiKey

BY = actors.command("revoke_api_key")


class Command(BaseCommand):
    help = "Makes an API key good for nothing, from the next request on."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("key", metavar="NAME_OR_NUMBER", help="what it is called, or its number")

    def handle(self, *args: Any, key: str, **options: Any) -> None:
        with transaction.atomic():
            row = the_one(key)
            row.is_active = False
            row.save(update_fields=["is_active"])
            put_on_record(Action.KEY_RETIRED, BY, row)
        self.stdout.write(f"Revoked {told(row)}.")


def the_one(named: str) -> ApiKey:
    active = ApiKey.objects.filter(is_active=True).order_by("pk")
    numbered = Q(pk=int(named)) if named.isdecimal() else Q()
    found = list(active.filter(Q(name=named) | numbered))
    if len(found) == 1:
        return found[0]
    if found:
        raise CommandError(f"Several keys are called that. Say which by its number: {', '.join(map(told, found))}.")
    raise CommandError(f"There is no active key {named!r}, only these: {', '.join(map(told, active)) or 'none'}.")


def told(key: ApiKey) -> str:
    return f"{key.pk}: {key.name} ({key.scope})"
