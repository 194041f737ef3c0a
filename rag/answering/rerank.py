"""The first sentences of a reading, read again by a transformer in their surroundings: better order, the exact words,
better sense of "nothing answers".

How the two are mixed is fitted by `training/mix.py` on questions that neither was trained on.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from rag.answering.features import Idf, ReadPassage, Terms
from rag.answering.ranking import RankedSentences, ScoredSentence
from rag.answering.strength import boundaries, signals, strength
from rag.language import unspoken
from rag.types import Reader, SentenceScore, Span, Vectors, Window

__all__ = ["CANDIDATES", "RISK", "RerankedSentence", "mixed", "read_again", "reordered", "rerank_sentences"]

RISK = 0.15
"""Share of near misses - the topic is in the sources, the answer is not - that may be answered."""
CANDIDATES = 8
"""Different sentences that are read again."""
_AROUND = 1  # sentences before and after a candidate that are read with it
_BEFORE = 4  # and before those at most, where a name of the question is said there
_FILE = Path(__file__).parents[1] / "models" / "data" / "mix.json"


class RerankedSentence(NamedTuple):
    """A sentence that was read again: its place, the ranker's score under the best one's, and what the reader says."""

    scored: ScoredSentence
    under_best: float
    read: SentenceScore


def rerank_sentences(
    reading: RankedSentences,
    question: str,
    vector: Vectors,
    passages: Sequence[ReadPassage],
    reader: Reader,
    risk: float = RISK,
    *,
    terms: Terms,
    idf: Idf,
) -> RankedSentences:
    """The reading of the same passages with its first sentences in a better order, and how strong its first one is.

    `vector` is the question's, `(dim,)`. `risk` is the share of unanswerable questions on topics of the sources that
    may be called answered all the same. Raises ModelProblem.
    """
    found = reordered(reading, question, passages, reader)
    if not found.sentences:
        return found
    said = strength(signals(question, vector, found, passages, terms, idf))
    at = boundaries(risk)
    return replace(
        found,
        answerable=said.answers,
        least=at.answers,
        about=said.about,
        sure_about=at.sure_about,
        least_about=at.about,
    )


def reordered(
    reading: RankedSentences, question: str, passages: Sequence[ReadPassage], reader: Reader
) -> RankedSentences:
    """The reading with its first sentences read again and in a better order.

    Sentences that were not read again are left out; those with the text of one that was come with it.
    """
    again = read_again(reading, question, passages, reader)
    if not again:
        return reading
    order = mixed()
    best: dict[int, tuple[float, RerankedSentence]] = {}
    for one in again:
        score = order[0] * one.under_best + order[1] * one.read.score
        if one.scored.group not in best or score > best[one.scored.group][0]:
            best[one.scored.group] = (score, one)
    ranks = {group: n for n, group in enumerate(sorted(best, key=lambda group: -best[group][0]))}
    sentences = sorted(
        (_again(one, ranks[one.group], *best[one.group]) for one in reading.sentences if one.group in best),
        key=lambda one: one.group,  # a stable sort: repetitions keep their order
    )
    return replace(reading, sentences=tuple(sentences))


def read_again(
    reading: RankedSentences, question: str, passages: Sequence[ReadPassage], reader: Reader
) -> list[RerankedSentence]:
    """Every sentence of the windows about the first sentences, with the exact words as a span of the sentence."""
    if not reading.sentences:
        return []
    known = {(one.passage, one.sentence): one for one in reading.sentences}
    top = reading.sentences[0].score
    runs = _runs(reading, question, passages)
    windows = [_window(passages[p], first, last) for p, first, last in runs]
    return [
        RerankedSentence(scored, scored.score - top, SentenceScore(said.score, _inside(said.answer, span)))
        for (p, first, _), window, reads in zip(runs, windows, reader.read(question, windows), strict=True)
        for i, (said, span) in enumerate(zip(reads, window.sentences, strict=True), first)
        if (scored := known.get((p, i))) is not None
    ]


@lru_cache(maxsize=1)
def mixed() -> tuple[float, float]:
    """What the ranker's score under the best one's and the reader's log odds weigh in the order of sentences."""
    first, second = json.loads(_FILE.read_text("utf-8"))["order"]
    return first, second


def _runs(reading: RankedSentences, question: str, passages: Sequence[ReadPassage]) -> list[tuple[int, int, int]]:
    """Passage, first and last sentence of each window: candidates with their neighbours, joined where they meet.

    Where a name of the question is not among them and is said before, "the train" may be it: they are read from there.
    """
    chosen: dict[int, ScoredSentence] = {}
    for one in reading.sentences:
        if len(chosen) == CANDIDATES:
            break
        chosen.setdefault(one.group, one)
    wanted: dict[int, set[int]] = {}
    for one in chosen.values():
        last = min(one.sentence + _AROUND, len(passages[one.passage].spans) - 1)
        around = range(_named_from(question, passages[one.passage], max(one.sentence - _AROUND, 0), last), last + 1)
        wanted.setdefault(one.passage, set()).update(around)
    runs = []
    for passage, numbers in wanted.items():
        starts = [n for n in sorted(numbers) if n - 1 not in numbers]
        ends = [n for n in sorted(numbers) if n + 1 not in numbers]
        runs += [(passage, first, last) for first, last in zip(starts, ends, strict=True)]
    return runs


def _named_from(question: str, passage: ReadPassage, first: int, last: int) -> int:
    """The last sentence, up to the first, from which on to the last one all names of the question are said."""
    end = passage.spans[last].end
    for start in range(first, max(first - _BEFORE, 0) - 1, -1):
        if not unspoken(question, passage.context, passage.text[passage.spans[start].start : end])[0]:
            return start
    return first


def _window(passage: ReadPassage, first: int, last: int) -> Window:
    start, end = passage.spans[first].start, passage.spans[last].end
    spans = tuple(Span(span.start - start, span.end - start) for span in passage.spans[first : last + 1])
    return Window(" ".join(passage.context.split()), passage.text[start:end], spans)


def _again(one: ScoredSentence, rank: int, score: float, best: RerankedSentence) -> ScoredSentence:
    return replace(one, score=score, group=rank, answer=best.read.answer, odds=best.read.score)


def _inside(answer: Span, sentence: Span) -> Span:
    return Span(answer.start - sentence.start, min(answer.end, sentence.end) - sentence.start)
