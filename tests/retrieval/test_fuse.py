"""Mixing what the lenses say."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.language import longest_run
from rag.retrieval.fusion import FEATURES, Candidate, features, fuse

IDF = {"die": 3.0, "attack": 2.0, "train": 2.0, "the": 0.0, "in": 0.0}
QUESTION = ["die", "in", "the", "train", "attack"]


def candidate(
    key: int = 1,
    *sentences: str,
    dense: float = 0.5,
    lexical: float = 3.0,
    context: str = "",
    cosines: Sequence[float] | None = None,
) -> Candidate:
    words = [sentence.split() for sentence in sentences or ("nothing here",)]
    given_cosines = np.array(cosines if cosines is not None else [dense] * len(words), np.float32)
    return Candidate(key, dense, lexical, context.split(), words, given_cosines)


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        (candidate(dense=0.6), candidate(dense=0.5)),
        (candidate(lexical=4.0), candidate(lexical=3.0)),
        (candidate(1, "a train"), candidate(1, "a horse")),
        (candidate(1, "old", context="train"), candidate(1, "old")),
        (candidate(1, "die in the train"), candidate(1, "train the in die")),
        (candidate(1, "die attack", "x"), candidate(1, "die", "attack x")),
        (candidate(1, "x", "y", cosines=[0.9, 0.1]), candidate(1, "x", "y", cosines=[0.5, 0.5])),
    ],
    ids=["cosine", "words", "covered", "title", "in order", "in one sentence", "best sentence"],
)
def test_more_of_anything_is_better(better: Candidate, worse: Candidate) -> None:
    high, low = fuse(QUESTION, [better, worse], IDF)
    assert high > low


def test_what_the_features_are() -> None:
    one = candidate(1, "die in the train", "an attack", dense=0.5, lexical=7.7, context="attack", cosines=[0.4, 0.2])
    row = dict(zip(FEATURES, features(QUESTION, [one], IDF)[0].tolist(), strict=True))
    assert row["dense"] == 0.5
    assert row["lexical"] == pytest.approx(7.7 / (2.2 * 7.0))
    assert row["sentence"] == pytest.approx(0.4)
    assert row["covered"] == pytest.approx(1.0)
    assert row["run"] == pytest.approx(4 / 5)
    assert row["together"] == pytest.approx((0.4 + 1.0) / 2)


def test_a_score_does_not_depend_on_the_other_candidates() -> None:
    some = [candidate(key, "die train", dense=0.1 * key) for key in range(5)]
    together = fuse(QUESTION, some, IDF)
    alone = [fuse(QUESTION, [one], IDF)[0] for one in some]
    assert together.tolist() == pytest.approx(alone)


def test_nothing_asked_and_nothing_found() -> None:
    assert fuse([], [], {}).shape == (0,)
    assert fuse(QUESTION, [], IDF).shape == (0,)
    assert math.isfinite(fuse([], [candidate()], {})[0])
    assert math.isfinite(fuse(QUESTION, [Candidate(1, 0.1, 0.0, [], [], np.empty(0, np.float32))], IDF)[0])


@given(st.lists(st.sampled_from("abcd"), max_size=12), st.lists(st.sampled_from("abcd"), max_size=12))
def test_longest_run_against_brute_force(question: list[str], text: list[str]) -> None:
    pieces = {tuple(text[i:j]) for i in range(len(text)) for j in range(i + 1, len(text) + 1)}
    asked = {tuple(question[i:j]) for i in range(len(question)) for j in range(i + 1, len(question) + 1)}
    assert longest_run(question, text) == max((len(piece) for piece in pieces & asked), default=0)
