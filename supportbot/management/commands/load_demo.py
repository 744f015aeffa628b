from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from supportbot.demo import loading


class Command(BaseCommand):
    help = "Loads the demo company: documents, customers, agents and the widget. Running it again is harmless."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--force", action="store_true", help="also into a database that holds other data")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            loading.load(force=options["force"])
        except loading.DatabaseInUse as error:
            raise CommandError(f"{error} To load it here all the same: load_demo --force") from None
        self.stdout.write("The demo company is loaded. The worker indexes its documents.")
