"""Several things at once: each side is searched and read by itself, and a side without an answer is named.

This module does not know how sides are told from a question.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from rag.answering.citing import QuotedSpan, claims_of
from rag.answering.findings import Answering, Findings, heading_at
from rag.answering.overview import LINES, outline, section
from rag.answering.selection import claims_in_shape, closest, evidence, within
from rag.answering.strength import as_sure
from rag.language import Kind, Side, content_terms, merely_compared, terms
from rag.retrieval import Corpus, Retrieved, RewrittenQuestion, documents_of
from rag.types import Answer, Document

__all__ = ["MOST_SIDES", "comparison_answer"]

MOST_SIDES = 12
"""Sides that are compared; each is searched and read by itself."""
_OF_A_DOCUMENT = 4
"""Lines of the outline of a document that is compared with another one."""
_OF_A_SIDE = 2
"""Sentences that a side of a comparison shows."""


def comparison_answer(
    blank: Answer, kind: Kind, sides: Sequence[Side], together: Findings, answering: Answering
) -> tuple[Answer, Retrieved]:
    """Each side searched and read by itself, after what is said of all of them; a side without an answer is named."""
    if kind == "comparison" and (documents := _whole_documents(sides, answering.corpus)):
        return _side_by_side(blank, sides, documents, together, answering)
    limit = (f"Only the first {MOST_SIDES} of {len(sides)} are compared.",) if len(sides) > MOST_SIDES else ()
    sides = sides[:MOST_SIDES]
    blank = replace(blank, notes=(*blank.notes, *limit))
    readings = _readings(sides, answering)
    common = _of_all(sides, together) if kind == "comparison" else []
    spans = [(place.document.id, place.span) for place in common]
    shown: list[list[QuotedSpan]] = []
    missing, sure = [], []
    for side, findings in readings:
        of_side = [place for place in _of_side(side, kind, findings) if not _is_of_another(place, side, sides)]
        if not of_side:
            missing.append(side.name)
            continue
        sure.append(findings.answers)
        chosen = [place for place in of_side if (place.document.id, place.span) not in spans]
        new = [place for place in chosen if not any(_is_same(place, other) for side in shown for other in side)]
        shown.append([replace(place, group=side.name) for place in (new or chosen)[:_OF_A_SIDE]])
    places = _fitting(common, shown)
    hits = {hit.passage.chunk.id: hit for _, findings in readings for hit in findings.hits}
    hits |= {hit.passage.chunk.id: hit for hit in together.hits}
    found = Retrieved(blank.asked_as, answering.corpus.encoder.query(blank.asked_as), tuple(hits.values()))
    answer = replace(blank, shape="comparison", passages=tuple(hit.passage for hit in found.hits))
    if not places:
        return answer, found
    confidence = min(findings.reading.answerable for _, findings in readings)
    answer = replace(answer, claims=claims_in_shape(places, "comparison"), confidence=confidence, status="partly")
    if missing:
        note = f"Nothing was found in the sources about {' or '.join(missing)}."
        return replace(answer, reason="incomplete" if any(sure) else "closest", notes=(note, *answer.notes)), found
    return (replace(answer, status="answered") if all(sure) else replace(answer, reason="closest")), found


def _whole_documents(sides: Sequence[Side], corpus: Corpus) -> list[Document]:
    """The document that each side names, where nothing else is asked of them than how they compare, and each names one
    of its own.
    """
    if any(side.question != f"What is {side.name}?" for side in sides):
        return []
    named = [corpus.named(side.name) for side in sides]
    ids = {each[0].document_id for each in named if len(each) == 1}
    documents = [corpus.document(each[0].document_id) for each in named] if len(ids) == len(sides) else []
    return [document for document in documents if document is not None]


def _side_by_side(
    blank: Answer, sides: Sequence[Side], documents: Sequence[Document], together: Findings, answering: Answering
) -> tuple[Answer, Retrieved]:
    """A short outline of each document, one below the other, after what they say of each other.

    That lays them side by side, as who says "compare" asks; how they differ is not said outright.
    """
    ids = [document.id for document in documents]
    places = [place for place in _of_all(sides, together) if place.document.id in ids]
    for side, document in zip(sides, documents, strict=True):
        lines = outline(document, min(LINES // len(sides), _OF_A_DOCUMENT)) or section(document, side.name, _OF_A_SIDE)
        places += [replace(line, group=side.name) for line in lines if not any(_is_same(line, one) for one in places)]
    found = Retrieved(blank.asked_as, answering.corpus.encoder.query(blank.asked_as), together.hits)
    answer = replace(blank, shape="comparison", claims=claims_of(places), confidence=together.reading.answerable)
    return as_sure(answer, merely_compared(blank.asked_as)), found


def _readings(sides: Sequence[Side], answering: Answering) -> list[tuple[Side, Findings]]:
    """Each side with what was read for it: in its own document where each is the name of one, else in all.

    What the GPL says of the LGPL is not what the LGPL says.
    """
    named = [answering.corpus.named(side.name) for side in sides]
    own = [each[0].document_id for each in named if len(each) == 1]
    each_own = len(set(own)) == len(sides)
    corpora = [answering.corpus.inside([document]) for document in own] if each_own else [answering.corpus] * len(sides)
    found = []
    for side, corpus in zip(sides, corpora, strict=True):
        findings = _read(side, corpus, answering)
        found.append((side, findings if findings.about or not each_own else _read(side, answering.corpus, answering)))
    return found


def _read(side: Side, corpus: Corpus, answering: Answering) -> Findings:
    found = corpus.retrieve(RewrittenQuestion(side.question, side.question))
    return answering.read(found.asked_as, found)


def _is_same(one: QuotedSpan, other: QuotedSpan) -> bool:
    return one.document.id == other.document.id and one.span == other.span


def _is_of_another(place: QuotedSpan, side: Side, sides: Sequence[Side]) -> bool:
    """Whether a sentence speaks of another side alone: neither it nor what stands above it says what tells this one."""
    names = [set(terms(each.name)) for each in sides]
    shared = set.intersection(*names)
    own = set(terms(side.name)) - shared
    above = (place.document.name, *heading_at(place.document, place.span.start))
    said = set(terms(" ".join((*above, place.document.text[slice(*place.span)]))))
    others = [name - shared for each, name in zip(sides, names, strict=True) if each != side]
    return own.isdisjoint(said) and any(other and other <= said for other in others)


def _fitting(common: list[QuotedSpan], sides: list[list[QuotedSpan]]) -> list[QuotedSpan]:
    """As much of what is said of all and of each side as is read at a glance; the first sentence of each always."""
    first, more = [side[0] for side in sides if side], [place for side in sides for place in side[1:]]
    kept = within([*first, *common, *more], len(first) or 2)
    return [place for place in (*common, *(one for side in sides for one in side)) if place in kept]


def _of_all(sides: Sequence[Side], findings: Findings) -> list[QuotedSpan]:
    """The first sentences that speak of every side: of what all names share, and of half of what each has of its own.

    "Nepal 1,770 km; Bhutan 659 km" says nothing of the population of Nepal and that of Bhutan.
    """
    names = [set(content_terms(side.name)) for side in sides]
    shared = set.intersection(*names)
    own = [name - shared for name in names]
    asked = _asked_of(sides)
    found = []
    for one in findings.sentences():
        passage, place = findings.passages[one.passage], findings.place(one)
        if passage.spans[one.sentence] in passage.code:  # a list of folders speaks of nothing
            continue
        said = set(terms(place.document.text[slice(*place.span)]))
        is_said = not asked or not asked.isdisjoint(said)
        if is_said and shared <= said and all(2 * len(name & said) >= len(name) > 0 for name in own):
            found.append(place)
    return found[:_OF_A_SIDE]


def _asked_of(sides: Sequence[Side]) -> set[str]:
    """What is asked of every side besides its name: "population" of the populations of two towns."""
    return set.intersection(*(set(content_terms(side.question)) - set(terms(side.name)) for side in sides))


def _of_side(side: Side, kind: Kind, findings: Findings) -> list[QuotedSpan]:
    """What is shown of one side: the section that is named so, or its sentences; none where nothing is about it."""
    whole = kind == "comparison" and side.question == f"What is {side.name}?"
    if not (findings.answers or _is_named(side, findings)):
        return []
    if whole:
        for document in documents_of(findings.hits).values():
            if named := section(document, side.name, _OF_A_SIDE):
                return named
    if not findings.about:
        return []
    return evidence(findings, "fact") if findings.answers and not whole else closest(findings, "fact")


def _is_named(side: Side, findings: Findings) -> bool:
    """Whether what was found for a side has its name, where that is a name: "Osprey 30" is not said of "Heron 20"."""
    wanted = set(content_terms(side.name)) if re.search(r"[A-Z\d]", side.name) else set()
    texts = (f"{passage.context}\n{passage.text}" for passage in findings.passages)
    return any(2 * len(wanted & set(terms(text))) >= len(wanted) for text in texts)
