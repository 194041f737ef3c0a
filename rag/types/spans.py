"""Places in texts and on pages."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["Box", "GlyphRun", "PageRange", "Span", "WordBox"]


class Span(NamedTuple):
    """Half-open `[start, end)` in code points of `Document.text`."""

    start: int
    end: int

    def overlaps(self, other: Span) -> bool:
        """Whether the two share at least one code point."""
        return self.start < other.end and other.start < self.end


class GlyphRun(NamedTuple):
    """`text[start : start + length]` are the characters `index .. index + length` of PDF page `page` (1-based).

    `index` counts the characters of the page as PDFium numbers them, so a span leads back to its boxes.
    """

    start: int
    page: int
    index: int  # type: ignore[assignment]  # a tuple has a method of this name, which nobody calls here
    length: int


class Box(NamedTuple):
    """A place on a page as shown, in fractions of its width and height from the top left."""

    left: float
    top: float
    right: float
    bottom: float


class WordBox(NamedTuple):
    """`text[start : start + length]` was read by OCR from this place of PDF page `page` (1-based)."""

    start: int
    length: int
    page: int
    box: Box


class PageRange(NamedTuple):
    """First and last page that a chunk touches, both included, 1-based."""

    first: int
    last: int
