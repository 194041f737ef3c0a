"""Good answers, spoilt on purpose: an evaluation that does not notice is worth nothing.

A good answer is made from each case's own expectation - the expected sentences, quoted and cited as they stand. Each
kind of mutation spoils it in one way; what is counted is whether any finding follows. What is found in the unaltered
answers is a false alarm. This module does not know how answers are judged.
"""

from __future__ import annotations

import random
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from rag.errors import CaseProblem
from rag.evaluate.cases import Case
from rag.evaluate.judge import Judge, in_source_words
from rag.evaluate.locations import Location, Sources, locate
from rag.evaluate.predictions import Prediction
from rag.evaluate.results import findings_of
from rag.language import CAN_BE_NEGATED, FIGURE, LONG_WORD, NAMES_INSIDE, NEGATION, sentences, words
from rag.types import JSON, Citation, Claim, Document, Page, Span

__all__ = ["FALSE_ALARMS", "NOTICED", "DetectionCount", "Gate", "good_answer", "mutation_gate"]

NOTICED = 0.95
"""Share of each kind of mutation that must be noticed."""
FALSE_ALARMS = 0.02
"""Share of unaltered answers in which at most something may be found."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """An answer after a mutation, and the sources that it is judged with."""

    prediction: Prediction
    sources: Sources


@dataclass(frozen=True, slots=True)
class DetectionCount:
    """How many answers were spoilt in one way, and how many of these were noticed."""

    kind: str
    made: int
    noticed: int

    @property
    def share(self) -> float:
        """Of those made; 1 where none could be made."""
        return self.noticed / self.made if self.made else 1.0

    def to_dict(self) -> dict[str, JSON]:
        """JSON-ready: kind, made, noticed, share."""
        return {"kind": self.kind, "made": self.made, "noticed": self.noticed, "share": self.share}


@dataclass(frozen=True, slots=True)
class Gate:
    """All kinds of mutation, and the unaltered answers, of which `noticed` are false alarms."""

    kinds: tuple[DetectionCount, ...]
    unaltered: DetectionCount
    missed: tuple[str, ...]
    """The first answers that were spoilt and not noticed, and the false alarms, in words."""

    @property
    def holds(self) -> bool:
        """Whether every kind that could be made is noticed often enough, and few good answers are blamed."""
        few = self.unaltered.made > 0 and self.unaltered.noticed <= FALSE_ALARMS * self.unaltered.made
        return few and all(kind.share >= NOTICED for kind in self.kinds)

    def to_dict(self) -> dict[str, JSON]:
        """JSON-ready: kinds, unaltered, missed, holds."""
        return {
            "kinds": [kind.to_dict() for kind in self.kinds],
            "unaltered": self.unaltered.to_dict(),
            "missed": list(self.missed),
            "holds": self.holds,
        }


def mutation_gate(
    cases: Sequence[Case], sources: Sources, judge: Judge = in_source_words, rounds: int = 1, seed: int = 0
) -> Gate:
    """Spoils the good answer of every case in every way that applies, `rounds` times, and counts what is noticed."""
    rng = random.Random(seed)
    good = list(_good_answers(cases, sources))
    missed: list[str] = []
    alarms = 0
    for case, places, answer in good:
        findings = findings_of(case, places, answer, sources, judge)
        alarms += bool(findings)
        if findings:
            missed.append(f"false alarm: {case.id}: {findings[0].said}")
    made = {kind: [0, 0] for kind in _KINDS}
    for _ in range(rounds):
        for case, places, answer in good:
            for kind, mutate in _KINDS.items():
                spoilt = mutate(answer, places, sources, rng)
                if spoilt is None:
                    continue
                found = findings_of(case, places, spoilt.prediction, spoilt.sources, judge)
                made[kind][0] += 1
                made[kind][1] += bool(found)
                if not found:
                    missed.append(f"not noticed: {kind}: {case.id}: {spoilt.prediction.text}")
    return Gate(
        tuple(DetectionCount(kind, *counted) for kind, counted in made.items()),
        DetectionCount("unaltered", len(good), alarms),
        tuple(missed[:50]),
    )


def good_answer(places: Sequence[Location], sources: Sources) -> Prediction | None:
    """The expected sentences, each a claim with its citation; None where only whole documents are expected."""
    claims: list[Claim] = []
    for place in places:
        document = sources.document(place.document_id)
        if document is None or not place.exact:
            continue
        span = _whole_sentences(document, place.spans[0])
        quote = document.text[span.start : span.end]
        if all(claim.citations[0].quote != quote for claim in claims):
            citation = _cite(len(claims) + 1, document, span)
            claims.append(Claim(" ".join(quote.split()), (citation,), "quoted"))
    return Prediction("", "answered", tuple(claims), (), 1.0) if claims else None


def _good_answers(cases: Sequence[Case], sources: Sources) -> Iterator[tuple[Case, list[Location], Prediction]]:
    for case in cases:
        try:
            places = locate(case, sources)
        except CaseProblem:
            continue
        answer = good_answer(places, sources)
        if answer is not None:
            yield case, places, answer


def _number_swapped(answer: Prediction, _: object, sources: Sources, rng: random.Random) -> Mutant | None:
    return _reworded(answer, sources, rng, lambda text: _swap(FIGURE, text, lambda old: _other_number(old, rng), rng))


def _negation_dropped(answer: Prediction, _: object, sources: Sources, rng: random.Random) -> Mutant | None:
    return _reworded(answer, sources, rng, lambda text: _swap(NEGATION, text, lambda _: "", rng))


def _negation_added(answer: Prediction, _: object, sources: Sources, rng: random.Random) -> Mutant | None:
    return _reworded(answer, sources, rng, lambda text: _swap(CAN_BE_NEGATED, text, lambda old: f"{old} not", rng))


def _name_swapped(answer: Prediction, _: object, sources: Sources, rng: random.Random) -> Mutant | None:
    document = sources.document(answer.claims[0].citations[0].document_id)
    names = sorted(set(NAMES_INSIDE.findall(document.text))) if document else []

    def other(old: str) -> str:
        different = [name for name in names if name not in old and old not in name]
        return rng.choice(different) if different else f"{old}ov"

    return _reworded(answer, sources, rng, lambda text: _swap(NAMES_INSIDE, text, other, rng))


def _stitched(answer: Prediction, _: object, sources: Sources, rng: random.Random) -> Mutant | None:
    """The first half of the sentence and the second half of another; cited to one of them, or to both."""
    claim = answer.claims[0]
    document = sources.document(claim.citations[0].document_id)
    if document is None:
        return None
    others = [one for one in sentences(document) if not one.overlaps(claim.citations[0].span)]
    others = [one for one in others if len(document.text[slice(*one)].split()) >= 6]
    head = claim.text.split()
    if len(head) < 6 or not others:
        return None
    other = rng.choice(others)
    tail = document.text[slice(*other)].split()
    text = " ".join(head[: len(head) // 2] + tail[len(tail) // 2 :])
    citations: tuple[Citation, ...] = (replace(claim.citations[0], quote=text),)
    if rng.random() < 0.5:
        citations = (claim.citations[0], _cite(99, document, other))
    return Mutant(_with_first(answer, replace(claim, text=text, citations=citations)), sources)


def _wrong_source(answer: Prediction, _: object, sources: Sources, rng: random.Random) -> Mutant | None:
    """The right quote, said to stand in another document."""
    citation = answer.claims[0].citations[0]
    others = sorted(path for path, one in sources.ids.items() if one != citation.document_id)
    if not others:
        return None
    path = rng.choice(others)
    changed = replace(citation, path=path)
    if rng.random() < 0.5:
        changed = replace(changed, document_id=sources.ids[path])
    return Mutant(_recited(answer, changed), sources)


def _wrong_page(answer: Prediction, _: object, sources: Sources, rng: random.Random) -> Mutant | None:
    citation = answer.claims[0].citations[0]
    document = sources.document(citation.document_id)
    others: list[Page] = [page for page in document.pages if page.number != citation.page] if document else []
    if not others:
        return None
    page = rng.choice(others)
    return Mutant(_recited(answer, replace(citation, page=page.number, page_label=page.label)), sources)


def _near_duplicate(answer: Prediction, _: object, sources: Sources, rng: random.Random) -> Mutant | None:
    """A copy of the document in which one word or number of the sentence differs is cited, truthfully."""
    claim = answer.claims[0]
    citation = claim.citations[0]
    document = sources.document(citation.document_id)
    altered = _swap(FIGURE, citation.quote, lambda old: _other_number(old, rng), rng) or _swap(
        LONG_WORD, citation.quote, lambda _: "otherwise", rng
    )
    if document is None or altered is None:
        return None
    text = document.text[: citation.span.start] + altered + document.text[citation.span.end :]
    copy = replace(document, id=f"{document.id}-copy", path=f"copy of {document.path}", text=text, pages=())
    known = sources.document
    overlay = Sources({**sources.ids, copy.path: copy.id}, lambda one: copy if one == copy.id else known(one))
    cited = _cite(citation.number, copy, Span(citation.span.start, citation.span.start + len(altered)))
    said = " ".join(altered.split()) if rng.random() < 0.5 else claim.text
    spoilt = replace(claim, text=said, citations=(cited,))
    return Mutant(replace(answer, claims=(spoilt, *answer.claims[1:])), overlay)


def _moved(answer: Prediction, _places: object, sources: Sources, _: random.Random) -> Mutant | None:
    """The claim stays, its citation moves to the next sentence, truthfully quoted."""
    citation = answer.claims[0].citations[0]
    document = sources.document(citation.document_id)
    spans = sentences(document) if document else []
    at = bisect_right(spans, citation.span.end - 1, key=lambda span: span.start)
    if document is None or at >= len(spans) or words(document.text[slice(*spans[at])]) == words(citation.quote):
        return None
    return Mutant(_recited(answer, _cite(citation.number, document, spans[at])), sources)


def _invented(answer: Prediction, _: object, sources: Sources, rng: random.Random) -> Mutant | None:
    """A sentence that no source says, behind the real ones and with one of their citations."""
    claim = answer.claims[-1]
    said = rng.choice(
        [
            "Officials later confirmed that the whole affair had cost 98.7 million dollars.",
            "Critics have since called it the worst decision of the decade.",
            "A second inquiry came to the opposite conclusion in the following spring.",
        ]
    )
    return Mutant(replace(answer, claims=(*answer.claims, replace(claim, text=said))), sources)


Mutation = Callable[[Prediction, Sequence[Location], Sources, random.Random], Mutant | None]
_KINDS: dict[str, Mutation] = {
    "number swapped": _number_swapped,
    "negation dropped": _negation_dropped,
    "negation added": _negation_added,
    "name swapped": _name_swapped,
    "two sentences stitched": _stitched,
    "right quote, wrong source": _wrong_source,
    "right quote, wrong page": _wrong_page,
    "quote from a near-duplicate": _near_duplicate,
    "citation moved to the next sentence": _moved,
    "invented sentence, real citation": _invented,
}


def _reworded(
    answer: Prediction, sources: Sources, rng: random.Random, change: Callable[[str], str | None]
) -> Mutant | None:
    """The first claim in other words; half of the time its quote is changed with it."""
    claim = answer.claims[0]
    text = change(claim.text)
    if text is None or words(text) == words(claim.text):
        return None
    citations = claim.citations
    if rng.random() < 0.5:
        citations = tuple(replace(citation, quote=text) for citation in citations)
    return Mutant(_with_first(answer, replace(claim, text=text, citations=citations)), sources)


def _swap(pattern: re.Pattern[str], text: str, other: Callable[[str], str], rng: random.Random) -> str | None:
    """The text with one match replaced, or None where there is none."""
    found = list(pattern.finditer(text))
    if not found:
        return None
    match = rng.choice(found)
    return text[: match.start()] + other(match[0]) + text[match.end() :]


def _other_number(old: str, rng: random.Random) -> str:
    """Another number of the same form: one digit differs."""
    places = [at for at, char in enumerate(old) if char.isdigit()]
    at = rng.choice(places)
    digit = rng.choice([digit for digit in "123456789" if digit != old[at]])
    return old[:at] + digit + old[at + 1 :]


def _with_first(answer: Prediction, claim: Claim) -> Prediction:
    return replace(answer, claims=(claim, *answer.claims[1:]))


def _recited(answer: Prediction, citation: Citation) -> Prediction:
    return _with_first(answer, replace(answer.claims[0], citations=(citation,)))


def _whole_sentences(document: Document, span: Span) -> Span:
    """The sentences that a span touches."""
    touched = [one for one in sentences(document) if one.overlaps(span)]
    return Span(touched[0].start, touched[-1].end) if touched else span


def _cite(number: int, document: Document, span: Span) -> Citation:
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
