"""``python -m tests.bench [NAME ...]``: all but the large ones, or those named.

``search-large`` takes about half an hour and 10 GB of disk for its million passages.
"""

import os
import sys
import tempfile

LARGE = {"search-large"}


def main(chosen: list[str]) -> None:
    with tempfile.TemporaryDirectory(prefix="supportbot-bench-") as folder:
        os.environ.update(DATA_DIR=folder, LOG_LEVEL="ERROR", DJANGO_SETTINGS_MODULE="supportbot.settings")
        for name in ("DATABASE_URL", "REDIS_URL", "EMBEDDING_MODEL", "OPENAI_API_KEY"):
            os.environ.pop(name, None)
        run(chosen)


def run(chosen: list[str]) -> None:
    import django

    django.setup()
    from django.core.management import call_command

    from tests.bench import answering, freshness, ingestion, resync, search, sockets
    from tests.bench.report import show

    call_command("migrate", verbosity=0)
    benches = {
        "ingestion": ingestion.measure,
        "resync": resync.measure,
        "search": search.measure,
        "freshness": freshness.measure,
        "sockets": sockets.measure,
        "answering": answering.measure,
        "search-large": search.measure_large,
    }
    if unknown := set(chosen) - set(benches):
        sys.exit(f"There is no benchmark {', '.join(sorted(unknown))}. There are: {', '.join(benches)}.")
    for name, measure in benches.items():
        if name in chosen or (not chosen and name not in LARGE):
            show(name, measure())


if __name__ == "__main__":
    main(sys.argv[1:])
