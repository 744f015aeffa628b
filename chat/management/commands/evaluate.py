"""Measure search, follow-ups and answers on a labelled set, in a database that is thrown away."""

import json
from argparse import ArgumentParser, ArgumentTypeError
from math import isfinite, nan
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from chat.evaluation import ANSWER_FIGURES, OF_KIND, SEARCH_FIGURES, Figures, evaluate, read_cases
from knowledge.errors import EmbeddingError, EvaluationError, IndexUnusable
from knowledge.evaluation import Step, read_set, throw_away_database
from supportbot.management.failures import disk_failures_said
from supportbot.management.progress import bars

BAD_ARGUMENTS = 2
MEASURES = (*SEARCH_FIGURES, *ANSWER_FIGURES)
# Of these, less is better.
BOUNDED_ABOVE = ("_ms", "words_p50", "words_max")


def floor(argument: str) -> tuple[str, float]:
    name, _, value = argument.partition("=")
    if name not in MEASURES and not name.startswith(OF_KIND):
        raise ArgumentTypeError(f"{name!r} is not one of {', '.join(MEASURES)}")
    try:
        least = float(value)
    except ValueError:
        least = nan
    if not isfinite(least):
        raise ArgumentTypeError(f"a number is needed after {name}=, not {value!r}")
    return name, least


class Command(BaseCommand):
    help = (
        "Ingests corpus.jsonl of FOLDER through the real pipeline into a database that is thrown away, searches for "
        "each of queries.jsonl as in a chat, and compares what is found with qrels/test.tsv. Exit code 1: a --min was "
        "missed."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, metavar="FOLDER")
        parser.add_argument("--answers", action="store_true", help="answer each query too, and measure the answers")
        parser.add_argument(
            "--min",
            action="append",
            default=[],
            type=floor,
            metavar="MEASURE=NUMBER",
            help="fail below this (above it for *_ms and words_*); may be given several times. "
            f"Measures: {', '.join(SEARCH_FIGURES)}; with --answers also {', '.join(ANSWER_FIGURES)}, "
            f"and {OF_KIND}KIND where queries have a kind",
        )
        parser.add_argument("--json", action="store_true", help="one JSON object on standard output")

    @disk_failures_said()
    def handle(self, *args: Any, **options: Any) -> None:
        if not options["answers"] and (early := [name for name, _ in options["min"] if name not in SEARCH_FIGURES]):
            raise CommandError(f"--min {early[0]} is only measured with --answers.", returncode=BAD_ARGUMENTS)
        figures = measured(options["folder"], with_answers=options["answers"])
        self.report(figures, as_json=options["json"])
        if missed := [miss for name, bound in options["min"] if (miss := missing(figures.get(name), name, bound))]:
            raise CommandError("; ".join(missed))

    def report(self, figures: Figures, *, as_json: bool) -> None:
        if as_json:
            rounded = {name: value if value is None else round(value, 4) for name, value in figures.items()}
            self.stdout.write(json.dumps(rounded))
            return
        for name, value in figures.items():
            self.stdout.write(f"{name:<27}{'-' if value is None else format(value, '.3f'):>9}")


def measured(folder: Path, *, with_answers: bool) -> Figures:
    try:
        labelled, cases = read_set(folder), read_cases(folder)
    except EvaluationError as error:
        raise CommandError(error.user_message, returncode=BAD_ARGUMENTS) from error
    with bars() as progress:
        task = progress.add_task("Preparing", total=None)

        def show(step: Step) -> None:
            progress.update(task, description=step.name, completed=step.done, total=step.total)

        try:
            with throw_away_database():
                return evaluate(labelled, cases, show, with_answers=with_answers)
        except (EvaluationError, EmbeddingError, IndexUnusable) as error:
            raise CommandError(error.user_message) from error


def missing(value: float | None, name: str, bound: float) -> str:
    """What to say of a figure that is not as good as the bound; nothing if it is."""
    if value is None:
        return f"{name} was not measured: no query of this set can tell"
    is_worse = value > bound if name.endswith(BOUNDED_ABOVE) else value < bound
    return f"{name} is {value:.4g}, not {bound:g}" if is_worse else ""
