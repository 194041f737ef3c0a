"""The dense lens: unit vectors in FAISS, searched by inner product, which for unit vectors is the cosine.

A lens is an immutable folder, put together of parts that are written once and then only read. Up to `EXACT_LIMIT`
vectors the search is exact; beyond that an inverted file finds candidates (`benchmarks/dense.py` prints the table this
limit comes from).
This module does not know what the keys stand for, nor which generation is current.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rag.types import Keys, Vectors

if TYPE_CHECKING:
    import faiss

__all__ = ["EXACT_LIMIT", "FOLDER", "DenseLens"]

EXACT_LIMIT = 100_000
FOLDER = "dense"
_PARTS, _KEYS, _VECTORS = "parts.json", ".keys.npy", ".vectors.npy"
_APPROXIMATE = "approximate.faiss"
_PROBES = 48
_LISTS = 2  # times the root of the number of vectors; learning them costs the square of it
_LEARNT_FROM = 40  # vectors for each list; FAISS warns below 39


class DenseLens:
    """Vectors by key. Equal scores are ordered by key, so the same vectors give the same order."""

    def __init__(self, index: faiss.IndexIDMap2) -> None:
        self._index = index

    @classmethod
    def write(cls, folder: Path, keys: Keys, vectors: Vectors, *, exact_limit: int = EXACT_LIMIT) -> None:
        """A whole lens as one part, in an existing folder. Raises OSError."""
        cls.write_part(folder, "all", keys, vectors)
        cls.finish(folder, ["all"], exact_limit=exact_limit)

    @staticmethod
    def write_part(folder: Path, name: str, keys: Keys, vectors: Vectors) -> None:
        """Writes one part: `(n,)` keys and `(n, dim)` unit vectors. Raises OSError."""
        np.save(folder / f"{name}{_KEYS}", keys)
        np.save(folder / f"{name}{_VECTORS}", np.ascontiguousarray(vectors, np.float32))

    @staticmethod
    def finish(folder: Path, names: Sequence[str], *, exact_limit: int = EXACT_LIMIT) -> None:
        """Makes one lens of the parts in a folder, given in order. Raises OSError."""
        import faiss

        (folder / _PARTS).write_text(json.dumps(list(names)))
        if sum(len(keys) for keys, _ in _parts(folder)) <= exact_limit:
            return
        vectors = np.concatenate([vectors for _, vectors in _parts(folder)])
        lists = int(_LISTS * np.sqrt(len(vectors)))
        inner = faiss.IndexIVFFlat(
            faiss.IndexFlatIP(vectors.shape[1]), *vectors.shape[1:], lists, faiss.METRIC_INNER_PRODUCT
        )
        inner.train(vectors[np.random.default_rng(0).permutation(len(vectors))[: _LEARNT_FROM * lists]])
        inner.nprobe = _PROBES
        index = faiss.IndexIDMap2(inner)
        index.add_with_ids(vectors, np.concatenate([keys for keys, _ in _parts(folder)]))
        (folder / _APPROXIMATE).write_bytes(faiss.serialize_index(index))

    @classmethod
    def open(cls, folder: Path) -> DenseLens:
        """Opens a written lens. Raises OSError if it is missing, ValueError if it cannot be read."""
        import faiss

        if not (folder / _APPROXIMATE).exists():
            index = None
            for keys, vectors in _parts(folder):
                index = index or faiss.IndexIDMap2(faiss.IndexFlatIP(vectors.shape[1]))
                index.add_with_ids(vectors, keys)
            return cls(index or faiss.IndexIDMap2(faiss.IndexFlatIP(1)))
        data = np.frombuffer((folder / _APPROXIMATE).read_bytes(), np.uint8)
        try:
            index = faiss.deserialize_index(data)
        except RuntimeError as error:
            raise ValueError(str(error)) from error
        if not isinstance(index, faiss.IndexIDMap2):
            raise ValueError(f"{folder / _APPROXIMATE} does not hold vectors by key")
        faiss.downcast_index(index.index).make_direct_map()  # without it no vector can be looked up by its key
        return cls(index)

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def search(self, vector: Vectors, k: int, within: Keys | None = None) -> tuple[Keys, Vectors]:
        """The `k` nearest keys and their cosines, `(≤ k,)` each, best first; only those in `within` if given."""
        k = min(k, len(self) if within is None else len(within))
        if k == 0:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        options = self._options(within)
        scores, keys = self._index.search(vector.reshape(1, -1), k, params=options)
        found = keys[0] >= 0
        order = np.lexsort((keys[0][found], -scores[0][found]))
        return keys[0][found][order], scores[0][found][order]

    def scores(self, vector: Vectors, keys: Keys) -> Vectors:
        """The cosines of some keys, `(n,)`. Raises RuntimeError for a key that is not in the lens."""
        if len(keys) == 0:
            return np.empty(0, np.float32)
        stored: Vectors = self._index.reconstruct_batch(np.ascontiguousarray(keys, np.int64))  # (n, dim)
        return stored @ vector

    def _options(self, within: Keys | None) -> object:
        import faiss

        inner = faiss.downcast_index(self._index.index)
        selector = None if within is None else faiss.IDSelectorBatch(np.ascontiguousarray(within, np.int64))
        if isinstance(inner, faiss.IndexIVF):
            return faiss.SearchParametersIVF(sel=selector, nprobe=_PROBES)
        return faiss.SearchParameters(sel=selector)


def _parts(folder: Path) -> Iterator[tuple[Keys, Vectors]]:
    """Keys and vectors of each part, mapped from the disk. Raises OSError, ValueError."""
    for name in json.loads((folder / _PARTS).read_text()):
        keys, vectors = (np.lib.format.open_memmap(folder / f"{name}{end}", mode="r") for end in (_KEYS, _VECTORS))
        if keys.shape != vectors.shape[:1]:
            raise ValueError(f"{folder / name} does not hold a vector for each key")
        yield keys, vectors
