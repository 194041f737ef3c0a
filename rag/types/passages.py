"""What is found for a question."""

from __future__ import annotations

from dataclasses import dataclass

from rag.types.documents import Chunk, Document
from rag.types.json import JSON
from rag.types.spans import Span
from rag.types.vectors import Vectors

__all__ = ["Hit", "Passage", "Ranks"]


@dataclass(frozen=True, slots=True)
class Ranks:
    """What each lens said of a passage: rank from 1, None where the lens did not return it."""

    dense: int | None = None
    lexical: int | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk found for a question. Higher scores are better; scores of different questions cannot be compared."""

    chunk: Chunk
    document: Document
    score: float
    ranks: Ranks = Ranks()

    @property
    def text(self) -> str:
        """The chunk's own text, exactly as it stands in the source."""
        return self.document.text[self.chunk.span.start : self.chunk.span.end]

    def to_dict(self) -> dict[str, JSON]:
        """JSON-ready: id, path, title, text, span, page, page_label, heading, score, ranks."""
        page = self.document.page_at(self.chunk.span.start)
        return {
            "id": f"{self.chunk.id:016x}",
            "document_id": self.document.id,
            "path": self.document.path,
            "title": self.document.name,
            "text": self.text,
            "span": list(self.chunk.span),
            "page": page.number if page else None,
            "page_label": page.label if page else None,
            "pages": list(self.chunk.pages) if self.chunk.pages else None,
            "heading": list(self.chunk.heading),
            "score": round(self.score, 6),
            "ranks": {"dense": self.ranks.dense, "lexical": self.ranks.lexical},
        }


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage with its sentences (spans of the document) and a unit vector for each, `(sentences, dim)`.

    `cosine` is that of the question and the chunk as a whole.
    """

    passage: Passage
    sentences: tuple[Span, ...]
    vectors: Vectors
    cosine: float = 0.0
