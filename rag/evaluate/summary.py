"""Results become numbers with intervals, and two runs a table of differences.

Every interval and every comparison comes from one bootstrap over cases. This module does not know what a number means
beyond whether more of it is better.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from rag.evaluate.measures import auroc, calibration_error, risk_coverage
from rag.types import JSON

__all__ = ["MEASURES", "Difference", "Estimate", "Measure", "Row", "compare", "summarise"]

FloatArray = NDArray[np.float64]
Group: TypeAlias = Literal["cases", "retrieval", "follow-ups", "citations", "answers", "abstention", "cost"]
Statistic: TypeAlias = Callable[[FloatArray], float]
_RESAMPLES = 1000
_RESAMPLES_TO_COMPARE = 2000
_BATCH = 500  # resamples drawn together


@dataclass(frozen=True, slots=True)
class Measure:
    """A number of a run: its name, which way is better, and what it says in a few words."""

    name: str
    group: Group
    better: Literal["more", "less", "neither"]
    said: str

    @property
    def floored(self) -> bool:
        """Whether floors hold it: not what depends on the machine, nor what may be good or bad."""
        return self.group != "cost" and self.better != "neither"


MEASURES = (
    Measure("passed", "cases", "more", "cases without any finding"),
    Measure("quote validity", "citations", "more", "citations whose quote, path and page are the source's own"),
    Measure("citation recall", "citations", "more", "claims carried by what they cite (ALCE)"),
    Measure("citation precision", "citations", "more", "citations that their claim needs (ALCE)"),
    Measure("right place", "citations", "more", "answerable cases that cite the expected place"),
    Measure("cited span recall", "citations", "more", "expected characters that are cited"),
    Measure("cited span precision", "citations", "more", "cited characters that are expected"),
    Measure("cited span IoU", "citations", "more", "both, as intersection over union"),
    Measure("answer string recall", "answers", "more", "expected strings that are said"),
    Measure("answer EM", "answers", "more", "answer words exactly as expected (SQuAD)"),
    Measure("answer F1", "answers", "more", "words shared with the expected answer (SQuAD)"),
    Measure("false answers", "abstention", "less", "unanswerable cases that were answered"),
    Measure("partly, unanswerable", "abstention", "neither", "unanswerable cases shown what comes closest, or a part"),
    Measure("answered", "abstention", "more", "answerable cases that were answered"),
    Measure("incomplete", "abstention", "neither", "answerable cases answered in part"),
    Measure("closest", "abstention", "neither", "answerable cases shown only what comes closest"),
    Measure("false refusals", "abstention", "less", "answerable cases that were refused: nothing is shown"),
    Measure("AUROC", "abstention", "more", "confidence tells answerable from unanswerable"),
    Measure("AURC", "abstention", "less", "mean risk of wrong answers over the coverage reached"),
    Measure("calibration error", "abstention", "less", "confidence against the share of right answers"),
    Measure("hit@1", "retrieval", "more", "an expected place in the first passage"),
    Measure("hit@3", "retrieval", "more", "among the first three"),
    Measure("hit@5", "retrieval", "more", "among the first five"),
    Measure("MRR", "retrieval", "more", "1 / rank of the first expected place"),
    Measure("nDCG@5", "retrieval", "more", "all expected places, early ones counting more"),
    Measure("span recall@5", "retrieval", "more", "expected characters in the first five passages"),
    Measure("span precision@5", "retrieval", "more", "characters of these passages that are expected"),
    Measure("span IoU@5", "retrieval", "more", "both, as intersection over union"),
    Measure("follow-up hit@1", "follow-ups", "more", "the same for cases with earlier turns"),
    Measure("follow-up hit@3", "follow-ups", "more", ""),
    Measure("follow-up hit@5", "follow-ups", "more", ""),
    Measure("follow-up MRR", "follow-ups", "more", ""),
    Measure("follow-up nDCG@5", "follow-ups", "more", ""),
    Measure("latency median", "cost", "less", "milliseconds to the whole answer"),
    Measure("latency p95", "cost", "less", "milliseconds"),
    Measure("tokens read", "cost", "less", "tokens of the passages an answer is read from"),
    Measure("answer tokens", "cost", "less", "tokens of an answer"),
)


@dataclass(frozen=True, slots=True)
class Row:
    """What of one case goes into the numbers."""

    id: str
    answerable: bool
    answered: bool
    right: bool
    confidence: float
    values: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number, its 95 % interval, and over how many cases."""

    value: float
    low: float
    high: float
    n: int

    def to_dict(self) -> dict[str, JSON]:
        """JSON-ready, the keys being the field names."""
        return {"value": self.value, "low": self.low, "high": self.high, "n": self.n}


@dataclass(frozen=True, slots=True)
class Difference:
    """A measure of two runs over the cases that both have. `real`: not by chance, at 5 % over all measures together."""

    name: str
    before: float
    after: float
    low: float
    high: float
    p: float
    real: bool
    n: int

    def to_dict(self) -> dict[str, JSON]:
        """JSON-ready, the keys being the field names."""
        return {name: getattr(self, name) for name in ("name", "before", "after", "low", "high", "p", "real", "n")}


def summarise(rows: Sequence[Row]) -> dict[str, Estimate]:
    """Every measure that applies to at least one case, in the order of MEASURES.

    The interval is the percentile bootstrap's (Efron and Tibshirani 1993, ch. 13) over cases, 1,000 resamples, seeded.
    It has no width where all cases say the same.
    """
    found: dict[str, Estimate] = {}
    for measure in MEASURES:
        data, statistic = _data(measure.name, rows)
        data = data[~np.isnan(data).any(axis=1)]
        value = statistic(data) if len(data) else float("nan")
        if np.isnan(value):
            continue
        drawn = np.concatenate([_apply(statistic, data, at) for at in _resamples(len(data), _RESAMPLES)])
        low, high = np.nanpercentile(drawn, [2.5, 97.5])
        found[measure.name] = Estimate(value, float(low), float(high), len(data))
    return found


def compare(before: Sequence[Row], after: Sequence[Row]) -> list[Difference]:
    """The measures of two runs over the same cases, and which differences are real.

    Both runs are resampled together (paired bootstrap over cases, 2,000 resamples, seeded); p is twice the smaller
    share of resamples on one side of no difference, and Holm's step-down (1979) holds the chance of any false "real"
    at 5 %.
    """
    known = {row.id: row for row in before}
    shared = [(known[row.id], row) for row in after if row.id in known]
    found = []
    for measure in MEASURES:
        old, statistic = _data(measure.name, [one for one, _ in shared])
        new, _ = _data(measure.name, [other for _, other in shared])
        both = ~(np.isnan(old).any(axis=1) | np.isnan(new).any(axis=1)) if shared else np.zeros(0, bool)
        if not both.any():
            continue
        old, new = old[both], new[both]
        drawn = np.concatenate(
            [
                _apply(statistic, new, at) - _apply(statistic, old, at)
                for at in _resamples(len(old), _RESAMPLES_TO_COMPARE)
            ]
        )
        drawn = drawn[~np.isnan(drawn)]
        if not len(drawn):
            continue
        low, high = np.percentile(drawn, [2.5, 97.5])
        p = min(1.0, 2 * (1 + min(int((drawn <= 0).sum()), int((drawn >= 0).sum()))) / (len(drawn) + 1))
        found.append(
            Difference(measure.name, statistic(old), statistic(new), float(low), float(high), p, False, len(old))
        )
    return _holm(found)


def _holm(found: Sequence[Difference]) -> list[Difference]:
    real: set[str] = set()
    for rank, one in enumerate(sorted(found, key=lambda one: one.p)):
        if one.p > 0.05 / (len(found) - rank):
            break
        real.add(one.name)
    return [
        Difference(one.name, one.before, one.after, one.low, one.high, one.p, one.name in real, one.n) for one in found
    ]


def _data(name: str, rows: Sequence[Row]) -> tuple[FloatArray, Statistic]:
    """What a measure is computed from, `(cases, columns)` with NaN where it does not apply, and the computing."""
    nan = float("nan")

    def table(values: Iterator[tuple[float, ...]], columns: int) -> FloatArray:
        return np.array(list(values), np.float64).reshape(-1, columns)

    if name == "AUROC":
        asked = ((row.confidence, float(row.answerable)) for row in rows)
        return table(asked, 2), lambda data: auroc(data[:, 0], data[:, 1] > 0)
    if name == "AURC":
        every = ((row.confidence, float(row.right), float(row.answered)) for row in rows)
        return table(every, 3), _aurc
    if name == "calibration error":
        answered = ((row.confidence, float(row.right)) if row.answered else (nan, nan) for row in rows)
        return table(answered, 2), lambda data: calibration_error(data[:, 0], data[:, 1] > 0)
    if name.startswith("latency"):
        share = 50 if name == "latency median" else 95
        times = ((row.values.get("milliseconds", nan),) for row in rows)
        return table(times, 1), lambda data: float(np.percentile(data, share))
    return table(((row.values.get(name, nan),) for row in rows), 1), _mean


def _mean(data: FloatArray) -> float:
    return float(data.mean())


def _aurc(data: FloatArray) -> float:
    """Area under the risk-coverage curve up to the coverage reached, divided by that coverage (Geifman et al. 2019)."""
    answered = data[data[:, 2] > 0]
    if not len(answered):
        return float("nan")
    _, risk = risk_coverage(answered[:, 0], answered[:, 1] > 0, len(data))
    return float(risk.mean())


def _resamples(n: int, count: int) -> Iterator[NDArray[np.int64]]:
    """Batches of resampled positions, `(batch, n)`, the same for the same `n`."""
    rng = np.random.default_rng(n)
    for start in range(0, count, _BATCH):
        yield rng.integers(0, n, (min(_BATCH, count - start), n))


def _apply(statistic: Statistic, data: FloatArray, at: NDArray[np.int64]) -> FloatArray:
    if statistic is _mean:
        return np.asarray(data[:, 0][at].mean(axis=1), np.float64)
    return np.array([statistic(data[one]) for one in at])
