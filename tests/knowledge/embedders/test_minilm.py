import pytest

from knowledge.embedders import get_embedder, minilm
from knowledge.errors import EmbeddingError


def test_near_meanings_are_near():
    question, same, other = get_embedder("minilm").embed(
        ["I can't get into my account", "How to reset a forgotten password", "Our office dog is called Rex"]
    )

    assert question @ same > question @ other + 0.2


def test_a_model_file_that_was_changed_is_not_run(tmp_path):
    damaged = tmp_path / "model.onnx"
    damaged.write_bytes(b"something else")

    with pytest.raises(EmbeddingError, match="damaged"):
        minilm.open_session(damaged)
