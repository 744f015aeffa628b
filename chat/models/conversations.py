"""What was said, and where each statement came from.

The database is the truth. ``Message.seq`` orders a conversation without gaps; channel layers only
say "look again".
"""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.records import Proof
from chat.models.widgets import Widget


class Conversation(models.Model):
    class Mode(models.TextChoices):
        BOT = "bot", "Bot"
        WAITING = "waiting", "Waiting for a person"
        HUMAN = "human", "With a person"
        RESOLVED = "resolved", "Resolved"

    class ProvedBy(models.TextChoices):
        TOKEN = "token", "A signed token"
        EMAIL = "email", "A code sent by e-mail"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    widget = models.ForeignKey(Widget, models.CASCADE, related_name="conversations")
    # What was said to a customer, of their record too, never becomes nobody's.
    customer = models.ForeignKey(
        "accounts.Customer", models.CASCADE, null=True, blank=True, related_name="conversations"
    )
    # How the customer proved who they are; the record is only shown while that holds.
    proved_by = models.CharField(max_length=10, choices=ProvedBy.choices, blank=True)
    attested_email = models.EmailField(blank=True, help_text="The address that a code was sent to.")
    token_kid = models.CharField(max_length=64, blank=True, help_text="The id of the key that signed the token.")
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="conversations"
    )
    # Whoever began it. Another conversation that they begin on the same socket keeps it: what one visitor sends and
    # takes is counted together.
    visitor = models.UUIDField(default=uuid.uuid4, editable=False)
    # sha256 of the visitor's session secret; the secret itself is only ever with the visitor.
    session_hash = models.CharField(max_length=64, unique=True)
    session_since = models.DateTimeField(default=timezone.now)
    mode = models.CharField(max_length=20, choices=Mode.choices, default=Mode.BOT)
    last_seq = models.PositiveIntegerField(default=0)
    visitor_read_seq = models.PositiveIntegerField(default=0)
    agent_read_seq = models.PositiveIntegerField(default=0)
    page = models.JSONField(default=dict, blank=True, help_text="The page the visitor is on: url, title, locale.")
    summary = models.TextField(blank=True, help_text="Stands for the messages up to summary_until in a prompt.")
    summary_until = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        permissions = [("use_console", "Can answer conversations in the console")]
        constraints = [
            models.CheckConstraint(
                condition=Q(mode__in=["bot", "waiting", "human", "resolved"]), name="conversation_mode_known"
            )
        ]
        indexes = [
            models.Index(fields=["-updated_at"], name="conversation_newest"),
            models.Index(fields=["mode", "-updated_at"], name="conversation_inbox"),
            models.Index(fields=["customer", "-updated_at"], name="conversation_of_customer"),
            models.Index(fields=["visitor"], name="conversation_of_visitor"),
        ]

    def __str__(self) -> str:
        return f"{self.customer or 'Visitor'} {self.public_id}"

    @property
    def proof(self) -> Proof | None:
        method = self.proved_by
        return Proof(method, self.attested_email, self.token_kid) if method else None  # type: ignore[arg-type]


class Message(models.Model):
    class Role(models.TextChoices):
        CUSTOMER = "customer", "Customer"
        BOT = "bot", "Bot"
        AGENT = "agent", "Agent"
        SYSTEM = "system", "System"

    class Status(models.TextChoices):
        STREAMING = "streaming", "Being written"
        COMPLETE = "complete", "Complete"
        STOPPED = "stopped", "Stopped"
        INTERRUPTED = "interrupted", "Interrupted"
        FAILED = "failed", "Failed"

    class Outcome(models.TextChoices):
        ANSWERED = "answered", "Answered"
        CURATED = "curated", "An editor's answer"
        ASKED = "asked", "Asked back"
        REFUSED = "refused", "Not in the sources"
        SMALL_TALK = "small_talk", "Small talk"
        HANDED_OVER = "handed_over", "Handed over"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="messages")
    # An answer gets its place in the order when it is finished: nothing already seen moves.
    seq = models.PositiveIntegerField(null=True, blank=True)
    role = models.CharField(max_length=20, choices=Role.choices)
    author = models.CharField(max_length=200, blank=True)
    text = models.TextField(blank=True)
    client_id = models.CharField(max_length=64, null=True, blank=True, help_text="The sender's own id, for resending.")
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.COMPLETE)
    reply_to = models.ForeignKey("self", models.CASCADE, null=True, blank=True, related_name="answers")
    # A retried answer stays in the history, replaced by a newer one.
    superseded = models.BooleanField(default=False)
    answered = models.BooleanField(null=True, help_text="False: the sources did not say.")
    outcome = models.CharField(max_length=20, choices=Outcome.choices, blank=True, help_text="Why it is what it is.")
    sign_in = models.BooleanField(
        default=False, help_text="What is asked only a record can tell, and whose is not known."
    )
    suggestions = models.JSONField(default=list, blank=True)
    engine = models.CharField(max_length=200, blank=True)
    trace = models.JSONField(default=dict, blank=True)
    lease_expires_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["seq"]
        constraints = [
            models.UniqueConstraint(fields=["conversation", "seq"], name="message_seq_unique"),
            models.UniqueConstraint(fields=["conversation", "client_id"], name="message_client_id_unique"),
            models.UniqueConstraint(
                fields=["reply_to"], condition=Q(role="bot", superseded=False), name="one_answer_per_question"
            ),
            models.CheckConstraint(
                condition=Q(seq__isnull=False) | Q(status="streaming"), name="finished_message_has_seq"
            ),
        ]
        indexes = [
            models.Index(fields=["lease_expires_at"], condition=Q(status="streaming"), name="message_unfinished"),
            # Old traces are looked for every night, among few rows instead of all that was ever said.
            models.Index(fields=["created_at"], condition=~Q(trace={}), name="message_traced"),
        ]

    def __str__(self) -> str:
        return f"{self.role}: {self.text[:60]}"

    @property
    def has_writer(self) -> bool:
        """Whether somebody was at work on it lately."""
        return self.lease_expires_at is not None and self.lease_expires_at > timezone.now()


class BotMessage(Message):
    """The assistant's messages under the name the admin has for them. Who may see conversations may see these."""

    class Meta:
        proxy = True
        verbose_name = "answer"
        default_permissions = ()


class Citation(models.Model):
    """What one marker in an answer points at. Title and URL are kept: it outlives its document."""

    class Kind(models.TextChoices):
        DOCUMENT = "document", "Document"
        ACCOUNT = "account", "Account"
        TICKET = "ticket", "Ticket"

    message = models.ForeignKey(Message, models.CASCADE, related_name="citations")
    number = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=20, choices=Kind.choices)
    title = models.CharField(max_length=500)
    url = models.CharField(max_length=1500, blank=True)
    quote = models.TextField(blank=True)
    as_of = models.DateTimeField(null=True, blank=True)
    document = models.ForeignKey("knowledge.Document", models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["message", "number"], name="citation_number_unique")]

    def __str__(self) -> str:
        return f"[{self.number}] {self.title}"


class Feedback(models.Model):
    class Rating(models.TextChoices):
        UP = "up", "Helpful"
        DOWN = "down", "Not helpful"

    message = models.OneToOneField(Message, models.CASCADE, related_name="feedback")
    rating = models.CharField(max_length=4, choices=Rating.choices)
    reason = models.CharField(max_length=100, blank=True)
    comment = models.TextField(blank=True, max_length=2000)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "feedback"

    def __str__(self) -> str:
        return f"{self.get_rating_display()}: {self.reason or '—'}"
