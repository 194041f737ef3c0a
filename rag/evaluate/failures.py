"""A failed case in words: what was asked, what was expected, what was cited instead, and where they differ.

For terminals and test reports; the HTML report has its own form. Documents' control characters are not shown.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from rag.language import printable
from rag.types import Span

if TYPE_CHECKING:
    from rag.evaluate.locations import Location, Sources
    from rag.evaluate.results import Result
    from rag.types import Citation

__all__ = ["citation_list", "failure", "highlighted_diff", "nearest"]

_MISSING, _ADDED, _PLAIN = "\x1b[31m", "\x1b[32m", "\x1b[0m"
_WIDTH = 100
_ALIKE = 0.4  # share of common words from which a difference is worth reading


def failure(result: Result, sources: Sources, colour: bool = False) -> str:
    """The whole case; `colour` lights the difference up with a terminal's colours instead of with marks."""
    case, given = result.case, result.prediction
    lines = [f"case {case.id}: {case.question}"]
    if given.asked_as and given.asked_as != case.question:
        lines.append(f"asked as: {given.asked_as}")
    if result.broken:
        return printable("\n".join([*lines, "", result.broken]))
    if given.reason:
        lines.append(f"said as: {given.strength}")
    lines += ["", *(f"  wrong     {finding.said}" for finding in result.findings), ""]
    for place in result.places:
        lines += _block("expected", _where(place.expected.path, place.expected.page), _text_of(place, sources))
    for claim in given.claims:
        for citation in claim.citations:
            lines += _block(f"cited [{citation.number}]", _where(citation.path, citation.page), citation.quote)
        if not any(citation.quote == claim.text for citation in claim.citations):
            lines += _block("said", "", claim.text)
    text = printable("\n".join(lines))
    pair = _nearest_pair(result, sources)
    if pair is not None:
        text += "\n  compared  " + _wrapped(highlighted_diff(printable(pair[0]), printable(pair[1]), colour))
    if result.places and (given.refused or given.reason == "closest"):
        text += "\n  found     " + _rank(result)
    return text


def highlighted_diff(expected: str, given: str, colour: bool = False) -> str:
    """Both texts as one, word by word: what is missing as [-so-], what was said instead as {+so+}."""
    wanted, said = expected.split(), given.split()
    parts: list[str] = []
    for kind, a, b, c, d in SequenceMatcher(None, wanted, said, autojunk=False).get_opcodes():
        if kind == "equal":
            parts += wanted[a:b]
            continue
        if a < b:
            missing = " ".join(wanted[a:b])
            parts.append(f"{_MISSING}{missing}{_PLAIN}" if colour else f"[-{missing}-]")
        if c < d:
            added = " ".join(said[c:d])
            parts.append(f"{_ADDED}{added}{_PLAIN}" if colour else f"{{+{added}+}}")
    return " ".join(parts)


def nearest(wanted: str, quotes: Sequence[str]) -> str | None:
    """The quote that shares most words with what was wanted."""
    words = wanted.split()
    return max(quotes, key=lambda quote: SequenceMatcher(None, words, quote.split()).ratio(), default=None)


def citation_list(citations: Sequence[Citation]) -> str:
    """Citations as a list, one a line."""
    return printable("\n".join(f"  [{one.number}] {_where(one.path, one.page)}: {one.quote!r}" for one in citations))


def _nearest_pair(result: Result, sources: Sources) -> tuple[str, str] | None:
    """An expected quote and the citation nearest to it, where the expected place was not cited."""
    if not any(finding.kind in ("place", "near_duplicate") for finding in result.findings):
        return None
    wanted = [_text_of(place, sources) for place in result.places if place.exact]
    quotes = [citation.quote for citation in result.prediction.citations]
    if not wanted or not quotes:
        return None
    best = nearest(wanted[0], quotes)
    if best is None or SequenceMatcher(None, wanted[0].split(), best.split()).ratio() < _ALIKE:
        return None  # side by side they say more than a difference of everything
    return wanted[0], best


def _rank(result: Result) -> str:
    for rank, passage in enumerate(result.prediction.passages, 1):
        if any(place.holds(passage.document_id, passage.span) for place in result.places):
            return f"the expected place is in passage {rank} of {len(result.prediction.passages)}"
    return f"the expected place is in none of the {len(result.prediction.passages)} passages"


def _text_of(place: Location, sources: Sources) -> str:
    document = sources.document(place.document_id)
    if document is None or not place.exact:
        return ""
    span: Span = place.spans[0]
    return document.text[span.start : span.end]


def _where(path: str, page: int | None) -> str:
    return path if page is None else f"{path}, page {page}"


def _block(name: str, where: str, text: str) -> list[str]:
    return [f"  {name:<9} {_wrapped(': '.join(part for part in (where, text) if part))}"]


def _wrapped(text: str) -> str:
    return textwrap.fill(" ".join(text.split()), _WIDTH, subsequent_indent=" " * 12, break_long_words=False)
