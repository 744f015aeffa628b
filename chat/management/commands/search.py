"""Search as somebody who may ask: what they would find, and why."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.text import Truncator

from accounts.models import User
from accounts.selectors import active_customer, plans_of
from knowledge.access import PUBLIC, Audience
from knowledge.records import Asked, Passage
from knowledge.search import explained_search
from knowledge.selectors import audience_of, collections_named

NOTHING_FOUND = 1
BAD_ARGUMENTS = 2
SHOWN_CHARACTERS = 300
ASKERS = "public, customer:ID (by the id in your own system) or staff:USERNAME"


class Command(BaseCommand):
    help = "Searches the documents as somebody who may ask. Exit code 1: nothing was found."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("text", type=readable)
        parser.add_argument(
            "--as", dest="asker", type=readable, default="public", metavar="WHO", help=f"{ASKERS}; default: public"
        )
        parser.add_argument(
            "--collection", action="append", type=readable, default=[], metavar="SLUG", help="only in these"
        )
        parser.add_argument("--limit", type=int, default=8, metavar="N", help="at most so many passages (default 8)")
        parser.add_argument("--explain", action="store_true", help="what each score is made of")
        parser.add_argument("--json", action="store_true", help="one JSON object on standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        if not 1 <= options["limit"] <= 100:
            raise CommandError("--limit must be from 1 to 100.", returncode=BAD_ARGUMENTS)
        audience = audience_from(options["asker"])
        asked, passages = explained_search(
            options["text"], audience, collection_ids=ids_of(options["collection"], audience), limit=options["limit"]
        )
        if options["json"]:
            self.stdout.write(as_json(asked, passages))
        else:
            self.show(asked, passages, explain=options["explain"])
        if not passages:
            raise SystemExit(NOTHING_FOUND)

    def show(self, asked: Asked, passages: list[Passage], *, explain: bool) -> None:
        if explain:
            self.stdout.write(understanding(asked))
        for number, passage in enumerate(passages, start=1):
            self.stdout.write(f"{number}. {' › '.join(passage.headings) or passage.title}")
            self.stdout.write(f"   {passage.url}")
            if explain:
                self.stdout.write(f"   {scores(passage)}")
            self.stdout.write(f"   {Truncator(' '.join(passage.text.split())).chars(SHOWN_CHARACTERS)}\n")
        if not passages:
            self.stdout.write("Nothing was found.")


def readable(argument: str) -> str:
    """Bytes that are no UTF-8 come from the shell as what no text may hold."""
    return argument.encode(errors="replace").decode()


def audience_from(asker: str) -> Audience:
    kind, _, name = asker.partition(":")
    if asker == "public":
        return PUBLIC
    if kind == "customer" and name:
        if customer := active_customer(name):
            return Audience(customer=True, plans=plans_of(customer.pk))
        raise CommandError(f"There is no active customer with the id {name!r}.", returncode=BAD_ARGUMENTS)
    if kind == "staff" and name:
        if user := User.objects.filter(username=name, is_active=True, is_staff=True).first():
            return audience_of(user)
        raise CommandError(f"There is nobody on the staff with the user name {name!r}.", returncode=BAD_ARGUMENTS)
    raise CommandError(f"--as must be {ASKERS}, not {asker!r}.", returncode=BAD_ARGUMENTS)


def ids_of(slugs: list[str], audience: Audience) -> list[int] | None:
    """A collection that asker may not read is as unknown here as one that is not there."""
    if not slugs:
        return None
    known = collections_named(slugs, audience)
    if unknown := sorted(set(slugs) - set(known)):
        raise CommandError(f"They see no collection {', '.join(unknown)}.", returncode=BAD_ARGUMENTS)
    return list(known.values())


def understanding(asked: Asked) -> str:
    lines = [f"Understood as: {asked.corrected}"] if asked.corrected != asked.text else []
    lines += [f"Searched by itself: {part}" for part in asked.parts]
    return "".join(f"{line}\n" for line in lines)


def scores(passage: Passage) -> str:
    parts = "  ".join(f"{kind} {value:.3f}" for kind, value in passage.evidence.items())
    return f"{passage.score:.3f} = {parts}  (similarity {passage.similarity:.3f})"


def as_json(asked: Asked, passages: list[Passage]) -> str:
    return json.dumps(
        {
            "query": asked.text,
            "corrected": asked.corrected,
            "parts": asked.parts,
            "passages": [asdict(passage) for passage in passages],
        },
        default=str,
        ensure_ascii=False,
    )
