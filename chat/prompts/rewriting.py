"""The request to put a follow-up so that it can be understood, and searched for, without the conversation."""

import secrets
from collections.abc import Sequence

from chat.llm.images import with_images
from chat.prompts import rules
from chat.prompts.blocks import fenced
from chat.prompts.messages import Message, message, turn_message
from chat.prompts.room import beginning
from chat.records import Image, Question

# What "it" stands for was said lately, and near the beginning of what was said.
MOST_TURNS = 6
LONGEST_TURN = 80  # words
NO_WORDS = "(no words, only what is attached)"


def rewrite_messages(question: Question, images: Sequence[Image] = ()) -> list[Message]:
    """All of the conversation is data, also what the customer wrote: a search obeys nobody.

    ``images`` are those of the question that the model is shown.
    """
    boundary = secrets.token_hex(8)
    blocks = [
        fenced("customer" if turn.role == "customer" else "support", said, boundary)
        for turn in question.history[-MOST_TURNS:]
        for said in [beginning(turn_message(turn, boundary)["content"], LONGEST_TURN, words)]
    ]
    last = fenced("the customer's last message", question.text or NO_WORDS, boundary)
    asked = "\n\n".join([*blocks, last, rules.REWRITE_REMINDER])
    return [
        message("system", rules.rewrite(question.widget_name, boundary, has_images=bool(images))),
        message("user", with_images(asked, images, images)),
    ]


def words(text: str) -> int:
    return len(text.split())
