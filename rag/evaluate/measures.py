"""The measures, each with its formula and where it comes from. This module does not know how answers were made.

Ranking measures come from ir-measures, which calls trec_eval's own code.
"""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.evaluate.locations import Location
from rag.evaluate.predictions import Retrieved
from rag.language import ARTICLE, normalise
from rag.types import Span

__all__ = [
    "Overlap",
    "auroc",
    "calibration",
    "calibration_error",
    "contains_answer",
    "exact_match",
    "ranking",
    "risk_coverage",
    "span_overlap",
    "token_f1",
]

FloatArray = NDArray[np.float64]
_PUNCTUATION = str.maketrans("", "", string.punctuation)
_JUNK = "other"


def ranking(places: Sequence[Sequence[Location]], passages: Sequence[Sequence[Retrieved]]) -> list[dict[str, float]]:
    """hit@1, hit@3, hit@5, MRR and nDCG@5 of each question, from ir-measures (MacAvaney et al. 2022).

    The items ranked are expected places: a passage counts as the first place it holds that no earlier one held, any
    other as irrelevant. Where only whole documents are expected, passages of a document already seen are left out, so
    that documents are ranked. hit@k is Success@k: 1 if a place is among the first k. MRR is the mean of 1/rank of the
    first place, 0 if none is found. nDCG@k = DCG@k / ideal DCG@k with DCG = sum of grade / log2(rank + 1) (Järvelin
    and Kekäläinen 2002; trec_eval's ndcg_cut).
    """
    from ir_measures import RR, Success, iter_calc, nDCG

    qrels: dict[str, dict[str, int]] = {}
    run: dict[str, dict[str, float]] = {}
    for number, (wanted, found) in enumerate(zip(places, passages, strict=True)):
        qrels[str(number)] = {f"place {i}": place.expected.relevance for i, place in enumerate(wanted)}
        ranked = _ranked(wanted, found) or [_JUNK]  # a question without a passage counts as one, too
        run[str(number)] = {item: 1.0 / rank for rank, item in enumerate(ranked, 1)}
    names = {Success @ 1: "hit@1", Success @ 3: "hit@3", Success @ 5: "hit@5", RR: "MRR", nDCG @ 5: "nDCG@5"}
    values: list[dict[str, float]] = [{} for _ in places]
    for metric in iter_calc(list(names), qrels, run):
        values[int(metric.query_id)][names[metric.measure]] = float(metric.value)
    return values


def _ranked(wanted: Sequence[Location], found: Sequence[Retrieved]) -> list[str]:
    whole = not any(place.spans for place in wanted)
    items: list[str] = []
    for number, passage in enumerate(found):
        held = [f"place {i}" for i, place in enumerate(wanted) if place.holds(passage.document_id, passage.span)]
        fresh = [item for item in held if item not in items]
        if fresh:
            items.append(fresh[0])
        elif not whole:
            items.append(f"{_JUNK} {number}")
        elif not held and f"{_JUNK} {passage.document_id}" not in items:
            items.append(f"{_JUNK} {passage.document_id}")
    return items


@dataclass(frozen=True, slots=True)
class Overlap:
    """Recall, precision and IoU over characters, each in [0, 1]."""

    recall: float
    precision: float
    iou: float


def span_overlap(places: Sequence[Location], found: Sequence[tuple[str, Span]]) -> Overlap:
    """Over characters, E the expected ones and R the retrieved ones (Smith and Troynikov 2024, Chroma's "Evaluating
    Chunking Strategies for Retrieval").

    recall = |E ∩ R| / |E|, precision = |E ∩ R| / |R|, IoU = |E ∩ R| / (|E| + |R| - |E ∩ R|). |R| counts a character as
    often as it was retrieved, so that overlapping passages cost. Of a quote that stands several times the occurrence
    that was found best counts. `found` are document ids with spans.
    """
    wanted: dict[str, set[int]] = {}
    for place in places:
        here = [range(*span) for span in place.spans]
        best = max(here, key=lambda one: _covered(place.document_id, one, found), default=range(0))
        wanted.setdefault(place.document_id, set()).update(best)
    expected = sum(map(len, wanted.values()))
    retrieved = sum(span.end - span.start for _, span in found)
    both = sum(
        any(document == other and span.start <= at < span.end for other, span in found)
        for document, characters in wanted.items()
        for at in characters
    )
    union = expected + retrieved - both
    return Overlap(
        recall=both / expected if expected else 0.0,
        precision=both / retrieved if retrieved else 0.0,
        iou=both / union if union else 0.0,
    )


def _covered(document_id: str, characters: range, found: Sequence[tuple[str, Span]]) -> int:
    return sum(
        max(0, min(characters.stop, span.end) - max(characters.start, span.start))
        for document, span in found
        if document == document_id
    )


def exact_match(prediction: str, answers: Sequence[str]) -> float:
    """1 if the prediction is one of the answers after SQuAD's normalising (Rajpurkar et al. 2016, official script)."""
    return max((float(_squad_form(prediction) == _squad_form(answer)) for answer in answers), default=0.0)


def token_f1(prediction: str, answers: Sequence[str]) -> float:
    """Best over the answers of 2PR / (P + R), P and R over bags of normalised words (SQuAD 2.0's official script).

    If either side has no word left, it is 1 if both have none and 0 otherwise.
    """
    return max((_f1(_squad_form(prediction).split(), _squad_form(answer).split()) for answer in answers), default=0.0)


def _f1(predicted: Sequence[str], gold: Sequence[str]) -> float:
    if not predicted or not gold:
        return float(predicted == gold)
    common = sum((Counter(predicted) & Counter(gold)).values())
    return 2 * common / (len(predicted) + len(gold))  # = 2PR / (P + R)


def _squad_form(text: str) -> str:
    """Lower case, without ASCII punctuation and English articles, white space collapsed; in this order."""
    return " ".join(ARTICLE.sub(" ", text.lower().translate(_PUNCTUATION)).split())


def contains_answer(text: str, answer: str) -> bool:
    """Whether a text holds an answer string as whole words and whole numbers: "18" is not in "18,000" or "18.5"."""
    wanted = re.escape(normalise(answer))
    return re.search(rf"(?<!\w)(?<!\d[.,]){wanted}(?!\w)(?![.,]\d)", normalise(text)) is not None


def auroc(confidence: FloatArray, answerable: NDArray[np.bool_]) -> float:
    """Probability that an answerable question has the higher confidence, ties counting half; both `(n,)`.

    (sum of the answerable ones' ranks - n1 (n1 + 1) / 2) / (n1 n0), the Mann-Whitney statistic (Hanley and McNeil
    1982). NaN where all questions are of one kind.
    """
    from scipy.stats import rankdata

    positive = int(answerable.sum())
    negative = len(answerable) - positive
    if not positive or not negative:
        return float("nan")
    ranks = rankdata(confidence)
    return float((ranks[answerable].sum() - positive * (positive + 1) / 2) / (positive * negative))


def risk_coverage(confidence: FloatArray, right: NDArray[np.bool_], total: int) -> tuple[FloatArray, FloatArray]:
    """Coverage and risk as the threshold falls over what was answered, `(n,)` each (El-Yaniv and Wiener 2010).

    Coverage is the share of all `total` questions that are answered, risk the share of these answers that are wrong.
    The curve ends where the program's own threshold lies.
    """
    order = np.argsort(-confidence, kind="stable")
    count = np.arange(1, len(order) + 1)
    return count / max(total, 1), np.cumsum(~right[order]) / count


def calibration(confidence: FloatArray, right: NDArray[np.bool_], bins: int = 10) -> list[tuple[float, float, int]]:
    """Mean confidence, share that is right and count of each equal bin that is not empty (Naeini et al. 2015)."""
    at = np.minimum((confidence * bins).astype(int), bins - 1)
    found = [(at == one, int((at == one).sum())) for one in range(bins)]
    return [(float(confidence[mask].mean()), float(right[mask].mean()), count) for mask, count in found if count]


def calibration_error(confidence: FloatArray, right: NDArray[np.bool_], bins: int = 10) -> float:
    """Expected calibration error: the mean of |confidence - share right| over bins, weighted by count."""
    found = calibration(confidence, right, bins)
    return sum(count * abs(said - was) for said, was, count in found) / max(len(confidence), 1)
