"""Passages become an answer: the sentences that answer, each a claim whose citation quotes the source exactly.

Nothing is written here that the sources do not say: a claim is a source sentence, and its quote is the text at its
span. When no sentence is likely enough to answer, the answer is `not_found` and has no claims. This module does not
know how passages were found.
"""

from __future__ import annotations

from collections.abc import Sequence

from rag.lexical import LexicalLens, terms
from rag.read import ANSWERABLE, ReadPassage, Scored, read, select
from rag.text import normalise
from rag.types import Answer, Citation, Claim, Document, Hit, Span, Vectors

__all__ = ["answer_from"]


def answer_from(question: str, asked_as: str, vector: Vectors, hits: Sequence[Hit], lexical: LexicalLens) -> Answer:
    """The answer in the sources' own words, from hits that come best first.

    `asked_as` is the stand-alone question that found them and `vector` its vector, `(dim,)`.
    """
    reading = read(asked_as, vector, [_to_read(hit) for hit in hits], terms=terms, idf=lexical.idf)
    passages = tuple(hit.passage for hit in hits)
    if not reading.sentences or reading.answerable < ANSWERABLE:
        return Answer(question, asked_as, "not_found", (), passages, reading.answerable)
    claims = _claims([_place(hits, scored) for scored in select(reading)])
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
        claims.append(Claim(" ".join(citations[0].quote.split()), citations, "quoted"))
    return tuple(claims)


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
