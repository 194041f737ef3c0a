"""What both lenses say of a passage, and what its words say, become one score.

Scores are mixed, not ranks: a cosine and a share of the question's attainable BM25 mean the same for every question,
so nothing depends on how long the lists are. This module does not know where candidates come from or who reads them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from rag.language import longest_run
from rag.types import Vectors

__all__ = ["FEATURES", "Candidate", "features", "fuse"]

FloatArray: TypeAlias = NDArray[np.float64]

FEATURES = ("dense", "lexical", "sentence", "covered", "run", "together")
_WEIGHTS = np.array([0.16, 0.14, 0.24, 0.24, 0.18, 0.32])
_BY_WORDS = np.array([0.05, 0.14, 0.1, 0.5, 0.05, 0.6])  # where the encoder knows little of a language; by hand
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


def fuse(
    question: Sequence[str], candidates: Sequence[Candidate], idf: Mapping[str, float], *, by_words: bool = False
) -> FloatArray:
    """One score for each candidate, `(n,)`, higher is better; the same input gives the same scores.

    `question` holds the question's terms in order, `idf` the weight of each of them (0 for function words). Scores
    of one question can be compared with each other, and only roughly with those of another. `by_words`: what the words
    say counts, and the encoder little.
    """
    scores: FloatArray = features(question, candidates, idf) @ (_BY_WORDS if by_words else _WEIGHTS)
    return scores


def features(question: Sequence[str], candidates: Sequence[Candidate], idf: Mapping[str, float]) -> FloatArray:
    """What the score is made of: `(candidates, len(FEATURES))`, each about 0 to 1.

    The cosine of the chunk, the share of attainable BM25, the best cosine of a sentence, the share of the question's
    weight that stands in text, title or headings, the longest run of the question's words, and the best sum of cosine
    and share in one sentence.
    """
    weight = {term: idf.get(term, 0.0) for term in question}
    wanted = {term: w for term, w in weight.items() if w > 0}
    sought = frozenset(wanted)
    total = sum(wanted.values()) or 1.0
    weigh = wanted.__getitem__
    rows = []
    for candidate in candidates:
        context = sought.intersection(candidate.context)
        inside = [sought.intersection(sentence) for sentence in candidate.sentences]
        cosines = candidate.cosines.tolist()  # few numbers are quicker outside an array
        near = [sum(map(weigh, found | context)) / total for found in inside]
        rows.append(
            (
                candidate.dense,
                candidate.lexical / (_BM25_CEILING * total),
                max(cosines, default=-1.0),
                sum(map(weigh, context.union(*inside))) / total,
                longest_run(question, chain.from_iterable(candidate.sentences)) / max(len(question), 1),
                max([0.0, *map(sum, zip(near, cosines, strict=True))]) / 2,
            )
        )
    return np.array(rows, np.float64).reshape(-1, len(FEATURES))
