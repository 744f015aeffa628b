"""``python -m tests.bench [NAME ...] [--folder FOLDER]``: all but the large ones, or those named.

``answers`` measures the labelled sets in FOLDER. ``search-large`` takes about half an hour and 10 GB of disk for its
million passages, ``accounts`` two minutes for its customers with their record.
"""

import os
import tempfile
from argparse import ArgumentParser
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

LARGE = {"accounts", "search-large"}


def main() -> None:
    parser = ArgumentParser(prog="make bench")
    parser.add_argument("chosen", nargs="*", metavar="NAME")
    parser.add_argument("--folder", type=Path, help="of labelled sets in the form of BEIR: answers, followups")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="supportbot-bench-") as folder:
        os.environ.update(DATA_DIR=folder, LOG_LEVEL="ERROR", DJANGO_SETTINGS_MODULE="supportbot.settings")
        for name in ("DATABASE_URL", "REDIS_URL", "EMBEDDING_MODEL", "OPENAI_API_KEY"):
            os.environ.pop(name, None)
        run(arguments.chosen, arguments.folder, parser)


def run(chosen: list[str], folder: Path | None, parser: ArgumentParser) -> None:
    import django

    django.setup()
    from django.core.management import call_command

    from tests.bench import accounts, answering, answers, freshness, ingestion, resync, search, sockets, upsert
    from tests.bench.report import Row, show

    call_command("migrate", verbosity=0)
    benches: dict[str, Callable[[], Iterable[Row]]] = {
        "ingestion": ingestion.measure,
        "resync": resync.measure,
        "search": search.measure,
        "freshness": freshness.measure,
        "sockets": sockets.measure,
        "answering": answering.measure,
        "upsert": upsert.measure,
        "accounts": accounts.measure,
        "search-large": search.measure_large,
        **({"answers": partial(answers.measure, folder)} if folder else {}),
    }
    if unknown := set(chosen) - set(benches):
        parser.error(f"There is no benchmark {', '.join(sorted(unknown))}. There are: {', '.join(benches)}.")
    for name, measure in benches.items():
        if name in chosen or (not chosen and name not in LARGE):
            show(name, measure())


if __name__ == "__main__":
    main()
