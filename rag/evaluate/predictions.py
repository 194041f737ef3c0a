"""What the program answered, without the sources' text around it: light enough to keep and to send.

This module does not know what was expected.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rag.types import JSON, Answer, AnswerStatus, Citation, Claim, PageRange, PartlyReason, QuotedRows, Span

__all__ = ["Prediction", "Retrieved"]


@dataclass(frozen=True, slots=True)
class Retrieved:
    """A passage that was found: its place, not its text."""

    document_id: str
    path: str
    span: Span
    pages: PageRange | None
    score: float


@dataclass(frozen=True, slots=True)
class Prediction:
    """An answer as it is evaluated; `passages` are those it was read from, best first.

    `trouble` is why the question could not be asked. `milliseconds` is the time from question to whole answer.
    """

    asked_as: str
    status: AnswerStatus
    claims: tuple[Claim, ...]
    passages: tuple[Retrieved, ...]
    confidence: float
    milliseconds: float = 0.0
    trouble: str = ""
    reason: PartlyReason = ""

    @classmethod
    def of(cls, answer: Answer, milliseconds: float = 0.0) -> Prediction:
        """The prediction that an answer is."""
        passages = tuple(
            Retrieved(p.document.id, p.document.path, p.chunk.span, p.chunk.pages, p.score) for p in answer.passages
        )
        return cls(
            answer.asked_as,
            answer.status,
            answer.claims,
            passages,
            answer.confidence,
            milliseconds,
            reason=answer.reason if answer.status == "partly" else "",
        )

    @property
    def answered(self) -> bool:
        """Whether the claims are given as the answer, without a word that they are less than that.

        What a language model wrote counts, even where not all of it is carried.
        """
        return not self.reason and not self.refused

    @property
    def refused(self) -> bool:
        """Whether nothing is claimed at all."""
        return self.status == "not_found" and not self.claims

    @property
    def strength(self) -> str:
        """The three strengths in words: "answered", "closest", "incomplete", "partly" or "not found"."""
        return self.reason or self.status.replace("_", " ")

    @property
    def text(self) -> str:
        """The answer's own words, without marks."""
        return " ".join(claim.text for claim in self.claims)

    @property
    def citations(self) -> tuple[Citation, ...]:
        """Every citation of every claim, in order."""
        return tuple(citation for claim in self.claims for citation in claim.citations)

    def to_dict(self) -> dict[str, JSON]:
        """JSON-ready, the keys being the field names."""
        return {
            "asked_as": self.asked_as,
            "status": self.status,
            "reason": self.reason,
            "claims": [_claim_to_dict(claim) for claim in self.claims],
            "passages": [
                {
                    "document_id": passage.document_id,
                    "path": passage.path,
                    "span": list(passage.span),
                    "pages": list(passage.pages) if passage.pages else None,
                    "score": passage.score,
                }
                for passage in self.passages
            ],
            "confidence": self.confidence,
            "milliseconds": self.milliseconds,
            "trouble": self.trouble,
        }

    @classmethod
    def from_dict(cls, row: Mapping[str, Any]) -> Prediction:
        """The way back from `to_dict`. Raises KeyError or TypeError for anything else."""
        return cls(
            asked_as=row["asked_as"],
            status=row["status"],
            claims=tuple(_claim_from_dict(claim) for claim in row["claims"]),
            passages=tuple(
                Retrieved(
                    document_id=one["document_id"],
                    path=one["path"],
                    span=Span(*one["span"]),
                    pages=PageRange(*one["pages"]) if one["pages"] else None,
                    score=one["score"],
                )
                for one in row["passages"]
            ),
            confidence=row["confidence"],
            milliseconds=row["milliseconds"],
            trouble=row["trouble"],
            reason=row.get("reason", ""),
        )


def _claim_to_dict(claim: Claim) -> dict[str, JSON]:
    return {
        "text": claim.text,
        "citations": [citation.to_dict() for citation in claim.citations],
        "support": claim.support,
        "answer": list(claim.answer) if claim.answer else None,
        "group": claim.group,
    }


def _claim_from_dict(row: Mapping[str, Any]) -> Claim:
    citations = map(_citation_from_dict, row["citations"])
    answer = row.get("answer")
    said = Span(*answer) if answer else None
    return Claim(row["text"], tuple(citations), row["support"], said, row.get("group", ""))


def _citation_from_dict(row: Mapping[str, Any]) -> Citation:
    answer, table = row.get("answer"), row.get("table")
    given = {
        "span": Span(*row["span"]),
        "answer": Span(*answer) if answer else None,
        "table": QuotedRows.from_dict(table) if table else None,
    }
    return Citation(**{**row, **given})
