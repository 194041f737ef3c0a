"""Characters of a text: how two texts are compared, what may be printed, white space at the ends of a span.

This module does not know words.
"""

from __future__ import annotations

import unicodedata

from rag.types import Span

__all__ = ["composed", "normalise", "printable", "strip_span"]


def strip_span(text: str, span: Span) -> Span:
    """The span without the white space at its ends; `(start, start)` if there is nothing else."""
    part = text[span.start : span.end]
    left = len(part) - len(part.lstrip())
    right = len(part.rstrip())
    return Span(span.start + left, span.start + right) if right else Span(span.start, span.start)


def composed(name: str) -> str:
    """The form in which the names of files are kept and compared: NFC, which is what most keyboards type.

    Some systems write an accent as a character of its own; both look the same.
    """
    return unicodedata.normalize("NFC", name)


def printable(text: str) -> str:
    """The text without control characters, so that a document cannot steer a terminal."""
    return "".join(char if char.isprintable() or char == "\n" else " " for char in text)


def normalise(text: str) -> str:
    """The form in which two texts are compared: NFKC, case folded, white space collapsed.

    NFKC (Unicode Standard Annex 15), so that the ligatures and wide letters of PDFs equal what people type.
    """
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
