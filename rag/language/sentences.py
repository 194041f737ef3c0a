"""Sentences of a text, always as spans of the text itself, and where a sentence or a line of it has ended.

Owns the sentence splitter (sentencex), which knows many languages; what it splits at an abbreviation or at a number
that counts is joined again, but not in English. This module does not know what a chunk, an index or a question is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.language.abbreviations import Stops, stops_of
from rag.language.languages import language_of_paragraph
from rag.language.text import strip_span
from rag.types import Block, Document, Span

__all__ = [
    "CLAUSE_END",
    "ends_printed_sentence",
    "ends_sentence",
    "sentence_spans",
    "sentences",
    "sentences_within",
    "units",
]

CLAUSE_END = re.compile(r"[,;:.!?()–—]")
"""A mark beyond which a word is not about what stands before it."""
_LAST = re.compile(r"(?:(\w+)[\s,(]+)?(?<![\w.])((?:\w+\.)*[\w§-]+)\.$")
_FIRST = re.compile(r"\w+")
_NUMBER_AT_START = re.compile(r"(?<=[.!?]\s)\d+")
_LONGEST = 60  # characters of a word and the one before
_ORDINAL, _YEAR = 2, 4  # digits
_STOPS = "[.!?:;。！？؟۔…]"
_ENDED = re.compile(rf"{_STOPS}[\"')\]»”’*_]*$")
_ENDED_IN_PRINT = re.compile(rf"{_STOPS}['\")\]»”’]*[\d*†‡]{{0,2}}$")


def ends_sentence(line: str) -> bool:
    """Whether a sentence, or what announces a list, ends with a line as it was typed: Markdown's marks may follow."""
    return _ENDED.search(line) is not None


def ends_printed_sentence(row: str) -> bool:
    """The same of a printed row, in which the mark of a footnote may follow."""
    return _ENDED_IN_PRINT.search(row) is not None


def sentence_spans(text: str, start: int = 0, end: int | None = None, language: str = "") -> list[Span]:
    """The sentences of `text[start:end]` as spans of `text`, in order, without surrounding white space.

    Every non-space character lies in exactly one of them. `language` is an ISO 639-1 code; without one the rules are
    those of English.
    """
    import sentencex

    part = text[start:end]
    stops = stops_of(language)
    found: list[Span] = []
    shown = _NUMBER_AT_START.sub(_lettered, part) if stops else part
    for boundary in sentencex.get_sentence_boundaries(language or "en", shown):
        span = strip_span(text, Span(start + boundary["start_index"], start + boundary["end_index"]))
        if span.start == span.end:
            continue
        if stops is not None and found and _goes_on(text, found[-1], span, stops):
            found[-1] = Span(found[-1].start, span.end)
        else:
            found.append(span)
    return found


def _lettered(number: re.Match[str]) -> str:
    """A word as long as a number, since the splitter of some languages begins no sentence with a number.

    Of letters without capitals: a single capital would be taken for an initial.
    """
    return "あ" * len(number.group())


def _goes_on(text: str, before: Span, after: Span, stops: Stops) -> bool:
    """Whether the full stop between two stretches ends no sentence."""
    if text.count("\n", before.end, after.start) > 1:
        return False
    last = _LAST.search(text, max(before.start, before.end - _LONGEST), before.end)
    if last is None:
        return False
    lead, word = (last.group(1) or "").lower(), last.group(2)
    first = _FIRST.match(text, after.start)
    following = first.group().lower() if first else ""
    small = text[after.start].islower()
    if word.isdecimal():
        if last.start(2) == before.start:  # nothing but the number of an item, or of what follows
            return stops.counts and len(word) < (_YEAR + small)
        return stops.counts and _counts(lead, len(word), following, small, stops)
    if word.lower() in stops.before or (stops.streets and word.lower().endswith(stops.streets)):
        return True
    if len(word) == 1 and word.isupper():
        return following not in stops.starts
    if word.lower() in stops.within or (stops.within and "." in word):
        capitals = bool(stops.nouns) and following not in stops.starts
        return small or text[after.start].isdecimal() or capitals
    return len(word) == 1 and small


def _counts(lead: str, digits: int, following: str, small: bool, stops: Stops) -> bool:
    """Whether a number with a full stop is an ordinal, by what stands around it."""
    if small:
        return digits <= _YEAR
    if following.isdecimal():  # "3. 4. 2021"
        return digits <= _ORDINAL
    if digits > _ORDINAL or not following or following in stops.starts:
        return False
    return lead in stops.leads or following in stops.nouns


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
            yield gap, sentences_within(document, between)
        span = strip_span(document.text, block.span)
        if span.start < span.end:
            whole = block.kind in ("heading", "table")
            yield block, [span] if whole else sentences_within(document, span)
        at, heading = block.span.end, block.heading


def sentences_within(document: Document, span: Span) -> list[Span]:
    """The sentences of a block of a document, by the rules of its language."""
    language = language_of_paragraph(document.text[slice(*span)], document.language)
    return sentence_spans(document.text, *span, language)


def sentences(document: Document) -> list[Span]:
    """All sentences of a document, in order."""
    return [span for _, spans in units(document) for span in spans]
