"""``make ablation FOLDER=…``: what each part of search brings, on a labelled set in the form of BEIR.

Documents are read once for all but the last row; each row leaves out one part, or all but one.
"""

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch


def main(folder: str) -> None:
    with tempfile.TemporaryDirectory(prefix="supportbot-ablation-") as state:
        os.environ.update(DATA_DIR=state, LOG_LEVEL="ERROR", DJANGO_SETTINGS_MODULE="supportbot.settings")
        import django

        django.setup()
        show(Path(folder), dict(measured(Path(folder))))


def show(folder: Path, rows: dict[str, dict[str, float]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(title=folder.name, title_justify="left")
    for column in ("", "nDCG@10", "±", "hit@1", "recall@10"):
        table.add_column(column)
    whole = rows["all of it"]["ndcg@10"]
    for name, row in rows.items():
        figures = (row["ndcg@10"], row["ndcg@10"] - whole, row["hit@1"], row["recall@10"])
        table.add_row(name, *(f"{figure:.3f}" for figure in figures))
    Console(width=100).print(table)


def measured(folder: Path) -> Iterator[tuple[str, dict[str, float]]]:
    from knowledge.evaluation import fill, read_set, throw_away_database

    labelled = read_set(folder)
    with throw_away_database():
        _, names = fill(labelled, lambda step: None)
        for name, change in changes().items():
            with change():
                yield name, figures(labelled, names)
    with throw_away_database(), without_heading_paths():
        _, names = fill(labelled, lambda step: None)
        yield "without heading paths before passages", figures(labelled, names)


def figures(labelled: Any, names: dict[int, str]) -> dict[str, float]:
    from knowledge.access import PUBLIC
    from knowledge.evaluation import PASSAGES, quality
    from knowledge.search import search_passages

    ranked = {
        query: list(dict.fromkeys(names[hit.document_id] for hit in search_passages(text, PUBLIC, limit=PASSAGES)))
        for query, text in labelled.queries.items()
    }
    return quality(ranked, labelled.relevant)


Change = Callable[[], Any]


def changes() -> dict[str, Change]:
    from knowledge import search
    from knowledge.retrieval import fusion
    from knowledge.rewordings.keywords import Keywords

    def weights(**values: float) -> Change:
        return together(*(patch.object(fusion, f"{name.upper()}", value) for name, value in values.items()))

    as_typed = patch.object(search, "corrected", lambda text, *_: text)
    keywords = patch.object(search, "reworded", Keywords().reworded)
    as_a_whole = patch.object(search, "parts_of", lambda text: ())
    only = {f"{name}_weight": 0.0 for name in ("vector", "words", "page", "name")} | {"page_vector_share": 0.0}
    return {
        "all of it": together(),
        "without vectors": weights(vector_weight=0.0),
        "without words of passages": weights(words_weight=0.0),
        "without words of pages": weights(page_weight=0.0),
        "without vectors of pages": weights(page_vector_share=0.0),
        "without spelling help": together(as_typed),
        "without identifiers": weights(name_weight=0.0),
        "with a search for the keywords besides": together(keywords),
        "without sentences of long questions": together(as_a_whole),
        "vectors of passages only": together(as_typed, as_a_whole, plain=(weights, {**only, "vector_weight": 1.0})),
        "words of passages only": together(as_typed, as_a_whole, plain=(weights, {**only, "words_weight": 1.0})),
        "reciprocal ranks instead of scaled scores": together(patch.object(fusion, "scaled", reciprocal)),
    }


def together(*patches: Any, plain: Any = None) -> Change:
    @contextmanager
    def change() -> Iterator[None]:
        with ExitStack() as stack:
            for each in patches:
                stack.enter_context(each)
            if plain:
                stack.enter_context(plain[0](**plain[1])())
            yield

    return change


def reciprocal(hits: Any) -> dict[int, float]:
    """Cormack, Clarke and Büttcher (2009), with their 60; scaled to 1 so that the weights mean the same."""
    best_first = sorted(hits, key=lambda hit: -hit[1])
    return {each: 61 / (60 + rank) for rank, (each, _) in enumerate(best_first, start=1)}


def without_heading_paths() -> Any:
    from knowledge import ingestion

    return patch.object(ingestion, "searchable_text", lambda headings, text: text)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("Name a folder in the form of BEIR: make ablation FOLDER=path")
    main(sys.argv[1])
