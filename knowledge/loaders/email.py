import re
from email import policy
from email.errors import MessageError
from email.message import EmailMessage, MIMEPart
from email.parser import BytesParser

from knowledge.errors import DocumentError
from knowledge.loaders.base import Loaded
from knowledge.loaders.dates import date_of
from knowledge.loaders.decoding import decode, decode_as
from knowledge.loaders.html import load_html
from supportbot.hygiene import clean

MOST_ATTACHMENTS_NAMED = 50
# As it is, or as the code block that a part in HTML may have it in.
PGP_MESSAGE = re.compile(r"\s*(?:```\s*)?-----BEGIN PGP MESSAGE-----")
ENCRYPTED_TYPES = {"multipart/encrypted", "application/pgp-encrypted"}
SMIME_TYPES = {"application/pkcs7-mime", "application/x-pkcs7-mime"}
# The same type is used for letters that are only signed.
SMIME_ENCRYPTED = {"enveloped-data", "authenveloped-data"}
ENCRYPTED = "This e-mail is encrypted. Open it in your mail program, copy its text and upload that as a .txt file."


def load_email(source: bytes) -> Loaded:
    """The subject as the title, the letter itself, and the names of what came with it."""
    try:
        message = BytesParser(policy=policy.default).parsebytes(source)
        body = body_of(message)
        if PGP_MESSAGE.match(body) or (not body.strip() and any(map(is_encrypted, message.walk()))):
            raise DocumentError(ENCRYPTED)
        parts = [body, attachments_of(message)]
        subject, sent = header(message, "subject"), header(message, "date")
    # The standard library raises these, and more, on headers nobody would write.
    except (MessageError, ValueError, LookupError, AttributeError, TypeError, IndexError, RecursionError) as error:
        raise DocumentError(
            "This e-mail is damaged. Open it in your mail program and save it as .eml again."
        ) from error
    return Loaded(subject, "", "\n\n".join(filter(None, parts)), updated_at=date_of(sent))


def body_of(message: EmailMessage) -> str:
    part = message.get_body(preferencelist=("plain", "html"))
    if part is None:
        return ""
    text = text_of(part)
    return load_html(text).markdown if part.get_content_subtype() == "html" else text


def is_encrypted(part: MIMEPart) -> bool:
    kind = part.get_content_type()
    secured = str(part.get_param("smime-type", "")).lower()
    return kind in ENCRYPTED_TYPES or (kind in SMIME_TYPES and secured in SMIME_ENCRYPTED)


def text_of(part: MIMEPart) -> str:
    """In the charset it says, if that is one that exists and fits."""
    data = part.get_payload(decode=True)
    if not isinstance(data, bytes):
        return ""
    text = decode_as(data, part.get_content_charset("utf-8"))
    return decode(data) if text is None else clean(text)


def attachments_of(message: EmailMessage) -> str:
    names = [clean(part.get_filename() or "") for part in message.iter_attachments()]
    named = ", ".join([" ".join(name.split()) for name in names if name][:MOST_ATTACHMENTS_NAMED])
    return f"Attachments: {named}" if named else ""


def header(message: EmailMessage, name: str) -> str:
    return " ".join(clean(str(message.get(name, ""))).split())
