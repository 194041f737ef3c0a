"""Sentences and words of a text, always as spans of the text itself.

Owns the sentence splitter (sentencex). This module does not know what a chunk, an index or a question is.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from itertools import repeat

from rag.types import Block, Document, Span

__all__ = [
    "longest_run",
    "normalise",
    "printable",
    "sentence_spans",
    "sentences",
    "strip_span",
    "units",
    "words",
]

_WORD = re.compile(r"\w+", re.UNICODE)


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


def strip_span(text: str, span: Span) -> Span:
    """The span without the white space at its ends; `(start, start)` if there is nothing else."""
    part = text[span.start : span.end]
    left = len(part) - len(part.lstrip())
    right = len(part.rstrip())
    return Span(span.start + left, span.start + right) if right else Span(span.start, span.start)


def printable(text: str) -> str:
    """The text without control characters, so that a document cannot steer a terminal."""
    return "".join(char if char.isprintable() or char == "\n" else " " for char in text)


def normalise(text: str) -> str:
    """The form in which two texts are compared: NFKC, case folded, white space collapsed."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def words(text: str) -> list[str]:
    """The words of a text in order, normalised."""
    return _WORD.findall(normalise(text))


def longest_run(question: Sequence[str], text: Iterable[str]) -> int:
    """Length of the longest run of words that stands in both, in order and without gaps.

    Each word of the question becomes a letter and every other word the letter 0, so that a run is a piece of a string.
    """
    letters = {term: chr(at) for at, term in enumerate(dict.fromkeys(question), 1)}
    asked, found = "".join(map(letters.__getitem__, question)), "".join(map(letters.get, text, repeat("\0")))
    best = 0
    for at in range(len(asked)):
        while at + best < len(asked) and asked[at : at + best + 1] in found:
            best += 1
    return best
