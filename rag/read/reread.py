"""The first sentences of a reading, read again by a transformer: better order, better sense of "nothing answers".

How the two are mixed is fitted by `training/mix.py` on questions that neither was trained on.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import exp, log
from pathlib import Path

from rag.read import Reading, Scored
from rag.read.features import ReadPassage
from rag.types import Reader, Window

__all__ = ["CANDIDATES", "candidates", "reread", "window_of"]

CANDIDATES = 8
"""Different sentences that are read again."""
_FILE = Path(__file__).parent.parent / "data" / "mix.json"


@dataclass(frozen=True, slots=True)
class Mix:
    """Weights of the ranker's relative score and of the reader's; of the reader's score and the ranker's odds."""

    order: tuple[float, float]
    sure: tuple[float, float]
    sure_bias: float
    threshold: float


def reread(reading: Reading, question: str, passages: Sequence[ReadPassage], reader: Reader) -> Reading:
    """The reading of the same passages with its first sentences in a better order, and a better probability.

    Sentences that were not read again are left out; those with the text of one that was come with it.
    """
    chosen = candidates(reading)
    if not chosen:
        return reading
    logits = reader.scores(question, [window_of(passages, one) for one in chosen]).tolist()
    top, mix = chosen[0].score, mixed()
    scores = {
        one.group: mix.order[0] * (one.score - top) + mix.order[1] * logit
        for one, logit in zip(chosen, logits, strict=True)
    }
    ranks = {group: n for n, group in enumerate(sorted(scores, key=lambda group: -scores[group]))}
    sentences = sorted(
        (
            Scored(one.passage, one.sentence, scores[one.group], ranks[one.group])
            for one in reading.sentences
            if one.group in scores
        ),
        key=lambda one: one.group,  # a stable sort: repetitions keep their order
    )
    said = dict(zip((ranks[one.group] for one in chosen), logits, strict=True))[0]
    odds = mix.sure[0] * said + mix.sure[1] * odds_of(reading) + mix.sure_bias
    return Reading(tuple(sentences), 1 / (1 + exp(-odds)), reading.several, mix.threshold)


def candidates(reading: Reading) -> list[Scored]:
    """The best sentence of each of the first groups."""
    first: dict[int, Scored] = {}
    for one in reading.sentences:
        if len(first) == CANDIDATES:
            break
        first.setdefault(one.group, one)
    return list(first.values())


def window_of(passages: Sequence[ReadPassage], one: Scored) -> Window:
    """A sentence as the reader takes it: with title, headings and the sentence before."""
    passage = passages[one.passage]
    before = passage.sentences[one.sentence - 1] if one.sentence else ""
    context = " ".join(passage.context.split("\n"))
    return Window(passage.sentences[one.sentence], f"{context}. {before}")


def odds_of(reading: Reading) -> float:
    """The log odds of a reading's probability."""
    p = min(max(reading.answerable, 1e-6), 1 - 1e-6)
    return log(p / (1 - p))


@lru_cache(maxsize=1)
def mixed() -> Mix:
    """The shipped numbers."""
    kept = json.loads(_FILE.read_text("utf-8"))
    first, second = kept["order"]
    said, ranked, bias = kept["sure"]
    return Mix((first, second), (said, ranked), bias, kept["threshold"])
