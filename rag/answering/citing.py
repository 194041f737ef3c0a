"""Places to quote become claims: a source sentence each, with the citation whose quote is the text at its span.

A sentence brings what it needs to be understood: the list that it announces, the sentence that it leans on. This module
does not know why a place was chosen.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice

from rag.answering.quoted_rows import quoted_rows
from rag.language import (
    depends_on_context,
    has_word,
    is_function_word,
    is_mostly_markup,
    is_pair_line,
    normalise,
    sentences_within,
    strip_span,
)
from rag.types import Citation, Claim, Document, Span

__all__ = [
    "MOST_CLAIMS",
    "QuotedSpan",
    "announced",
    "cite",
    "cites",
    "claims_of",
    "differ_note",
    "list_of",
    "newest_first",
    "whole",
    "with_head",
]

MOST_CLAIMS = 200
"""Sentences of an answer, as those of a long list: more than anybody reads, and all that is kept in memory of them."""
_LONGEST = 600  # characters of a quote that brings the sentence before along
_LONGEST_HEADED = 1_000  # of a run-in heading with its sentence, without which it says nothing
_LINE = 100  # characters of a line that is an item by itself
_GOING_ON = 2  # lines at least below a line "key: value"
_HEAD = 6  # words of a head in front of a paragraph, its list mark included
_MARK = re.compile(r"(?:(?:[-*+•–]|[*_]{2,3}|\d{1,3}[.)])\s+)+")
_EMPHASIS = re.compile(r"(\*\*|__|`)(.+?)\1")


@dataclass(frozen=True, slots=True)
class QuotedSpan:
    """A span to quote, the exact words of the answer in it where they are known, and the group it belongs to."""

    document: Document
    span: Span
    answer: Span | None = None
    group: str = ""
    column: int | None = None  # of a table's row: the one that is asked for, also where its cell is blank


def cite(
    number: int, document: Document, span: Span, answer: Span | None = None, column: int | None = None
) -> Citation:
    """A citation of a span, with the page that it starts on, and what it quotes as rows of a table."""
    page = document.page_at(span.start)
    return Citation(
        number=number,
        document_id=document.id,
        path=document.path,
        title=document.name,
        page=page.number if page else None,
        page_label=page.label if page else None,
        span=span,
        quote=document.text[span.start : span.end],
        answer=answer,
        table=quoted_rows(document, span, answer, column),
    )


def claims_of(places: Sequence[QuotedSpan]) -> tuple[Claim, ...]:
    """One claim for each sentence; sources that say the same are cited together, numbered in order of first use."""
    groups: dict[tuple[str, str], list[QuotedSpan]] = {}
    for place in places:
        said = normalise(place.document.text[place.span.start : place.span.end])
        group = groups.setdefault((place.group, said), [])
        if all((place.document.id, place.span) != (other.document.id, other.span) for other in group):
            group.append(place)
    claims: list[Claim] = []
    number = 0
    for group in groups.values():
        citations = tuple(
            cite(number + i, one.document, one.span, one.answer, one.column) for i, one in enumerate(group, 1)
        )
        number += len(group)
        first = group[0]
        said = _shown(citations[0].quote, first.document.media_type)
        claims.append(Claim(said, citations, "quoted", _emphasis(said, first), first.group))
    return tuple(claims)


def whole(place: QuotedSpan, others: set[Span]) -> list[QuotedSpan]:
    """The sentence with what it needs to be understood: the list that it announces, the sentence that it leans on.

    A sentence that is quoted by itself (`others`) is not brought along.
    """
    document, span = place.document, place.span
    found = [place]
    if document.text[span.start : span.end].endswith(":"):
        found += announced(place)
    elif (on := _with_the_one_it_heads(document, span)) != span:
        found = [replace(place, span=on)]
    elif depends_on_context(document.text, span.start, span.end):
        found = [replace(place, span=_with_the_one_before(document, span, others))]
    return [_unmarked(each) for each in found]


def with_head(document: Document, span: Span) -> Span:
    """A sentence with the few words that stand before it as the head of its block, "Free float. Shares that ..."; of
    such a head, with the sentence behind it.
    """
    at = document.block_at(span.start)
    if at < 0 or document.blocks[at].kind not in ("paragraph", "list"):
        return span
    sentences = sentences_within(document, document.blocks[at].span)[:3]
    head, *rest = [one for one in sentences if has_word(document.text[slice(*one)])] or sentences  # "2." is none
    said = document.text[slice(*head)]
    if not rest or span.end > rest[0].end or not said.endswith((".", ":")) or len(said.split()) > _HEAD:
        return span
    return Span(head.start, rest[0].end)


def _with_the_one_it_heads(document: Document, span: Span) -> Span:
    """A run-in heading, "Grant of Patent License.", with the sentence behind it."""
    words = [word for word in document.text[slice(*span)].split() if word[:1].isalpha() and not is_function_word(word)]
    on = with_head(document, span)
    is_heading = on.start == span.start and len(words) > 1 and all(word[0].isupper() for word in words)
    return on if is_heading and on.end - on.start <= _LONGEST_HEADED else span


def announced(place: QuotedSpan) -> list[QuotedSpan]:
    """Every item of the list that follows the sentence's block, as far as an answer shows them."""
    at = bisect_left(place.document.blocks, place.span.end, key=lambda block: block.span.start)
    return _items(place, at)


def list_of(place: QuotedSpan) -> list[QuotedSpan]:
    """The whole list that a sentence is an item of, or that follows its block, with the sentence before the list.

    Empty where it is at no list.
    """
    document = place.document
    blocks = document.blocks
    at = document.block_at(place.span.start)
    if at < 0 or blocks[at].kind not in ("list", "paragraph"):
        return []
    if blocks[at].kind == "paragraph":
        if lines := _lines_under(document, at):
            return [
                replace(place, span=span)
                if span.start <= place.span.start < span.end
                else QuotedSpan(document, span, group=place.group)
                for span in lines
            ]
        last = sentences_within(document, blocks[at].span)[-1:]
        if place.span.end < last[0].start or at + 1 == len(blocks) or blocks[at + 1].kind != "list":
            return []
        return [place, *_items(place, at + 1)]
    while at > 0 and blocks[at - 1].kind == "list" and blocks[at - 1].heading == blocks[at].heading:
        at -= 1
    items = _items(place, at)
    if at > 0 and blocks[at - 1].kind == "paragraph" and blocks[at - 1].heading == blocks[at].heading:
        before = sentences_within(document, blocks[at - 1].span)[-1:]
        said = [span for span in before if not is_mostly_markup(document.text[slice(*span)])]
        return [*(QuotedSpan(document, span, group=place.group) for span in said), *items]
    return items


def _lines_under(document: Document, at: int) -> list[Span]:
    """The lines that go on what a line "key: value" begins, one below the other without a key of their own, with that
    line first: a profile's "Political parties: ..."; none where fewer than two go on.
    """
    blocks, text = document.blocks, document.text

    def is_next(n: int) -> bool:
        return (
            blocks[n].kind == "paragraph"
            and text[blocks[n - 1].span.end : blocks[n].span.start].strip(" \r") == "\n"
            and blocks[n].span.end - blocks[n].span.start <= _LINE
        )

    def has_key(n: int) -> bool:
        return is_pair_line(text[slice(*blocks[n].span)])

    first = at
    while first > 0 and not has_key(first) and is_next(first):
        first -= 1
    last = first + 1
    while last < len(blocks) and is_next(last) and not has_key(last):
        last += 1
    return [block.span for block in blocks[first:last]] if has_key(first) and last - first > _GOING_ON else []


def _items(place: QuotedSpan, at: int) -> list[QuotedSpan]:
    """The list items from block `at` on, under the same heading."""
    document = place.document
    items: list[QuotedSpan] = []
    for block in islice(document.blocks, at, None):
        if block.kind != "list" or block.heading != document.blocks[at].heading or len(items) > MOST_CLAIMS:
            break
        items.append(QuotedSpan(document, strip_span(document.text, block.span), group=place.group))
    return items


def _with_the_one_before(document: Document, span: Span, others: set[Span]) -> Span:
    at = document.block_at(span.start)
    if at < 0 or document.blocks[at].kind not in ("paragraph", "list"):
        return span
    before = [one for one in sentences_within(document, document.blocks[at].span) if one.end <= span.start]
    if not before or any(before[-1].end == other.end for other in others) or span.end - before[-1].start > _LONGEST:
        return span
    return Span(before[-1].start, span.end)


def _unmarked(place: QuotedSpan) -> QuotedSpan:
    """The place without a list's mark in front, or the end of an emphasis that began in the sentence before."""
    mark = _MARK.match(place.document.text, place.span.start, place.span.end)
    if mark is None or mark.end() >= place.span.end:
        return place
    answer = place.answer if place.answer and place.answer.start >= mark.end() else None
    return replace(place, span=Span(mark.end(), place.span.end), answer=answer)


def _shown(quote: str, media_type: str) -> str:
    """How a quote is said: on one line and, where the source is Markdown, without its marks."""
    if media_type == "text/markdown":
        quote = _EMPHASIS.sub(r"\2", quote.strip("| ").replace(" | ", " · "))
    return " ".join(quote.split())


def _emphasis(said: str, place: QuotedSpan) -> Span | None:
    """Where the exact words stand in a quote as it is said: of equal words, those nearest to their place."""
    if place.answer is None:
        return None
    document = place.document
    words = _shown(document.text[place.answer.start : place.answer.end], document.media_type)
    near = len(" ".join(document.text[place.span.start : place.answer.start].split()))
    found = [match.start() for match in re.finditer(re.escape(words), said)] if words else []
    start = min(found, key=lambda at: abs(at - near), default=None)
    return None if start is None else Span(start, start + len(words))


def cites(citation: Citation, place: QuotedSpan) -> bool:
    return citation.document_id == place.document.id and citation.answer == place.answer


def newest_first(places: Sequence[QuotedSpan]) -> list[QuotedSpan]:
    """By the dates of the documents where all have one; else as they came."""
    if not all(place.document.date for place in places):
        return list(places)
    return sorted(places, key=lambda place: place.document.date, reverse=True)


def differ_note(places: Sequence[QuotedSpan]) -> str:
    """That sources give different figures, and which."""
    said = [
        f"{_shown(p.document.text[p.answer.start : p.answer.end], p.document.media_type)} "
        f"({', '.join(filter(None, (p.document.name, p.document.date)))})"
        for p in places
        if p.answer is not None
    ]
    many = {2: "Two", 3: "Three"}.get(len(said), "Several")
    return f"{many} sources differ: {'; '.join(said)}."
