"""Everything that is kept about one customer, in a file."""

import os
from argparse import ArgumentParser
from pathlib import Path
from shutil import copyfileobj
from tempfile import NamedTemporaryFile
from typing import IO, Any

from django.core.management.base import BaseCommand, CommandError

from accounts import actors
from accounts.privacy import customer_by_id
from chat.privacy.exporting import export
from supportbot.errors import DiskFull
from supportbot.full_disk import full_disk_named

BY = actors.command("export_customer")


class Command(BaseCommand):
    help = (
        "Writes everything that is kept about a customer to FILE: JSON if its name ends with .json, otherwise a ZIP "
        "archive with export.json, the conversations as Markdown and the images in them."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("external_id", metavar="EXTERNAL_ID", help="the customer's id in your own system")
        parser.add_argument("--to", dest="path", type=Path, required=True, metavar="FILE")

    def handle(self, *args: Any, external_id: str, path: Path, **options: Any) -> None:
        customer = customer_by_id(external_id)
        if customer is None:
            raise CommandError(f"There is no customer with the id {external_id!r}.")
        if not path.parent.is_dir():
            raise CommandError(f"There is no folder {path.parent} to write to.")
        try:
            with full_disk_named(), export(customer, BY, "json" if path.suffix == ".json" else "zip") as file:
                replace(path, file)
        except (DiskFull, OSError) as error:
            raise CommandError(f"{path} was not written: {getattr(error, 'user_message', error)}") from error
        self.stdout.write(f"{path} holds everything that is kept about this customer. Nobody else should read it.")


def replace(path: Path, file: IO[bytes]) -> None:
    """Whole or not at all, and for nobody else on this machine."""
    with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as draft:
        try:
            copyfileobj(file, draft)
            draft.flush()
            os.fsync(draft.fileno())
            Path(draft.name).replace(path)
        except BaseException:
            Path(draft.name).unlink(missing_ok=True)
            raise
