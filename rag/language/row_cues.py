"""What a question asks of the order of rows or of two values: the one after another, the first listed, the larger.

English only. This module does not know tables.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from rag.language.table_cues import Working

__all__ = ["Beside", "beside_asked", "class_asked", "end_asked", "greater_asked"]

_AFTER = "(?:(?:right|directly|immediately|just|straight|next) )?(?:after|following|follows|followed|succeeded)"
_BEFORE = (
    "(?:(?:right|directly|immediately|just|straight) )?(?:before|preceding|preceded|precedes)|"
    "(?:previous|prior) to|preceding"
)
_BESIDE = re.compile(rf"\b(?:(?P<after>{_AFTER})|(?P<before>{_BEFORE})) ", re.IGNORECASE)
_ASKS = re.compile(r"^\s*(?:and |so )?(?:what|which|who|whom|whose|where|name|tell me)\b", re.IGNORECASE)
_LISTED = (
    r"(?:(?:that is |who is |is )?listed|(?:on|in|of) (?:this|the) (?:list|chart|table|sheet)|"
    r"at the (?P<at>top|bottom) of the (?:list|chart|table|sheet))"
)
_END = re.compile(rf"\b(?:(?P<which>first|last|top|bottom)\b[^?.!]*?)?\b{_LISTED}\b", re.IGNORECASE)
_GREATER = re.compile(
    r"\b(?:(?P<highest>larger|higher|greater|bigger|more)|(?P<lowest>lower|smaller|less|fewer))\b(?! than\b)",
    re.IGNORECASE,
)
_CLASS = re.compile(r"^\s*(?:which|what)(?: of the)? ([^\W\d_]{3,})\b", re.IGNORECASE)


class Beside(NamedTuple):
    """That the row after, or before, another is asked for, and where that is said."""

    after: bool
    start: int
    end: int


def beside_asked(question: str) -> Beside | None:
    """Whether what comes after or before something is asked for; None where it is not, or where a year is meant."""
    found = _BESIDE.search(question) if _ASKS.match(question) else None
    if found is None or re.match(
        r"(?:the )?(?:(?:year )?\d{4}\b|which\b|what\b|when\b)(?!.s\b)", question[found.end() :]
    ):
        return None
    return Beside(found["after"] is not None, *found.span())


def end_asked(question: str) -> int | None:
    """1 where the first row of a table is asked for by its place, -1 for the last; None for neither."""
    found = _END.search(question)
    said = (found["at"] or found["which"] or "").lower() if found is not None else ""
    return {"first": 1, "top": 1, "last": -1, "bottom": -1}.get(said)


def greater_asked(question: str) -> tuple[Working, tuple[int, int]] | None:
    """Which of two values is asked for, "highest" of "larger", and where the question says so."""
    found = _GREATER.search(question)
    if found is None:
        return None
    return "highest" if found["highest"] else "lowest", found.span()


def class_asked(question: str) -> tuple[str, int, int] | None:
    """The noun that says what is asked for, "locomotive" of "which locomotive was", and where it stands."""
    found = _CLASS.match(question)
    return None if found is None else (found[1], *found.span(1))
