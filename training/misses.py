"""Windows that nearly answer, of the kinds at which a reader fails.

Another name of the same article in the question's place, the sentence that answers taken away, a neighbouring passage
that shares many words, another year, number or word. This module does not know how they are learnt from.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import reduce
from typing import NamedTuple

from training.cut import BUDGETS, Cut, cut, grown, joined
from training.material import SETS, Asked, Material, Passage, words_of
from training.twisted import names_in, twisted

__all__ = ["WAYS", "Missed", "Place", "likest", "other_passage", "people_say_not"]


class Place(NamedTuple):
    """Where a question is answered: the passage, the run around the answer, and all sentences that hold gold."""

    material: Material
    question: Asked
    passage: Passage
    run: Cut
    gold: tuple[int, ...]


class Missed(NamedTuple):
    """A question, a run that does not answer it, whether that is about what is asked (None: not known), and why."""

    asked: str
    passage: Passage
    run: Cut
    relevant: float | None
    cause: str


def people_say_not(material: Material, question: Asked, rng: random.Random) -> Missed:
    """A run of the passage for which a person wrote a question that it does not answer."""
    passage = material.passage(question.context or "")
    first, last = grown(passage, likest(material, question, passage, rng), rng)
    return Missed(question.text, passage, cut(passage, first, last), 1.0, question.cause or "people")


def other_passage(material: Material, question: Asked, rng: random.Random) -> Passage | None:
    """A passage of the same set that shares words with the question and does not answer it."""
    found = material.near(question)
    other = material.passage(rng.choice(found)) if found else None
    return other if other and other.sentences else None


def likest(material: Material, question: Asked, passage: Passage, rng: random.Random) -> int:
    """The sentence that shares most with the question, now and then any."""
    asked = words_of(question.text)
    numbers = range(len(passage.sentences))
    if rng.random() < 0.2:
        return rng.choice(numbers)
    return max(numbers, key=lambda i: sum(material.weight[w] for w in asked & passage.words[i]) - 0.01 * i)


def _elsewhere(place: Place, rng: random.Random) -> Missed | None:
    """What a search finds instead: of the same article, or of another that shares words."""
    question, passage = place.question, place.passage
    other = other_passage(place.material, question, rng)
    if other is None:
        return None
    first, last = grown(other, likest(place.material, question, other, rng), rng)
    same = other.id.split("#")[0] == passage.id.split("#")[0] or (bool(other.title) and other.title == passage.title)
    cause = "same article" if same else "other article"
    return Missed(question.text, other, cut(other, first, last), None if same else 0.0, cause)


def _taken_away(place: Place, rng: random.Random) -> Missed | None:
    """The sentences about the answer without those that hold it."""
    question, passage, gold = place.question, place.passage, place.gold
    said = [passage.text[a:b].lower() for a, b in passage.sentences]
    left = [i for i in range(len(said)) if i not in gold and not any(a in said[i] for a in question.answers)]
    if SETS[question.set].gold == "passage":  # of a section that answers as a whole what stands far from it
        left = [i for i in left if min(abs(i - g) for g in gold) > 1]
    if question.set == "nq_complex" or not left:
        return None
    near = sorted(left, key=lambda i: abs(i - gold[0]))[: rng.choice((2, 3, 4, 6))]
    budget, chosen = rng.choice(BUDGETS), near[:1]
    for i in near[1:]:
        if sum(len(said[j]) for j in (*chosen, i)) < budget:
            chosen.append(i)
    between = " " if SETS[question.set].sentences == "prose" else "\n"
    runs = [cut(passage, i, i) for i in sorted(chosen)]
    run = reduce(lambda one, other: joined(one, other, between), runs)
    return Missed(question.text, passage, run, 1.0, "taken away")


def _another_name(place: Place, rng: random.Random) -> Missed | None:
    """The question about somebody else of whom the article tells, in the window or elsewhere."""
    question, passage, run = place.question, place.passage, place.run
    names = [name for name in names_in(question.text) if name in run.text or name in passage.title]
    if not names or SETS[question.set].gold == "passage":
        return None
    name = rng.choice(names)
    lower, taken = question.text.lower(), " ".join(run.text[a:b] for a, b in run.answers).lower()
    size, here = len(name.split()), set(names_in(run.text))
    others = [
        other for other in place.material.names(passage.id)
        if other.lower() not in lower and name not in other and other not in name
        and other.lower() not in taken and abs(len(other.split()) - size) <= 1
    ]  # fmt: skip
    inside = [other for other in others if other in here and not _beside_gold(other, run)]
    pool = inside if inside and rng.random() < 0.5 else others
    if not pool:
        return None
    alike = [other for other in pool if (other[-1] == "s") == (name[-1] == "s") and len(other.split()) == size] or pool
    return Missed(question.text.replace(name, rng.choice(alike)), passage, run, None, "another name")


def _beside_gold(name: str, run: Cut) -> bool:
    """Whether a name stands in a sentence that is evidence."""
    return any(name in run.text[a:b] for (a, b), sure in zip(run.sentences, run.evidence, strict=True) if sure > 0)


def _twisted(place: Place, rng: random.Random) -> Missed | None:
    """Another year, number, name or word in the question, or a negation."""
    question, passage, run = place.question, place.passage, place.run
    if SETS[question.set].gold == "passage":
        return None
    names = place.material.names(passage.id) or ["Ashford"]
    other = twisted(question.text, f"{passage.title} {run.text}", names, rng)
    return Missed(other, passage, run, None, "twisted") if other is not None else None


WAYS: tuple[tuple[float, Callable[[Place, random.Random], Missed | None]], ...] = (
    (0.33, _elsewhere),
    (0.22, _taken_away),
    (0.27, _another_name),
    (0.1, _twisted),
)
"""How often each is tried."""
