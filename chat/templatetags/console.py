"""How the console words and shows what it reads."""

import re
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts import wording
from accounts.masking import mask_secrets
from chat.console.traces import ShownTrace, shown_trace
from chat.models import Attachment, Message
from knowledge.rendering import is_web_link, render_answer

register = template.Library()

register.filter("answer", render_answer)
register.filter("masked", mask_secrets)
register.filter("is_web_link", is_web_link)
register.filter("money", wording.money)
register.filter("items", wording.items)
register.filter("spoken", wording.spoken)

LINK = re.compile(r"!?\[([^\[\]]{0,160})\]\([^()\s]{0,160}\)")
# Emphasis, code, headings and citation numbers.
MARKS = re.compile(r"\*+|`+|^#+ | ?\[\d{1,3}\]", re.MULTILINE)
HIGHEST_IMAGE = 180
UNITS = ((86_400, "d"), (3_600, "h"), (60, "m"))


@register.filter
def ago(moment: datetime) -> str:
    """3m, 2h, 5d; older than a week, the day itself."""
    seconds = (timezone.now() - moment).total_seconds()
    if seconds > 7 * 86_400:
        return f"{moment.day} {moment:%b}"
    return next((f"{int(seconds // size)}{unit}" for size, unit in UNITS if seconds >= size), "now")


@register.simple_tag
def moment(value: datetime) -> SafeString:
    """A time element that the page words in the reader's own time zone; without scripts, in UTC."""
    words = f"{value.day} {value:%b %Y, %H:%M} UTC"
    return format_html('<time datetime="{}" data-moment>{}</time>', value.isoformat(), words)


@register.simple_tag
def local_time(time_zone: str) -> str:
    """What a clock on the customer's wall shows."""
    try:
        return f"{timezone.now().astimezone(ZoneInfo(time_zone)):%H:%M}" if time_zone else ""
    except (ZoneInfoNotFoundError, ValueError):
        return ""


@register.filter
def excerpt(text: str | None) -> str:
    """The words of an answer for one line, without its marks. What is left is text and is escaped as such."""
    return MARKS.sub("", LINK.sub(r"\1", text or ""))


@register.filter
def thumbnail(image: Attachment) -> tuple[int, int]:
    """Width and height in a transcript, known before the image is there: what is below it does not move."""
    height = min(image.height, HIGHEST_IMAGE)
    return max(1, round(image.width * height / image.height)), height


@register.filter
def traced(message: Message) -> ShownTrace:
    return shown_trace(message.trace, outcome=message.outcome, status=message.status, engine=message.engine)


@register.filter
def initial(name: str) -> str:
    return name.strip()[:1].upper() or "?"


@register.filter
def milliseconds(value: Any) -> str:
    """850 → 0.85 s, 38.9 → 39 ms"""
    if not isinstance(value, int | float):
        return ""
    return f"{value / 1000:.2f} s" if value >= 100 else f"{value:.0f} ms"
