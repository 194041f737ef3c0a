"""What both lenses say of a passage, and what its words say, become one score.

Scores are mixed, not ranks: a cosine and a share of the question's attainable BM25 mean the same for every question,
so nothing depends on how long the lists are. This module does not know where candidates come from or who reads them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from rag.types import Vectors

__all__ = ["FEATURES", "Candidate", "features", "fuse"]

FloatArray: TypeAlias = NDArray[np.float64]

FEATURES = (
    "dense",
    "lexical",
    "sentence",
    "covered",
    "titled",
    "run",
    "together",
    "covered_sentence",
    "pairs",
    "often",
    "second",
)
_WEIGHTS = np.array([1.0, 0.5, 0.5, 0.3, 0.1, 0.3, 0.2, 0.0, 0.0, 0.0, 0.0])
_BM25_CEILING = 2.2  # k1 + 1 with k1 = 1.2: what a term's idf is multiplied by at most


@dataclass(frozen=True, slots=True)
class Candidate:
    """A chunk that at least one lens returned. A cosine that the dense lens did not give is filled in; BM25 is then 0.

    Terms stand in the order of the text, as the lexical lens makes them.
    """

    key: int
    dense: float  # cosine of question and chunk
    lexical: float  # BM25
    context: Sequence[str]  # terms of title and heading path
    sentences: Sequence[Sequence[str]]  # terms of each sentence
    cosines: Vectors  # cosine of question and each sentence, (sentences,)


def fuse(question: Sequence[str], candidates: Sequence[Candidate], idf: Mapping[str, float]) -> FloatArray:
    """One score for each candidate, `(n,)`, higher is better; the same input gives the same scores.

    `question` holds the question's terms in order, `idf` the weight of each of them (0 for function words). Scores
    of one question can be compared with each other, and only roughly with those of another.
    """
    return features(question, candidates, idf) @ _WEIGHTS


def features(question: Sequence[str], candidates: Sequence[Candidate], idf: Mapping[str, float]) -> FloatArray:
    """What the score is made of: `(candidates, len(FEATURES))`, each about 0 to 1."""
    wanted = {term: idf.get(term, 0.0) for term in question}
    wanted = {term: weight for term, weight in wanted.items() if weight > 0}
    total = sum(wanted.values()) or 1.0
    content = [term for term in question if term in wanted]
    pairs = {pair: wanted[pair[0]] + wanted[pair[1]] for pair in pairwise(content) if pair[0] != pair[1]}
    pair_total = sum(pairs.values()) or 1.0
    rows = np.zeros((len(candidates), len(FEATURES)))
    for row, candidate in zip(rows, candidates, strict=True):
        context = {term for term in candidate.context if term in wanted}
        inside = [{term for term in sentence if term in wanted} for sentence in candidate.sentences]
        body = set().union(*inside)
        near = np.array([sum([wanted[term] for term in found | context]) for found in inside]) / total
        row[0] = candidate.dense
        row[1] = candidate.lexical / (_BM25_CEILING * total)
        row[2] = candidate.cosines.max(initial=-1.0)
        row[3] = sum([wanted[term] for term in body | context]) / total
        row[4] = sum([wanted[term] for term in context]) / total
        row[5] = longest_run(question, chain.from_iterable(candidate.sentences)) / max(len(question), 1)
        row[6] = (near + candidate.cosines).max(initial=0.0)
        row[7] = near.max(initial=0.0)
        row[8] = (
            sum([w for pair, w in pairs.items() if any(_near(sentence, *pair) for sentence in candidate.sentences)])
            / pair_total
        )
        row[9] = (
            sum(
                [
                    wanted[t] * (n / (n + 1))
                    for t, n in Counter(
                        [t for sentence in candidate.sentences for t in sentence if t in wanted]
                    ).items()
                ]
            )
            / total
        )
        row[10] = np.sort(candidate.cosines)[-3:].mean()
    return rows


def _near(sentence: Sequence[str], first: str, second: str, gap: int = 3) -> bool:
    if first not in sentence or second not in sentence:
        return False
    return any(
        abs(a - b) <= gap
        for a, term in enumerate(sentence)
        if term == first
        for b, other in enumerate(sentence)
        if other == second
    )


def longest_run(question: Sequence[str], text: Iterable[str]) -> int:
    """Length of the longest run of words that stands in both, in order and without gaps."""
    places: dict[str, list[int]] = {}
    for at, term in enumerate(question):
        places.setdefault(term, []).append(at)
    best = 0
    none: dict[int, int] = {}
    before = none
    for term in text:
        at_term = places.get(term)
        if at_term is None:
            before = none
            continue
        before = {at: before.get(at - 1, 0) + 1 for at in at_term}
        best = max(best, *before.values())
    return best
