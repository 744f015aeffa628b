"""Erases everything that is kept about one customer, and prints the receipt."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.core.serializers.json import DjangoJSONEncoder

from accounts import actors
from accounts.privacy import customer_by_id
from chat.privacy.erasing import erase
from chat.privacy.receipts import receipt

BY = actors.command("erase_customer")


class Command(BaseCommand):
    help = (
        "Erases a customer: the record, conversations with files, traces and summaries, and what names them in logs of "
        "the admin. It cannot be undone. Prints the receipt as JSON."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("external_id", metavar="EXTERNAL_ID", help="the customer's id in your own system")
        parser.add_argument("--yes", action="store_true", help="do not ask")

    def handle(self, *args: Any, external_id: str, yes: bool, **options: Any) -> None:
        customer = customer_by_id(external_id)
        if customer is None:
            raise CommandError(f"There is no customer with the id {external_id!r}.")
        if not yes and asked() != external_id:
            raise CommandError("Nothing was erased: that was another id.")
        self.stdout.write(json.dumps(receipt(erase(customer, BY)), indent=2, ensure_ascii=False, cls=DjangoJSONEncoder))


def asked() -> str:
    try:
        return input("Everything about this customer will be gone for good. Type their id again to go on: ").strip()
    except EOFError as error:
        raise CommandError("Nobody is here to be asked; --yes goes on without.") from error
