"""The fast start: the encoder's graph in ONNX Runtime, over the weights and the tokenizer of the model's own folder.

A snapshot is a small file: the graph, what must be known of the model, and a sample text with the vector that the
reference gave for it. This module does not know how a snapshot is made.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rag.errors import ModelProblem
from rag.models.onnx import OnnxModel, TokenizerFile, as_batch
from rag.types import Vectors

__all__ = ["CLOSE", "SAMPLE", "STATES", "VECTOR", "EncoderOutput", "Snapshot", "encode_vector"]

VECTOR, STATES = "vector", "states"  # the graph's outputs: (n, dim) of unit length, (n, tokens, dim)
SAMPLE = "Sixty-four people died when the train was stopped near Sibi; naïve reports said 21."
CLOSE = 1e-4
"""How far a number of a vector may lie from the reference's; other processors round otherwise."""


class EncoderOutput(NamedTuple):
    """What a model makes of `n` texts: `(n, dim)` unit vectors, `(n, tokens, dim)`, `(n, tokens, 2)` code points."""

    vectors: Vectors
    states: Vectors
    offsets: NDArray[np.int64]


class Snapshot:
    """A snapshot opened, from any number of threads. Raises ModelProblem if it or the model's folder cannot be read."""

    def __init__(self, path: Path, folder: Path) -> None:
        self._model = OnnxModel(path, weights=folder)
        self._tokenizer = TokenizerFile(folder / "tokenizer.json")
        facts = self._model.facts
        try:
            self.fingerprint = facts["fingerprint"]
            self.max_tokens, self.dimension = int(facts["max_tokens"]), int(facts["dimension"])
            self.document_prompt, self._query_prompt = facts["document_prompt"], facts["query_prompt"]
            self._pad = int(facts["pad"])
            self._sample = np.frombuffer(base64.b64decode(facts["sample"]), "<f4")
        except (KeyError, ValueError) as error:
            raise ModelProblem(f"{path} is not a snapshot of an encoder.", "Remove it and build again.") from error

    def is_right(self) -> bool:
        """Whether the runtime on this machine gives the vector that the reference gave for the sample."""
        return self._sample.shape == (self.dimension,) and np.allclose(self.query(SAMPLE), self._sample, atol=CLOSE)

    def count(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, special tokens included."""
        return self._tokenizer.count(texts)

    def read(self, texts: Sequence[str]) -> EncoderOutput:
        """Vectors, token vectors and offsets of some texts, none of them too long."""
        pieces = self._tokenizer.encode(texts)
        batch = as_batch([one.ids for one in pieces], pad=self._pad)
        vectors, states = self._model.run(batch, (VECTOR, STATES))
        offsets = np.zeros((*batch.ids.shape, 2), np.int64)
        for row, one in zip(offsets, pieces, strict=True):
            row[: len(one.offsets)] = one.offsets
        return EncoderOutput(vectors, states, offsets)

    def query(self, text: str) -> Vectors:
        """The vector of a question, `(dim,)`, cut at what the model reads."""
        (pieces,) = self._tokenizer.encode([self._query_prompt + text], limit=self.max_tokens)
        (vectors,) = self._model.run(as_batch([pieces.ids]), (VECTOR,))
        return np.asarray(vectors[0], np.float32)


def encode_vector(vector: Vectors) -> str:
    """A vector as text, to the last bit."""
    return base64.b64encode(np.ascontiguousarray(vector, "<f4").tobytes()).decode()
