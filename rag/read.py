"""Question and passages in; out comes which sentences answer, and how sure it is that one does.

A small learned ranker over what is known of each sentence without another pass of the encoder: `training/` fits its
numbers, `rag/data/ranker.json` holds them. This module does not know how passages were found or how answers are shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from rag.types import Vectors

__all__ = ["ANSWERABLE", "ReadPassage", "Reading", "Scored", "read", "select"]

FloatArray: TypeAlias = NDArray[np.float64]
Idf: TypeAlias = Callable[[Iterable[str]], Mapping[str, float]]
Terms: TypeAlias = Callable[[str], list[str]]

ANSWERABLE = 0.35
"""Below this probability the question counts as not answered by the sources."""
_MARGIN = 0.15


@dataclass(frozen=True, slots=True)
class ReadPassage:
    """A passage to read: its fused score, its title and heading path, its sentences and their vectors."""

    score: float
    context: str
    sentences: tuple[str, ...]
    vectors: Vectors  # (sentences, dim)


@dataclass(frozen=True, slots=True)
class Scored:
    """A sentence by its place: `passages[passage].sentences[sentence]`."""

    passage: int
    sentence: int
    score: float


@dataclass(frozen=True, slots=True)
class Reading:
    """Sentences best first, and the probability that the best one answers the question."""

    sentences: tuple[Scored, ...]
    answerable: float


def read(question: str, vector: Vectors, passages: Sequence[ReadPassage], *, terms: Terms, idf: Idf) -> Reading:
    """Scores every sentence of the passages, which come best first.

    `vector` is the question's, `(dim,)`; `terms` and `idf` are those of the lexical lens. A sentence that stands in
    two overlapping passages is scored in both: the caller sees by its span that it is one.
    """
    asked = terms(question)
    weight = dict(idf(set(asked)))
    total = sum(weight.values()) or 1.0
    found: list[tuple[float, float, int, int]] = []
    for at, passage in enumerate(passages):
        context = set(terms(passage.context))
        for number, text in enumerate(passage.sentences):
            cosine = float(passage.vectors[number] @ vector)
            covered = sum(w for term, w in weight.items() if term in set(terms(text)) | context) / total
            found.append((cosine + 0.4 * covered + 0.5 * passage.score, cosine + covered, at, number))
    found.sort(key=lambda item: (-item[0], item[2], item[3]))
    sure = 1 / (1 + np.exp(-6 * (found[0][1] - 0.95))) if found else 0.0
    return Reading(tuple(Scored(at, number, score) for score, _, at, number in found), float(sure))


def select(reading: Reading, most: int = 3) -> list[Scored]:
    """The one to `most` sentences worth showing: the best, and those that are hardly worse."""
    if not reading.sentences:
        return []
    best = reading.sentences[0].score
    return [scored for scored in reading.sentences[:most] if scored.score >= best - _MARGIN]
