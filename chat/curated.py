"""An editor's own answer to the very question that was asked. It wins over every engine and is quoted whole.

An editor is quoted without anybody checking, so a miss costs little (the answer is still among the passages) and a
wrong match much. The constants were chosen on 125 questions with a dozen human paraphrases each, where a question with
two variants is met by 38 % of the other paraphrases, and a paraphrase of another question meets one in 1,000 times.
"""

import asyncio
import re
from collections.abc import Sequence

from channels.db import database_sync_to_async

from chat.citations import quote
from chat.context import audience_of
from chat.records import Answer, AnswerContext, Cited, Question
from knowledge.errors import EmbeddingError
from knowledge.records import CuratedText
from knowledge.retrieval.similarity import similarities
from knowledge.selectors import curated_texts
from knowledge.text.terms import terms

# The cosine from which two questions are the same, whatever their words.
SAME_MEANING = 0.85
# And from which they are when there is no word in one that the other has not.
SAME_WORDS = 0.7
# "How do I …" and "When can I …" are near to each other and want different answers.
ASKED_FOR = {
    "time": re.compile(r"\bwhen\b|\bhow (long|soon|fast|quickly|often)\b", re.IGNORECASE),
    "amount": re.compile(r"\bhow (much|many)\b|\b(costs?|prices?|fees?)\b", re.IGNORECASE),
    "reason": re.compile(r"\bwhy\b", re.IGNORECASE),
    "person": re.compile(r"\bwho(m|se)?\b", re.IGNORECASE),
}
HAS_A_NUMBER = re.compile(r"\d")
FENCE_OR_TABLE = ("```", "~~~", "|")


async def curated_answer(context: AnswerContext) -> Answer | None:
    """The whole answer with its citation, if one of those that were found is for this question."""
    found = list(dict.fromkeys(passage.document_id for passage in context.passages if passage.is_curated))
    if not found:
        return None
    texts = await database_sync_to_async(_readable)(found, context.question)
    for document_id in found:
        if document_id in texts and await asyncio.to_thread(is_asked, context.query, texts[document_id].questions):
            return _quoted(document_id, texts[document_id], context)
    return None


def is_asked(query: str, questions: Sequence[str]) -> bool:
    """Whether the query means one of these questions, which are all put to get the same answer."""
    new = terms(query).difference(*map(terms, questions))
    wants = _asked_for(query).difference(*map(_asked_for, questions))
    if wants or any(HAS_A_NUMBER.search(word) for word in new):
        return False
    try:
        nearest = max(similarities(query, questions))
    except EmbeddingError:
        return any(terms(question) == terms(query) for question in questions)
    return nearest >= (SAME_MEANING if new else SAME_WORDS)


def _asked_for(question: str) -> set[str]:
    return {kind for kind, pattern in ASKED_FOR.items() if pattern.search(question)}


def _readable(document_ids: list[int], question: Question) -> dict[int, CuratedText]:
    return curated_texts(document_ids, audience_of(question))


def _quoted(document_id: int, found: CuratedText, context: AnswerContext) -> Answer:
    passage = next(each for each in context.passages if each.document_id == document_id)
    source = context.source_of(passage)
    text = found.text.strip()
    # After code or a table there is no room for a marker.
    gap = "\n\n" if text.splitlines()[-1].lstrip().startswith(FENCE_OR_TABLE) else " "
    cited = Cited(1, "document", passage.title, source.url, quote(text, context.query), document_id=document_id)
    return Answer(text=f"{text}{gap}[1]", outcome="curated", engine="curated", citations=(cited,))
