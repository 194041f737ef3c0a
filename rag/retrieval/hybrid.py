"""A question becomes passages: both lenses, fused into one score, repetitions removed; misspelt, it is searched again.

This module does not know what an answer is, nor how the lenses were made.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

import numpy as np

from rag.language import content_terms, normalise, noun_form, reworded, terms
from rag.retrieval.fusion import Candidate, fuse
from rag.retrieval.naming import DocumentName
from rag.retrieval.rewriting import RewrittenQuestion
from rag.retrieval.spelling import correct_spelling, words_of
from rag.types import Document, Encoder, Hit, Keys, Passage, Ranks, ShownLenses, Snapshot, StoredChunk, Vectors

__all__ = ["DEPTH", "MOST_KEPT", "Remembered", "Retrieved", "documents_of", "retrieve", "search"]

DEPTH = 16
"""Candidates of each lens: with 20, 30 or 50 no set of questions finds more, and each costs its reading."""
_DOCUMENTS = 128  # kept in memory, at most
MOST_KEPT = 100_000_000
"""Bytes of the documents that are kept in memory for the next question; the last one is in any case."""
_DOUBT = 0.1  # of the score, by which another reading of a question must find more than the likeliest


@dataclass(slots=True)
class Remembered:
    """What is kept of one generation from question to question: names, languages, the documents last shown."""

    generation: int
    _documents: dict[str, Document] = field(default_factory=dict)
    _held: int = 0  # bytes of them
    _languages: Mapping[str, int] | None = None
    _names: tuple[DocumentName, ...] | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def names(self, read: Callable[[], tuple[DocumentName, ...]]) -> tuple[DocumentName, ...]:
        """The names of this generation's documents, read once."""
        if self._names is None:
            self._names = read()
        return self._names

    def languages(self, snapshot: Snapshot) -> Mapping[str, int]:
        """How many of this generation's documents are in each language, read once."""
        if self._languages is None:
            self._languages = snapshot.languages()
        return self._languages

    def document(self, snapshot: Snapshot, document_id: str) -> Document | None:
        """A document of this generation, from memory where it is there."""
        with self._lock:
            found = self._documents.pop(document_id, None)
            if found is None and (found := snapshot.document(document_id)) is not None:
                self._held += found.memory
            if found is not None:
                self._documents[document_id] = found  # last in the order: least likely to go
                while len(self._documents) > 1 and (len(self._documents) > _DOCUMENTS or self._held > MOST_KEPT):
                    self._held -= self._documents.pop(next(iter(self._documents))).memory
            return found


@dataclass(frozen=True, slots=True)
class Retrieved:
    """What was retrieved for a question: how it was understood, the vector of that, `(dim,)`, and hits, best first."""

    asked_as: str
    vector: Vectors
    hits: tuple[Hit, ...]


def documents_of(hits: Iterable[Hit]) -> dict[str, Document]:
    """The documents that hits lie in, each once, by their ids and in the order of the hits."""
    return {hit.passage.document.id: hit.passage.document for hit in hits}


def retrieve(
    question: RewrittenQuestion,
    find: Callable[[str], Retrieved],
    idf: Callable[[Iterable[str]], Mapping[str, float]],
    encoder: Encoder,
) -> Retrieved:
    """The best hits for a stand-alone question in English, in the reading that finds most; again where misspelt.

    Misspelt words are put right by the words of what they find all the same. `find` searches for a text as it is, `idf`
    says how rare a term is. Raises ModelProblem, and what `find` raises.
    """
    find = cache(find)  # what the likeliest reading finds is wanted again
    asked, searched = _likeliest(question, lambda text: find(text).hits)
    found = find(searched)
    words = list(words_of(found.hits))
    right = RewrittenQuestion(correct_spelling(asked, words, idf), correct_spelling(searched, words, idf))
    if right[:2] != (asked, searched):
        asked, searched = _likeliest(right, lambda text: find(text).hits)
        found = find(searched)
    return Retrieved(asked, found.vector if asked == searched else encoder.query(asked), found.hits)


def _likeliest(question: RewrittenQuestion, find: Callable[[str], Sequence[Hit]]) -> tuple[str, str]:
    """What is asked and searched for: another reading than the first only where it finds clearly more.

    The noun for what is asked means the same: it has to find no more than the question, but a passage that has it.
    """
    noun = noun_form(question.asked)
    nouns = (noun,) if noun and _has_what_differs(noun, question.asked, find(noun)) else ()
    readings = (question.asked, *nouns, *question.others, *reworded(question.asked))
    if len(readings) == 1:
        return question.asked, question.searched
    best = [max((hit.passage.score for hit in find(text)), default=0.0) for text in readings]
    first = max(range(len(readings)), key=lambda at: (best[at] - (_DOUBT if at > len(nouns) else 0.0), -at))
    return (readings[first],) * 2 if first else (question.asked, question.searched)


def _has_what_differs(noun: str, asked: str, hits: Sequence[Hit]) -> bool:
    """Whether the best passage for a noun has the noun, which the question does not."""
    best = max(hits, key=lambda hit: hit.passage.score, default=None)
    own = set(content_terms(noun)) - set(terms(asked))
    return best is not None and own <= set(terms(best.passage.text))


def search(
    question: str,
    vector: Vectors,
    *,
    lenses: ShownLenses,
    snapshot: Snapshot,
    read: Callable[[str], Document | None],
    k: int,
    documents: Sequence[str] | None = None,
    language: str = "",
) -> list[Hit]:
    """The `k` best passages, best first; only of `documents` (ids) if given. Each text is found once.

    `vector` is the question's, `(dim,)`, `language` the one that it is in; "" for English.
    """
    depth = max(DEPTH, 2 * k)
    near, _ = lenses.dense.search(vector, depth, documents)
    words, bm25 = lenses.lexical.search(question, depth, documents, language)
    ranks = _ranks(near, words)
    chunks = snapshot.chunks(list(ranks))
    keys = [key for key in ranks if key in chunks]
    lexical = dict(zip(words.tolist(), bm25.tolist(), strict=True))
    cosines = lenses.dense.scores(vector, np.array(keys, np.int64)).tolist()
    candidates = [
        _candidate(chunks[key], cosine, lexical.get(key, 0.0), vector, language)
        for key, cosine in zip(keys, cosines, strict=True)
    ]
    asked = terms(question, language)
    scores = fuse(asked, candidates, lenses.lexical.idf(asked, language), by_words=bool(language)).tolist()
    order = sorted(range(len(keys)), key=lambda i: (-scores[i], keys[i]))
    hits: list[Hit] = []
    seen: set[str] = set()
    for i in order:
        chunk = chunks[keys[i]]
        same = normalise(chunk.text)
        document = read(chunk.chunk.document_id)
        if same in seen or document is None:
            continue
        seen.add(same)
        hits.append(
            Hit(Passage(chunk.chunk, document, scores[i], ranks[keys[i]]), chunk.sentences, chunk.vectors, cosines[i])
        )
        if len(hits) == k:
            break
    return hits


def _ranks(near: Keys, words: Keys) -> dict[int, Ranks]:
    dense = {key: rank for rank, key in enumerate(near.tolist(), 1)}
    lexical = {key: rank for rank, key in enumerate(words.tolist(), 1)}
    return {key: Ranks(dense.get(key), lexical.get(key)) for key in {**dense, **lexical}}


def _candidate(chunk: StoredChunk, cosine: float, bm25: float, vector: Vectors, language: str) -> Candidate:
    start = chunk.chunk.span.start
    return Candidate(
        key=chunk.chunk.id,
        dense=cosine,
        lexical=bm25,
        context=terms("\n".join((chunk.title, *chunk.chunk.heading)), language),
        sentences=[terms(chunk.text[span.start - start : span.end - start], language) for span in chunk.sentences],
        cosines=chunk.vectors @ vector if len(chunk.vectors) else np.empty(0, np.float32),
    )
