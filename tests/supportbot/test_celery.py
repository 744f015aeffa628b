from celery.signals import worker_ready

from supportbot.celery import app


def test_a_worker_that_starts_takes_up_what_was_left():
    with app.connection_for_write() as link, link.SimpleQueue("celery") as queue:
        queue.clear()
        worker_ready.send(sender=None)
        rung = {queue.get(timeout=5).headers["task"] for _ in app.conf.beat_schedule}

    assert {"knowledge.tasks.resume_ingestion", "knowledge.visits.tasks.start_due_syncs"} <= rung
