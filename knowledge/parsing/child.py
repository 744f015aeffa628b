"""The process that parses: ``python -m knowledge.parsing.child``, its owner's socket as its standard input.

It knows no settings and no database. It imports what a format needs when the first document of it comes.
"""

import os
from dataclasses import replace
from socket import socket

from knowledge.errors import DocumentError
from knowledge.loaders import load_with
from knowledge.parsing import limits
from knowledge.parsing.messages import Answer, Closed, Request, Trouble, receive_request, send_answer

# Libraries leak a little; a new process costs a third of a second.
MOST_DOCUMENTS = 1000
SECONDS_IDLE = 300


def main() -> None:
    connection = own_connection()
    limits.apply()
    for number in range(1, MOST_DOCUMENTS + 1):
        try:
            request = receive_request(connection)
        except (Closed, OSError):
            return
        limits.start_clock(request.seconds, request.cpu_seconds)
        answer = answer_to(request)
        is_last = number == MOST_DOCUMENTS or limits.has_grown()
        send_answer(connection, replace(answer, is_last=is_last))
        limits.stop_clock()
        if is_last:
            return


def own_connection() -> socket:
    """Moved away from where a library might read or write by accident."""
    connection = socket(fileno=os.dup(0))
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    connection.settimeout(SECONDS_IDLE)
    return connection


def answer_to(request: Request) -> Answer:
    try:
        loaded = load_with(request.loader, request.source, request.path)
    except DocumentError as error:
        return Answer(sentence=error.user_message)
    except MemoryError:
        # What fills the memory is still there, and there is none left to take it down in order.
        os._exit(limits.OUT_OF_MEMORY)
    except Exception as error:
        return Answer(trouble=Trouble.CRASHED, reason=f"{type(error).__name__}: {error}"[:500])
    if len(loaded.markdown) > request.most_characters:
        return Answer(trouble=Trouble.LONG, reason=f"{len(loaded.markdown)} characters")
    return Answer(loaded)


if __name__ == "__main__":
    main()
