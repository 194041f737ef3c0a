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
from training.material import (
    CARRIED, CONTRADICTED, NEITHER, SETS, Asked, Material, Pair, Passage, turn, words_of,
)  # fmt: skip
from training.sheets import shown
from training.statements import Statement
from training.twisted import names_in, twisted
from training.windows import altered

__all__ = ["Case", "cases_of", "kind_of", "of_pair", "of_question", "of_sheets", "of_statement"]

_BUDGETS = (300, 450, 560, 560, 560, 850)  # characters of a window
_WHOLE_PASSAGE = 0.8  # how surely a sentence of a passage that answers as a whole belongs to the answer
_LONG_ANSWER = 160  # characters; exact words that long are not looked for
_KINDS = (
    ("summary", r"summar|overview|outline|what (?:does|did) .* (?:say|discuss)|what was (?:discussed|said)|tell me about"),
    ("list", r"^(?:list|name|which .*s (?:are|were)|what are|what were|what .*s (?:are|were|do|did)\b)"),
    ("why", r"\bwhy\b|what (?:causes|caused)|reasons?\b"),
    ("how", r"^how (?!many|much|old|long|far|tall|big|large|high|often|fast)"),
    ("yes-no", r"^(?:is|are|was|were|do|does|did|can|could|has|have|had|will|would|should)\b"),
)


class Case(NamedTuple):
    """A question or statement, a window, and what is known of the two; None: nothing is, and nothing is learnt.

    `answers`: the exact words (none: nothing answers), `whole`: sentences in which they lie. `evidence`: how surely each
    of `sentences` belongs to the answer, negative where it is not known.
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


class _Cut(NamedTuple):
    """A run of sentences: its text, the sentences in it, their evidence, and the gold spans that lie in it."""

    text: str
    sentences: tuple[Span, ...]
    evidence: tuple[float, ...]
    answers: tuple[Span, ...]


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
        yield _people_say_not(material, question, rng)
        if rng.random() < 0.5:
            yield _people_say_not(material, question, rng)
        return
    key = rng.choice(sorted(question.golds))
    passage = material.passage(key)
    first, last, gold = _around_gold(passage, question.golds[key], rng)
    cut = _cut(passage, first, last, question)
    if _is_passage(question) and rng.random() < 0.6:
        cut = _beside_another(material, question, cut, rng)
    yield _case(question, altered(question.text, rng), passage, cut, rng, answers=True)
    ways = [(0.33, _elsewhere), (0.22, _taken_away)]
    if not _is_passage(question):
        ways += [(0.27, _another_name), (0.1, _twisted)]
    draw = rng.random()
    for share, way in ways:
        if draw < share:
            made = way(material, question, passage, (first, last, gold), rng)
            if made is not None:
                yield made
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
    budget = max(560, rng.choice(_BUDGETS))
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


def _is_passage(question: Asked) -> bool:
    return SETS[question.set].gold == "passage"


def _case(
    question: Asked, asked: str, passage: Passage, cut: _Cut, rng: random.Random,
    *, answers: bool, relevant: float | None = 1.0, cause: str = "",
) -> Case:  # fmt: skip
    rule = SETS[question.set]
    title = passage.title if rng.random() < 0.8 else ""
    spans: tuple[Span, ...] | None = cut.answers if answers else ()
    if rule.gold == "passage" or (spans and min(b - a for a, b in spans) > _LONG_ANSWER and rule.gold == "words"):
        spans = None
    if answers and spans == ():  # cut in two
        spans = None
    evidence: tuple[float, ...] | None = cut.evidence if answers else (0.0,) * len(cut.sentences)
    if answers and question.set == "boolq_contrast":
        evidence = None
    return Case(
        asked, title, cut.text, cut.sentences, evidence, spans, rule.gold == "sentence",
        float(answers), relevant, None, question.set, cause,
    )  # fmt: skip


def _cut(passage: Passage, first: int, last: int, question: Asked | None) -> _Cut:
    """A run of sentences of a passage; what only looks like the answer of a question is not known to be evidence."""
    start, end = passage.sentences[first].start, passage.sentences[last].end
    golds = question.golds.get(passage.id, ()) if question else ()
    sentences, evidence = [], []
    for number in range(first, last + 1):
        a, b = passage.sentences[number]
        sentences.append(Span(a - start, b - start))
        if _is_gold(Span(a, b), golds):
            evidence.append(_WHOLE_PASSAGE if question and _is_passage(question) else 1.0)
        else:
            lower = passage.text[a:b].lower()
            evidence.append(-1.0 if question and any(x in lower for x in question.answers) else 0.0)
    answers = dict.fromkeys(Span(a - start, b - start) for a, b in golds if start <= a and b <= end)
    return _Cut(passage.text[start:end], tuple(sentences), tuple(evidence), tuple(answers))


def _joined(one: _Cut, other: _Cut) -> _Cut:
    """Two runs, one below the other."""
    by = len(one.text) + 1

    def moved(spans: Sequence[Span]) -> tuple[Span, ...]:
        return tuple(Span(a + by, b + by) for a, b in spans)

    return _Cut(
        f"{one.text}\n{other.text}",
        one.sentences + moved(other.sentences),
        one.evidence + other.evidence,
        one.answers + moved(other.answers),
    )


def _around_gold(passage: Passage, golds: Sequence[Span], rng: random.Random) -> tuple[int, int, tuple[int, ...]]:
    """A run around some gold sentence, and the gold sentences of the passage."""
    gold = tuple(i for i, span in enumerate(passage.sentences) if _is_gold(span, golds))
    if not gold:
        gold = (max((i for i, span in enumerate(passage.sentences) if span.start <= golds[0].start), default=0),)
    centre = rng.choice(gold[:12])
    first, last = _grown(passage, centre, rng)
    return first, last, gold


def _grown(passage: Passage, centre: int, rng: random.Random) -> tuple[int, int]:
    """A run of sentences about one, as long as the budget drawn allows."""
    budget, first, last = rng.choice(_BUDGETS), centre, centre
    while True:
        sides = [at for at in (first - 1, last + 1) if 0 <= at < len(passage.sentences)]
        ends = [(min(first, at), max(last, at)) for at in sides]
        ends = [(a, b) for a, b in ends if passage.sentences[b].end - passage.sentences[a].start <= budget]
        if not ends or rng.random() < 0.05:
            return first, last
        first, last = rng.choice(ends)


def _best(material: Material, question: Asked, passage: Passage, rng: random.Random, but: Sequence[int] = ()) -> int:
    """The sentence that shares most with the question, now and then any."""
    asked = words_of(question.text)
    numbers = [i for i in range(len(passage.sentences)) if i not in but]
    if rng.random() < 0.2:
        return rng.choice(numbers)
    return max(numbers, key=lambda i: sum(material.weight[w] for w in asked & passage.words[i]) - 0.01 * i)


def _people_say_not(material: Material, question: Asked, rng: random.Random) -> Case:
    passage = material.passage(question.context or "")
    first, last = _grown(passage, _best(material, question, passage, rng), rng)
    cut = _cut(passage, first, last, None)
    cause = question.cause or "people"
    return _case(question, altered(question.text, rng), passage, cut, rng, answers=False, cause=cause)


Place = tuple[int, int, tuple[int, ...]]


def _elsewhere(material: Material, question: Asked, passage: Passage, place: Place, rng: random.Random) -> Case | None:
    """What a search finds instead: of the same article, or of another that shares words."""
    found = material.near(question)
    if not found:
        return None
    other = material.passage(rng.choice(found))
    if not other.sentences:
        return None
    first, last = _grown(other, _best(material, question, other, rng), rng)
    same = other.id.split("#")[0] == passage.id.split("#")[0] or (bool(other.title) and other.title == passage.title)
    cut = _cut(other, first, last, None)
    asked = altered(question.text, rng)
    cause = "same article" if same else "other article"
    return _case(question, asked, other, cut, rng, answers=False, relevant=None if same else 0.0, cause=cause)


def _taken_away(material: Material, question: Asked, passage: Passage, place: Place, rng: random.Random) -> Case | None:
    """The sentences about the answer without those that hold it."""
    gold = place[2]
    left = [i for i in range(len(passage.sentences)) if i not in gold]
    left = [i for i in left if not any(a in _said(passage, i) for a in question.answers)]
    if question.set == "nq_complex" or not left:
        return None
    if _is_passage(question):  # of a section that answers as a whole what stands far from it
        left = [i for i in left if min(abs(i - g) for g in gold) > 1]
        if not left:
            return None
    near = sorted(left, key=lambda i: abs(i - place[2][0]))[: rng.choice((2, 3, 4, 6))]
    budget, chosen = rng.choice(_BUDGETS), near[:1]
    for i in near[1:]:
        if sum(len(_said(passage, j)) for j in (*chosen, i)) < budget:
            chosen.append(i)
    runs = [_cut(passage, i, i, None) for i in sorted(chosen)]
    cut = runs[0]
    for run in runs[1:]:
        cut = _joined(cut, run)
    if SETS[question.set].sentences == "prose":
        cut = cut._replace(text=cut.text.replace("\n", " "))
    asked = altered(question.text, rng)
    return _case(question, asked, passage, cut, rng, answers=False, cause="taken away")


def _another_name(material: Material, question: Asked, passage: Passage, place: Place, rng: random.Random) -> Case | None:
    """The question about somebody else of whom the article tells, in the window or elsewhere."""
    cut = _cut(passage, place[0], place[1], question)
    names = [name for name in names_in(question.text) if name in cut.text or name in passage.title]
    if not names:
        return None
    name = rng.choice(names)
    lower, taken = question.text.lower(), " ".join(cut.text[a:b] for a, b in cut.answers).lower()
    size, here = len(name.split()), set(names_in(cut.text))
    others = [
        other for other in material.names(passage.id)
        if other.lower() not in lower and name not in other and other not in name
        and other.lower() not in taken and abs(len(other.split()) - size) <= 1
    ]  # fmt: skip
    inside = [other for other in others if other in here and not _with(other, cut)]
    pool = inside if inside and rng.random() < 0.5 else others
    if not pool:
        return None
    alike = [other for other in pool if (other[-1] == "s") == (name[-1] == "s") and len(other.split()) == size] or pool
    asked = altered(question.text.replace(name, rng.choice(alike)), rng)
    return _case(question, asked, passage, cut, rng, answers=False, relevant=None, cause="another name")


def _with(name: str, cut: _Cut) -> bool:
    """Whether a name stands in a sentence that is evidence."""
    return any(name in cut.text[a:b] for (a, b), sure in zip(cut.sentences, cut.evidence, strict=True) if sure > 0)


def _twisted(material: Material, question: Asked, passage: Passage, place: Place, rng: random.Random) -> Case | None:
    cut = _cut(passage, place[0], place[1], question)
    names = material.names(passage.id)
    other = twisted(question.text, f"{passage.title} {cut.text}", names or ["Ashford"], rng)
    if other is None:
        return None
    return _case(question, altered(other, rng), passage, cut, rng, answers=False, relevant=None, cause="twisted")


def _beside_another(material: Material, question: Asked, cut: _Cut, rng: random.Random) -> _Cut:
    """A run that answers with one beside it of a passage that does not."""
    found = material.near(question)
    if not found:
        return cut
    other = material.passage(rng.choice(found))
    if not other.sentences or len(cut.text) > 600:
        return cut
    centre = _best(material, question, other, rng)
    beside = _cut(other, centre, min(centre + 1, len(other.sentences) - 1), None)
    if len(beside.text) > 400:
        beside = _cut(other, centre, centre, None)
    return _joined(cut, beside) if rng.random() < 0.5 else _joined(beside, cut)


def _said(passage: Passage, number: int) -> str:
    a, b = passage.sentences[number]
    return passage.text[a:b].lower()


def _is_gold(sentence: Span, golds: Sequence[Span]) -> bool:
    for gold in golds:
        shared = min(sentence.end, gold.end) - max(sentence.start, gold.start)
        if shared > 0 and 2 * shared >= min(sentence.end - sentence.start, gold.end - gold.start):
            return True
    return False


def _touch(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end
