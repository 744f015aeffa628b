"""Parsers that crash, hang or eat cost one document, and their owner nothing."""

import multiprocessing
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from knowledge import loaders, parsing
from knowledge.errors import DocumentError
from knowledge.parsing import messages, parse
from knowledge.parsing.messages import Request
from tests.knowledge.loaders import files

PAGE = "# Refunds\n\nRefunds take five days."


@pytest.fixture
def hostile(monkeypatch):
    """Text is read by one of the hostile loaders, the parser being short of time."""

    def use(name: str, **limits: Any) -> None:
        def limited(loader: str, *args: Any) -> Request:
            return Request(loader, *args, **limits if loader.endswith(name) else {})

        monkeypatch.setitem(loaders.LOADERS, "text", f"tests.knowledge.hostile.{name}")
        monkeypatch.setattr(parsing, "Request", limited)

    return use


def test_a_document_is_parsed_elsewhere():
    loaded = parse(PAGE, "a.md", "markdown")

    assert (loaded.title, loaded.markdown) == ("Refunds", PAGE)


def test_all_that_a_loader_says_arrives():
    source = "---\ntitle: Größe\ndescription: Über alles\nlast_updated: 2024-05-01\n---\nText 👨‍👩‍👧"

    assert parse(source, "a.md", "markdown") == loaders.load(source, "a.md", "markdown")


def test_a_reason_of_the_loader_is_told_as_it_is():
    with pytest.raises(DocumentError, match="There is no text in this document"):
        parse("<script>x</script>", "a.html", "html")


TROUBLE = {
    "crash": ({}, "cannot be read. Open it in its program"),
    "be_killed": ({}, "cannot be read. Open it in its program"),
    "leave": ({}, "cannot be read. Open it in its program"),
    "fail": ({}, "cannot be read. Open it in its program"),
    "speak_nonsense": ({"seconds": 30}, "cannot be read. Open it in its program"),
    "hang": ({"seconds": 1}, "could not be read within 1 seconds. Split it"),
    "spin": ({"cpu_seconds": 1}, "takes too long to read"),
    "eat_memory": ({}, "needs more memory than it may have"),
    "eat_memory_slowly": ({}, "needs more memory than it may have"),
    "write_a_file": ({}, "cannot be read"),
    "say_too_much": ({}, "has more than 2,000,000 characters"),
}


@pytest.mark.parametrize(("loader", "limits", "sentence"), [(name, *case) for name, case in TROUBLE.items()])
def test_trouble_costs_one_document(hostile, tmp_path, loader, limits, sentence):
    hostile(loader, **limits)
    started = time.monotonic()

    with pytest.raises(DocumentError, match=sentence) as caught:
        parse(str(tmp_path / "file"), "a.txt", "text")

    assert "secret" not in caught.value.user_message
    assert time.monotonic() - started < 40
    assert parse(PAGE, "a.md", "markdown").title == "Refunds"


def test_what_no_database_takes_does_not_arrive(hostile):
    hostile("speak_of_the_unspeakable")
    loaded = parse("x", "a.txt", "text")

    assert (loaded.title, loaded.description, loaded.markdown) == ("a? ", "b? ", "c? d")
    assert (loaded.questions, loaded.page_starts) == (("e? ",), (0, 3))


def test_more_than_anybody_wants_to_hear_is_not_listened_to(hostile):
    hostile("say_too_much", most_characters=10_000_000)
    assert len(parse("x", "a.txt", "text").markdown) == 5_000_000

    hostile("say_too_much", most_characters=100)
    with pytest.raises(DocumentError, match="more than 100 characters"):
        parse("x", "a.txt", "text")


def test_a_parser_is_given_nothing_but_the_document(hostile, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "secret")
    hostile("surroundings")
    parsing.parser.end()

    environment, sockets, own_session, interfaces, _ = parse("x", "a.txt", "text").markdown.split("|")

    assert "SECRET" not in environment
    assert "DATABASE" not in environment
    assert (sockets, own_session) == ("1", "True")
    assert interfaces in ("['lo']", "[]")


def test_what_a_library_prints_is_no_answer(hostile):
    hostile("print_and_read")

    assert parse("x", "a.txt", "text").markdown == "read b''"


def test_one_parser_reads_many_documents(hostile):
    hostile("surroundings")

    assert len({parse("x", "a.txt", "text").markdown for _ in range(20)}) == 1


def test_threads_take_turns():
    with ThreadPoolExecutor(8) as pool:
        read = pool.map(lambda number: parse(f"# Page {number}\n\nText", "a.md", "markdown").title, range(40))

    assert list(read) == [f"Page {number}" for number in range(40)]


def test_a_parser_that_ended_between_two_documents_is_replaced():
    parse(PAGE, "a.md", "markdown")
    process = parsing.parser.process
    assert process
    process.terminate()
    process.wait()

    assert parse(PAGE, "a.md", "markdown").title == "Refunds"


def test_a_fork_has_its_own_parser():
    parse(PAGE, "a.md", "markdown")
    read, write = os.pipe()
    if (child := os.fork()) == 0:
        os.write(write, parse("# Child\n\nText", "a.md", "markdown").title.encode())
        parsing.parser.end()
        os._exit(0)

    os.waitpid(child, 0)

    assert os.read(read, 100) == b"Child"
    assert parse(PAGE, "a.md", "markdown").title == "Refunds"


def test_a_process_that_may_have_no_children_may_parse():
    """As a worker of Celery's default pool."""
    queue = multiprocessing.get_context("fork").SimpleQueue()
    process = multiprocessing.get_context("fork").Process(
        target=lambda: queue.put(parse(PAGE, "a.md", "markdown").title), daemon=True
    )
    process.start()
    process.join()

    assert queue.get() == "Refunds"


def test_a_parser_does_not_outlive_its_owner():
    program = (
        "import os, signal; from knowledge.parsing.process import ParserProcess; parser = ParserProcess();"
        "parser.start(); print(parser.process.pid, flush=True); os.kill(os.getpid(), signal.SIGKILL)"
    )
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    pid = int(found.stdout)

    for _ in range(100):
        if not is_running(pid):
            return
        time.sleep(0.1)
    pytest.fail("The parser is still there.")


def is_running(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_document_costs_hardly_more_than_its_parsing():
    parse(PAGE, "a.md", "markdown")
    started = time.perf_counter()

    for _ in range(200):
        parse(PAGE, "a.md", "markdown")

    assert time.perf_counter() - started < 2, "half a millisecond each on an idle machine"


def test_files_are_looked_at_before_they_are_parsed():
    with pytest.raises(DocumentError, match="contains macros"):
        parse(files.docx(more={"word/vbaProject.bin": b"x"}), "a.docx", "docx")


def test_every_format_has_its_words():
    assert set(loaders.NOUNS) == set(loaders.LOADERS) >= set(loaders.FORMATS.values())
    assert set(parsing.SENTENCES) == set(messages.Trouble)
