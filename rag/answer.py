"""Passages become an answer: the sentences that answer, each a claim whose citation quotes the source exactly.

Nothing is written here that the sources do not say: a claim is a source sentence, and its quote is the text at its
span. When no sentence is likely enough to answer, the answer is `not_found` and has no claims. This module does not
know how passages were found.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence

from rag.lexical import LexicalLens, terms
from rag.read import ReadPassage, Scored, read, select
from rag.read.reread import reread
from rag.text import normalise, strip_span
from rag.types import Answer, Citation, Claim, Document, Hit, Reader, Span, Vectors

__all__ = ["answer_from"]

_LIST_ITEMS = 8  # of a list that is quoted whole
_MARK = re.compile(r"(?:(?:[-*+•–]|[*_]{2,3}|\d{1,3}[.)])\s+)+")
_EMPHASIS = re.compile(r"(\*\*|__|`)(.+?)\1")


def answer_from(
    question: str,
    asked_as: str,
    vector: Vectors,
    hits: Sequence[Hit],
    lexical: LexicalLens,
    reader: Reader | None = None,
) -> Answer:
    """The answer in the sources' own words, from hits that come best first.

    `asked_as` is the stand-alone question that found them and `vector` its vector, `(dim,)`; `reader` reads the first
    sentences again.
    """
    to_read = [_to_read(hit) for hit in hits]
    reading = read(asked_as, vector, to_read, terms=terms, idf=lexical.idf)
    if reader is not None:
        reading = reread(reading, asked_as, to_read, reader)
    passages = tuple(hit.passage for hit in hits)
    if not reading.sentences or reading.answerable < reading.least:
        return Answer(question, asked_as, "not_found", (), passages, reading.answerable)
    claims = _claims([place for scored in select(reading) for place in _whole(*_place(hits, scored))])
    return Answer(question, asked_as, "answered", claims, passages, reading.answerable)


def cite(number: int, document: Document, span: Span) -> Citation:
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
    )


def _claims(places: Sequence[tuple[Document, Span]]) -> tuple[Claim, ...]:
    """One claim for each sentence; sources that say the same are cited together, numbered in order of first use."""
    groups: dict[str, list[tuple[Document, Span]]] = {}
    for document, span in places:
        group = groups.setdefault(normalise(document.text[span.start : span.end]), [])
        if all((document.id, span) != (other.id, at) for other, at in group):
            group.append((document, span))
    claims: list[Claim] = []
    number = 0
    for group in groups.values():
        citations = tuple(cite(number + i, document, span) for i, (document, span) in enumerate(group, 1))
        number += len(group)
        claims.append(Claim(_shown(citations[0].quote, group[0][0].media_type), citations, "quoted"))
    return tuple(claims)


def _whole(document: Document, span: Span) -> list[tuple[Document, Span]]:
    """The sentence, and the list that it announces if it ends with a colon: without it, it says nothing."""
    found = [(document, span)]
    if document.text[span.start : span.end].endswith(":"):
        at = bisect_left(document.blocks, span.end, key=lambda block: block.span.start)
        for block in document.blocks[at : at + _LIST_ITEMS]:
            if block.kind != "list":
                break
            found.append((document, strip_span(document.text, block.span)))
    return [(document, _unmarked(document.text, each)) for document, each in found]


def _unmarked(text: str, span: Span) -> Span:
    """The span without a list's mark in front, or the end of an emphasis that began in the sentence before."""
    mark = _MARK.match(text, span.start, span.end)
    return Span(mark.end(), span.end) if mark and mark.end() < span.end else span


def _shown(quote: str, media_type: str) -> str:
    """How a quote is said: on one line and, where the source is Markdown, without its marks."""
    if media_type == "text/markdown":
        quote = _EMPHASIS.sub(r"\2", quote.strip("| ").replace(" | ", " · "))
    return " ".join(quote.split())


def _to_read(hit: Hit) -> ReadPassage:
    document, chunk = hit.passage.document, hit.passage.chunk
    return ReadPassage(
        score=hit.passage.score,
        context="\n".join((document.title, *chunk.heading)),
        sentences=tuple(document.text[span.start : span.end] for span in hit.sentences),
        vectors=hit.vectors,
    )


def _place(hits: Sequence[Hit], scored: Scored) -> tuple[Document, Span]:
    hit = hits[scored.passage]
    return hit.passage.document, hit.sentences[scored.sentence]
