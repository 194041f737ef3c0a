"""Sentences that answer, as a set names them, and whether a quote or a passage shows one.

Where spans count, two meet if they share at least half of the shorter. Of a PDF only the words count, since another
reading of the same page has other offsets. This module does not know what is measured with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from rag.evaluate.locations import Sources, occurrences
from rag.types import Answer, Citation, Passage, Span

__all__ = ["Gold", "golds_of", "rank_of", "shown", "shows"]

_LEAST = 20  # letters and digits in a row: fewer are the same by chance


@dataclass(frozen=True, slots=True)
class Gold:
    """A sentence that answers; `spans` are the places where it stands, none where only its words count."""

    path: str
    text: str
    spans: tuple[Span, ...]


def golds_of(rows: Iterable[dict[str, Any]], sources: Sources) -> list[Gold]:
    """The gold sentences of a question. Raises ValueError for one that does not stand where it is said to."""
    return [_gold(row, sources) for row in rows]


def shows(citation: Citation, gold: Gold) -> bool:
    """Whether a citation is, holds, or is the better part of a gold sentence."""
    return citation.path == gold.path and _meets(gold, citation.span, citation.quote)


def shown(answer: Answer, golds: Sequence[Gold]) -> list[bool]:
    """For each gold sentence, whether a claim cites it, however the answer is introduced."""
    cited = [citation for claim in answer.claims for citation in claim.citations]
    return [any(shows(citation, gold) for citation in cited) for gold in golds]


def rank_of(passages: Sequence[Passage], golds: Sequence[Gold]) -> int | None:
    """The rank, from 1, of the first passage with a gold sentence in it."""
    for rank, passage in enumerate(passages, 1):
        if any(g.path == passage.document.path and _meets(g, passage.chunk.span, passage.text) for g in golds):
            return rank
    return None


def _gold(row: dict[str, Any], sources: Sources) -> Gold:
    path, text = row["path"], row["text"]
    if path.endswith(".pdf"):
        return Gold(path, text, ())
    document = sources.at(path)
    if document is None:
        raise ValueError(f"{path} is not indexed")
    if "span" in row and document.text[slice(*row["span"])] == text:
        return Gold(path, text, (Span(*row["span"]),))
    spans = tuple(occurrences(text, document.text))
    if not spans:
        raise ValueError(f"{path} does not say {text!r}")
    return Gold(path, text, spans)


def _meets(gold: Gold, span: Span, text: str) -> bool:
    if gold.spans:
        return any(_half_shared(one, span) for one in gold.spans)
    mine, theirs = _letters(gold.text), _letters(text)
    common = SequenceMatcher(None, mine, theirs, autojunk=False).find_longest_match().size
    shorter = min(len(mine), len(theirs))
    return common >= min(_LEAST, len(mine)) and 2 * common >= shorter


def _half_shared(one: Span, other: Span) -> bool:
    common = min(one.end, other.end) - max(one.start, other.start)
    return common > 0 and 2 * common >= min(one.end - one.start, other.end - other.start)


def _letters(text: str) -> str:
    """Letters and digits only: line ends, hyphens and ligatures differ between two readings of a page."""
    return "".join(char for char in text.casefold() if char.isalnum())
