"""Runs of whole sentences of a passage, as windows are cut: short more often than long.

This module does not know who asks what of them.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Sequence
from typing import NamedTuple

from rag.types import Span
from training.material import Passage

__all__ = ["BUDGETS", "Cut", "cut", "gold_sentences", "grown", "joined"]

BUDGETS = (300, 450, 560, 560, 560, 850)
"""Characters of a window, one of which is drawn."""


class Cut(NamedTuple):
    """A run of sentences: its text, the sentences in it, their evidence, and the gold spans that lie in it."""

    text: str
    sentences: tuple[Span, ...]
    evidence: tuple[float, ...]
    answers: tuple[Span, ...]


def cut(
    passage: Passage,
    first: int,
    last: int,
    golds: Sequence[Span] = (),
    answers: Collection[str] = (),
    sure: float = 1.0,
) -> Cut:
    """A run of sentences of a passage. Those that hold gold are evidence, as sure as said; of others that hold the
    words of an answer it is not known.
    """
    start, end = passage.sentences[first].start, passage.sentences[last].end
    sentences, evidence = [], []
    for number in range(first, last + 1):
        a, b = passage.sentences[number]
        sentences.append(Span(a - start, b - start))
        unsure = any(answer in passage.text[a:b].lower() for answer in answers)
        evidence.append(sure if _is_gold(Span(a, b), golds) else -1.0 if unsure else 0.0)
    inside = dict.fromkeys(Span(a - start, b - start) for a, b in golds if start <= a and b <= end)
    return Cut(passage.text[start:end], tuple(sentences), tuple(evidence), tuple(inside))


def joined(one: Cut, other: Cut, between: str = "\n") -> Cut:
    """Two runs, one after the other."""
    by = len(one.text) + len(between)

    def moved(spans: Sequence[Span]) -> tuple[Span, ...]:
        return tuple(Span(a + by, b + by) for a, b in spans)

    return Cut(
        one.text + between + other.text,
        one.sentences + moved(other.sentences),
        one.evidence + other.evidence,
        one.answers + moved(other.answers),
    )


def gold_sentences(passage: Passage, golds: Sequence[Span]) -> tuple[int, ...]:
    """The numbers of the sentences that hold gold; there is always one."""
    gold = tuple(i for i, span in enumerate(passage.sentences) if _is_gold(span, golds))
    return gold or (max((i for i, span in enumerate(passage.sentences) if span.start <= golds[0].start), default=0),)


def grown(passage: Passage, centre: int, rng: random.Random) -> tuple[int, int]:
    """A run of sentences about one, as long as the budget drawn allows."""
    budget, first, last = rng.choice(BUDGETS), centre, centre
    while True:
        sides = [at for at in (first - 1, last + 1) if 0 <= at < len(passage.sentences)]
        ends = [(min(first, at), max(last, at)) for at in sides]
        ends = [(a, b) for a, b in ends if passage.sentences[b].end - passage.sentences[a].start <= budget]
        if not ends or rng.random() < 0.05:
            return first, last
        first, last = rng.choice(ends)


def _is_gold(sentence: Span, golds: Sequence[Span]) -> bool:
    for gold in golds:
        shared = min(sentence.end, gold.end) - max(sentence.start, gold.start)
        if shared > 0 and 2 * shared >= min(sentence.end - sentence.start, gold.end - gold.start):
            return True
    return False
