"""An answer in the sources' own words: every claim is a source sentence, its quote the text at its span.

What is asked for decides the shape: a fact, a list, an explanation, an overview, a comparison, yes or no. How sure the
first sentence is decides the strength: `answered`, `partly` with the closest sentences or with the sides that were
found, or `not_found`, where the sources are not about what is asked. This module does not know how passages are found.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.answering.catalogue import about_sources
from rag.answering.findings import Findings, findings_of
from rag.answering.overview import outline, section
from rag.answering.places import Place, cites, claims_of, differ_note, newest_first, whole
from rag.answering.ranking import differing
from rag.answering.rerank import RISK
from rag.answering.selection import closest, evidence, in_order, whole_lists
from rag.language import Kind, Side, defines, kind_of, sides_of, topic_of
from rag.lenses import is_function_word, terms
from rag.retrieval import Corpus, Retrieved, StandAlone
from rag.types import Answer, AnswerShape, Claim, Document, Reader

__all__ = ["Answering", "answer_from"]

_SHAPES: dict[Kind, AnswerShape] = {
    "fact": "fact",
    "definition": "fact",
    "yes_no": "yes_no",
    "reason": "explanation",
    "way": "explanation",
    "event": "explanation",
    "proposal": "explanation",
    "list": "list",
    "comparison": "comparison",
    "topic": "overview",
    "overview": "overview",
}
_IN_ORDER: frozenset[Kind] = frozenset({"reason", "way", "event", "proposal", "topic", "list"})
_LONG: frozenset[Kind] = frozenset({"list", "topic", "overview"})
_WORDS = 130
"""Words of an answer that is neither a list nor an overview."""
_OF_A_SIDE = 2
"""Sentences that a side of a comparison shows."""
_OF_A_SECTION = 8
_FURTHER = 24
"""Passages that are looked through for a definition."""
_TERM = re.compile(
    r"^(?:what|who) (?:is|are|was|were) (?:an? |the )?(.+?)$|^what does (?:the )?(.+?) (?:mean|stand for)$", re.I
)


@dataclass(frozen=True, slots=True)
class Answering:
    """What an answer is made with: the sources, the reader of sentences (None: the ranker decides alone), the risk."""

    corpus: Corpus
    reader: Reader | None = None
    risk: float = RISK

    def read(self, question: str, found: Retrieved) -> Findings:
        """The findings of a question in what was retrieved for it."""
        return findings_of(question, found, self.corpus.idf, self.reader, self.risk)


def answer_from(question: str, alone: StandAlone, answering: Answering) -> tuple[Answer, Retrieved]:
    """The answer to a question, and what was retrieved for it. `alone` is its stand-alone form. Raises ModelProblem."""
    corpus = answering.corpus
    about = about_sources(question, alone.asked, corpus)
    if about is not None:
        answer, places = about
        return replace(answer, claims=claims_of(places)), Retrieved(alone.asked, corpus.encoder.query(alone.asked), ())
    found = corpus.retrieve(alone)
    asked, kind = found.asked_as, kind_of(found.asked_as)
    blank = Answer(question, asked, "not_found", (), tuple(h.passage for h in found.hits), 0.0, shape=_SHAPES[kind])
    if kind in ("overview", "topic"):
        overview = _overview(blank, kind, topic_of(asked), found, answering)
        if overview is not None:
            return overview, found
    if kind == "definition":
        found = _with_definitions(found, _term(asked), corpus)
    findings = answering.read(asked, found)
    sides = sides_of(asked)
    if sides and (kind == "comparison" or not _tells_all(findings, sides)):
        return _compared(blank, kind, sides, findings, answering), found
    if kind == "fact" and findings.reading.several:
        kind = "list"
    if kind == "list" and (sections := _sections_that(asked, findings, found)):
        return replace(blank, status="answered", shape="list", claims=claims_of(sections), confidence=1.0), found
    return _told(replace(blank, shape=_SHAPES[kind]), kind, findings), found


def _told(blank: Answer, kind: Kind, findings: Findings) -> Answer:
    """The answer of one reading, as strong as its first sentence."""
    answer = replace(blank, confidence=findings.reading.answerable)
    term = _term(blank.asked_as) if kind == "definition" else ""
    if not findings.about:
        return answer
    listed = whole_lists(findings) if kind == "list" else []
    if not findings.answers:
        places = listed or closest(findings, kind, term)
        return replace(answer, status="partly", reason="closest", claims=_claims(places, kind))
    places = listed or evidence(findings, kind, term)
    others = differing(findings.reading, blank.asked_as, findings.passages)
    if not others:
        return replace(answer, status="answered", claims=_claims(places, kind))
    sides = newest_first([findings.place(one) for one in (findings.reading.sentences[0], *others)])
    claims = _claims(list(dict.fromkeys([*sides, *places])), kind)
    numbers = tuple(c.number for side in sides for claim in claims for c in claim.citations if cites(c, side))
    return replace(answer, status="answered", claims=claims, notes=(differ_note(sides),), differing=numbers)


def _compared(blank: Answer, kind: Kind, sides: Sequence[Side], together: Findings, answering: Answering) -> Answer:
    """Each side searched and read by itself, after what is said of all of them; a side without an answer is named."""
    readings = [(side, answering.read(side.question, answering.corpus.find(side.question))) for side in sides]
    places = _of_all(sides, together) if kind == "comparison" else []
    missing, sure, passages = [], [], list(blank.passages)
    for side, findings in readings:
        passages += [hit.passage for hit in findings.hits]
        of_side = _of_side(side, kind, findings)
        if not of_side:
            missing.append(side.name)
            continue
        sure.append(findings.answers)
        spans = [(place.document.id, place.span) for place in places]
        chosen = [place for place in of_side if (place.document.id, place.span) not in spans][:_OF_A_SIDE]
        places += [replace(place, group=side.name) for place in chosen]
    answer = replace(blank, shape="comparison", passages=tuple({p.chunk.id: p for p in passages}.values()))
    if not places:
        return answer
    confidence = min(findings.reading.answerable for _, findings in readings)
    answer = replace(answer, claims=_claims(places, "comparison"), confidence=confidence, status="partly")
    if missing:
        note = f"Nothing was found in the sources about {' or '.join(missing)}."
        return replace(answer, reason="incomplete", notes=(note,))
    return replace(answer, status="answered") if all(sure) else replace(answer, reason="closest")


def _of_all(sides: Sequence[Side], findings: Findings) -> list[Place]:
    """The first sentences that speak of every side."""
    wanted = [{term for term in terms(side.name) if not is_function_word(term)} for side in sides]
    found = []
    for one in findings.sentences():
        place = findings.place(one)
        said = set(terms(place.document.text[slice(*place.span)]))
        if all(2 * len(side & said) >= len(side) > 0 for side in wanted):
            found.append(place)
    return found[:_OF_A_SIDE]


def _of_side(side: Side, kind: Kind, findings: Findings) -> list[Place]:
    """What is shown of one side: the section that is named so, or its sentences; none where nothing is about it."""
    if kind == "comparison":
        for document in {hit.passage.document.id: hit.passage.document for hit in findings.hits}.values():
            if named := section(document, side.name, _OF_A_SIDE):
                return named
    if not findings.about:
        return []
    return evidence(findings, "fact") if findings.answers and kind != "comparison" else closest(findings, "fact")


def _with_definitions(found: Retrieved, term: str, corpus: Corpus) -> Retrieved:
    """What was found, the last passages giving way to ones further down that define the term."""
    if not term:
        return found
    known = {hit.passage.chunk.id for hit in found.hits}
    further = [
        hit
        for hit in corpus.find(term, k=_FURTHER).hits
        if hit.passage.chunk.id not in known
        and any(defines(term, hit.passage.document.text[slice(*span)]) for span in hit.sentences)
    ][: len(found.hits) // 2]
    return replace(found, hits=(*found.hits[: len(found.hits) - len(further)], *further))


def _overview(blank: Answer, kind: Kind, topic: str, found: Retrieved, answering: Answering) -> Answer | None:
    """An outline of a document that is named, or the section that a topic names; None where neither is."""
    corpus = answering.corpus
    if kind == "topic":
        for known in {hit.passage.document.id: hit.passage.document for hit in found.hits}.values():
            places = section(known, topic, _OF_A_SECTION)
            if places:
                return replace(blank, status="answered", claims=_claims(places, kind), confidence=1.0)
    names = corpus.named(topic)
    chosen = [corpus.document(name.document_id) for name in names[:1]] if len(names) < 3 else []
    if not chosen and kind == "overview":
        chosen = [_foremost(found)]
    for document in chosen:
        places = outline(document) if document is not None else []
        if places:
            answer = replace(blank, claims=claims_of(places))
            if names:
                return replace(answer, status="answered", confidence=1.0)
            return replace(answer, status="partly", reason="closest", confidence=0.0)
    return None


def _sections_that(asked: str, findings: Findings, found: Retrieved) -> list[Place]:
    """The outline of a document that is called what a list is asked of, where most of what was found stands in it."""
    document = _foremost(found)
    noun = next((term for term in terms(asked) if not is_function_word(term)), "")
    if document is None or not noun or noun not in terms(document.name) or whole_lists(findings):
        return []
    inside = sum(hit.passage.document.id == document.id for hit in found.hits)
    return outline(document) if 2 * inside > len(found.hits) else []


def _foremost(found: Retrieved) -> Document | None:
    """The document that most of the score of the passages is in."""
    scores: dict[str, float] = {}
    documents = {hit.passage.document.id: hit.passage.document for hit in found.hits}
    for hit in found.hits:
        scores[hit.passage.document.id] = scores.get(hit.passage.document.id, 0.0) + max(hit.passage.score, 0.0)
    return documents[max(scores, key=lambda each: scores[each])] if scores else None


def _claims(places: list[Place], kind: Kind) -> tuple[Claim, ...]:
    """The claims of chosen places, those of an explanation in the order of the text; no more than a screen reads."""
    kept = places if kind in _LONG else _within(places)
    ordered = in_order(kept) if kind in _IN_ORDER else kept
    spans = {place.span for place in ordered}
    return claims_of(list(dict.fromkeys(each for place in ordered for each in whole(place, spans))))


def _within(places: list[Place]) -> list[Place]:
    """The first places that have at most `_WORDS` words together, two at least."""
    kept: list[Place] = []
    words = 0
    for place in places:
        words += len(place.document.text[slice(*place.span)].split())
        if words > _WORDS and len(kept) > 1:
            break
        kept.append(place)
    return kept


def _tells_all(findings: Findings, sides: Sequence[Side]) -> bool:
    """Whether one sentence that answers speaks of every side."""
    if not findings.answers:
        return False
    place = findings.place(findings.reading.sentences[0])
    said = place.document.text[slice(*place.span)].lower()
    return all(side.name.lower() in said for side in sides)


def _term(question: str) -> str:
    found = _TERM.match(question.rstrip(" ?.!"))
    return next((part for part in found.groups() if part), "") if found else ""
