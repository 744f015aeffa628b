"""Which models take images, and how many tokens one is for them. Told by their names. Pure but for one setting."""

import re
from dataclasses import dataclass
from functools import cache
from math import ceil

from django.conf import settings

from chat.records import Image


@dataclass(frozen=True)
class Sight:
    """``base`` tokens, and ``each`` for every square of ``side`` pixels an image takes, ``most`` of which count."""

    base: int
    side: int
    each: float
    most: int = 1_000_000

    def tokens(self, image: Image) -> int:
        squares = ceil(image.width / self.side) * ceil(image.height / self.side)
        return self.base + ceil(self.each * min(squares, self.most))


# OpenAI's guide to images, and what its users were billed. It scales large images down first, which is left out here:
# these are a little more than is read. (What gpt-4o-mini bills for an image is more than it reads of one.)
TILES = Sight(85, 512, 170)
PATCHES = Sight(85, 32, 1.2)
MINI = Sight(0, 32, 1.72, 1536)
NANO = Sight(0, 32, 2.46, 1536)
# One for 750 pixels of Claude, for 28 × 28 of Qwen and Mistral; Gemini and Gemma never take less than 258.
OTHERS = Sight(258, 28, 1)
# There are models with smaller squares.
UNKNOWN = Sight(258, 28, 2)

BLIND = (
    r"o[13]-(?:mini|preview)|gpt-[\w.-]*(?:audio|realtime|transcribe|tts)"
    r"|claude-(?:2|instant)[\d.]*|gemma-?3-(?:270m|1b)"
)
FAMILIES = (
    (r"gpt-(?:4\.1|[5-9](?:\.\d+)?)-nano", NANO),
    (r"gpt-(?:4\.1|[5-9](?:\.\d+)?)-mini|o4-mini", MINI),
    (r"gpt-[5-9](?:\.\d+)?", PATCHES),
    (r"(?:chat)?gpt-(?:4o|4\.[15]|4-turbo|4-vision)|o[134]", TILES),
    (r"claude|gemini|gemma-?[34]n?|pixtral|llama-?4|qwen-?3\.5|qvq|grok-?[4-9]|nova-(?:lite|pro|premier)", OTHERS),
    (r"mistral-(?:medium|small)-(?:3\.[1-9]|2[5-9]\d\d|latest)|glm-4(?:\.\d)?v|minicpm-?v|internvl\d?|llava", OTHERS),
    # As their names say.
    (r"[\w.]*vlm?|vision|multimodal", OTHERS),
)


def sight_of(model: str) -> Sight | None:
    """None for those that take no images."""
    if settings.CHAT_MODEL_IMAGES == "no":
        return None
    return _by_name(model) or (UNKNOWN if settings.CHAT_MODEL_IMAGES == "yes" else None)


def image_tokens(model: str, image: Image) -> int:
    return (sight_of(model) or UNKNOWN).tokens(image)


@cache
def _by_name(model: str) -> Sight | None:
    """It may stand behind a provider's name ("openai/gpt-4o") or in that of a fine-tuned one ("ft:gpt-4o:acme")."""
    if _has(BLIND, model):
        return None
    return next((sight for family, sight in FAMILIES if _has(family, model)), None)


def _has(family: str, model: str) -> bool:
    return re.search(rf"(?:^|[/:._-])(?:{family})(?![a-z\d])", model.lower()) is not None
