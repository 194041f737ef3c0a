"""What an overview shows: a document or a part of it that is named, or what several documents say of a topic.

This module does not know how an outline is made or how passages were found.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from rag.answering.citing import QuotedSpan, claims_of
from rag.answering.findings import Answering, Findings, heading_at
from rag.answering.overview import LINES, headed_as, numbered_section, outline, section
from rag.answering.selection import claims_in_shape, whole_lists
from rag.answering.strength import as_sure
from rag.language import (
    DOCUMENT_NOUNS,
    Kind,
    NumberedPart,
    content_terms,
    document_phrase,
    is_mostly_markup,
    numbered_part,
    offers,
    parts_named,
    sources_asked,
    terms,
    things_asked,
    those_asked,
    topic_of,
    unspoken,
)
from rag.retrieval import Corpus, DocumentName, Retrieved, documents_of
from rag.types import Answer, Claim, Document, readable_name

__all__ = ["MOST_NAMED", "each_document_that", "of_another_year", "section_asked", "sections_that", "survey"]

_OF_A_SECTION = 8
MOST_NAMED = 3
"""Documents at most that a question names."""
_GENERIC = frozenset(terms(f"{DOCUMENT_NOUNS} source text paper email mail page it this everything all content"))
"""What a document is called by who names none."""
_LOOKED_THROUGH = 60
"""Passages that are looked through for what several documents say."""
_OF_AN_EXPLANATION = 5
_ASKING = frozenset(
    terms("main key different kind type list name example give tell use make get have do does work there important")
)
"""What is asked with rather than about."""
_MANY = 3
"""Documents at least that say the same of themselves."""
_ADJECTIVE = re.compile(r"[\w-]*[^\Ws]")
_ADDRESS = re.compile(r"\S*://\S+")
_DOCUMENTS, _OF_A_DOCUMENT = 12, 2
"""Documents at most of which sentences on a topic are shown, and sentences of each."""


def survey(blank: Answer, kind: Kind, found: Retrieved, answering: Answering) -> tuple[Answer, Retrieved] | None:
    """The overview that a question asks for, and what is found within the documents that it quotes; None where it asks
    for none, or nothing can be shown of it. Raises ModelProblem.
    """
    corpus, asked = answering.corpus, blank.asked_as
    shown = None
    if (part := numbered_part(asked)) is not None:
        shown = _numbered(blank, part, found, corpus)
    if shown is None and kind in ("overview", "topic"):
        shown = _of_several(blank, corpus) or _overview(blank, kind, found, answering)
    return None if shown is None else (shown, _inside(shown, found, corpus))


def _of_several(blank: Answer, corpus: Corpus) -> Answer | None:
    """What each of several sources says of a topic, by document; None where a question is not asked of several, or
    fewer than two say something.
    """
    sources = sources_asked(blank.asked_as)
    if not sources:
        return None
    among = _called(sources, corpus.names)
    if among is None and not set(content_terms(sources)) <= _GENERIC:  # people say things, too
        return None
    topic = topic_of(blank.asked_as)
    wanted = set(content_terms(topic))
    said = _by_document(wanted, corpus.find(topic, among, _LOOKED_THROUGH))
    if not said or (among is None and len(said) < min(2, len(corpus.names))):
        return None
    most = _OF_A_DOCUMENT if len(said) > 1 else _OF_A_SECTION
    shown = [sorted(each[:most], key=lambda place: place.span) for each in said[:_DOCUMENTS]]
    more = len(said) - len(shown)
    notes = (f"{more} more sources speak of “{topic}”.",) if more else ()
    claims = claims_in_shape([place for each in shown for place in each], "topic")
    return replace(blank, status="answered", claims=claims, notes=notes, confidence=1.0)


def each_document_that(asked: str, findings: Findings, corpus: Corpus) -> list[QuotedSpan]:
    """One sentence of each of at least three documents that say all that a list is asked by but what it is a list of,
    "landlocked" of "which countries are landlocked", where the best sentence is one of them; else none.
    """
    those, first = those_asked(asked), next(iter(findings.sentences()), None)
    wanted = set(content_terms(those.said)) if those else set()
    if those and findings.answers and not _ADJECTIVE.fullmatch(those.said):  # a king is mentioned elsewhere, too
        return []
    if not those or not wanted or first is None or not wanted <= _said_at(findings.place(first)):
        return []
    said = _by_document(wanted, corpus.find(those.said, k=_LOOKED_THROUGH))
    return [each[0] for each in said[:_DOCUMENTS]] if len(said) >= _MANY else []


def _by_document(wanted: set[str], found: Retrieved) -> list[list[QuotedSpan]]:
    """For each document the sentences that have all terms, the nearest to what was searched first; the documents in the
    order of the passages.
    """
    said: dict[str, list[tuple[float, QuotedSpan]]] = {}
    for hit in found.hits:
        for at, span in enumerate(hit.sentences):
            place = QuotedSpan(hit.passage.document, span, group=hit.passage.document.name)
            if wanted and wanted <= _said_at(place):
                said.setdefault(place.document.id, []).append((float(hit.vectors[at] @ found.vector), place))
    return [[place for _, place in sorted(each, key=_worth, reverse=True)] for each in said.values()]


def _worth(found: tuple[float, QuotedSpan]) -> tuple[bool, float]:
    """A sentence that only announces what it is about comes last."""
    near, place = found
    return not place.document.text[slice(*place.span)].rstrip().endswith(":"), near


def _called(sources: str, names: Sequence[DocumentName]) -> list[str] | None:
    """The documents that are called so, "licences", by their ids; None, for all, where none is."""
    wanted = set(content_terms(sources))
    called = [name.document_id for name in names if wanted and wanted <= name.terms]
    return called or None


def _said_at(place: QuotedSpan) -> set[str]:
    """The terms of a sentence and of the headings above it; none for a heading itself."""
    if _kind_at(place) in ("heading", "code") or _is_markup(place):
        return set()
    above = heading_at(place.document, place.span.start)
    said = _ADDRESS.sub(" ", place.document.text[slice(*place.span)])
    return set(terms(" ".join((*above, said))))


def _overview(blank: Answer, kind: Kind, found: Retrieved, answering: Answering) -> Answer | None:
    """An outline of a document that is named, or the part of one that is; None where neither is."""
    corpus, topic = answering.corpus, topic_of(blank.asked_as)
    if kind == "topic" and (part := _part(blank, topic, document_phrase(blank.asked_as), found, corpus)) is not None:
        return part
    names = corpus.named(topic)
    if kind == "topic":  # one word of a name may be what is asked about
        names = [name for name in names if set(content_terms(topic)) <= name.terms]
    named = corpus.document(names[0].document_id) if 0 < len(names) < MOST_NAMED else None
    if named is None and kind == "overview":
        for split in parts_named(topic):
            if (part := _part(blank, split.part, split.of, found, corpus)) is not None:
                return part
    document = named or (_meant(topic, found) if kind == "overview" else None)
    places = outline(document) if document is not None else []
    if document is None or not places:
        return None
    left_out, _ = unspoken(topic, document.name, document.text)  # an article on Nepal is none on three other countries
    return _overview_of(blank, claims_of(places), named is not None and not left_out)


def _meant(topic: str, found: Retrieved) -> Document | None:
    """The document that most of what was found is in, where the topic has a word of its name, or names nothing."""
    document, wanted = _foremost(found), set(content_terms(topic)) - _GENERIC
    return document if document is None or not wanted or wanted & set(content_terms(document.name)) else None


def _part(blank: Answer, part: str, of: str, found: Retrieved, corpus: Corpus) -> Answer | None:
    """The section that is called so, of the document that `of` names, or else of those that were found.

    It is an answer only where the document is the one that is named: one of 2021 says nothing of 2019.
    """
    named = [corpus.document(name.document_id) for name in corpus.named(of)[:MOST_NAMED]] if of else []
    if not named and of and not document_phrase(f"in {of}"):
        return None
    for document in named or documents_of(found.hits).values():
        if document is not None and (places := section(document, part, _OF_A_SECTION)):
            return _overview_of(blank, claims_in_shape(places, "topic"), not of or _is_called(of, document))
    return None


def _overview_of(blank: Answer, claims: tuple[Claim, ...], sure: bool) -> Answer:
    return as_sure(replace(blank, claims=claims, confidence=float(sure)), sure)


def _is_called(phrase: str, document: Document) -> bool:
    """Whether a document has the names and the year by which a phrase calls it, in its title, path or date."""
    name, year = unspoken(f"in {phrase}", _names_of(document), "")
    return not (name or year)


def _names_of(document: Document) -> str:
    return f"{document.name}\n{readable_name(document.path)}\n{document.date}"


def section_asked(asked: str, found: Retrieved) -> list[QuotedSpan]:
    """What stands in the section whose heading asks the same as a question: the lists in it, or its first sentences."""
    wanted = set(content_terms(asked)) - _ASKING
    for document in documents_of(found.hits).values():
        places = headed_as(document, wanted) if wanted else []
        items = [place for place in places if _kind_at(place) == "list"]
        if len(items) > 1:
            first = places.index(items[0])
            return [*places[max(first - 1, 0) : first], *items]
        if said := [place for place in places if _kind_at(place) == "paragraph" and not _is_markup(place)]:
            return said[:_OF_AN_EXPLANATION]
    return []


def _is_markup(place: QuotedSpan) -> bool:
    return is_mostly_markup(place.document.text[slice(*place.span)])


def _kind_at(place: QuotedSpan) -> str:
    at = place.document.block_at(place.span.start)
    return place.document.blocks[at].kind if at >= 0 else ""


def of_another_year(answer: Answer, found: Retrieved) -> Answer:
    """The answer; only the closest sentences where the document that it quotes has another year in its name than the
    one by which the question names it: "the 2019 report".
    """
    phrase = document_phrase(answer.asked_as)
    first = next(iter(answer.citations), None)
    document = documents_of(found.hits).get(first.document_id) if first is not None else None
    if answer.status != "answered" or not phrase or document is None or _is_called(phrase, document):
        return answer
    asked, own = offers(phrase).years, offers(_names_of(document)).years
    if not asked or not own or asked & own:
        return answer
    return as_sure(replace(answer, confidence=0.0), sure=False)


def _numbered(blank: Answer, part: NumberedPart, found: Retrieved, corpus: Corpus) -> Answer | None:
    """The part of a document that is asked for by its number; None where no source has one.

    That other sources have such a part as well is said.
    """
    named = [corpus.document(one.document_id) for one in corpus.named(part.of)[:MOST_NAMED]] if part.of else []
    documents = [document for document in named or documents_of(found.hits).values() if document is not None]
    having = [(document, places) for document in documents if (places := numbered_section(document, part, LINES))]
    if not having:
        return None
    others = ", ".join(f"“{document.name}”" for document, _ in having[1:])
    notes = (f"Other sources have one as well: {others}.",) if others else ()
    claims = claims_of(having[0][1])
    return replace(blank, status="answered", shape="overview", claims=claims, notes=notes, confidence=1.0)


def sections_that(asked: str, findings: Findings, found: Retrieved) -> list[QuotedSpan]:
    """The outline of a document that is called what a list is asked of, where most of what was found stands in it."""
    document = _foremost(found)
    noun = next(iter(terms(things_asked(asked))), "")
    if document is None or not noun or noun not in terms(document.name) or whole_lists(findings):
        return []
    inside = sum(hit.passage.document.id == document.id for hit in found.hits)
    return outline(document) if 2 * inside > len(found.hits) else []


def _inside(overview: Answer, found: Retrieved, corpus: Corpus) -> Retrieved:
    """What is found within the documents that an overview quotes, for who is to write from it."""
    documents = list(dict.fromkeys(citation.document_id for citation in overview.citations))
    return corpus.find(found.asked_as, documents)


def _foremost(found: Retrieved) -> Document | None:
    """The document that most of the score of the passages is in."""
    scores: dict[str, float] = {}
    documents = documents_of(found.hits)
    for hit in found.hits:
        scores[hit.passage.document.id] = scores.get(hit.passage.document.id, 0.0) + max(hit.passage.score, 0.0)
    return documents[max(scores, key=lambda each: scores[each])] if scores else None
