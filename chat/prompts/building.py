"""A context in, messages within the budget out."""

import json
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from accounts.masking import mask_secrets
from chat.errors import QuestionTooLong
from chat.hygiene import neutralised
from chat.llm.images import with_images, with_markers
from chat.prompts import rules
from chat.prompts.messages import Count, Message, alternating, message, turn_message
from chat.prompts.room import Room
from chat.prompts.selection import Blocks, fitting_turns
from chat.records import AnswerContext, Image, Question, Turn

# What a follow-up nearly always refers to: two questions and their answers. They come before everything else, but if
# they are long, not in the place of what answers the question.
NEWEST_TURNS = 4
NEWEST_TURNS_SHARE = 1 / 2
# Of the room, what images of the question may take. They say what it is about, but answer nothing.
IMAGES_SHARE = 3 / 4
MOST_IMAGES = 4
# A customer who asks on shows nothing anew.
TURNS_WITH_IMAGES = 2


@dataclass(frozen=True)
class Prompt:
    """``tokens``, those of the tools included, are never more than ``budget``: counted part by part, a little too many.

    ``sent`` are the numbers of the sources in it, with fingerprints of their texts. ``left_out`` names what had no
    room. If turns are among it, those up to ``summarise_until`` (a ``seq``) should be summarised for the next question;
    else it is 0.
    """

    messages: list[Message]
    boundary: str
    budget: int
    tokens: int
    left_out: tuple[str, ...] = ()
    sent: dict[int, str] = field(default_factory=dict)
    summarise_until: int = 0


def build_prompt(
    context: AnswerContext,
    *,
    today: str,
    budget: int,
    count: Count,
    image_tokens: Callable[[Image], int] | None = None,
    tools: Sequence[dict[str, Any]] = (),
    spare: int = 0,
    boundary: str = "",
) -> Prompt:
    """In the order of need: rules and question, its images, the newest turns, passages by rank, the account, tickets,
    images of the newest turns, older turns.

    ``image_tokens`` counts an image, for models that take any; others are told that there are some.
    ``spare`` tokens are kept free for what is added later, as far as rules and question allow; ``boundary`` is
    random unless it is given. Raises QuestionTooLong if rules and question fill the budget by themselves.
    """
    boundary = boundary or secrets.token_hex(8)
    question = context.question
    has_images = image_tokens is not None and any([question.images, *(turn.images for turn in question.history)])
    system = rules.system(question, today=today, boundary=boundary, has_tools=bool(tools), has_images=has_images)
    text = neutralised(mask_secrets(question.text or context.query), boundary)
    room = Room(budget - (count(json.dumps(list(tools))) if tools else 0), count)
    asks_at_most = rules.asked(with_markers(text, question.images), rules.NO_DATA)
    if not (room.take(system) and room.take(asks_at_most)):
        raise QuestionTooLong()
    room.left -= spare
    images = Images(room, image_tokens)
    images.add(question.images, "the question", keep=int(room.left * (1 - IMAGES_SHARE)))
    turns = unsummarised(question)
    newest = fitting_turns(turns[-NEWEST_TURNS:], room, boundary, keep=int(room.left * (1 - NEWEST_TURNS_SHARE)))
    data = Blocks(room, boundary)
    data.add_all(context)
    for turn in [turn for turn in newest if turn.role == "customer"][: -TURNS_WITH_IMAGES - 1 : -1]:
        images.add(turn.images, "an earlier turn")
    older = fitting_turns(turns[: len(turns) - len(newest)], room, boundary)

    asks = rules.asked(with_markers(text, question.images, images.fitting), "\n\n".join(data.fitting))
    asked = message("user", with_images(asks, question.images, images.fitting))
    said = [turn_message(turn, boundary, images.fitting) for turn in (*older, *newest)]
    messages = [message("system", system), *alternating([*said, asked])]
    missing = len(turns) - len(older) - len(newest)
    return Prompt(
        messages,
        boundary,
        budget,
        tokens=budget - spare - room.left,
        left_out=(*images.left_out, *data.left_out, *([f"{missing} older turns"] if missing else [])),
        sent=data.sent,
        summarise_until=summarise_until(question, turns, missing),
    )


class Images:
    """Images of what the customer says, while there is room for them; the newest first."""

    def __init__(self, room: Room, tokens: Callable[[Image], int] | None) -> None:
        self.fitting: list[Image] = []
        self.left_out: list[str] = []
        self._room = room
        self._tokens = tokens

    def add(self, images: Sequence[Image], whose: str, *, keep: int = 0) -> None:
        if self._tokens is None:
            return
        for image in reversed(images):
            tokens = self._tokens(image)
            if len(self.fitting) < MOST_IMAGES and tokens <= self._room.left - keep:
                self._room.left -= tokens
                self.fitting.append(image)
            else:
                self.left_out.append(f"an image of {whose}")


def unsummarised(question: Question) -> list[Turn]:
    return [turn for turn in question.history if not turn.seq or turn.seq > question.summary_until]


def summarise_until(question: Question, turns: list[Turn], missing: int) -> int:
    """All but the newest, once some have no room or are too far back: then no summary is due again for a while."""
    are_all = not turns or turns[0].seq <= question.summary_until + 1
    if are_all and not missing:
        return 0
    return max((turn.seq for turn in (*turns[:missing], *turns[:-NEWEST_TURNS])), default=0)
