"""How likely it is that source sentences carry a sentence: a logistic regression over a few plain measures.

`training/verify.py` fits its numbers; `rag/data/verify.json` holds them. This module does not know how the source
sentences were chosen.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from rag.text import longest_run
from rag.verify.compare import Difference
from rag.verify.facts import Facts

__all__ = ["MEASURES", "WEIGHTS", "measures", "probability"]

WEIGHTS = Path(__file__).parent.parent / "data" / "verify.json"
MEASURES = (
    "similar",
    "covered by the first",
    "covered by all",
    "covered with context",
    "rarest missing",
    "pairs kept",
    "longest run",
    "further sources",
    "different numbers",
    "different names",
    "other differences",
    "length",
)


def measures(
    said: Facts,
    evidence: Sequence[Facts],
    context: Sequence[Facts],
    weights: Mapping[str, float],
    similar: float,
    found: Sequence[Difference],
) -> list[float]:
    """The measures of a sentence against its evidence, in the order of `MEASURES`; `weights` of its stems sum to 1."""
    all_stems = frozenset().union(*(one.stems for one in evidence))
    around = all_stems.union(*(one.stems for one in context))
    missing = [weight for stem, weight in weights.items() if stem not in all_stems]
    order = [word.stem for word in said.words]
    pairs = {pair for one in evidence for pair in _pairs([word.stem for word in one.words], 3)}
    mine = _pairs(order, 1)
    numbers = sum(one.kind in ("number", "unit", "date", "bound") for one in found)
    names = sum(one.kind == "name" for one in found)
    return [
        similar,
        sum(weights[stem] for stem in said.stems & evidence[0].stems),
        sum(weights[stem] for stem in said.stems & all_stems),
        sum(weights[stem] for stem in said.stems & around),
        max(missing, default=0.0) * len(weights) / 3,
        len(mine & pairs) / len(mine) if mine else 1.0,
        max(longest_run(order, [word.stem for word in one.words]) for one in evidence) / len(order),
        len(evidence) - 1.0,
        min(numbers, 2.0),
        min(names, 2.0),
        min(len(found) - numbers - names, 2.0),
        math.log(len(order)),
    ]


def probability(row: Sequence[float]) -> float:
    """How likely the evidence carries the sentence."""
    weights, bias = _fitted()
    return 1 / (1 + math.exp(-(bias + sum(w * x for w, x in zip(weights, row, strict=True)))))


def _pairs(stems: Sequence[str], reach: int) -> set[tuple[str, str]]:
    """Pairs of words that stand at most `reach` words of content apart, in order."""
    return {(stems[i], stems[j]) for i in range(len(stems)) for j in range(i + 1, min(i + 1 + reach, len(stems)))}


@lru_cache(maxsize=1)
def _fitted() -> tuple[tuple[float, ...], float]:
    held = json.loads(WEIGHTS.read_text("utf-8"))
    return tuple(held["weights"][name] for name in MEASURES), float(held["bias"])
