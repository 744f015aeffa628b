"""Contexts and prompts for tests, and how the blocks in a prompt are read back."""

import re
from typing import Any

from accounts.records import ANONYMOUS
from chat.prompts import Prompt, build_prompt
from chat.records import AnswerContext, Question, Source, Turn
from chat.tokens import tokenizer_for

count = tokenizer_for("gpt-4o").count


def context(
    question: str = "Refund?", sources: tuple[Source, ...] = (), history: tuple[Turn, ...] = (), **fields: Any
) -> AnswerContext:
    asked = Question(question, "Help", frozenset(), history=history, **fields)
    return AnswerContext(asked, question, (), ANONYMOUS, sources)


def build(about: AnswerContext, budget: int = 4000, **options: Any) -> Prompt:
    return build_prompt(about, today="Sunday", budget=budget, count=count, **options)


def blocks_of(prompt: Prompt) -> list[tuple[str, str]]:
    """Label and text of each data block, as whoever knows the boundary would cut them out."""
    fence = re.compile(rf"^<<{prompt.boundary} ([^\n]*)>>\n(.*?)\n<<{prompt.boundary} end>>$", re.MULTILINE | re.DOTALL)
    return [found for sent in prompt.messages for found in fence.findall(sent["content"])]


def given(messages: list[dict[str, Any]]) -> str:
    """All that a model is told, but for the question itself."""
    *before, asked = (sent["content"] for sent in messages)
    return "\n".join([*before, asked.partition("\nQUESTION\n")[0]])


def labels(prompt: Prompt) -> list[str]:
    return [label for label, _ in blocks_of(prompt)]


def document(number: int, text: str, title: str = "") -> Source:
    return Source(number, "document", title or f"Page {number}", text, document_id=number)
