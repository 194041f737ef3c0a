"""The dense lens: unit vectors by key, searched by inner product, which for unit vectors is the cosine.

A lens is an immutable folder, put together of parts that are written once and then only read, mapped from the disk. Up
to `EXACT_LIMIT` vectors every one of them is compared. Beyond, codes of a bit for each number (RaBitQ, Gao and Long
2024, arXiv:2405.12497, in FAISS) find candidates in memory, and those are compared exactly. A vector's code depends on
that vector alone: nothing is learnt from the whole, so a change costs what its own part costs. `benchmarks/dense.py`
prints the table that the limit and the number of candidates come from.
This module does not know what the keys stand for, nor which generation is current.
"""

from __future__ import annotations

import json
import threading
import weakref
from collections.abc import Sequence
from io import FileIO
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rag.types import Keys, Vectors

if TYPE_CHECKING:
    import faiss

__all__ = ["EXACT_LIMIT", "FOLDER", "DenseLens"]

EXACT_LIMIT = 100_000
_CANDIDATES = 500  # found by their codes and compared exactly, at least
_OF_ALL = 500  # one vector in so many is a candidate: the more there are, the closer they lie together
FOLDER = "dense"
_PARTS, _KEYS, _VECTORS, _CODES = "parts.json", ".keys.npy", ".vectors.npy", ".codes.npy"
_QUERY_BITS = 4  # of each number of a question, when it is compared with codes
_BLOCK = 8192  # vectors encoded or compared at once


class _Part(NamedTuple):
    keys: Keys  # (n,)
    vectors: Vectors  # (n, dim)
    codes: NDArray[np.uint8]  # (n, bytes)
    file: Path  # of the vectors
    begin: int  # where in it they begin


class DenseLens:
    """Vectors by key. Equal scores are ordered by key, so the same vectors give the same order."""

    def __init__(self, parts: Sequence[_Part], exact_limit: int = EXACT_LIMIT) -> None:
        self._parts = [part for part in parts if len(part.keys)]
        self._keys = np.concatenate([part.keys for part in self._parts] or [np.empty(0, np.int64)])
        self._order = np.argsort(self._keys, kind="stable")  # row of each key, keys ascending
        self._sorted = self._keys[self._order]
        self._starts = np.cumsum([0, *(len(part.keys) for part in self._parts)])
        self._limit = exact_limit
        self._codes = _coded(self._parts) if len(self._keys) > exact_limit else None
        self._files = [FileIO(part.file) for part in self._parts] if self._codes is not None else []
        self._lock = threading.Lock()  # a file is read at one place at a time
        for file in self._files:
            weakref.finalize(self, file.close)

    @classmethod
    def write(cls, folder: Path, keys: Keys, vectors: Vectors) -> None:
        """A whole lens as one part, in an existing folder. Raises OSError."""
        cls.write_shard(folder, "all", keys, vectors)
        cls.finish(folder, ["all"])

    @staticmethod
    def write_shard(folder: Path, name: str, keys: Keys, vectors: Vectors) -> None:
        """Writes one part: `(n,)` keys and `(n, dim)` unit vectors. Raises OSError."""
        vectors = np.ascontiguousarray(vectors, np.float32)
        for end, array in ((_KEYS, keys), (_VECTORS, vectors), (_CODES, _codes_of(vectors))):
            _save(folder / f"{name}{end}", array)

    @staticmethod
    def finish(folder: Path, names: Sequence[str]) -> None:
        """Makes one lens of the parts in a folder, given in order. Raises OSError."""
        (folder / _PARTS).write_text(json.dumps(list(names)))

    @classmethod
    def open(cls, folder: Path, *, exact_limit: int = EXACT_LIMIT) -> DenseLens:
        """Opens a written lens. Raises OSError if it is missing, ValueError if it cannot be read."""
        return cls([_part(folder, name) for name in json.loads((folder / _PARTS).read_text())], exact_limit)

    def __len__(self) -> int:
        return len(self._keys)

    def search(self, vector: Vectors, k: int, within: Keys | None = None) -> tuple[Keys, Vectors]:
        """The `k` nearest keys and their cosines, `(≤ k,)` each, best first; only those in `within` if given."""
        if within is not None:
            rows = self._rows(within[np.isin(within, self._sorted)])
            if self._codes is not None and len(rows) > self._limit:
                rows = self._near(vector, k, rows)
            scores = self._cosines(vector, rows)
        elif self._codes is not None:
            rows = self._near(vector, k)
            scores = self._cosines(vector, rows)
        else:
            rows = np.arange(len(self))
            scores = np.concatenate([_dots(part.vectors, vector) for part in self._parts] or [np.empty(0, np.float32)])
        keys, k = self._keys[rows], min(k, len(rows))
        if 0 < k < len(rows):  # what cannot be among the first k need not be put in order
            best = scores >= np.partition(scores, -k)[-k]
            keys, scores = keys[best], scores[best]
        order = np.lexsort((keys, -scores))[:k]
        return keys[order], scores[order]

    def scores(self, vector: Vectors, keys: Keys) -> Vectors:
        """The cosines of some keys, `(n,)`. Raises KeyError for a key that is not in the lens."""
        return self._cosines(vector, self._rows(keys))

    def _rows(self, keys: Keys) -> NDArray[np.intp]:
        at = np.searchsorted(self._sorted, keys)
        if (at == len(self._sorted)).any() or (self._sorted[at] != keys).any():
            raise KeyError("a key that is not in the lens")
        return self._order[at]

    def _near(self, vector: Vectors, k: int, rows: NDArray[np.intp] | None = None) -> NDArray[np.intp]:
        """Rows whose codes are nearest, in no order, several for each of the `k` wanted."""
        import faiss

        assert self._codes is not None
        selector = None if rows is None else faiss.IDSelectorBatch(np.sort(rows).astype(np.int64))
        options = faiss.RaBitQSearchParameters(sel=selector, qb=_QUERY_BITS)
        wanted = min(max(_CANDIDATES, len(self) // _OF_ALL, 4 * k), len(self))
        _, found = self._codes.search(vector.reshape(1, -1), wanted, params=options)
        near: NDArray[np.intp] = found[0][found[0] >= 0]
        return near

    def _cosines(self, vector: Vectors, rows: NDArray[np.intp]) -> Vectors:
        """Exact cosines of some rows, `(n,)`, read in the order in which they lie on the disk."""
        scores = np.empty(len(rows), np.float32)
        order = np.argsort(rows, kind="stable")
        bounds = np.searchsorted(rows[order], self._starts)
        for number, (start, first, last) in enumerate(zip(self._starts, bounds, bounds[1:], strict=False)):
            for at in range(first, last, _BLOCK):
                some = order[at : min(at + _BLOCK, last)]
                scores[some] = _dots(self._vectors(number, rows[some] - start), vector)
        return scores

    def _vectors(self, number: int, rows: NDArray[np.intp]) -> Vectors:
        """Some vectors of a part. Of a large lens they are read: touched in the map, each would bring its neighbours
        into this process's memory, and with the large pages of newer systems the whole file. Raises OSError.
        """
        part = self._parts[number]
        if not self._files:
            return part.vectors[rows]
        file, found = self._files[number], np.empty((len(rows), part.vectors.shape[1]), part.vectors.dtype)
        width = found.strides[0]
        with self._lock:
            for row, place in zip(rows.tolist(), found, strict=True):
                file.seek(part.begin + row * width)
                if file.readinto(place.data) < width:
                    raise OSError(f"the vectors in {part.file} are truncated")
        return found


def _save(file: Path, array: NDArray[np.generic]) -> None:
    """As `np.save`, which does not say why it could not. Raises OSError."""
    with file.open("wb") as opened:
        np.lib.format.write_array_header_1_0(opened, np.lib.format.header_data_from_array_1_0(array))
        opened.write(np.ascontiguousarray(array).reshape(-1).view(np.uint8).data)


def _dots(rows: Vectors, vector: Vectors) -> Vectors:
    """Inner products, `(n,)`; unlike `@`, the same for the same row wherever it stands."""
    products: Vectors = np.vecdot(rows, vector)
    return products


def _part(folder: Path, name: str) -> _Part:
    """A part, mapped from the disk. Raises OSError, ValueError."""
    names = (f"{name}{end}" for end in (_KEYS, _VECTORS, _CODES))
    keys, vectors, codes = (np.lib.format.open_memmap(folder / one, mode="r") for one in names)
    if not (keys.ndim == 1 and vectors.ndim == codes.ndim == 2 and len(keys) == len(vectors) == len(codes)):
        raise ValueError(f"{folder / name} does not have one vector and one code per key")
    return _Part(np.asarray(keys), np.asarray(vectors), codes, folder / f"{name}{_VECTORS}", vectors.offset)


def _coded(parts: Sequence[_Part]) -> faiss.IndexRaBitQ:
    """All codes in one index, rows in the order of the parts."""
    import faiss

    index = _coder(parts[0].vectors.shape[1])
    codes = np.concatenate([part.codes for part in parts])
    if codes.shape[1] != index.code_size:
        raise ValueError("the codes have an unexpected type")
    faiss.copy_array_to_vector(codes.ravel(), index.codes)
    index.ntotal = len(codes)
    return index


def _codes_of(vectors: Vectors) -> NDArray[np.uint8]:
    """`(n, dim)` unit vectors -> `(n, bytes)`."""
    if not vectors.size:
        return np.empty((0, 0), np.uint8)
    coder = _coder(vectors.shape[1])
    return np.concatenate([coder.sa_encode(vectors[at : at + _BLOCK]) for at in range(0, len(vectors), _BLOCK)])


def _coder(dimension: int) -> faiss.IndexRaBitQ:
    """What makes codes around the origin: around a mean they would change with every other vector."""
    import faiss

    index = faiss.IndexRaBitQ(dimension, faiss.METRIC_INNER_PRODUCT)
    faiss.copy_array_to_vector(np.zeros(dimension, np.float32), index.center)
    index.is_trained = True
    return index
