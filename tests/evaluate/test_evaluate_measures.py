"""The measures beside numbers worked out by hand, trec_eval's own code and SQuAD's official script."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest
from paths import ROOT

from rag.evaluate.cases import Expected
from rag.evaluate.locations import Location
from rag.evaluate.measures import (
    auroc,
    calibration,
    calibration_error,
    contains_answer,
    exact_match,
    ranking,
    risk_coverage,
    span_overlap,
    token_f1,
)
from rag.evaluate.predictions import Retrieved
from rag.evaluate.summary import Row, compare, summarise
from rag.types import Span

OFFICIAL = [json.loads(line) for line in (ROOT / "tests/cases/squad_scores.jsonl").read_text("utf-8").splitlines()]


def place(document: str, *spans: tuple[int, int], relevance: int = 1) -> Location:
    return Location(Expected(document, relevance=relevance), document, tuple(Span(*span) for span in spans), exact=True)


def passage(document: str, start: int, end: int) -> Retrieved:
    return Retrieved(document, document, Span(start, end), None, 1.0)


@pytest.mark.parametrize("row", OFFICIAL, ids=lambda row: row["prediction"][:20] or "empty")
def test_em_and_f1_are_those_of_the_official_script(row: dict[str, Any]) -> None:
    """The file holds what evaluate-v2.0.py printed for these predictions."""
    assert exact_match(row["prediction"], row["answers"]) == row["exact"]
    assert token_f1(row["prediction"], row["answers"]) == pytest.approx(row["f1"], abs=1e-12)


def test_f1_by_hand() -> None:
    # 2 of 3 said words are right, 2 of 4 expected ones are said: 2 * 2 / (3 + 4)
    assert token_f1("the northern red port", ["northern sea red gate"]) == pytest.approx(4 / 7)


def test_ranks_by_hand() -> None:
    wanted = [place("a", (10, 20)), place("b", (0, 10))]
    found = [passage("c", 0, 50), passage("a", 0, 50), passage("a", 5, 60), passage("b", 0, 99)]
    (values,) = ranking([wanted], [found])
    ideal = 1 / math.log2(2) + 1 / math.log2(3)
    assert values == pytest.approx(
        {"hit@1": 0, "hit@3": 1, "hit@5": 1, "MRR": 1 / 2, "nDCG@5": (1 / math.log2(3) + 1 / math.log2(5)) / ideal}
    )


def test_whole_documents_are_ranked_once_each_and_grades_count() -> None:
    wanted = [place("a", relevance=3), place("b", relevance=1)]
    found = [passage("c", 0, 9), passage("c", 9, 18), passage("b", 0, 9), passage("b", 9, 18), passage("a", 0, 9)]
    (values,) = ranking([wanted], [found])
    dcg = 1 / math.log2(3) + 3 / math.log2(4)
    assert values["MRR"] == pytest.approx(1 / 2)
    assert values["nDCG@5"] == pytest.approx(dcg / (3 + 1 / math.log2(3)))


def test_ranking_is_trec_eval_s() -> None:
    import pytrec_eval

    rng = np.random.default_rng(0)
    places, passages, qrels, run = [], [], {}, {}
    for number in range(40):
        names = [f"d{i}" for i in rng.permutation(12)]
        grades = {f"d{i}": int(rng.integers(1, 4)) for i in rng.permutation(12)[: rng.integers(1, 5)]}
        places.append([place(name, relevance=grade) for name, grade in grades.items()])
        passages.append([passage(name, 0, 9) for name in names])
        qrels[str(number)] = grades
        run[str(number)] = {name: -float(rank) for rank, name in enumerate(names)}
    theirs = pytrec_eval.RelevanceEvaluator(qrels, {"ndcg_cut.5", "recip_rank", "success.1,3,5"}).evaluate(run)
    for number, mine in enumerate(ranking(places, passages)):
        one = theirs[str(number)]
        assert mine["nDCG@5"] == pytest.approx(one["ndcg_cut_5"])
        assert mine["MRR"] == pytest.approx(one["recip_rank"])
        assert [mine[f"hit@{k}"] for k in (1, 3, 5)] == [one[f"success_{k}"] for k in (1, 3, 5)]


def test_a_question_without_a_passage_counts_as_missed() -> None:
    assert ranking([[place("a")]], [[]])[0] == {"hit@1": 0, "hit@3": 0, "hit@5": 0, "MRR": 0, "nDCG@5": 0}


def test_span_overlap_by_hand() -> None:
    # expected [10, 20) and [40, 50); retrieved [0, 15) and [12, 45): 10 + 5 found, 48 retrieved, 3 of them twice
    found = [("a", Span(0, 15)), ("a", Span(12, 45)), ("b", Span(10, 20))]
    overlap = span_overlap([place("a", (10, 20)), place("a", (40, 50))], found)
    assert overlap.recall == pytest.approx(15 / 20)
    assert overlap.precision == pytest.approx(15 / 58)
    assert overlap.iou == pytest.approx(15 / (20 + 58 - 15))


def test_of_a_quote_that_stands_twice_the_occurrence_that_was_found_counts() -> None:
    assert span_overlap([place("a", (0, 10), (50, 60))], [("a", Span(50, 60))]).iou == 1


@pytest.mark.parametrize(
    ("text", "answer", "found"),
    [
        ("In all, 64 people died.", "64", True),
        ("In all, 64,000 people died.", "64", False),
        ("In all, 1,064 people died.", "64", False),
        ("In all, 64.5 % died.", "64", False),
        ("In all, 3.64 % died.", "64", False),
        ("They were 64.", "64", True),
        ("The BALOCHISTAN\nLiberation Army said so.", "Balochistan Liberation Army", True),
        ("He went unsaid.", "said", False),
        ("It cost $3.5 million.", "$3.5 million", True),
    ],
)
def test_answer_strings_are_whole_words_and_numbers(text: str, answer: str, found: bool) -> None:
    assert contains_answer(text, answer) is found


def test_auroc_by_hand_and_beside_scikit_learn() -> None:
    from sklearn.metrics import roc_auc_score

    confidence = np.array([0.9, 0.5, 0.5, 0.2])
    answerable = np.array([True, True, False, False])
    assert auroc(confidence, answerable) == pytest.approx((1 + 1 + 0.5 + 1) / 4)
    rng = np.random.default_rng(0)
    scores, labels = rng.random(200).round(1), rng.random(200) > 0.4
    assert auroc(scores, labels) == pytest.approx(roc_auc_score(labels, scores))
    assert math.isnan(auroc(confidence, np.ones(4, bool)))


def test_risk_and_calibration_by_hand() -> None:
    confidence, right = np.array([0.9, 0.6, 0.8]), np.array([True, False, True])
    coverage, risk = risk_coverage(confidence, right, total=6)
    assert coverage.tolist() == pytest.approx([1 / 6, 2 / 6, 3 / 6])
    assert risk.tolist() == pytest.approx([0, 0, 1 / 3])
    bins = calibration(np.array([0.95, 0.91, 0.1]), np.array([True, False, False]))
    assert [value for row in bins for value in row] == pytest.approx([0.1, 0.0, 1, 0.93, 0.5, 2])
    assert calibration_error(np.array([0.95, 0.91, 0.1]), np.array([True, False, False])) == pytest.approx(
        (0.1 + 2 * 0.43) / 3
    )


def rows(passed: np.ndarray, shift: float = 0.0) -> list[Row]:
    return [
        Row(f"c{i}", i % 3 > 0, True, bool(one), 0.5 + 0.4 * bool(one), {"passed": float(one), "MRR": i % 2 + shift})
        for i, one in enumerate(passed)
    ]


def test_intervals_hold_the_binomial_s_width_and_shrink_with_more_cases() -> None:
    rng = np.random.default_rng(1)
    few, many = rng.random(100) < 0.7, rng.random(1600) < 0.7
    narrow, wide = summarise(rows(many))["passed"], summarise(rows(few))["passed"]
    expected = 1.96 * math.sqrt(few.mean() * (1 - few.mean()) / 100)
    assert wide.high - wide.value == pytest.approx(expected, rel=0.25)
    assert (wide.high - wide.low) / (narrow.high - narrow.low) == pytest.approx(4, rel=0.25)
    assert summarise(rows(few)) == summarise(rows(few))


def test_a_comparison_tells_what_is_real_from_what_is_not() -> None:
    rng = np.random.default_rng(2)
    before = rng.random(300) < 0.6
    after = before | (rng.random(300) < 0.4)
    found = {one.name: one for one in compare(rows(before), rows(after))}
    assert found["passed"].real
    assert found["passed"].low < found["passed"].after - found["passed"].before < found["passed"].high
    assert (found["MRR"].real, found["MRR"].low, found["MRR"].high) == (False, 0, 0)
    luck = before.copy()
    luck[:2] = ~luck[:2]
    assert not any(one.real for one in compare(rows(before), rows(luck)))


def test_most_comparisons_of_equal_runs_find_nothing() -> None:
    rng = np.random.default_rng(3)
    false = 0
    for _ in range(6):
        one, other = rng.random(80) < 0.6, rng.random(80) < 0.6
        false += any(found.real for found in compare(rows(one), rows(other)))
    assert false <= 1
