"""A question that a source asks itself, as in frequently asked questions, and what it says to it.

This module does not know why a place was chosen.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice

from rag.answering.citing import QuotedSpan
from rag.language import asking_word, content_terms, has_word, sentences_within
from rag.types import Document, Span

__all__ = ["answered_there", "asks_the_same"]

_ASKS = re.compile(r"\?[\s\"'”’*_)]*$")
_LONGEST = 600
"""Characters of a question together with the first sentence that is said to it."""


def answered_there(places: Iterable[QuotedSpan], most: int) -> list[QuotedSpan]:
    """The places; a question among them goes together with the first sentence behind it, and up to `most` sentences in
    all. One with nothing behind it but another question, as in a table of contents, is left out where others stay.
    """
    places, found = list(places), list[QuotedSpan]()
    for place in places:
        new = _with_answer(place, most)
        spans = {(each.document.id, each.span) for each in new}
        known = [n for n, one in enumerate(found) if (one.document.id, one.span) in spans]
        at = min(known, default=len(found))  # a sentence of its answer stands behind the question
        found = [*found[:at], *new, *(one for n, one in enumerate(found) if n >= at and n not in known)]
    return found or places


def asks_the_same(question: str, place: QuotedSpan) -> bool:
    """Whether a sentence of a source is a question, with the asking word and all that a question says, and no more."""
    said = place.document.text[slice(*place.span)]
    asked = set(content_terms(question))
    found = set(content_terms(said))
    same = {term for term in found if term in asked or not term.isdigit()} == asked  # "17.16 Why is it slow?"
    return bool(_ASKS.search(said)) and same and asking_word(question) == asking_word(said)


def _with_answer(place: QuotedSpan, most: int) -> list[QuotedSpan]:
    text = place.document.text
    asked = text[slice(*place.span)]
    if not _ASKS.search(asked):
        return [place]
    again = text.find(asked, place.span.end)  # a table of contents stands in front
    spans = (place.span, Span(again, again + len(asked))) if again >= 0 else (place.span,)
    for span in spans:
        if said := list(islice(_behind(place.document, span), most)):
            whole = Span(span.start, said[0].end)
            shown = said if whole.end - whole.start > _LONGEST else [whole, *said[1:]]
            return [replace(place, span=each, answer=None) for each in shown]
    return []


def _behind(document: Document, span: Span) -> Iterator[Span]:
    """The sentences behind a place, up to the next heading or the next question."""
    at = document.block_at(span.start)
    if at < 0:
        return
    for number, block in enumerate(islice(document.blocks, at, None)):
        if number and block.kind == "heading":
            return
        for one in sentences_within(document, block.span):
            said = document.text[slice(*one)]
            if one.start < span.end or not has_word(said):
                continue
            if _ASKS.search(said):
                return
            yield one
