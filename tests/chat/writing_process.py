"""A process of its own that writes one answer, as a web process does, for tests that end or stop it.

    python -m tests.chat.writing_process ANSWER_ID

It says "begun" when half of the answer is stored, waits for a line, says the rest, and then "stored" or "refused".
"""

import asyncio
import sys
from datetime import timedelta
from typing import Any

import django

# What is shown of the first delta: a space waits for the word behind it.
BEGUN = "Refunds take"
REST = "five days [1]."
LEASE = timedelta(seconds=1)
HEARTBEAT = 0.1


async def write(answer_id: int) -> None:
    from channels.db import database_sync_to_async as in_database

    from chat import running
    from chat.llm import get_model
    from chat.llm.scripted import ScriptedModel
    from chat.models import Message

    model = get_model()
    assert isinstance(model, ScriptedModel)
    model.will_say(f"{BEGUN} ", REST)
    model.gate = asyncio.Event()
    answers = Message.objects.select_related("reply_to")
    writing = running.Writer(await in_database(answers.get)(pk=answer_id))
    task = asyncio.create_task(writing.run())
    while not await in_database(answers.filter(pk=answer_id, text=BEGUN).exists)():  # noqa: ASYNC110 — the database has no events
        await asyncio.sleep(HEARTBEAT)
    print("begun", flush=True)  # noqa: T201
    await asyncio.to_thread(sys.stdin.readline)
    model.gate.set()
    await task


def main() -> None:
    django.setup()
    from django.conf import settings

    from chat import running, services

    settings.CHAT_MODEL = "scripted"
    services.LEASE, running.HEARTBEAT = LEASE, HEARTBEAT
    finish = services.finish_answer

    def finish_and_tell(*args: Any, **kwargs: Any) -> bool:
        stored = finish(*args, **kwargs)
        print("stored" if stored else "refused", flush=True)  # noqa: T201
        return stored

    services.finish_answer = finish_and_tell
    asyncio.run(write(int(sys.argv[1])))


if __name__ == "__main__":
    main()
