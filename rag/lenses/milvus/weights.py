"""BM25 as an inner product of sparse vectors: a row has what word and length say, a question how rare its words are.

A dimension is a number for a word of a field. A row's weight of a word is `tf (k1 + 1) / (tf + k1 (1 - b + b l / L))`,
with its length `l` as one byte says it and a reference length `L`, so that a row never changes: the average length of
each generation is another. What a generation's average makes of the score is worked out of a row's weights and lengths,
which say how often the word stands there. This module does not know where rows are kept.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from rag.language import analyzer, indexed
from rag.lenses.bm25 import CONTEXT_BOOST, K1, B, idf, rounded_length
from rag.types import LexicalEntry

__all__ = ["Counted", "Question", "Reference", "Tally", "counted", "weights_of"]

_NOTHING = 2**32 - 2  # the dimension of a chunk without words: a row must have one, and nothing asks for this one
_SURE = 1 + 1e-6  # what single precision may be off, more than enough


class Counted(NamedTuple):
    """The words of a chunk: of its title and headings, and of its text."""

    key: int
    document: str
    context: Counter[str]
    body: Counter[str]


class Reference(NamedTuple):
    """Lengths that rows are written for, in words."""

    context: float
    body: float


@dataclass(slots=True)
class Tally:
    """How many chunks there are, how long they are together, and in how many each word stands."""

    chunks: int
    lengths: tuple[int, int]  # of all contexts, of all bodies
    context: Counter[str]
    body: Counter[str]

    @classmethod
    def empty(cls) -> Tally:
        """Nothing counted."""
        return cls(0, (0, 0), Counter(), Counter())

    def add(self, chunks: Iterable[Counted]) -> None:
        """Counts chunks in."""
        for one in chunks:
            self.chunks += 1
            self.lengths = (self.lengths[0] + one.context.total(), self.lengths[1] + one.body.total())
            self.context.update(one.context.keys())
            self.body.update(one.body.keys())

    def with_changes(self, more: Iterable[Tally], less: Iterable[Tally]) -> Tally:
        """A new one, with some added and others taken away."""
        total = Tally(self.chunks, self.lengths, self.context.copy(), self.body.copy())
        for sign, tallies in ((1, more), (-1, less)):
            for one in tallies:
                total.chunks += sign * one.chunks
                total.lengths = (
                    total.lengths[0] + sign * one.lengths[0],
                    total.lengths[1] + sign * one.lengths[1],
                )
                for mine, its in ((total.context, one.context), (total.body, one.body)):
                    mine.update(its) if sign > 0 else mine.subtract(its)
        return total

    @property
    def averages(self) -> Reference:
        """Words of a chunk; 1 where there are none, as no word will ask."""
        context, body = (length / self.chunks if self.chunks else 0.0 for length in self.lengths)
        return Reference(context or 1.0, body or 1.0)


class _Sought(NamedTuple):
    dimension: int
    weight: float  # boost and idf, as often as the word is asked
    in_body: bool


class Question:
    """Words looked for in a generation: as a sparse vector, and the exact score of a row that it found."""

    def __init__(self, forms: Iterable[str], tally: Tally, reference: Reference) -> None:
        """`reference` is what the rows were written for."""
        self._reference, self._averages = reference, tally.averages
        self._sought = [
            _Sought(dimension(in_body, form), times * boost * idf(tally.chunks, holding[form]), in_body)
            for form, times in Counter(forms).items()
            for in_body, boost, holding in ((False, CONTEXT_BOOST, tally.context), (True, 1.0, tally.body))
            if holding[form] > 0
        ]

    @property
    def vector(self) -> dict[int, float]:
        """The weight of each dimension; empty where no chunk has any of the words."""
        found: dict[int, float] = {}
        for one in self._sought:
            found[one.dimension] = found.get(one.dimension, 0.0) + one.weight
        return found

    @property
    def at_most(self) -> float:
        """How many times the score that the engine says the exact one may be."""
        return _SURE * max(1.0, *(a / r for a, r in zip(self._averages, self._reference, strict=True)))

    def score(self, words: Mapping[int, float], lengths: tuple[int, int]) -> float:
        """The exact score of a row by its weights and its lengths, of context and body."""
        total = 0.0
        for one in self._sought:
            weight = words.get(one.dimension, 0.0)
            if weight > 0:
                length = lengths[one.in_body]
                times = _frequency(weight, _norm(length, self._reference[one.in_body]))
                total += one.weight * _saturated(times, _norm(length, self._averages[one.in_body]))
        return total


def counted(entry: LexicalEntry) -> Counted:
    """The words of a chunk as the analyzer finds them, each with how often it stands there."""
    context, body = (
        Counter(map(str, analyzer().analyze(indexed(text, entry.language)))) for text in (entry.context, entry.body)
    )
    return Counted(entry.key, entry.document_id, context, body)


def weights_of(one: Counted, reference: Reference) -> dict[int, float]:
    """The sparse vector of a chunk's row."""
    found: dict[int, float] = {}
    for in_body, words in ((False, one.context), (True, one.body)):
        norm = _norm(rounded_length(words.total()), reference[in_body])
        for word, times in words.items():
            at = dimension(in_body, word)
            found[at] = found.get(at, 0.0) + _saturated(times, norm)
    return found or {_NOTHING: 1.0}


@lru_cache(maxsize=1 << 16)
def dimension(in_body: bool, word: str) -> int:
    """The number of a word in a field. Of half a million words one in ten thousand shares its number with another."""
    digest = hashlib.blake2b(f"{int(in_body)}{word}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") % _NOTHING


def _norm(length: int, average: float) -> float:
    return K1 * (1 - B + B * length / average)


def _saturated(times: float, norm: float) -> float:
    return times * (K1 + 1) / (times + norm)


def _frequency(weight: float, norm: float) -> int:
    """How often a word stands in a row, of its weight there."""
    spare = max(K1 + 1 - weight, 1e-6)
    return max(round(weight * norm / spare), 1)
