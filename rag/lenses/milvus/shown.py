"""Both lenses as they show one snapshot: what the engine proposes, as far as the snapshot holds it.

Scores are worked out here, of the row that was found: the engine's own only say how far to look. Where what it proposes
is not in the snapshot, or may yet be overtaken by what it has not proposed, it is asked for more. This module does not
know how a row came to be there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence, Set
from typing import TypeVar

import numpy as np

from rag.errors import IndexProblem
from rag.language import forms, is_function_word
from rag.lenses.bm25 import idf, sought_forms
from rag.lenses.milvus.engine import MOST_FOUND, Engine, Found, Row
from rag.lenses.milvus.notes import Generation
from rag.lenses.milvus.weights import Question, Tally
from rag.types import Keys, Snapshot, Vectors

__all__ = ["ShownDense", "ShownLexical", "View"]

_MORE = 16  # rows asked for beyond what is wanted: some score alike, some are of other generations
_STEP = 4  # times as many, where that was too few
_T = TypeVar("_T")
_OFF = 1e-5  # what the engine's product of two unit vectors may be off


class View:
    """A generation in the engine, for one snapshot of it. While it lives, this process leaves its rows alone."""

    def __init__(self, engine: Engine, generation: Generation, snapshot: Snapshot) -> None:
        self.generation = generation
        self._engine, self._snapshot = engine, snapshot
        self._keys: dict[str, frozenset[int]] = {}
        self._vectors: dict[int, Vectors] = {}  # of what was found: the other lens is asked about it next

    def best(
        self,
        field: str,
        question: object,
        k: int,
        documents: Sequence[str] | None,
        score: Callable[[Row], float],
        unseen: Callable[[float], float],
        first: Callable[[Row], tuple[object, ...]],
    ) -> tuple[Keys, Vectors]:
        """The `k` best rows by `score`, of equal ones those that come `first`; equal ones are then ordered by key.

        `unseen` is the most that a row may score which the engine puts so low.
        """
        limit, within = min(k + _MORE, MOST_FOUND), None if documents is None else frozenset(documents)
        while k > 0 and self.generation.rows and within != frozenset():
            found = self._proposed(field, question, limit, documents)
            rows = {row.key: (float(np.float32(score(row))), row) for row, _ in found if self._holds(row, within)}
            best = sorted(rows.values(), key=lambda one: (-one[0], first(one[1])))[:k]
            done = len(found) < limit or limit == MOST_FOUND
            if done or (len(best) == k and best[-1][0] > unseen(found[-1].score)):
                self._vectors.update((key, row.vector) for key, (_, row) in rows.items())
                best.sort(key=lambda one: (-one[0], one[1].key))
                return np.array([row.key for _, row in best], np.int64), np.array([at for at, _ in best], np.float32)
            limit = min(_STEP * limit, MOST_FOUND)
        return np.empty(0, np.int64), np.empty(0, np.float32)

    def vectors(self, keys: Sequence[int]) -> dict[int, Vectors]:
        """The vectors of those chunks of the snapshot that the engine has."""
        if missing := [key for key in keys if key not in self._vectors]:
            rows = self._asked(lambda: self._engine.rows(self.generation.rows, missing)) if self.generation.rows else []
            self._vectors.update((row.key, row.vector) for row in rows if self._holds(row, None))
        return {key: self._vectors[key] for key in keys if key in self._vectors}

    def unknown(self, keys: Sequence[int]) -> bool:
        """Whether one of the keys is not of this snapshot."""
        return len(self._snapshot.chunks(list(keys))) < len(set(keys))

    def _proposed(self, field: str, question: object, limit: int, documents: Sequence[str] | None) -> list[Found]:
        one = self.generation
        return self._asked(lambda: self._engine.search(one.rows, field, question, limit, one.number, documents))

    def _holds(self, row: Row, documents: Set[str] | None) -> bool:
        """Whether the snapshot has a chunk, where the row says, among `documents`."""
        if documents is not None and row.document not in documents:
            return False
        if row.document not in self._keys:
            self._keys[row.document] = frozenset(self._snapshot.keys([row.document]).tolist())
        return row.key in self._keys[row.document]

    def _asked(self, ask: Callable[[], list[_T]]) -> list[_T]:
        """What is asked of the engine, its errors as those of a question."""
        try:
            return ask()
        except OSError as error:
            raise IndexProblem(
                f"The search in Milvus failed: {error}.", "Ask again; where it stays so, build again: rag build"
            ) from error


class ShownDense:
    """The `DenseSearch` of a view."""

    def __init__(self, view: View) -> None:
        self._view = view

    def search(self, vector: Vectors, k: int, documents: Sequence[str] | None = None) -> tuple[Keys, Vectors]:
        """As `DenseSearch` has it."""
        question = np.ascontiguousarray(vector, np.float32)
        return self._view.best(
            "vector",
            question,
            k,
            documents,
            lambda row: float(np.vecdot(row.vector, question)),
            lambda score: score + _OFF,
            lambda row: (row.key,),
        )

    def scores(self, vector: Vectors, keys: Keys) -> Vectors:
        """As `DenseSearch` has it. A chunk that the engine has lost has nothing in common with any question."""
        wanted = keys.tolist()
        vectors = self._view.vectors(wanted)
        if (lost := [key for key in wanted if key not in vectors]) and self._view.unknown(lost):
            raise KeyError("a key that is not in the snapshot")
        question = np.ascontiguousarray(vector, np.float32)
        return np.array([np.vecdot(vectors[key], question) if key in vectors else 0.0 for key in wanted], np.float32)


class ShownLexical:
    """The `LexicalSearch` of a view."""

    def __init__(self, view: View, tally: Tally) -> None:
        """`tally` is that of the generation."""
        self._view, self._tally = view, tally

    def search(
        self, text: str, k: int, documents: Sequence[str] | None = None, language: str = ""
    ) -> tuple[Keys, Vectors]:
        """As `LexicalSearch` has it."""
        asked = Question(sought_forms(text, language), self._tally, self._view.generation.reference)
        if not (vector := asked.vector):
            return np.empty(0, np.int64), np.empty(0, np.float32)
        keys, scores = self._view.best(
            "words",
            vector,
            k,
            documents,
            lambda row: asked.score(row.words, row.lengths),
            lambda score: score * asked.at_most,
            lambda row: (row.document, row.place),  # as tantivy does, where they were written in this order
        )
        return keys[scores > 0], scores[scores > 0]

    def idf(self, wanted: Iterable[str], language: str = "") -> dict[str, float]:
        """As `LexicalSearch` has it."""
        total, holding = self._tally.chunks, self._tally.body
        return {
            term: 0.0
            if is_function_word(term, language)
            else idf(total, sum(holding[form] for form in forms(term, language)))
            for term in set(wanted)
        }
