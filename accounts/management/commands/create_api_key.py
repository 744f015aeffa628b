from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from accounts.api_keys import create_api_key


class Command(BaseCommand):
    help = "Makes an API key and prints it once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="What the key is for.")

    def handle(self, *args: Any, name: str, **options: Any) -> None:
        _, key = create_api_key(name)
        self.stdout.write(key)
