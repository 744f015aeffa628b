"""Saying plainly, before anything else, that an image was not read. Pure."""

from dataclasses import replace

from chat.phrases import phrase
from chat.records import Answer, AnswerContext, Question


def unread(question: Question, seen: int = 0) -> str:
    """What an answer begins with then. Nothing where all images were ``seen``, or there are none."""
    attached = len(question.images)
    if seen >= attached:
        return ""
    words = "images_partly_read" if seen else "images_unread" if attached > 1 else "image_unread"
    return f"{phrase(words, question.language)}\n\n"


def remarked(answer: Answer, context: AnswerContext) -> Answer:
    """What was searched for may have been written by a model that saw them."""
    return replace(answer, text=unread(context.question, context.images_seen) + answer.text)
