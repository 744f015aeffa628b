"""Measure search on a labelled set in the form of BEIR, in a database that is thrown away."""

import json
from argparse import ArgumentParser, ArgumentTypeError
from math import isfinite, nan
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from knowledge.errors import EmbeddingError, EvaluationError, IndexUnusable
from knowledge.evaluation import Step, evaluate, read_set, throw_away_database
from knowledge.management.failures import disk_failures_said
from knowledge.management.progress import bars

BAD_ARGUMENTS = 2
MEASURES = (
    *("ndcg@10", "recall@5", "recall@10", "mrr@10", "hit@1", "hit@5"),
    *("p50_ms", "p95_ms", "chunks_per_s"),
)


def floor(argument: str) -> tuple[str, float]:
    name, _, value = argument.partition("=")
    if name not in MEASURES:
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
        "each of queries.jsonl, and compares what is found with qrels/test.tsv. Exit code 1: a --min was missed."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, metavar="FOLDER")
        parser.add_argument(
            "--min",
            action="append",
            default=[],
            type=floor,
            metavar="MEASURE=NUMBER",
            help=f"fail below this (above it for *_ms); may be given several times. Measures: {', '.join(MEASURES)}",
        )
        parser.add_argument("--json", action="store_true", help="one JSON object on standard output")

    @disk_failures_said()
    def handle(self, *args: Any, **options: Any) -> None:
        try:
            labelled = read_set(options["folder"])
        except EvaluationError as error:
            raise CommandError(error.user_message, returncode=BAD_ARGUMENTS) from error
        with bars() as progress:
            task = progress.add_task("Preparing", total=None)

            def show(step: Step) -> None:
                progress.update(task, description=step.name, completed=step.done, total=step.total)

            try:
                with throw_away_database():
                    figures = evaluate(labelled, show)
            except (EvaluationError, EmbeddingError, IndexUnusable) as error:
                raise CommandError(error.user_message) from error
        self.report(figures, as_json=options["json"])
        missed = [
            f"{name} is {figures[name]:.4g}, not {least:g}"
            for name, least in options["min"]
            if misses(figures, name, least)
        ]
        if missed:
            raise CommandError("; ".join(missed))

    def report(self, figures: dict[str, float], *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps({name: round(value, 4) for name, value in figures.items()}))
            return
        for name, value in figures.items():
            self.stdout.write(f"{name:<14}{value:>9.3f}")


def misses(figures: dict[str, float], name: str, bound: float) -> bool:
    return figures[name] > bound if name.endswith("_ms") else figures[name] < bound
