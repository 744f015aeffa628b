"""How long a text is for a model, counted offline."""

from functools import cache
from types import ModuleType

# Of the models in wide use o200k counts least kindly on plain prose by a few percent at most; the prompt
# keeps a reserve for that.
ENCODING = "o200k_base"


@cache
def _tokenizer() -> ModuleType:
    """Its tables take 0.5 s and 67 MB: only a process that talks to a model pays for them."""
    import toktok

    return toktok  # type: ignore[no-any-return]


def count(text: str) -> int:
    return int(_tokenizer().batch_count([text], ENCODING, threads=1)[0])


def count_all(texts: list[str]) -> list[int]:
    return list(_tokenizer().batch_count(texts, ENCODING, threads=1))
