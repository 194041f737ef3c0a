"""Which of the sentences that were read are shown, and in which order, for each kind of question.

An answer shows its best sentence and those hardly worse; the closest sentences are shown as such, a few of them. This
module does not know how sentences were scored.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.answering.asked_there import answered_there, asks_the_same
from rag.answering.citing import QuotedSpan, claims_of, list_of, whole, with_head
from rag.answering.findings import Findings
from rag.answering.ranking import ScoredSentence
from rag.language import Kind, defines
from rag.types import Claim, Span

__all__ = [
    "claims_in_shape",
    "closest",
    "evidence",
    "in_order",
    "said_to_the_same",
    "term_is_told",
    "whole_lists",
    "within",
]


@dataclass(frozen=True, slots=True)
class _Amount:
    """At most so many sentences, each at most so many log odds below the best one, and so many in any case."""

    most: int
    margin: float
    least: int = 1


_ANSWERED: dict[Kind, _Amount] = {
    "fact": _Amount(3, 0.7),
    "definition": _Amount(3, 1.0, 2),
    "yes_no": _Amount(2, 0.7),
    "reason": _Amount(4, 1.8, 2),
    "way": _Amount(5, 1.8, 3),
    "event": _Amount(5, 1.8, 2),
    "proposal": _Amount(4, 1.8, 2),
    "list": _Amount(5, 1.8),
    "comparison": _Amount(4, 1.8),
    "topic": _Amount(6, 4.0),
    "overview": _Amount(6, 4.0),
}
_CLOSEST = _Amount(4, 6.0, 2)
_LISTED = 4
"""First sentences that are looked at for a list."""
_HARDLY_WORSE = 0.7
"""Log odds below the best sentence of one whose list is shown in its place."""
_SAME_LIST = 3.0
"""Log odds below the best sentence of a second one of the same list."""
_ITEMS = 3
"""Items of a list at least, what announces it included."""
_IN_ORDER: frozenset[Kind] = frozenset({"reason", "way", "event", "proposal", "topic", "list"})
_SAID = (2, 3)
"""Sentences that are shown of what a source says to a question of its own: of a fact, and of what takes explaining."""
_LONG: frozenset[Kind] = frozenset({"list", "topic", "overview", "comparison"})
_WORDS = 130
"""Words of an answer that is neither a list nor an overview; a comparison keeps a sentence of each side."""
_DEFINES = 2.0
"""Log odds that the sentence which defines a term is put ahead by, where a definition is asked for."""


def evidence(findings: Findings, kind: Kind, term: str = "") -> list[QuotedSpan]:
    """The sentences that answer, best first, each with its repetitions in other sources."""
    amount = _ANSWERED[kind]
    chosen = _chosen(findings, amount, kind, term)
    groups = {one.group for one in chosen}
    rank = {one.group: n for n, one in enumerate(chosen)}
    shown = sorted((one for one in findings.reading.sentences if one.group in groups), key=lambda one: rank[one.group])
    return answered_there((_with_term(findings.place(one), term) for one in shown), _SAID[kind in _IN_ORDER])


def said_to_the_same(findings: Findings, kind: Kind) -> list[QuotedSpan]:
    """What a source says to the very question, which it asks itself; none where none of the first sentences is that."""
    first = (findings.place(one) for one in findings.sentences())
    same = [place for place in first if asks_the_same(findings.question, place)]
    found = answered_there(same, _SAID[kind in _IN_ORDER])
    return found if found != same else []


def whole_lists(findings: Findings) -> list[QuotedSpan]:
    """The lists that the best sentence, or one hardly worse, announces or is an item of together with another of the
    first ones: one a document, best first; or none.
    """
    found: dict[str, list[QuotedSpan]] = {}
    first = list(findings.sentences())[:_LISTED]
    near = [findings.place(one) for one in first if one.score >= first[0].score - _SAME_LIST]
    for one in first:
        place = findings.place(one)
        if one.score < first[0].score - (_ANSWERED["list"].margin if found else _HARDLY_WORSE):
            break
        items = list_of(place) if place.document.id not in found else []
        if len(items) >= _ITEMS and (items[0].span == place.span or _several_of(items, near)):
            found[place.document.id] = items
    return [place for items in found.values() for place in items]


def _several_of(items: Sequence[QuotedSpan], places: Sequence[QuotedSpan]) -> bool:
    """Whether at least two places stand in the items of a list."""
    document, whole = items[0].document.id, Span(items[0].span.start, items[-1].span.end)
    inside = [p for p in places if p.document.id == document and whole.start <= p.span.start < whole.end]
    return len(inside) > 1


def closest(findings: Findings, kind: Kind, term: str = "") -> list[QuotedSpan]:
    """Two to five sentences that come closest, best first."""
    chosen = _chosen(findings, _CLOSEST, kind, term)
    return answered_there((_with_term(findings.place(one), term) for one in chosen), _SAID[kind in _IN_ORDER])


def term_is_told(findings: Findings, term: str) -> bool:
    """Whether a sentence that is shown for a definition defines the term, and does not only mention it; a name, which a
    question writes with a capital letter, is told by whatever is said of it.
    """
    places = (findings.place(one) for one in _chosen(findings, _ANSWERED["definition"], "definition", term))
    return not term.islower() or any(_defines(term, place) for place in places)


def in_order(places: list[QuotedSpan]) -> list[QuotedSpan]:
    """The places document by document, that of the best one first, and in each in the order of its text."""
    documents = list(dict.fromkeys(place.document.id for place in places))
    return sorted(places, key=lambda place: (documents.index(place.document.id), place.span))


def _chosen(findings: Findings, amount: _Amount, kind: Kind, term: str) -> list[ScoredSentence]:
    found = list(findings.sentences())
    found = [one for one in found if not _is_aside(findings.place(one))] or found
    if kind == "definition" and term:
        found = sorted((_ahead(one, findings, term) for one in found), key=lambda one: -one.score)
    if not found:
        return []
    least = found[0].score - amount.margin
    return [one for at, one in enumerate(found[: amount.most]) if at < amount.least or one.score >= least]


def _is_aside(place: QuotedSpan) -> bool:
    """Whether a sentence is one remark in brackets, such as the unit below the title of a table."""
    text = place.document.text[slice(*place.span)]
    return text.startswith("(") and text.find(")") == len(text) - 1


def _ahead(one: ScoredSentence, findings: Findings, term: str) -> ScoredSentence:
    return replace(one, score=one.score + _DEFINES) if _defines(term, findings.place(one)) else one


def _defines(term: str, place: QuotedSpan) -> bool:
    return defines(term, place.document.text[slice(*with_head(place.document, place.span))])


def _with_term(place: QuotedSpan, term: str) -> QuotedSpan:
    """The place with the head in front of it where that names the term."""
    if not term or not _defines(term, place):
        return place
    return replace(place, span=with_head(place.document, place.span))


def claims_in_shape(places: list[QuotedSpan], kind: Kind) -> tuple[Claim, ...]:
    """The claims of chosen places, those of an explanation in the order of the text; no more than a screen reads."""
    kept = places if kind in _LONG else within(places)
    ordered = in_order(kept) if kind in _IN_ORDER else kept
    spans = {place.span for place in ordered}
    said = dict.fromkeys(each for place in ordered for each in whole(place, spans))
    return claims_of([one for one in said if not any(_is_part_of(one, other) for other in said)])


def _is_part_of(one: QuotedSpan, other: QuotedSpan) -> bool:
    """Whether a place is part of a larger one."""
    inside = other.span.start <= one.span.start and one.span.end <= other.span.end
    return inside and one.span != other.span and one.document.id == other.document.id


def within(places: list[QuotedSpan], least: int = 2) -> list[QuotedSpan]:
    """The first places that have at most `_WORDS` words together, `least` of them in any case."""
    kept: list[QuotedSpan] = []
    words = 0
    for place in places:
        words += len(place.document.text[slice(*place.span)].split())
        if words > _WORDS and len(kept) >= least:
            break
        kept.append(place)
    return kept
