"""What a customer writes is one line in either format, and gives a terminal no orders."""

import io
import logging
from collections.abc import Iterator

import pytest
import structlog

from supportbot.logs import UNSEEN

SAID = (
    "\x1b]8;;https://evil.example\x07click\x1b[31m\r\n2026-11-26T10:00:00Z [info] \x9b2Jforged\u2028line\u202eback\x00"
)
BARE = SAID.replace(" ", "")


@pytest.fixture(params=["console", "json"])
def written(request, settings) -> Iterator[io.StringIO]:
    """Whatever is logged, as a process prints it in this format."""
    printed = io.StringIO()
    handler = logging.StreamHandler(printed)
    processors = [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *settings.LINE_PROCESSORS[request.param]]
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(foreign_pre_chain=settings.SHARED_PROCESSORS, processors=processors)
    )
    logging.getLogger().addHandler(handler)
    yield printed
    logging.getLogger().removeHandler(handler)


def lines(written: io.StringIO) -> list[str]:
    found = written.getvalue().removesuffix("\n").split("\n")
    assert not [line for line in found if UNSEEN.search(line)]
    return found


@pytest.mark.parametrize("said", [SAID, BARE])
def test_a_text_stays_on_its_line(written, said):
    structlog.get_logger("test").warning("said", text=said, name=[said], reason=ValueError(said))
    structlog.get_logger("test").warning(said)
    logging.getLogger("test").warning("said %s", said)

    assert len(lines(written)) == 3


def test_the_words_of_an_error_begin_no_line(written):
    try:
        raise ValueError(SAID)
    except ValueError:
        structlog.get_logger("test").exception("failed")
        logging.getLogger("test").exception("failed")

    entries = [line for line in lines(written) if not line.startswith("    ")]
    assert len(entries) == 2
    assert "forged" in written.getvalue()


def test_a_browser_that_names_itself_cleverly_is_logged_on_one_line(written, client):
    client.get("/healthz/none", headers={"user-agent": BARE})

    assert [line for line in lines(written) if "forged" in line]
