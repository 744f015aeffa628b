from datetime import timedelta

import pytest
from django.utils import timezone

from knowledge import leases, services
from knowledge.models import Document

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting(put):
    return put("a.md", "Refunds take five days.")


def claim(document: Document) -> Document:
    claimed = leases.claim(document.pk)
    assert claimed is not None
    return claimed


def expire(document):
    Document.objects.filter(pk=document.pk).update(lease_expires_at=timezone.now() - timedelta(seconds=1))


def test_a_document_is_claimed_by_one_worker(waiting):
    assert leases.claim(waiting.pk) == waiting
    assert leases.claim(waiting.pk) is None


def test_a_lease_that_ran_out_is_taken_over_and_the_first_worker_shut_out(waiting):
    first = claim(waiting)
    expire(waiting)
    second = claim(waiting)

    assert not leases.held(first).exists()
    assert leases.held(second).exists()


def test_an_edit_shuts_out_whoever_works_on_the_version_before(waiting, put):
    claimed = claim(waiting)
    put("a.md", "Refunds take nine days.")

    assert not leases.held(claimed).exists()


def test_a_worker_from_before_a_second_reading_is_shut_out(waiting):
    first = claim(waiting)
    expire(waiting)
    leases.held(claim(waiting)).update(status=Document.Status.READY, attempts=0)
    services.make_pending([waiting.pk])
    again = claim(waiting)

    assert again.attempts == first.attempts
    assert not leases.held(first).exists()
    assert leases.held(again).exists()


def test_being_told_to_stop_is_no_failed_attempt(waiting):
    leases.release([claim(waiting)], tried=False)

    assert claim(waiting).attempts == 1


def test_a_worker_that_lost_its_lease_renews_no_other(waiting):
    first = claim(waiting)
    expire(waiting)
    claim(waiting)
    expire(waiting)
    leases.renew([first])

    assert leases.claim(waiting.pk) is not None


def test_what_was_interrupted_again_goes_by_itself(waiting, put):
    others = [put(f"{number}.md", "Text.").pk for number in range(2)]
    Document.objects.filter(pk=waiting.pk).update(attempts=leases.SUSPICIOUS_ATTEMPTS)

    assert list(leases.apart([waiting.pk, *others])) == [others, [waiting.pk]]


def test_a_renewed_lease_does_not_run_out(waiting):
    claimed = claim(waiting)
    expire(waiting)
    leases.renew([claimed])

    assert leases.claim(waiting.pk) is None


def test_lost_documents_are_handed_out_once(waiting, put):
    fresh = put("b.md", "Just saved, its bell has only now been rung.")
    leases.claim(waiting.pk)
    expire(waiting)

    assert leases.take_unfinished() == [waiting.pk]
    assert leases.take_unfinished() == []
    assert leases.claim(waiting.pk) == waiting
    assert fresh.status == Document.Status.PENDING


def test_what_failed_for_a_while_is_tried_later_and_later(waiting):
    waits = []
    for _ in range(3):
        leases.postpone(claim(waiting))
        waiting.refresh_from_db()
        waits.append(waiting.lease_expires_at - timezone.now())

    assert waits[0] < waits[1] < waits[2]
