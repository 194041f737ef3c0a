"""Question and passages in; out comes which sentences answer, and how sure it is that one does.

A small learned ranker over what is known of each sentence without another pass of the encoder: `training/` fits its
numbers, `rag/data/ranker.json` holds them. This module does not know how passages were found or how answers are shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rag.read.features import FEATURES, Idf, ReadPassage, Terms, features
from rag.types import Vectors

__all__ = ["ANSWERABLE", "ReadPassage", "Reading", "Scored", "read", "select"]

ANSWERABLE = 0.35
"""Below this probability the question counts as not answered by the sources."""
_MARGIN = 0.15


@dataclass(frozen=True, slots=True)
class Scored:
    """A sentence by its place: `passages[passage].sentences[sentence]`. The same words have the same `group`."""

    passage: int
    sentence: int
    score: float
    group: int


@dataclass(frozen=True, slots=True)
class Reading:
    """Sentences best first, and the probability that the best one answers the question."""

    sentences: tuple[Scored, ...]
    answerable: float


def read(question: str, vector: Vectors, passages: Sequence[ReadPassage], *, terms: Terms, idf: Idf) -> Reading:
    """Scores every sentence of the passages, which come best first.

    `vector` is the question's, `(dim,)`; `terms` and `idf` are those of the lexical lens.
    """
    known = features(question, vector, passages, terms=terms, idf=idf)
    column = {name: i for i, name in enumerate(FEATURES)}
    scores = known[:, column["cosine"]] + 0.4 * known[:, column["covered_with_context"]] + known[:, column["passage"]]
    places = [(p, s) for p, passage in enumerate(passages) for s in range(len(passage.sentences))]
    order = sorted(range(len(places)), key=lambda i: (-scores[i], places[i]))
    groups: dict[str, int] = {}
    found = []
    for i in order:
        p, s = places[i]
        group = groups.setdefault(" ".join(passages[p].sentences[s].split()), len(groups))
        found.append(Scored(p, s, float(scores[i]), group))
    sure = 0.0
    if order:
        top = known[order[0]]
        sure = float(1 / (1 + np.exp(-6 * (top[column["cosine"]] + top[column["covered_with_context"]] - 1.0))))
    return Reading(tuple(found), sure)


def select(reading: Reading, most: int = 3) -> list[Scored]:
    """The one to `most` sentences worth showing, each with its repetitions: the best, and those hardly worse."""
    if not reading.sentences:
        return []
    best = reading.sentences[0].score
    return [scored for scored in reading.sentences if scored.group < most and scored.score >= best - _MARGIN]
