"""A set in the form of BEIR that takes no time to evaluate."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

CORPUS = [
    {"_id": "a/refunds.md", "title": "Refunds", "text": "Refunds take five working days."},
    {"_id": "parcels", "title": "Parcels", "text": "Parcels are sent from Lyon every morning."},
]
QRELS = "query-id\tcorpus-id\tscore\nq1\ta/refunds.md\t1\nq2\tparcels\t1\n"


def write_set(folder: Path, queries: Iterable[Mapping[str, object]]) -> Path:
    (folder / "corpus.jsonl").write_text("\n".join(map(json.dumps, CORPUS)))
    (folder / "queries.jsonl").write_text("\n".join(map(json.dumps, queries)))
    (folder / "qrels").mkdir()
    (folder / "qrels" / "test.tsv").write_text(QRELS)
    return folder
