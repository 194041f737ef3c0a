"""Sentences of a text, always as spans of the text itself, and where a sentence or a line of it has ended.

Owns the sentence splitter (sentencex). This module does not know what a chunk, an index or a question is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.language.text import strip_span
from rag.types import Block, Document, Span

__all__ = ["CLAUSE_END", "ends_printed_sentence", "ends_sentence", "sentence_spans", "sentences", "units"]

CLAUSE_END = re.compile(r"[,;:.!?()–—]")
"""A mark beyond which a word is not about what stands before it."""
_STOPS = "[.!?:;。！？؟۔…]"
_ENDED = re.compile(rf"{_STOPS}[\"')\]»”’*_]*$")
_ENDED_IN_PRINT = re.compile(rf"{_STOPS}['\")\]»”’]*[\d*†‡]{{0,2}}$")


def ends_sentence(line: str) -> bool:
    """Whether a sentence, or what announces a list, ends with a line as it was typed: Markdown's marks may follow."""
    return _ENDED.search(line) is not None


def ends_printed_sentence(row: str) -> bool:
    """The same of a printed row, in which the mark of a footnote may follow."""
    return _ENDED_IN_PRINT.search(row) is not None


def sentence_spans(text: str, start: int = 0, end: int | None = None) -> list[Span]:
    """The sentences of `text[start:end]` as spans of `text`, in order, without surrounding white space.

    Every non-space character lies in exactly one of them.
    """
    import sentencex

    part = text[start:end]
    found = []
    for boundary in sentencex.get_sentence_boundaries("en", part):
        span = strip_span(text, Span(start + boundary["start_index"], start + boundary["end_index"]))
        if span.start < span.end:
            found.append(span)
    return found


def units(document: Document) -> Iterator[tuple[Block, list[Span]]]:
    """Each block of a document with its sentences: text between blocks counts as a paragraph of its own.

    Headings and table rows are never split. Sentences never cross the border of a block.
    """
    at = 0
    heading: tuple[str, ...] = ()
    for block in (*document.blocks, Block("paragraph", Span(len(document.text), len(document.text)))):
        between = strip_span(document.text, Span(at, block.span.start))
        if between.start < between.end:
            gap = Block("paragraph", between, heading)
            yield gap, sentence_spans(document.text, *between)
        span = strip_span(document.text, block.span)
        if span.start < span.end:
            whole = block.kind in ("heading", "table")
            yield block, [span] if whole else sentence_spans(document.text, *span)
        at, heading = block.span.end, block.heading


def sentences(document: Document) -> list[Span]:
    """All sentences of a document, in order."""
    return [span for _, spans in units(document) for span in spans]
