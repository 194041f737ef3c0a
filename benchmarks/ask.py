"""Asks an index in memory as the program does - both lenses, fused, read - and says what of it is gold.

This module does not know what is measured with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from benchmarks.sets import Gold, Index
from rag.answering.ranking import RankedSentences, ReadPassage, read
from rag.answering.rerank import rerank_sentences
from rag.language import cased, terms
from rag.retrieval.fusion import Candidate, fuse
from rag.retrieval.hybrid import DEPTH
from rag.retrieval.spelling import correct_spelling, words_in
from rag.types import Reader, Span, Vectors

__all__ = ["PASSAGES", "Asker", "Found", "is_gold"]

PASSAGES = 8
Mask: TypeAlias = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Found:
    """What the search gave: chunk numbers best first with their scores, and the two lenses' own lists."""

    keys: list[int]
    scores: list[float]
    dense: list[int]
    lexical: list[int]
    asked: list[str]
    candidates: list[Candidate]  # in the order of `keys`


@dataclass(slots=True)
class Asker:
    """An index and the terms of its chunks, made once."""

    index: Index
    reader: Reader | None = None
    _bodies: dict[int, list[list[str]]] = field(default_factory=dict)
    _contexts: dict[int, list[str]] = field(default_factory=dict)

    def find(self, text: str, vector: Vectors, depth: int = DEPTH) -> Found:
        """The candidates of both lenses, fused. Slips of the finger stay."""
        cosines = self.index.vectors @ vector
        near = np.lexsort((np.arange(len(cosines)), -cosines))[: max(depth, 50)].tolist()
        words, bm25 = self.index.lexical.search(text, max(depth, 50))
        lexical = dict(zip(words.tolist()[:depth], bm25.tolist(), strict=False))
        asked = terms(text)
        keys = sorted({*near[:depth], *lexical})
        candidates = [self._candidate(key, float(cosines[key]), lexical.get(key, 0.0), vector) for key in keys]
        scores = fuse(asked, candidates, self.index.lexical.idf(asked)).tolist()
        order = sorted(range(len(keys)), key=lambda i: (-scores[i], keys[i]))
        return Found(
            keys=[keys[i] for i in order],
            scores=[scores[i] for i in order],
            dense=near,
            lexical=words.tolist(),
            asked=asked,
            candidates=[candidates[i] for i in order],
        )

    def passages(self, found: Found, k: int = PASSAGES) -> list[ReadPassage]:
        """The first `k` passages, as the reader wants them."""
        rows = zip(found.keys[:k], found.scores, found.candidates, strict=False)
        return [self._passage(key, score, candidate.dense) for key, score, candidate in rows]

    def read(self, text: str, vector: Vectors, found: Found) -> RankedSentences:
        """The first passages read: by the ranker, and by the reader if there is one."""
        passages = self.passages(found)
        text = cased(text, [passage.text for passage in passages])
        reading = read(text, vector, passages, terms=terms, idf=self.index.lexical.idf)
        if self.reader is None:
            return reading
        idf = self.index.lexical.idf
        return rerank_sentences(reading, text, vector, passages, self.reader, terms=terms, idf=idf)

    def correct_spelling(self, text: str, found: Found) -> str:
        """The question with slips of the finger put right by the words of what it finds."""
        passages = self.passages(found)
        words = (word for passage in passages for part in (passage.context, passage.text) for word in words_in(part))
        return correct_spelling(text, words, self.index.lexical.idf)

    def places(self, keys: Sequence[int]) -> list[tuple[str, Span]]:
        """Document and span of every sentence of some chunks, chunk by chunk."""
        pieces = [self.index.pieces[key] for key in keys]
        return [(piece.chunk.document_id, span) for piece in pieces for span in piece.sentences]

    def holds(self, key: int, golds: Sequence[Gold]) -> list[bool]:
        """For each gold span, whether it lies in this chunk as a whole."""
        chunk = self.index.pieces[key].chunk
        return [
            chunk.document_id == gold.document and chunk.span.start <= span.start and span.end <= chunk.span.end
            for gold in golds
            for span in gold.spans
        ]

    def _candidate(self, key: int, dense: float, lexical: float, vector: Vectors) -> Candidate:
        if key not in self._bodies:
            piece = self.index.pieces[key]
            document = self.index.documents[piece.chunk.document_id]
            self._bodies[key] = [terms(document.text[span.start : span.end]) for span in piece.sentences]
            self._contexts[key] = terms("\n".join((document.title, *piece.chunk.heading)))
        first, last = self.index.first[key], self.index.first[key + 1]
        cosines = self.index.sentences[first:last] @ vector
        return Candidate(key, dense, lexical, self._contexts[key], self._bodies[key], cosines)

    def _passage(self, key: int, score: float, cosine: float) -> ReadPassage:
        piece = self.index.pieces[key]
        document = self.index.documents[piece.chunk.document_id]
        first, last = self.index.first[key], self.index.first[key + 1]
        return ReadPassage(
            score=score,
            document=document.id,
            context="\n".join((document.title, *piece.chunk.heading)),
            text=document.text[piece.chunk.span.start : piece.chunk.span.end],
            spans=tuple(
                Span(s.start - piece.chunk.span.start, s.end - piece.chunk.span.start) for s in piece.sentences
            ),
            vectors=self.index.sentences[first:last],
            cosine=cosine,
        )


def is_gold(place: tuple[str, Span], golds: Sequence[Gold]) -> bool:
    """Whether a sentence answers: it and a gold span share at least half of the shorter of the two."""
    document, sentence = place
    for gold in golds:
        if gold.document != document:
            continue
        for span in gold.spans:
            common = min(sentence.end, span.end) - max(sentence.start, span.start)
            if common > 0 and 2 * common >= min(span.end - span.start, sentence.end - sentence.start):
                return True
    return False
