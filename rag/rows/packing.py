"""Spans, vectors and what was left out, as the bytes or the JSON of a column."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import accumulate
from struct import Struct

import numpy as np

from rag.types import Left, Span, Vectors

__all__ = ["pack_left", "pack_spans", "pack_vectors", "unpack_left", "unpack_spans", "unpack_vectors"]

_SPAN = Struct("=ii")


def pack_left(left: Sequence[Left]) -> str:
    return json.dumps([(one.kind, one.count, one.places, one.words) for one in left])


def unpack_left(data: str) -> tuple[Left, ...]:
    return tuple(Left(kind, count, tuple(places), words) for kind, count, places, words in json.loads(data))


def pack_spans(spans: Sequence[Span]) -> bytes:
    return np.array(spans, np.int32).tobytes()


def unpack_spans(data: bytes) -> tuple[Span, ...]:
    return tuple(map(Span._make, _SPAN.iter_unpack(data)))


def pack_vectors(vectors: Vectors) -> bytes:
    """Unit vectors as 8-bit numbers, each row after its scale: (n, dim) float32 -> n * (4 + dim) bytes.

    The cosine moves by less than 0.002, and a chunk's sentences take a quarter of the place.
    """
    scale = np.maximum(np.abs(vectors).max(axis=1, keepdims=True), 1e-12).astype(np.float32) / 127
    codes = np.rint(vectors / scale).astype(np.int8)
    data: bytes = len(vectors).to_bytes(4, "little") + scale.tobytes() + codes.tobytes()
    return data


def unpack_vectors(packed: Sequence[bytes]) -> list[Vectors]:
    """The vectors of several packs of one dimension, each `(n, dim)`."""
    counts = [int.from_bytes(data[:4], "little") for data in packed]
    sizes = list(zip(packed, counts, strict=True))
    scale = np.frombuffer(b"".join([data[4 : 4 + 4 * n] for data, n in sizes]), np.float32)
    codes = np.frombuffer(b"".join([data[4 + 4 * n :] for data, n in sizes]), np.int8)
    if not len(scale):
        return [np.empty((0, 0), np.float32) for _ in packed]
    vectors = codes.reshape(len(scale), -1).astype(np.float32) * scale[:, None]
    return [vectors[end - n : end] for n, end in zip(counts, accumulate(counts), strict=True)]
