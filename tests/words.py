"""An encoder whose vectors can be checked by hand: each word adds one to the place that its hash names."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence

import numpy as np

from rag.types import ChunkEmbedding, EmbedInput, Vectors


class WordEncoder:
    """Bag-of-words vectors; counts what it embeds, and may be told to break."""

    fingerprint = "words"
    dimension = 64
    max_tokens = 256

    def __init__(self) -> None:
        self.embedded: list[str] = []
        self.break_after: int | None = None

    def count(self, texts: Sequence[str]) -> list[int]:
        return [2 + len(re.findall(r"\w+|[^\w\s]", text)) + len(text) // 12 for text in texts]

    def passages(self, inputs: Sequence[EmbedInput]) -> Iterator[tuple[int, ChunkEmbedding]]:
        for i, item in enumerate(inputs):
            if self.break_after is not None and len(self.embedded) >= self.break_after:
                raise KeyboardInterrupt
            self.embedded.append(item.text)
            parts = [self.query(item.text[slice(*span)]) for span in item.sentences]
            yield (
                i,
                ChunkEmbedding(self.query(item.text), np.array(parts, np.float32).reshape(len(parts), self.dimension)),
            )

    def query(self, text: str) -> Vectors:
        vector = np.zeros(self.dimension, np.float32)
        for word in re.findall(r"\w+", text.lower()):
            vector[int.from_bytes(hashlib.md5(word.encode()).digest()[:4], "big") % self.dimension] += 1
        return vector / max(float(np.linalg.norm(vector)), 1e-9)
