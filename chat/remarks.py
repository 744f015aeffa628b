"""Saying plainly, before anything else, that an image was not read. Pure."""

from dataclasses import replace

from chat.phrases import phrase
from chat.records import Answer, AnswerContext, Question


def unread(question: Question) -> str:
    """What an answer begins with then. Nothing where there is no image."""
    if not question.images:
        return ""
    words = "image_unread" if len(question.images) == 1 else "images_unread"
    return f"{phrase(words, question.language)}\n\n"


def unread_of(context: AnswerContext) -> str:
    """The same, unless what was searched for was written by a model that saw all of them."""
    return unread(context.question) if context.images_seen < len(context.question.images) else ""


def remarked(answer: Answer, context: AnswerContext) -> Answer:
    return replace(answer, text=unread_of(context) + answer.text)
