"""Does a source carry this sentence? Encoder and words choose the nearest source sentences, then facts are compared.

The same input gives the same verdict: nothing is generated here and no language model is asked. A cross-encoder trained
for natural language inference may join in. This module does not know who wrote the sentence, or how a verdict is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from rag.answering.verification.compare import differences
from rag.answering.verification.difference import Difference
from rag.answering.verification.facts import Facts, content, facts
from rag.answering.verification.score import measures, probability, threshold
from rag.types import Encoder, Entailment, Vectors

__all__ = ["Difference", "Evidence", "Idf", "SourceSentence", "Verdict", "read_evidence", "verify"]

Support: TypeAlias = Literal["supported", "unsupported", "contradicted"]
Idf: TypeAlias = Callable[[Iterable[str]], Mapping[str, float]]

_ABOUT = 0.4  # share of the sentence's weight that a source must hold to contradict it
_OPPOSITE = 0.8  # probability from which on an inference model is believed that the opposite follows
_MOST = 4  # source sentences that may carry one sentence together
_GAIN = 0.08  # share of the weight that a further one must add
_PREFERRED = 0.1  # of coverage and cosine together
_NEAREST = 12  # sources that are encoded, where their vectors are not known


class SourceSentence(NamedTuple):
    """A sentence of a source, and what stands around it: title, headings, the sentences before."""

    text: str
    context: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the sources say to a sentence. `score` in [0, 1] is how likely they carry it, halved where a fact differs.

    `evidence` are positions of the sources, that which carries most first. "contradicted" means that the first of them
    says otherwise; `differences` say what.
    """

    support: Support
    score: float
    evidence: tuple[int, ...]
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """The sources that come nearest to a sentence, by position, what of it the first holds, and the measures of all."""

    chosen: tuple[int, ...]
    held: float  # share of the sentence's weight
    differences: tuple[Difference, ...]
    measures: list[float]


def verify(
    sentence: str,
    sources: Sequence[SourceSentence],
    encoder: Encoder,
    *,
    vectors: Vectors | None = None,
    idf: Idf | None = None,
    preferred: Collection[int] = (),
    nli: Entailment | None = None,
) -> Verdict:
    """Looks for the source sentences that carry a sentence.

    `vectors` are those of the source sentences, `(sources, dim)`, where they are known; `idf` is the lexical lens's,
    without which every word of content weighs the same; `preferred` are sources to take where others are hardly better.
    `nli` joins in: its share of the score is half, and what it calls an opposite is contradicted. Facts that differ
    count all the same. Raises ModelProblem.
    """
    if not sources or not facts(sentence).words:
        return Verdict("unsupported", 0.0, ())
    found = read_evidence(sentence, sources, _similar(sentence, sources, encoder, vectors), idf, preferred)
    score = probability(found.measures)
    against = any(one.stands for one in found.differences)
    kept = all(one.slight for one in found.differences)
    if nli is not None:
        said = nli.infer("\n".join(sources[i].text for i in found.chosen), sentence)
        score = (score + said.entailed) / 2
        against = against or said.contradicted >= _OPPOSITE
    if not kept:
        score /= 2
    support: Support = "supported" if score >= threshold() and kept else "unsupported"
    if against and found.held >= _ABOUT:
        support = "contradicted"
    return Verdict(support, score, found.chosen, found.differences)


def read_evidence(
    sentence: str,
    sources: Sequence[SourceSentence],
    similar: NDArray[np.float32],
    idf: Idf | None = None,
    preferred: Collection[int] = (),
) -> Evidence:
    """Chooses the nearest sources, compares, and measures; `similar` is the cosine with each source, `(sources,)`."""
    said = facts(sentence)
    heard = [content(source.text) for source in sources]
    weights = _weights(said, idf)
    covered = np.array([sum(weights[stem] for stem in said.stems & stems) for stems in heard])
    value: NDArray[np.float64] = covered + similar.astype(np.float64)
    value[list(preferred)] += _PREFERRED
    chosen = _choose(said, heard, weights, value)
    evidence = [facts(sources[i].text) for i in chosen]
    context = [facts(sources[i].context) for i in chosen if sources[i].context]
    found = differences(said, evidence, context)
    row = measures(said, evidence, context, weights, (float(similar[chosen[0]]), float(similar.max())), found)
    return Evidence(tuple(chosen), float(covered[chosen[0]]), tuple(found), row)


def _weights(said: Facts, idf: Idf | None) -> dict[str, float]:
    """The share of each stem in what the sentence says; together 1."""
    known = idf(said.stems) if idf else {}
    weights = {stem: known.get(stem) or 1.0 for stem in said.stems}
    total = sum(weights.values())
    return {stem: weight / total for stem, weight in weights.items()}


def _similar(
    sentence: str, sources: Sequence[SourceSentence], encoder: Encoder, vectors: Vectors | None
) -> NDArray[np.float32]:
    """Cosine of the sentence with each source, `(sources,)`; 0 for those that were not worth encoding."""
    mine = encoder.query(sentence)
    if vectors is not None:
        return np.asarray(vectors @ mine, np.float32)
    stems = content(sentence)
    shared = [-len(stems & content(source.text)) for source in sources]
    found = np.zeros(len(sources), np.float32)
    for i in sorted(range(len(sources)), key=lambda i: shared[i])[:_NEAREST]:
        found[i] = encoder.query(sources[i].text) @ mine
    return found


def _choose(
    said: Facts, heard: Sequence[frozenset[str]], weights: Mapping[str, float], value: NDArray[np.float64]
) -> list[int]:
    """The nearest source, and those that hold what it does not, as long as each adds enough."""
    chosen = [int(np.argmax(value))]
    left = said.stems - heard[chosen[0]]
    while left and len(chosen) < _MOST:
        gains = [sum(weights[stem] for stem in left & stems) for stems in heard]
        best = max(range(len(heard)), key=lambda i: (gains[i], value[i]))
        if gains[best] < _GAIN:
            break
        chosen.append(best)
        left -= heard[best]
    return chosen
