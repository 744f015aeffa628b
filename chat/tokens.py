"""How long a text is for a model, counted offline with the model's own tokenizer where that is known."""

import re
from dataclasses import dataclass
from functools import cache
from types import ModuleType


@dataclass(frozen=True)
class Tokenizer:
    """``reserve`` is the share of a window kept free because another tokenizer may count more."""

    encoding: str
    reserve: float

    def count(self, text: str) -> int:
        return int(_tables().batch_count([text], self.encoding, threads=1)[0])

    def usable(self, window: int) -> int:
        return int(window * (1 - self.reserve))


# The model's own tokenizer: what may still differ is how its server wraps messages and tools.
EXACT = 0.02
RELATED = 0.1
# Those we have differ by a tenth on prose, and older models have smaller vocabularies, which count more.
UNKNOWN = 0.2

FAMILIES = (
    (r"gpt-oss", Tokenizer("o200k_harmony", EXACT)),
    (r"(?:chat)?gpt-(?:4o|4\.\d|[5-9])|o\d", Tokenizer("o200k_base", EXACT)),
    (r"gpt-(?:4|3\.5)", Tokenizer("cl100k_base", EXACT)),
    (r"qwen-?3\.5", Tokenizer("qwen3.5", EXACT)),
    (r"(?:qwen|qwq)[\d.]*", Tokenizer("qwen3.5", RELATED)),
)
OTHER = Tokenizer("o200k_base", UNKNOWN)


@cache
def tokenizer_for(model: str) -> Tokenizer:
    """By the model's name, which may stand behind a provider's ("openai/gpt-4o") or in a fine-tuned one's
    ("ft:gpt-4o:acme"). A deployment that has a name of its own counts as unknown."""
    for family, tokenizer in FAMILIES:
        if re.search(rf"(?:^|[/:_-])(?:{family})(?![a-z\d])", model.lower()):
            return tokenizer
    return OTHER


@cache
def _tables() -> ModuleType:
    """They take half a second and 67 MB: only a process that talks to a model pays for them."""
    import toktok

    return toktok  # type: ignore[no-any-return]
