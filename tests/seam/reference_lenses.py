"""Lenses that compare and count everything, written to be read: what all other lenses are compared with.

BM25 is that of Robertson and Zaragoza (2009) as Lucene and tantivy compute it, the length of a field rounded to what
one byte can say. The words are the program's own.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.language import analyzer, forms, indexed, is_function_word, terms
from rag.types import Keys, LensRows, Remains, ShownLenses, Snapshot, Vectors

K1, B = 1.2, 0.75
CONTEXT = 0.5  # what a word in title or headings counts


@dataclass(frozen=True)
class Field:
    """One of the texts of each chunk: how often each word stands in it, and how long it is."""

    boost: float
    words: list[Counter[str]]
    lengths: list[int]


@dataclass(frozen=True)
class Shown:
    """All that is known of a generation's chunks, in no order."""

    keys: list[int]
    rows: NDArray[np.float64]  # (n, dim)
    documents: dict[int, str]  # by key, in the order of the fields
    context: Field
    body: Field


def best(scores: dict[int, float], k: int) -> tuple[Keys, Vectors]:
    """The `k` best, equal ones by key."""
    order = sorted(scores, key=lambda key: (-scores[key], key))[:k]
    return np.array(order, np.int64), np.array([scores[key] for key in order], np.float32)


class BruteDense:
    """A `DenseSearch` that compares every vector."""

    def __init__(self, shown: Shown) -> None:
        self._shown = shown

    def cosines(self, vector: Vectors) -> dict[int, float]:
        return {
            key: float(row @ vector.astype(np.float64))
            for key, row in zip(self._shown.keys, self._shown.rows, strict=True)
        }

    def search(self, vector: Vectors, k: int, documents: Sequence[str] | None = None) -> tuple[Keys, Vectors]:
        of = self._shown.documents
        return best({key: s for key, s in self.cosines(vector).items() if documents is None or of[key] in documents}, k)

    def scores(self, vector: Vectors, keys: Keys) -> Vectors:
        cosines = self.cosines(vector)
        return np.array([cosines[key] for key in keys.tolist()], np.float32)


class BruteLexical:
    """A `LexicalSearch` that counts every word."""

    def __init__(self, shown: Shown) -> None:
        self._shown = shown

    def search(
        self, text: str, k: int, documents: Sequence[str] | None = None, language: str = ""
    ) -> tuple[Keys, Vectors]:
        asked = list(dict.fromkeys(terms(text, language)))
        wanted = [term for term in asked if not is_function_word(term, language)] or asked
        sought = [form for term in wanted for form in forms(term, language)]
        of = self._shown.documents
        scores = dict.fromkeys(of, 0.0)
        for field in (self._shown.context, self._shown.body):
            for word in sought:
                for key, score in zip(of, _bm25(word, field), strict=True):
                    scores[key] += field.boost * score
        allowed = {key for key, one in of.items() if documents is None or one in documents}
        return best({key: score for key, score in scores.items() if score > 0 and key in allowed}, k)

    def idf(self, wanted: Iterable[str], language: str = "") -> dict[str, float]:
        total, found = len(self._shown.documents), {}
        for term in wanted:
            n = sum(_holding(form, self._shown.body) for form in forms(term, language))
            weight = math.log(1 + (total - min(n, total) + 0.5) / (n + 0.5))
            found[term] = 0.0 if is_function_word(term, language) else weight
        return found


def _counted(boost: float, texts: Iterable[tuple[str, str]]) -> Field:
    """A field of some texts, each with its language."""
    words = [Counter(map(str, analyzer().analyze(indexed(text, language)))) for text, language in texts]
    return Field(boost, words, [each.total() for each in words])


def _holding(word: str, field: Field) -> int:
    return sum(word in each for each in field.words)


def _bm25(word: str, field: Field) -> list[float]:
    n, total = _holding(word, field), len(field.words)
    idf = math.log(1 + (total - n + 0.5) / (n + 0.5))
    average = sum(field.lengths) / total if total else 0.0
    return [
        idf * each[word] * (K1 + 1) / (each[word] + K1 * (1 - B + B * _rounded(length) / average))
        if each[word]
        else 0.0
        for each, length in zip(field.words, field.lengths, strict=True)
    ]


def _rounded(length: int) -> int:
    """The greatest length up to this one that a byte stands for: below 40 each, then with four binary digits."""
    if length < 40:
        return length
    drop = (length - 24).bit_length() - 4
    return 24 + ((length - 24) >> drop << drop)


class BruteLenses:
    """`Lenses` that keep all they are given of each generation."""

    version = "1"

    def __init__(self) -> None:
        self._shown: dict[int, Shown] = {}

    def of(self, snapshot: Snapshot) -> ShownLenses:
        if snapshot.generation not in self._shown:
            raise FileNotFoundError(snapshot.generation)
        shown = self._shown[snapshot.generation]
        return ShownLenses(BruteDense(shown), BruteLexical(shown))

    def publish(self, rows: LensRows, last: int = 0) -> None:
        documents = [one for one, _ in rows.documents()]
        keys, vectors = rows.vectors(documents)
        entries = list(rows.texts(documents))
        self._shown[rows.generation] = Shown(
            keys.tolist(),
            vectors.astype(np.float64),
            {entry.key: entry.document_id for entry in entries},
            _counted(CONTEXT, ((entry.context, entry.language) for entry in entries)),
            _counted(1.0, ((entry.body, entry.language) for entry in entries)),
        )

    def remove_others(self, generation: int) -> None:
        self._shown = {generation: self._shown[generation]}

    def remains(self, snapshot: Snapshot) -> list[Remains]:
        others = set(self._shown) - {snapshot.generation}
        return [Remains("memory", not others, f"{len(others)} other generations", "Build again." if others else "")]

    def drop(self, other: str = "") -> None:
        self._shown = {}

    def close(self) -> None:
        """There is nothing to let go of."""
