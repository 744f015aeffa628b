"""Erasing a customer: pieces of work, each a short transaction, until nothing is left of them, and then the receipt.

What is written down before the first piece is enough to go on from wherever somebody was killed: the customer's own
row goes last, in the transaction that closes the receipt.
"""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts import audit
from accounts.actors import Actor
from accounts.audit import Action
from accounts.connectors import live
from accounts.models import Customer, Ticket
from accounts.privacy import delete_some, forget, pseudonym, words_of
from chat import spending
from chat.models import Attachment, Conversation, Erasure, Message
from chat.privacy.mentioned import mentions_of
from chat.removal import BATCH, remove_batch

Piece = Callable[[Customer], Counter[str]]

# Whoever has not been heard of for so long is not at work on it any more.
ABANDONED = timedelta(minutes=2)
NOBODY = "(erased)"


def erase(customer: Customer, by: Actor) -> Erasure:
    """All that is kept about them, and the receipt. Asked for twice it happens once."""
    return carry_on(begin(customer, by))


@transaction.atomic
def begin(customer: Customer, by: Actor) -> Erasure:
    """From here on they are nobody's customer: their sockets close, and no new conversation is theirs."""
    held = Customer.objects.select_for_update().filter(pk=customer.pk).first()
    if held is None:  # Somebody else has just finished it.
        return Erasure.objects.filter(subject=pseudonym(customer.external_id)).latest("started_at")
    Customer.objects.filter(pk=held.pk).update(is_active=False)
    erasure, _ = Erasure.objects.get_or_create(
        subject=pseudonym(held.external_id),
        finished_at=None,
        defaults={"customer": held, "actor": by.kind, "label": by.label, "user_id": by.user_id, "ip": by.ip},
    )
    return erasure


def carry_on(erasure: Erasure) -> Erasure:
    while customer := Customer.objects.filter(pk=erasure.customer_id or 0).first():
        for piece in PIECES:
            while tallied(erasure, piece, customer):
                pass
        spending.forget_customer(customer.pk)
        live.forget(customer.pk)
        looked_for = words_of(customer)
        erasure.looked_for = [kind for kind, spellings in looked_for.items() if spellings]
        erasure.mentions = mentions_of(customer, looked_for)
        close(erasure)
    overwrite_what_was_deleted()
    erasure.refresh_from_db()
    return erasure


def carry_on_abandoned() -> int:
    abandoned = Erasure.objects.filter(finished_at=None, worked_at__lt=timezone.now() - ABANDONED)
    return sum(bool(carry_on(erasure)) for erasure in abandoned)


@transaction.atomic
def tallied(erasure: Erasure, piece: Piece, customer: Customer) -> bool:
    """A piece of work, counted in the same transaction. False when there was nothing left to do."""
    done = piece(customer)
    row = Erasure.objects.select_for_update().get(pk=erasure.pk)
    row.counts = Counter(row.counts) + done
    row.worked_at = timezone.now()
    row.save(update_fields=["counts", "worked_at"])
    return bool(done)


@transaction.atomic
def close(erasure: Erasure) -> None:
    """Nothing can come to a customer whose row is held. If something came before, there is another round."""
    customer = Customer.objects.select_for_update().filter(pk=erasure.customer_id or 0).first()
    if customer is None or theirs(customer).exists():
        return
    row = Erasure.objects.select_for_update().get(pk=erasure.pk)
    row.counts = Counter(row.counts) + forget(customer)
    row.looked_for, row.mentions = erasure.looked_for, erasure.mentions
    row.worked_at = row.finished_at = timezone.now()
    row.customer = None
    row.save()
    details = {"customer": row.subject, "rows": sum(row.counts.values())}
    audit.record(Action.CUSTOMER_ERASED, row.asked_by, about=f"erasure {row.pk}", details=details)


def overwrite_what_was_deleted() -> None:
    """SQLite keeps what a row said in its log until that is written back; ours is told to wipe the pages themselves."""
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def inventory(customer: Customer) -> dict[str, int]:
    """What somebody should know before they begin."""
    chats = theirs(customer)
    counted: dict[str, QuerySet[Any]] = {
        "conversations": chats,
        "messages": Message.objects.filter(conversation__in=chats),
        "images": Attachment.objects.filter(conversation__in=chats),
        "subscriptions": customer.subscriptions.all(),
        "orders": customer.orders.all(),
        "tickets": customer.tickets.all(),
        "events": customer.events.all(),
    }
    return {name: rows.count() for name, rows in counted.items()}


# --- The pieces ----------------------------------------------------------------------------


def theirs(customer: Customer) -> QuerySet[Conversation]:
    return own(customer) | anonymous(customer)


def own(customer: Customer) -> QuerySet[Conversation]:
    return Conversation.objects.filter(customer=customer)


def anonymous(customer: Customer) -> QuerySet[Conversation]:
    """What they said on the same page before they had proved who they are.

    Looked up by the visitor alone: most conversations are nobody's, and databases tend to read through all of those.
    """
    visitors = set(own(customer).values_list("visitor", flat=True))
    of_visitors = Conversation.objects.filter(visitor__in=visitors).values_list("pk", "customer")
    return Conversation.objects.filter(customer=None, pk__in=[pk for pk, owner in of_visitors if owner is None])


def admin_log(customer: Customer) -> Counter[str]:
    """What staff did stays on record, without the name of what they did it to. First: later nobody knows the rows."""
    named = Q()
    for model, rows in ((Customer, [customer]), (Ticket, customer.tickets.all()), (Conversation, theirs(customer))):
        ids = [str(row.pk) for row in rows]
        named |= Q(content_type=ContentType.objects.get_for_model(model), object_id__in=ids)
    for spelling in [spelling for spellings in words_of(customer).values() for spelling in spellings]:
        named |= Q(object_repr__icontains=spelling) | Q(change_message__icontains=spelling)
    changed = LogEntry.objects.filter(named).exclude(object_repr=NOBODY).update(object_repr=NOBODY, change_message="")
    return Counter({LogEntry._meta.label: changed} if changed else {})


def conversation(customer: Customer) -> Counter[str]:
    """The anonymous ones first: what tells that they are theirs goes with the others."""
    for conversations in (anonymous(customer), own(customer)):
        for pk in conversations.values_list("pk", flat=True)[:1]:
            # Unless it has become somebody else's by now.
            return remove_batch(pk, Conversation.objects.filter(Q(customer=None) | Q(customer=customer)))
    return Counter()


def record(customer: Customer) -> Counter[str]:
    return delete_some(customer, BATCH)


PIECES: tuple[Piece, ...] = (admin_log, conversation, record)
