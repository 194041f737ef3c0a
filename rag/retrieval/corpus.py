"""What a question is asked of: one generation of an index, or several indexes together, as a whole or within some
documents, and the names of the documents.

This module does not know what is asked or what an answer is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Protocol

from rag.errors import QuestionProblem
from rag.language import normalise
from rag.retrieval.hybrid import Remembered, Retrieved, retrieve, search
from rag.retrieval.naming import DocumentName, catalogue, named
from rag.retrieval.rewriting import RewrittenQuestion
from rag.types import Document, Encoder, Hit, ShownLenses, Snapshot

__all__ = ["MOST_HELD", "PASSAGES", "Corpus", "IndexCorpus", "JoinedCorpus"]

MOST_HELD = 500_000_000
"""Bytes of the documents that the passages of one question lie in, all its searches together."""

PASSAGES = 8
"""Passages that are read for sentences."""


class Corpus(Protocol):
    """What a question is asked of. For one thread."""

    @property
    def encoder(self) -> Encoder:
        """The encoder of its vectors."""
        ...

    @property
    def language(self) -> str:
        """The question's, "" for English: words are compared as that language stems them."""
        ...

    @property
    def names(self) -> tuple[DocumentName, ...]:
        """The documents that are asked, in the order of their paths."""
        ...

    @property
    def languages(self) -> Mapping[str, int]:
        """How many documents are in each language, "" where it is not known."""
        ...

    def find(self, text: str, documents: Sequence[str] | None = None, k: int = PASSAGES) -> Retrieved:
        """The `k` best passages for a text as it is, of `documents` only if given. Raises ModelProblem,
        QuestionProblem.
        """

    def retrieve(self, question: RewrittenQuestion, k: int = PASSAGES) -> Retrieved:
        """The `k` best passages for a question, misspelt words put right. Raises ModelProblem, QuestionProblem."""

    def inside(self, documents: Sequence[str]) -> Corpus:
        """The same, limited to some documents, by their ids."""

    def document(self, document_id: str) -> Document | None:
        """A document of it."""

    def idf(self, terms: Iterable[str]) -> Mapping[str, float]:
        """How rare each term is; 0 for function words."""

    def series_of(self, document_id: str) -> tuple[DocumentName, ...]:
        """The names of the documents of a document's series, its own among them; none where it has no series."""

    def named(self, asked: str) -> list[DocumentName]:
        """The documents that a question or topic names, best first."""


class _Asked:
    """What every corpus does alike."""

    def retrieve(self: Corpus, question: RewrittenQuestion, k: int = PASSAGES) -> Retrieved:
        """As `Corpus` has it."""
        return retrieve(question, lambda text: self.find(text, k=k), self.idf, self.encoder)

    def series_of(self: Corpus, document_id: str) -> tuple[DocumentName, ...]:
        """As `Corpus` has it."""
        own = next((name for name in self.names if name.document_id == document_id), None)
        if own is None or not own.series:
            return ()
        return tuple(name for name in self.names if name.series == own.series)

    def named(self: Corpus, asked: str) -> list[DocumentName]:
        """As `Corpus` has it."""
        return named(asked, self.names)


@dataclass(frozen=True)
class IndexCorpus(_Asked):
    """A snapshot with the lenses that show it; `within` limits it to some documents, by their ids."""

    encoder: Encoder
    lenses: ShownLenses
    snapshot: Snapshot
    remembered: Remembered
    within: Sequence[str] | None = None
    language: str = ""
    _held: dict[str, int] = field(default_factory=dict)  # bytes of documents by their ids

    def find(self, text: str, documents: Sequence[str] | None = None, k: int = PASSAGES) -> Retrieved:
        """As `Corpus` has it."""
        vector = self.encoder.query(text)
        limit = documents if documents is not None else self.within
        hits = search(
            text,
            vector,
            lenses=self.lenses,
            snapshot=self.snapshot,
            read=self._hold,
            k=k,
            documents=limit,
            language=self.language,
        )
        return Retrieved(text, vector, tuple(hits))

    @cached_property
    def names(self) -> tuple[DocumentName, ...]:
        """As `Corpus` has it."""
        found = self.remembered.names(lambda: catalogue(self.snapshot.sources()))
        return found if self.within is None else tuple(name for name in found if name.document_id in self.within)

    def inside(self, documents: Sequence[str]) -> Corpus:
        """As `Corpus` has it."""
        return replace(self, within=documents)

    def document(self, document_id: str) -> Document | None:
        """As `Corpus` has it."""
        return self.remembered.document(self.snapshot, document_id)

    def idf(self, terms: Iterable[str]) -> Mapping[str, float]:
        """As `Corpus` has it."""
        return self.lenses.lexical.idf(terms, self.language)

    @property
    def languages(self) -> Mapping[str, int]:
        """As `Corpus` has it."""
        return self.remembered.languages(self.snapshot)

    def _hold(self, document_id: str) -> Document | None:
        """A document that stays in memory until the question is answered. Raises QuestionProblem for too many."""
        document = self.document(document_id)
        if document is not None and document_id not in self._held:
            self._held[document_id] = document.memory
            if sum(self._held.values()) > MOST_HELD:
                raise QuestionProblem(
                    "The question leads to more text than can be held at once.",
                    "Ask it in parts, or of some of the sources only.",
                )
        return document


@dataclass(frozen=True)
class JoinedCorpus(_Asked):
    """Several corpora asked as one: each is searched by itself, with words as rare as they are there, and the best
    passages of all count. What stands in two of them is found once.

    Paths begin with the name of the part that they lie in. A document of two parts is that of the first.
    """

    parts: Mapping[str, Corpus]
    within: Sequence[str] | None = None
    _documents: dict[str, Document] = field(default_factory=dict)

    @cached_property
    def encoder(self) -> Encoder:
        """As `Corpus` has it: that of the first part, and of all others."""
        return next(iter(self.parts.values())).encoder

    @cached_property
    def language(self) -> str:
        """As `Corpus` has it."""
        return next(iter(self.parts.values())).language

    def find(self, text: str, documents: Sequence[str] | None = None, k: int = PASSAGES) -> Retrieved:
        """As `Corpus` has it."""
        limit = documents if documents is not None else self.within
        hits: list[Hit] = []
        for name, part in self.parts.items():
            own = None if limit is None else sorted({each.document_id for each in part.names} & set(limit))
            if own is None or own:
                hits += (self._placed(name, hit) for hit in part.find(text, own, k).hits)
        hits.sort(key=lambda hit: -hit.passage.score)
        first = {normalise(hit.passage.text): hit for hit in reversed(hits)}
        best = [hit for hit in hits if first[normalise(hit.passage.text)] is hit][:k]
        return Retrieved(text, self.encoder.query(text), tuple(best))

    @cached_property
    def names(self) -> tuple[DocumentName, ...]:
        """As `Corpus` has it. Documents of two parts are of two series, whatever their files are called."""
        found = [
            replace(each, path=f"{name}/{each.path}", series=each.series and f"{name}/{each.series}")
            for name, part in self.parts.items()
            for each in part.names
        ]
        return tuple(found if self.within is None else (each for each in found if each.document_id in self.within))

    def inside(self, documents: Sequence[str]) -> Corpus:
        """As `Corpus` has it."""
        return replace(self, within=documents)

    def document(self, document_id: str) -> Document | None:
        """As `Corpus` has it."""
        for name, part in self.parts.items():
            if (found := part.document(document_id)) is not None:
                return self._within(name, found)
        return None

    def idf(self, terms: Iterable[str]) -> Mapping[str, float]:
        """As `Corpus` has it: on average, so that a word is as rare as one that is nowhere only where it is nowhere."""
        asked = list(terms)
        each = [part.idf(asked) for part in self.parts.values()]
        return {term: sum(one[term] for one in each) / len(each) for term in asked}

    @property
    def languages(self) -> Mapping[str, int]:
        """As `Corpus` has it."""
        together = Counter[str]()
        for part in self.parts.values():
            together.update(part.languages)
        return together

    def _placed(self, name: str, hit: Hit) -> Hit:
        document = self._within(name, hit.passage.document)
        return replace(hit, passage=replace(hit.passage, document=document))

    def _within(self, name: str, document: Document) -> Document:
        """A document of a part under the path that it has here: one object, however often it is found."""
        if document.id not in self._documents:
            self._documents[document.id] = replace(document, path=f"{name}/{document.path}")
        return self._documents[document.id]
