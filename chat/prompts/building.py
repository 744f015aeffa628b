"""A context in, messages within the budget out."""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from accounts.masking import mask_secrets
from chat.errors import QuestionTooLong
from chat.hygiene import neutralised
from chat.prompts import rules
from chat.prompts.messages import Count, Message, alternating, message
from chat.prompts.room import Room
from chat.prompts.selection import Blocks, fitting_turns
from chat.records import AnswerContext, Question, Turn

# What a follow-up nearly always refers to: two questions and their answers. They come before everything else, but if
# they are long, not in the place of what answers the question.
NEWEST_TURNS = 4
NEWEST_TURNS_SHARE = 1 / 2


@dataclass(frozen=True)
class Prompt:
    """``tokens``, those of the tools included, are never more than ``budget``: counted part by part, a little too many.

    ``left_out`` names what had no room. If turns are among it, those up to ``summarise_until`` (a ``seq``) should be
    summarised for the next question; else it is 0.
    """

    messages: list[Message]
    boundary: str
    budget: int
    tokens: int
    left_out: tuple[str, ...] = ()
    summarise_until: int = 0


def build_prompt(
    context: AnswerContext,
    *,
    today: str,
    budget: int,
    count: Count,
    tools: Sequence[dict[str, Any]] = (),
    spare: int = 0,
    boundary: str = "",
) -> Prompt:
    """In the order of need: rules and question, the newest turns, passages by rank, the account, tickets, older turns.

    ``spare`` tokens are kept free for what is added later, as far as rules and question allow; ``boundary`` is
    random unless it is given. Raises QuestionTooLong if rules and question fill the budget by themselves.
    """
    boundary = boundary or secrets.token_hex(8)
    question = context.question
    system = rules.system(question, today=today, boundary=boundary, has_tools=bool(tools))
    text = neutralised(mask_secrets(question.text), boundary)
    room = Room(budget - (count(json.dumps(list(tools))) if tools else 0), count)
    if not (room.take(system) and room.take(rules.asked(text, rules.NO_DATA))):
        raise QuestionTooLong()
    room.left -= spare
    turns = unsummarised(question)
    newest = fitting_turns(turns[-NEWEST_TURNS:], room, boundary, keep=int(room.left * (1 - NEWEST_TURNS_SHARE)))
    data = Blocks(room, boundary)
    data.add_all(context)
    older = fitting_turns(turns[: len(turns) - len(newest)], room, boundary)

    asked = message("user", rules.asked(text, "\n\n".join(data.fitting)))
    messages = [message("system", system), *alternating([*older, *newest, asked])]
    missing = len(turns) - len(older) - len(newest)
    return Prompt(
        messages,
        boundary,
        budget,
        tokens=budget - spare - room.left,
        left_out=(*data.left_out, *([f"{missing} older turns"] if missing else [])),
        summarise_until=summarise_until(question, turns, missing),
    )


def unsummarised(question: Question) -> list[Turn]:
    return [turn for turn in question.history if not turn.seq or turn.seq > question.summary_until]


def summarise_until(question: Question, turns: list[Turn], missing: int) -> int:
    """All but the newest, once some have no room or are too far back: then no summary is due again for a while."""
    are_all = not turns or turns[0].seq <= question.summary_until + 1
    if are_all and not missing:
        return 0
    return max((turn.seq for turn in (*turns[:missing], *turns[:-NEWEST_TURNS])), default=0)
