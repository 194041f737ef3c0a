"""How likely it is that source sentences carry a sentence: two logistic regressions over a few plain measures, one for
whether they speak of it at all, one for whether they say it so.

`training/verify.py` fits its numbers; `verify.json` holds them. This module does not know how the source
sentences were chosen.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from rag.answering.verification.compare import in_order, in_place
from rag.answering.verification.difference import Difference
from rag.answering.verification.facts import Facts
from rag.language import clause_starts, longest_run

__all__ = ["AGAINST", "EITHER", "MEASURES", "WEIGHTS", "measures", "probability", "threshold"]

WEIGHTS = Path(__file__).parents[2] / "models" / "data" / "verify.json"
MEASURES = (
    "similar",
    "most similar",
    "covered by the first",
    "covered by all",
    "covered with context",
    "least covered part",
    "rarest missing",
    "pairs kept",
    "longest run",
    "facts in place",
    "least in place",
    "names in order",
    "further sources",
    "different numbers",
    "exchanged names",
    "missing names",
    "negation",
    "other differences",
    "length",
)
AGAINST = frozenset(
    ("rarest missing", "further sources", "different numbers", "exchanged names", "missing names", "negation")
) | {"other differences"}
"""Of these more is worse, of the others better."""
EITHER = frozenset(("length",))


def measures(
    said: Facts,
    evidence: Sequence[Facts],
    context: Sequence[Facts],
    weights: Mapping[str, float],
    similar: tuple[float, float],
    found: Sequence[Difference],
) -> list[float]:
    """The measures of a sentence against its evidence, in the order of `MEASURES`; `weights` of its stems sum to 1.

    `similar` are the cosines with the first sentence of the evidence and with the nearest one of all.
    """
    all_stems = frozenset().union(*(one.stems for one in evidence))
    around = all_stems.union(*(one.stems for one in context))
    missing = [weight for stem, weight in weights.items() if stem not in all_stems]
    order = [word.stem for word in said.words]
    pairs = {pair for one in evidence for pair in _pairs([word.stem for word in one.words], 3)}
    mine = _pairs(order, 1)
    places = in_place(said, evidence, context)
    return [
        *similar,
        sum(weights[stem] for stem in said.stems & evidence[0].stems),
        sum(weights[stem] for stem in said.stems & all_stems),
        sum(weights[stem] for stem in said.stems & around),
        _least_part(said, evidence, context),
        max(missing, default=0.0) * len(weights) / 3,
        len(mine & pairs) / len(mine) if mine else 1.0,
        max(longest_run(order, [word.stem for word in one.words]) for one in evidence) / len(order),
        sum(places) / len(places) if places else 1.0,
        min(places, default=1.0),
        in_order(said, evidence[0]),
        len(evidence) - 1.0,
        min(sum(one.kind in ("number", "unit", "date", "bound") for one in found), 2.0),
        min(sum(one.kind == "name" and not one.slight for one in found), 2.0),
        min(sum(one.kind == "name" and one.slight for one in found), 3.0),
        min(sum(one.kind == "negation" for one in found), 1.0),
        min(sum(one.kind in ("comparison", "quantifier", "quote") for one in found), 2.0),
        math.log(len(order)),
    ]


def _least_part(said: Facts, evidence: Sequence[Facts], context: Sequence[Facts]) -> float:
    """How much of the part of a sentence that is carried least one source sentence holds, with what explains it."""
    explained = frozenset().union(*(one.stems for one in context))
    borders = [0, *clause_starts(said.text), len(said.text)]
    parts = [{word.stem for word in said.words if a <= word.span.start < b} for a, b in pairwise(borders)]
    return min(
        (max(len(part & (one.stems | explained)) for one in evidence) / len(part) for part in parts if len(part) > 1),
        default=1.0,
    )


def probability(row: Sequence[float]) -> float:
    """How likely the evidence carries the sentence: that it speaks of it, or that it says it so, whichever is less."""
    odds = (bias + sum(w * x for w, x in zip(weights, row, strict=True)) for weights, bias in _fitted())
    return 1 / (1 + math.exp(-min(odds)))


def _pairs(stems: Sequence[str], reach: int) -> set[tuple[str, str]]:
    """Pairs of words that stand at most `reach` words of content apart, in order."""
    return {(stems[i], stems[j]) for i in range(len(stems)) for j in range(i + 1, min(i + 1 + reach, len(stems)))}


def threshold() -> float:
    """The probability from which on a sentence without differences counts as carried."""
    return float(_held()["threshold"])


@lru_cache(maxsize=1)
def _fitted() -> tuple[tuple[tuple[float, ...], float], ...]:
    parts = [_held()[name] for name in ("spoken of", "as said")]
    return tuple((tuple(part["weights"].get(name, 0.0) for name in MEASURES), float(part["bias"])) for part in parts)


@lru_cache(maxsize=1)
def _held() -> dict[str, Any]:
    return json.loads(WEIGHTS.read_text("utf-8"))  # type: ignore[no-any-return]
