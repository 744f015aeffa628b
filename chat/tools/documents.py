"""Looking further than the passages an answer begins with."""

from typing import Annotated

from pydantic import AfterValidator, Field

from chat.context import audience_of, passage_source
from chat.hygiene import clean
from chat.records import Question
from chat.tools.base import Arguments, Tool, ToolResult
from knowledge.search import search_passages

MAX_PASSAGES = 5


class Query(Arguments):
    query: Annotated[str, Field(max_length=400, description="What to look for, in words."), AfterValidator(clean)]


class SearchDocuments(Tool[Query]):
    name = "search_documents"
    description = "Searches the documentation. Use it when the sources at hand do not answer the question."
    arguments = Query

    def run(self, arguments: Query, question: Question) -> ToolResult:
        passages = search_passages(
            arguments.query, audience_of(question), collection_ids=question.collection_ids, limit=MAX_PASSAGES
        )
        text = "These passages were found." if passages else "Nothing was found."
        return ToolResult(text, tuple(map(passage_source, passages)))
