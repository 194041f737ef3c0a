"""Passages become an answer: the sentences that answer, each a claim whose citation quotes the source exactly.

Nothing is written here that the sources do not say: a claim is a source sentence, and its quote is the text at its
span. When no sentence is likely enough to answer, the answer is `not_found` and has no claims. This module does not
know how passages were found.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.answering.ranking import ReadPassage, Scored, differing, read, select
from rag.answering.rerank import RISK, reread
from rag.language import cased, normalise, sentence_spans, strip_span
from rag.lenses import LexicalLens, terms
from rag.types import Answer, Citation, Claim, Document, Hit, Reader, Span, Vectors

__all__ = ["answer_from", "cite"]

_LIST_ITEMS = 8  # of a list that is quoted whole
_LONGEST = 600  # characters of a quote that brings the sentence before along
_MARK = re.compile(r"(?:(?:[-*+•–]|[*_]{2,3}|\d{1,3}[.)])\s+)+")
_EMPHASIS = re.compile(r"(\*\*|__|`)(.+?)\1")
_LEANS = re.compile(r"(?:It|He|She|They|This|These|Those|Its|His|Her|Their|Both|Neither|Such|The (?:same|latter))\b")


@dataclass(frozen=True, slots=True)
class _Place:
    """A span to quote, and the exact words of the answer in it where they are known."""

    document: Document
    span: Span
    answer: Span | None = None


def answer_from(
    question: str,
    asked_as: str,
    vector: Vectors,
    hits: Sequence[Hit],
    lexical: LexicalLens,
    reader: Reader | None = None,
    risk: float = RISK,
) -> Answer:
    """The answer in the sources' own words, from hits that come best first.

    `asked_as` is the stand-alone question that found them and `vector` its vector, `(dim,)`; `reader` reads the first
    sentences again.
    """
    to_read = [_to_read(hit) for hit in hits]
    asked = cased(asked_as, [passage.text for passage in to_read])
    reading = read(asked, vector, to_read, terms=terms, idf=lexical.idf)
    if reader is not None:
        reading = reread(reading, asked, to_read, reader, risk)
    passages = tuple(hit.passage for hit in hits)
    if not reading.sentences or reading.answerable < reading.least:
        return Answer(question, asked_as, "not_found", (), passages, reading.answerable)
    chosen = select(reading)
    others = differing(reading, asked_as, to_read)
    sides = _newest_first([_place(hits, one) for one in (chosen[0], *others)])
    places = list(dict.fromkeys([*sides, *(_place(hits, scored) for scored in chosen)]))
    if reading.several:  # one item of a list is less than what was asked for
        places = list(dict.fromkeys(_announcement(place) or place for place in places))
    claims = _claims([whole for place in places for whole in _whole(place, {p.span for p in places})])
    if not others:
        return Answer(question, asked_as, "answered", claims, passages, reading.answerable)
    numbers = tuple(c.number for side in sides for claim in claims for c in claim.citations if _cites(c, side))
    return Answer(question, asked_as, "answered", claims, passages, reading.answerable, (_differ(sides),), numbers)


def cite(number: int, document: Document, span: Span, answer: Span | None = None) -> Citation:
    """A citation of a span, with the page that it starts on."""
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
    )


def _claims(places: Sequence[_Place]) -> tuple[Claim, ...]:
    """One claim for each sentence; sources that say the same are cited together, numbered in order of first use."""
    groups: dict[str, list[_Place]] = {}
    for place in places:
        group = groups.setdefault(normalise(place.document.text[place.span.start : place.span.end]), [])
        if all((place.document.id, place.span) != (other.document.id, other.span) for other in group):
            group.append(place)
    claims: list[Claim] = []
    number = 0
    for group in groups.values():
        citations = tuple(cite(number + i, one.document, one.span, one.answer) for i, one in enumerate(group, 1))
        number += len(group)
        first = group[0]
        said = _shown(citations[0].quote, first.document.media_type)
        claims.append(Claim(said, citations, "quoted", _emphasis(said, first)))
    return tuple(claims)


def _whole(place: _Place, others: set[Span]) -> list[_Place]:
    """The sentence with what it needs to be understood: the list that it announces, the sentence that it leans on.

    A sentence that is quoted by itself (`others`) is not brought along.
    """
    document, span = place.document, place.span
    found = [place]
    if document.text[span.start : span.end].endswith(":"):
        at = bisect_left(document.blocks, span.end, key=lambda block: block.span.start)
        for block in document.blocks[at : at + _LIST_ITEMS]:
            if block.kind != "list":
                break
            found.append(_Place(document, strip_span(document.text, block.span)))
    elif _LEANS.match(document.text, span.start, span.end):
        found = [replace(place, span=_with_the_one_before(document, span, others))]
    return [_unmarked(each) for each in found]


def _announcement(place: _Place) -> _Place | None:
    """The sentence with a colon that announces the list in which the place is an item."""
    document = place.document
    at = bisect_right(document.blocks, place.span.start, key=lambda block: block.span.start) - 1
    if at < 0 or document.blocks[at].kind != "list":
        return None
    while at > 0 and document.blocks[at].kind == "list":
        at -= 1
    block = document.blocks[at]
    before = sentence_spans(document.text, *block.span) if block.kind == "paragraph" else []
    announces = before and document.text[before[-1].start : before[-1].end].endswith(":")
    return _Place(document, before[-1]) if announces else None


def _with_the_one_before(document: Document, span: Span, others: set[Span]) -> Span:
    at = bisect_right(document.blocks, span.start, key=lambda block: block.span.start) - 1
    if at < 0 or document.blocks[at].kind not in ("paragraph", "list"):
        return span
    before = [one for one in sentence_spans(document.text, *document.blocks[at].span) if one.end <= span.start]
    if not before or before[-1] in others or span.end - before[-1].start > _LONGEST:
        return span
    return Span(before[-1].start, span.end)


def _unmarked(place: _Place) -> _Place:
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


def _emphasis(said: str, place: _Place) -> Span | None:
    """Where the exact words stand in a quote as it is said: of equal words, those nearest to their place."""
    if place.answer is None:
        return None
    document = place.document
    words = _shown(document.text[place.answer.start : place.answer.end], document.media_type)
    near = len(" ".join(document.text[place.span.start : place.answer.start].split()))
    found = [match.start() for match in re.finditer(re.escape(words), said)] if words else []
    start = min(found, key=lambda at: abs(at - near), default=None)
    return None if start is None else Span(start, start + len(words))


def _cites(citation: Citation, place: _Place) -> bool:
    return citation.document_id == place.document.id and citation.answer == place.answer


def _newest_first(places: Sequence[_Place]) -> list[_Place]:
    """By the dates of the documents where all have one; else as they came."""
    if not all(place.document.date for place in places):
        return list(places)
    return sorted(places, key=lambda place: place.document.date, reverse=True)


def _differ(places: Sequence[_Place]) -> str:
    """That sources give different figures, and which."""
    said = [
        f"{_shown(p.document.text[p.answer.start : p.answer.end], p.document.media_type)} "
        f"({', '.join(filter(None, (p.document.name, p.document.date)))})"
        for p in places
        if p.answer is not None
    ]
    many = {2: "Two", 3: "Three"}.get(len(said), "Several")
    return f"{many} sources differ: {'; '.join(said)}."


def _to_read(hit: Hit) -> ReadPassage:
    document, chunk = hit.passage.document, hit.passage.chunk
    return ReadPassage(
        score=hit.passage.score,
        document=document.id,
        context="\n".join((document.title, *chunk.heading)),
        text=document.text[chunk.span.start : chunk.span.end],
        spans=tuple(Span(span.start - chunk.span.start, span.end - chunk.span.start) for span in hit.sentences),
        vectors=hit.vectors,
    )


def _place(hits: Sequence[Hit], scored: Scored) -> _Place:
    hit = hits[scored.passage]
    span, said = hit.sentences[scored.sentence], scored.answer
    answer = None if said is None else Span(span.start + said.start, span.start + said.end)
    return _Place(hit.passage.document, span, answer)
