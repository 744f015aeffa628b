"""An editor's own answer, as ``knowledge.curating`` writes it down."""

import json

from knowledge.errors import DocumentError
from knowledge.loaders.base import Loaded


def load_curated(source: str) -> Loaded:
    try:
        said = json.loads(source)
        question, variants, answer = str(said["question"]), list(said["variants"]), "\n".join(said["answer"])
    except (ValueError, KeyError, TypeError) as error:
        raise DocumentError(
            "This curated answer is damaged. Open it under Curated answers and save it again."
        ) from error
    return Loaded(question, "", answer, questions=(question, *map(str, variants)))
