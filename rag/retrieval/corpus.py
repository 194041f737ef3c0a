"""One generation of an index as a question sees it: searched as a whole or within some documents, and its names.

This module does not know what is asked or what an answer is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from rag.errors import QuestionProblem
from rag.retrieval.hybrid import Lenses, Retrieved, retrieve, search
from rag.retrieval.naming import DocumentName, catalogue, named
from rag.retrieval.rewriting import RewrittenQuestion
from rag.storage import Snapshot
from rag.types import Document, Encoder

__all__ = ["MOST_HELD", "PASSAGES", "Corpus"]

MOST_HELD = 500_000_000
"""Bytes of the documents that the passages of one question lie in, all its searches together."""

PASSAGES = 8
"""Passages that are read for sentences."""


@dataclass(frozen=True)
class Corpus:
    """A snapshot with the lenses that show it; `within` limits it to some documents, by their ids. For one thread.

    `language` is the question's, "" for English: words are compared as that language stems them.
    """

    encoder: Encoder
    lenses: Lenses
    snapshot: Snapshot
    within: Sequence[str] | None = None
    language: str = ""
    _held: dict[str, int] = field(default_factory=dict)  # bytes of documents by their ids

    def retrieve(self, question: RewrittenQuestion, k: int = PASSAGES) -> Retrieved:
        """The `k` best passages for a question, misspelt words put right. Raises ModelProblem, QuestionProblem."""
        return retrieve(
            question,
            k,
            encoder=self.encoder,
            lenses=self.lenses,
            snapshot=self.snapshot,
            read=self._hold,
            documents=self.within,
        )

    def find(self, text: str, documents: Sequence[str] | None = None, k: int = PASSAGES) -> Retrieved:
        """The `k` best passages for a text as it is, of `documents` only if given. Raises ModelProblem,
        QuestionProblem.
        """
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
        """The documents that are asked, in the order of their paths."""
        found = self.lenses.names(lambda: catalogue(self.snapshot.sources()))
        return found if self.within is None else tuple(name for name in found if name.document_id in self.within)

    @cached_property
    def series(self) -> Mapping[str, tuple[DocumentName, ...]]:
        """The names of the documents of each series, in the order of their paths."""
        found: dict[str, list[DocumentName]] = {}
        for name in self.names:
            found.setdefault(name.series, []).append(name)
        return {series: tuple(names) for series, names in found.items()}

    def series_of(self, document_id: str) -> tuple[DocumentName, ...]:
        """The names of the documents of a document's series, its own among them; none where it has no series."""
        own = next((name for name in self.names if name.document_id == document_id), None)
        return self.series[own.series] if own is not None and own.series else ()

    def named(self, asked: str) -> list[DocumentName]:
        """The documents that a question or topic names, best first."""
        return named(asked, self.names)

    def document(self, document_id: str) -> Document | None:
        """A document of this generation."""
        return self.lenses.document(self.snapshot, document_id)

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

    def idf(self, terms: Iterable[str]) -> Mapping[str, float]:
        """How rare each term is; 0 for function words."""
        return self.lenses.lexical.idf(terms, self.language)

    @property
    def languages(self) -> Mapping[str, int]:
        """How many documents are in each language, "" where it is not known."""
        return self.lenses.languages(self.snapshot)
