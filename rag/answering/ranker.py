"""The learned numbers and what is done with them: one hidden layer for the order of sentences, a logistic regression
for whether the best one answers.

`training/fit.py` writes `ranker.json`; `training/LOG.md` says from what. This module does not know texts.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from rag.answering.features import FEATURES, FloatArray

__all__ = ["SURE", "Ranker", "ranker", "sure_row"]

_FILE = Path(__file__).parents[1] / "models" / "data" / "ranker.json"
SURE = ("cosine", "passage", "asked_name_missing_in_passage", "asked_number_missing_in_passage", "negation_differs")
"""What is known of the best sentence that the probability is made of."""
_PLACES = [FEATURES.index(name) for name in SURE]


@dataclass(frozen=True, slots=True)
class Ranker:
    """Numbers only. Rows are standardised by `centre` and `scale` first."""

    centre: FloatArray  # (features,)
    scale: FloatArray  # (features,)
    linear: FloatArray  # (features,)
    hidden: FloatArray  # (features, units)
    hidden_bias: FloatArray  # (units,)
    out: FloatArray  # (units,)
    sure: FloatArray  # (len(SURE),)
    sure_bias: float

    def scores(self, rows: FloatArray) -> FloatArray:
        """`(n, features)` -> `(n,)`: log odds of answering among the sentences of one question, up to a constant."""
        known = (rows - self.centre) / self.scale
        found: FloatArray = known @ self.linear + np.tanh(known @ self.hidden + self.hidden_bias) @ self.out
        return found

    def answerable(self, rows: FloatArray, best: int) -> float:
        """The probability that sentence `best` answers."""
        return float(1 / (1 + np.exp(-(sure_row(rows, best) @ self.sure + self.sure_bias))))


def sure_row(rows: FloatArray, best: int) -> FloatArray:
    """The values of `SURE`, `(len(SURE),)`."""
    row: FloatArray = rows[best, _PLACES]
    return row


@lru_cache(maxsize=1)
def ranker() -> Ranker:
    """The shipped numbers. Raises ValueError if they were fitted to other features."""
    kept = json.loads(_FILE.read_text("utf-8"))
    if tuple(kept["features"]) != FEATURES or tuple(kept["sure_features"]) != SURE:
        raise ValueError(f"{_FILE.name} was fitted to other features: run training/fit.py")
    arrays = {name: np.array(kept[name], np.float64) for name in Ranker.__slots__ if name != "sure_bias"}
    return Ranker(**arrays, sure_bias=float(kept["sure_bias"]))
