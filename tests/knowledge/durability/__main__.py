"""``python -m tests.knowledge.durability FOLDER``: interrupts a worker in many ways and prints what became of it.

In a process of its own, because it forks: its children share nothing but the files.
"""

import json
import os
import sys
from datetime import timedelta
from pathlib import Path

KILLS = 30
FREEZES = 3


def main(folder: Path) -> None:
    os.environ.update(DATA_DIR=str(folder / "template"), EMBEDDING_MODEL="hashing", LOG_LEVEL="ERROR")
    os.environ["DJANGO_SETTINGS_MODULE"] = "supportbot.settings"
    import django

    django.setup()
    from django.core.management import call_command

    from supportbot.celery import app
    from tests.knowledge.durability import scenarios
    from tests.knowledge.durability.library import close, fill

    app.conf.task_always_eager = True
    call_command("migrate", verbosity=0)
    fill()
    close()
    print(json.dumps(scenarios.run(folder / "template", KILLS, FREEZES, timedelta(hours=7))))  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1]))
