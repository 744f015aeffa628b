"""The code itself: made, mailed and kept as a keyed hash. Only here is it looked up whose an address is."""

from django.conf import settings
from django.core.mail import send_mail
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.addresses import has_address
from accounts.models import Customer
from chat.language import language_of
from chat.models import VerificationCode, Widget
from chat.phrases import PHRASES, phrase

DIGITS = 6


def can_be_sent() -> bool:
    """Where no mail leaves, nobody is offered a code."""
    return not settings.EMAIL_BACKEND.endswith(".dummy.EmailBackend")


def customer_by_address(address: str) -> Customer | None:
    """The one active customer who has this address. One that several have proves nothing."""
    found = list(Customer.objects.filter(has_address(address), is_active=True)[:2])
    return found[0] if len(found) == 1 else None


def code_of(asked: VerificationCode) -> str:
    """Made from the request, with our key: each try to mail it brings the same one, and it is kept nowhere."""
    request = f"{asked.conversation_id}:{asked.session_hash}:{asked.address}:{asked.asked_at.timestamp()}"
    made = salted_hmac("chat.codes.code", request, algorithm="sha256").digest()
    return f"{int.from_bytes(made) % 10**DIGITS:0{DIGITS}}"


def hash_of(asked: VerificationCode, code: str) -> str:
    """Keyed: a copy of the database does not tell which of a million codes it was."""
    bound = f"{asked.conversation_id}:{asked.session_hash}:{asked.address}:{code}"
    return salted_hmac("chat.codes", bound, algorithm="sha256").hexdigest()


def is_right(asked: VerificationCode, code: str) -> bool:
    return constant_time_compare(asked.code_hash, hash_of(asked, code))


def mail(code_id: int) -> None:
    """Once, and only to a customer. Raises OSError when no mail server takes it; then it can be tried again.

    A server may have sent it on all the same, and failed to say so: the code is good from the first try.
    """
    waiting = VerificationCode.objects.filter(pk=code_id, mailed_at=None, expires_at__gt=timezone.now())
    asked = waiting.select_related("conversation__widget").first()
    customer = customer_by_address(asked.address) if asked else None
    if asked is None or customer is None:
        return
    code = code_of(asked)
    ours = waiting.filter(asked_at=asked.asked_at)
    if not ours.update(mailed_at=timezone.now(), code_hash=hash_of(asked, code)):
        return
    try:
        _send(asked, code, customer.email)
    except OSError:
        VerificationCode.objects.filter(pk=code_id, asked_at=asked.asked_at).update(mailed_at=None)
        raise


def _send(asked: VerificationCode, code: str, address: str) -> None:
    """To the customer's own ``address``, as it is stored. A fixed text: nothing in it was written by a visitor."""
    widget, language = asked.conversation.widget, _language(asked)
    words = {"code": code, "widget": " ".join(widget.name.split())}
    subject, text = (phrase(name, language, **words) for name in ("code_subject", "code_mail"))
    send_mail(subject, text, settings.DEFAULT_FROM_EMAIL, [address])


def _language(asked: VerificationCode) -> str:
    widget: Widget = asked.conversation.widget
    spoken = widget.languages or list(PHRASES["code_mail"])
    return language_of(
        [], locales=[asked.conversation.page.get("locale", "")], allowed=spoken, fallback=widget.language
    )
