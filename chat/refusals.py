"""Saying "I don't know": in the customer's language, with the pages that come nearest. Pure."""

from dataclasses import replace

from chat.clarifying import asked_back, which_one
from chat.evidence import is_unknown_customer
from chat.phrases import phrase, sign_in
from chat.records import Answer, AnswerContext, Question

# The cosine from which a page is about the same subject, though it may not answer.
RELATED = 0.3


def asked_back_or_refused(context: AnswerContext, engine: str = "none") -> Answer:
    """Said when nothing was found to answer from, by an ``engine`` or before one was asked."""
    refused = refusal(context, engine, "nothing_found")
    if back := which_one(context.question, refused.suggestions):
        return replace(refused, text=back, outcome="asked")
    return refused


def refusal(context: AnswerContext, engine: str, words: str) -> Answer:
    """``words`` names the phrase that says why. Visitors who ask what only a record can tell are told first how it
    would be known."""
    question = context.question
    said = [sign_in(question.language, or_verify=question.may_verify)] if is_unknown_customer(context) else []
    return Answer(
        text="\n\n".join([*said, phrase(words, question.language)]),
        answered=False,
        outcome="refused",
        suggestions=nearest_pages(context),
        engine=engine,
    )


def without_words(question: Question) -> Answer:
    """To nothing but images that nobody read, or a greeting to them: asked back, and left to a person the next time."""
    again = asked_back(question)
    words = phrase("image_again" if again else "image_alone", question.language)
    return Answer(text=words, answered=False, outcome="refused" if again else "asked", engine="none")


def nearest_pages(context: AnswerContext) -> tuple[str, ...]:
    """What the customer may have meant: the titles of pages that are near enough to the question, each once."""
    near = (passage.title for passage in context.passages if passage.similarity >= RELATED)
    return tuple(dict.fromkeys(near))[:3]
