"""How strong an answer is: two calibrated probabilities, that its first sentence answers and that the sources are about
what is asked.

Both are logistic regressions over the same few signals of the first sentence; `training/strength.py` fits them and the
boundaries between `answered`, `partly` and `not_found`. This module does not know what is done with a strength.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from rag.answering.features import FloatArray, Idf, ReadPassage, Terms
from rag.answering.ranking import RankedSentences
from rag.language import elsewhere, unspoken
from rag.types import Answer, Vectors

__all__ = ["SIGNALS", "Boundaries", "Strength", "as_sure", "boundaries", "signals", "strength"]

SIGNALS = (
    "odds",  # the reader's log odds of the first sentence, between -12 and 8
    "passage",  # the fused score of its passage
    "best_passage",  # the best fused score
    "cosine",  # of question and sentence
    "covered",  # share of the question's weight that its passage, title and headings hold
    "nearest",  # the best cosine of question and chunk
    "name_missing",  # 1 where a name of the question stands neither before the sentence, in it nor in the next
    "year_missing",  # 1 where the sentence and its neighbours leave out a year of the question
    "pair",  # 1 for a line "key: value" among others
    "of_another",  # 1 for such a line under headings with none of the question's names
)
_ODDS = (-12.0, 8.0)
_FILE = Path(__file__).parents[1] / "models" / "data" / "strength.json"


@dataclass(frozen=True, slots=True)
class Strength:
    """`answers`: the probability that the first sentence answers; `about`: that the sources are about what is asked."""

    answers: float
    about: float


class Boundaries(NamedTuple):
    """An answer has at least `answers` and `sure_about`; closest sentences are of sources with at least `about`."""

    answers: float
    sure_about: float
    about: float


@dataclass(frozen=True, slots=True)
class _Fitted:
    """Weights, the bias last; and for each of `risks`, both rising, the least `answers` of an answer."""

    answers: FloatArray  # (len(SIGNALS) + 1,)
    about: FloatArray  # (len(SIGNALS) + 1,)
    risks: tuple[float, ...]
    least: tuple[float, ...]
    least_about: float
    sure_about: float


def as_sure(answer: Answer, sure: bool) -> Answer:
    """The claims as an answer where they are sure to be one; else as what comes closest."""
    return replace(answer, status="answered") if sure else replace(answer, status="partly", reason="closest")


def signals(
    question: str, vector: Vectors, reading: RankedSentences, passages: Sequence[ReadPassage], terms: Terms, idf: Idf
) -> FloatArray:
    """The values of `SIGNALS` for the first sentence of a reading, `(len(SIGNALS),)`. `vector`: the question's."""
    first = reading.sentences[0]
    passage = passages[first.passage]
    around = passage.around(first.sentence)
    weight = {term: w for term, w in idf(set(terms(question))).items() if w > 0}
    held = set(terms(f"{passage.context}\n{passage.text}"))
    name, _ = unspoken(question, passage.context, passage.text[: around.end])
    _, year = unspoken(question, passage.context, passage.text[slice(*around)])
    return np.array(
        [
            float(np.clip(first.odds, *_ODDS)),
            passage.score,
            max(one.score for one in passages),
            float(passage.vectors[first.sentence] @ vector),
            sum(w for term, w in weight.items() if term in held) / (sum(weight.values()) or 1.0),
            max(one.cosine for one in passages),
            name,
            year,
            first.pair,
            first.pair and elsewhere(question, passage.context),
        ],
        np.float64,
    )


def strength(values: FloatArray) -> Strength:
    """The two probabilities of a row of signals, `(len(SIGNALS),)`.

    A sentence answers at most as likely as the sources are about what is asked.
    """
    fitted = _fitted()
    answers, about = _logistic(values, fitted.answers), _logistic(values, fitted.about)
    return Strength(min(answers, about), about)


def boundaries(risk: float) -> Boundaries:
    """Where an answer begins at a risk, and where the closest sentences do."""
    fitted = _fitted()
    least = float(np.interp(risk, fitted.risks, fitted.least))
    return Boundaries(least, fitted.sure_about, fitted.least_about)


@lru_cache(maxsize=1)
def _fitted() -> _Fitted:
    """The shipped numbers. Raises ValueError if they were fitted to other signals."""
    kept = json.loads(_FILE.read_text("utf-8"))
    if tuple(kept["signals"]) != SIGNALS:
        raise ValueError(f"{_FILE.name} was fitted to other signals: run training/strength.py")
    return _Fitted(
        np.array(kept["answers"]),
        np.array(kept["about"]),
        tuple(kept["risks"]),
        tuple(kept["least"]),
        float(kept["least_about"]),
        float(kept["sure_about"]),
    )


def _logistic(values: FloatArray, weights: FloatArray) -> float:
    return float(1 / (1 + np.exp(-(values @ weights[:-1] + weights[-1]))))
