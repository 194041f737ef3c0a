"""Windows to judge, made from `training/material.py`: what answers, what nearly does, what carries a statement.

A window is a run of whole sentences, short more often than long. Near misses are people's own, and made where a reader
is weak: another name of the same article in the question's place, the sentence that answers taken away, a neighbouring
passage that shares many words, another year, number or word. This module does not know how a reader learns from them.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rag.types import Span
from training.cut import BUDGETS, Cut, cut, gold_sentences, grown, joined
from training.material import CARRIED, CONTRADICTED, NEITHER, SETS, Asked, Material, Pair, Passage, turn, words_of
from training.misses import WAYS, Missed, Place, likest, other_passage, people_say_not
from training.sheets import shown
from training.statements import Statement
from training.windows import altered

__all__ = ["Case", "cases_of", "kind_of", "of_pair", "of_question", "of_sheets", "of_statement"]

_WHOLE_PASSAGE = 0.8  # how surely a sentence of a passage that answers as a whole belongs to the answer
_LONG_ANSWER = 160  # characters; exact words that long are not looked for
_KINDS = (
    (
        "summary",
        r"summar|overview|outline|what (?:does|did) .* (?:say|discuss)|what was (?:discussed|said)|tell me about",
    ),
    ("list", r"^(?:list|name|which .*s (?:are|were)|what are|what were|what .*s (?:are|were|do|did)\b)"),
    ("why", r"\bwhy\b|what (?:causes|caused)|reasons?\b"),
    ("how", r"^how (?!many|much|old|long|far|tall|big|large|high|often|fast)"),
    ("yes-no", r"^(?:is|are|was|were|do|does|did|can|could|has|have|had|will|would|should)\b"),
)


class Case(NamedTuple):
    """A question or statement, a window, and what is known of the two; None: nothing is, and nothing is learnt.

    `answers`: the exact words (none: nothing answers), `whole`: sentences in which they lie. `evidence`: how surely
    each of `sentences` belongs to the answer, negative where it is not known.
    """

    asked: str
    title: str
    text: str
    sentences: tuple[Span, ...]
    evidence: tuple[float, ...] | None
    answers: tuple[Span, ...] | None
    whole: bool
    answerable: float | None
    relevant: float | None
    verdict: int | None
    set: str
    cause: str


def kind_of(question: str) -> str:
    """What kind of question it is, by its words."""
    asked = question.lower().strip()
    return next((kind for kind, shape in _KINDS if re.search(shape, asked)), "fact")


def cases_of(material: Material, questions: Sequence[Asked], epoch: int) -> Iterator[Case]:
    """The cases of the questions that have their turn."""
    for question in questions:
        if turn(question.id, SETS[question.set].share, epoch):
            yield from of_question(material, question, random.Random(f"{epoch} {question.id}"))


def of_question(material: Material, question: Asked, rng: random.Random) -> Iterator[Case]:
    """A window that answers, if one does, and mostly one that does not."""
    if not question.golds:
        for _ in range(1 + (rng.random() < 0.5)):
            yield _missed(question, people_say_not(material, question, rng), rng)
        return
    passage = material.passage(rng.choice(sorted(question.golds)))
    golds = question.golds[passage.id]
    gold = gold_sentences(passage, golds)
    first, last = grown(passage, rng.choice(gold[:12]), rng)
    sure = _WHOLE_PASSAGE if SETS[question.set].gold == "passage" else 1.0
    run = cut(passage, first, last, golds, question.answers, sure)
    place = Place(material, question, passage, run, gold)
    if SETS[question.set].gold == "passage" and rng.random() < 0.6:
        run = _beside_another(place, run, rng)
    yield _case(question, altered(question.text, rng), passage, run, rng)
    draw = rng.random()
    for share, way in WAYS:
        if draw < share:
            missed = way(place, rng)
            if missed is not None:
                yield _missed(question, missed, rng)
            break
        draw -= share


def of_sheets(rng: random.Random, count: int) -> Iterator[Case]:
    """Questions about made-up fact sheets, whose lines are the sentences."""
    for one in shown(rng, count):
        lines = tuple(Span(m.start(), m.end()) for m in re.finditer(r"[^\n]*\S[^\n]*", one.text))
        answers = (Span(*one.answer),) if one.answer else ()
        evidence = tuple(float(any(_touch(line, answer) for answer in answers)) for line in lines)
        known = float(bool(answers))
        asked = altered(one.question, rng)
        relevant = 1.0 if answers else None
        yield Case(asked, one.title, one.text, lines, evidence, answers, False, known, relevant, None, "sheets", "")


def of_pair(pair: Pair) -> Case:
    """A statement and its premise; of its sentences only one that stands alone is known to carry it or not."""
    text = pair.premise[:900]
    sentences = (Span(0, len(text)),) if len(text) < 300 else ()
    known = (float(pair.verdict == CARRIED),) if sentences and pair.verdict in (CARRIED, NEITHER) else None
    return Case(pair.statement, "", text, sentences, known, None, False, None, None, pair.verdict, pair.set, "")


def of_statement(one: Statement, rng: random.Random) -> Case:
    """A made statement and a run of the sentences to look in."""
    said = words_of(one.text)
    shares = [len(said & words_of(source)) / (5 + len(source.split())) ** 0.5 for source in one.sources]
    centre = max(range(len(shares)), key=shares.__getitem__)
    first, last = centre, min(centre + 1, len(shares) - 1)
    budget = max(560, rng.choice(BUDGETS))
    size = sum(len(source) + 1 for source in one.sources[first : last + 1])
    while True:
        sides = [at for at in (first - 1, last + 1) if 0 <= at < len(shares)]
        sides = [at for at in sides if size + len(one.sources[at]) < budget]
        if not sides or rng.random() < 0.12:
            break
        at = rng.choice(sides)
        size += len(one.sources[at]) + 1
        first, last = min(first, at), max(last, at)
    verdict = (CARRIED, NEITHER, CONTRADICTED)[one.label]
    text = " ".join(one.sources[first : last + 1])
    title = one.title if rng.random() < 0.7 else ""
    return Case(one.text, title, text, (), None, None, False, None, None, verdict, "statements", "")


def _case(question: Asked, asked: str, passage: Passage, run: Cut, rng: random.Random) -> Case:
    """A window that answers."""
    rule = SETS[question.set]
    spans: tuple[Span, ...] | None = run.answers or None  # none lies in it as a whole: it is not known
    if rule.gold == "passage" or (rule.gold == "words" and spans and min(b - a for a, b in spans) > _LONG_ANSWER):
        spans = None
    evidence = None if question.set == "boolq_contrast" else run.evidence
    return Case(
        asked, _title(passage, rng), run.text, run.sentences, evidence, spans, rule.gold == "sentence",
        1.0, 1.0, None, question.set, "",
    )  # fmt: skip


def _missed(question: Asked, missed: Missed, rng: random.Random) -> Case:
    """A window that does not answer."""
    rule, run = SETS[question.set], missed.run
    spans = None if rule.gold == "passage" else ()
    return Case(
        altered(missed.asked, rng), _title(missed.passage, rng), run.text, run.sentences, (0.0,) * len(run.sentences),
        spans, rule.gold == "sentence", 0.0, missed.relevant, None, question.set, missed.cause,
    )  # fmt: skip


def _title(passage: Passage, rng: random.Random) -> str:
    return passage.title if rng.random() < 0.8 else ""


def _beside_another(place: Place, run: Cut, rng: random.Random) -> Cut:
    """A run that answers with one beside it of a passage that does not."""
    other = other_passage(place.material, place.question, rng)
    if other is None or len(run.text) > 600:
        return run
    centre = likest(place.material, place.question, other, rng)
    beside = cut(other, centre, min(centre + 1, len(other.sentences) - 1))
    if len(beside.text) > 400:
        beside = cut(other, centre, centre)
    return joined(run, beside) if rng.random() < 0.5 else joined(beside, run)


def _touch(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end
