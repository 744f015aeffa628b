"""Contexts for tests: everything that an answer would be made of, read at once."""

from accounts.selectors import customer_record
from chat.context import assemble, found_for
from chat.records import AnswerContext, Question


def build_context(question: Question, query: str) -> AnswerContext:
    record = customer_record(question.customer_id, question.sees)
    return assemble(question, query, found_for(question, query, (), record.plans), record)
