"""``python -m tests.bench [ingestion] [search] [sockets]``: all of them, or those named."""

import os
import sys
import tempfile


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

    from tests.bench import ingestion, search, sockets
    from tests.bench.report import show

    call_command("migrate", verbosity=0)
    benches = {"ingestion": ingestion.measure, "search": search.measure, "sockets": sockets.measure}
    if unknown := set(chosen) - set(benches):
        sys.exit(f"There is no benchmark {', '.join(sorted(unknown))}. There are: {', '.join(benches)}.")
    for name, measure in benches.items():
        if not chosen or name in chosen:
            show(name, measure())


if __name__ == "__main__":
    main(sys.argv[1:])
