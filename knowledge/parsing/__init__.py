"""Reading what strangers wrote, in a process of its own.

Parsers are large and their input is hostile: a document may crash one, keep it busy for ever, or make it fill the
memory. Here that costs this document and nothing else.
"""

import structlog

from knowledge import loaders
from knowledge.errors import DocumentError
from knowledge.loaders.base import Loaded
from knowledge.parsing.messages import Answer, Request, Trouble
from knowledge.parsing.process import ParserProcess

log = structlog.get_logger(__name__)

__all__ = ["interrupt", "parse"]

parser = ParserProcess()
SENTENCES = {
    Trouble.SLOW: "This {file} could not be read within {seconds} seconds. Split it into smaller documents.",
    Trouble.BUSY: "This {file} takes too long to read. Split it into smaller documents, or save it as a new file.",
    Trouble.MEMORY: "This {file} needs more memory than it may have. Split it into smaller documents.",
    Trouble.LONG: "This {file} has more than {characters:,} characters. Split it into smaller documents.",
    Trouble.CRASHED: "This {file} cannot be read. Open it in its program, save it as a new file and try again.",
}


def parse(source: bytes | str, path: str, format: str) -> Loaded:
    """Title, description and Markdown of a document, or a ``DocumentError`` its editor can act on."""
    request = Request(loaders.LOADERS[format], path, loaders.prepared(source, format))
    answer = parser.ask(request)
    if answer.loaded:
        return answer.loaded
    raise DocumentError(answer.sentence or sentence(answer, request, format))


def interrupt() -> None:
    """Ends what is being parsed for another thread, whose document counts as crashed."""
    parser.interrupt()


def sentence(answer: Answer, request: Request, format: str) -> str:
    log.warning("document_unreadable", path=request.path, trouble=answer.trouble.value, reason=answer.reason)
    return SENTENCES[answer.trouble].format(
        file=loaders.NOUNS[format], seconds=request.seconds, characters=request.most_characters
    )
