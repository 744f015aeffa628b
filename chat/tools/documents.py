"""Looking further than the passages an answer begins with."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from chat.context import audience_of, passage_source
from chat.hygiene import clean
from chat.records import Question
from chat.tools.base import Arguments, Tool, ToolResult
from knowledge.search import embed_ahead, search_passages

MAX_PASSAGES = 5
LONGEST_QUERY = 400


class Query(Arguments):
    query: Annotated[
        str, Field(max_length=LONGEST_QUERY, description="What to look for, in words."), AfterValidator(clean)
    ]


class SearchDocuments(Tool[Query]):
    name = "search_documents"
    description = "Searches the documentation. Use it when the sources at hand do not answer the question."
    arguments = Query

    def prepare(self, arguments: Mapping[str, Any]) -> None:
        """Sockets share one thread for the database, where embedding would hold up all of them."""
        if isinstance(query := arguments.get("query"), str) and len(query) <= LONGEST_QUERY:
            embed_ahead(query)

    def run(self, arguments: Query, question: Question) -> ToolResult:
        passages = search_passages(
            arguments.query, audience_of(question), collection_ids=question.collection_ids, limit=MAX_PASSAGES
        )
        text = "These passages were found." if passages else "Nothing was found."
        return ToolResult(text, tuple(map(passage_source, passages)))
