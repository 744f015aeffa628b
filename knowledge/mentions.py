"""Where our texts name somebody: what people wrote by hand is for a person to decide about."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q, QuerySet

from knowledge.models import CuratedAnswer, Document, DocumentVersion
from knowledge.records import Mention

# A curated answer's other questions are in its document, too.
TEXTS = {
    Document: ("path", "url", "title", "description", "content", "markdown"),
    DocumentVersion: ("title", "content", "note"),
    CuratedAnswer: ("question", "answer"),
}


def mentions(words: Mapping[str, Sequence[str]]) -> Iterator[Mention]:
    """``words`` are spellings by what they are, such as an address. Only whole words count, in any case."""
    for model, fields in TEXTS.items():
        yield from mentions_in(model._default_manager.order_by("pk"), fields, words)


def mentions_in(rows: QuerySet[Any], fields: Sequence[str], words: Mapping[str, Sequence[str]]) -> Iterator[Mention]:
    """The database looks for the letters, and we for the ends of the words."""
    spellings = [spelling for kind in words.values() for spelling in kind]
    if not spellings:
        return
    patterns = {kind: pattern_of(kinds) for kind, kinds in words.items() if kinds}
    anywhere = reduce(or_, (Q(**{f"{field}__icontains": spelling}) for field in fields for spelling in spellings))
    for pk, *texts in rows.filter(anywhere).values_list("pk", *fields).iterator():
        for kind, pattern in patterns.items():
            if any(pattern.search(text or "") for text in texts):
                yield Mention(str(rows.model._meta.verbose_name), pk, kind)


def pattern_of(spellings: Sequence[str]) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, spellings))})(?!\w)", re.IGNORECASE)
