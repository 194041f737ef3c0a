"""The first sentences of a reading, read again by a transformer in their surroundings: better order, the exact words,
better sense of "nothing answers".

How the two are mixed is fitted by `training/mix.py` on questions that neither was trained on.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from math import exp
from pathlib import Path
from typing import NamedTuple

import numpy as np

from rag.answering.counted import counted
from rag.answering.features import FloatArray, ReadPassage
from rag.answering.ranking import Reading, Scored
from rag.language import elsewhere, unspoken
from rag.types import Reader, SentenceRead, Span, Window

__all__ = ["CANDIDATES", "RISK", "Read", "evidence", "mixed", "read_again", "reread"]

RISK = 0.1
"""Share of near misses - the topic is in the sources, the answer is not - that may be answered."""
CANDIDATES = 8
"""Different sentences that are read again."""
_AROUND = 1  # sentences before and after a candidate that are read with it
_BEFORE = 4  # and before those at most, where a name of the question is said there
_LIST = re.compile(  # less remarks at its end; (ABC) is a name
    r"[^:.?!]{1,80}:\s+([^,;]+[,;].*?)(?:\s*\((?![A-Z-]+\))[^()]*\))*[\s.;*]*", re.DOTALL
)
_NO_NAME = "In|On|At|By|For|From|With|As|After|Before|While|When|Both"  # though it begins with a capital
_NAME = (
    rf"(?:[Tt]he )?(?!(?:{_NO_NAME})\b)[A-Z][\w’'-]*(?: (?:of |the |de )?[A-Z][\w’'-]*){{0,8}}"
    r"(?: \([A-Z][^()]{0,20}\))?"
)
_NAMES = re.compile(rf"(?<![\w’'-]){_NAME}(?:, {_NAME}){{0,20}},? (?:and|or|as well as) {_NAME}")
_FILE = Path(__file__).parents[1] / "models" / "data" / "mix.json"


class Read(NamedTuple):
    """A sentence that was read again: its place, the ranker's score under the best one's, and what the reader says."""

    scored: Scored
    under_best: float
    read: SentenceRead


@dataclass(frozen=True, slots=True)
class Mix:
    """Weights of the ranker's relative score and of the reader's; of `evidence`, the bias last; and the probability
    from which on `risks` of the near misses are answered, both rising and falling together.
    """

    order: tuple[float, float]
    sure: tuple[float, ...]
    risks: tuple[float, ...]
    thresholds: tuple[float, ...]

    def least(self, risk: float) -> float:
        """The probability from which on an answer is given, between the risks that were measured."""
        return float(np.interp(risk, self.risks, self.thresholds))


def reread(
    reading: Reading, question: str, passages: Sequence[ReadPassage], reader: Reader, risk: float = RISK
) -> Reading:
    """The reading of the same passages with its first sentences in a better order, and a better probability.

    Sentences that were not read again are left out; those with the text of one that was come with it. `risk` is the
    share of unanswerable questions on topics of the sources that may be answered all the same.
    """
    again = read_again(reading, question, passages, reader)
    if not again:
        return reading
    mix = mixed()
    best: dict[int, tuple[float, Read]] = {}
    for one in again:
        score = mix.order[0] * one.under_best + mix.order[1] * one.read.score
        if one.scored.group not in best or score > best[one.scored.group][0]:
            best[one.scored.group] = (score, one)
    ranks = {group: n for n, group in enumerate(sorted(best, key=lambda group: -best[group][0]))}
    sentences = sorted(
        (_again(one, ranks[one.group], *best[one.group]) for one in reading.sentences if one.group in best),
        key=lambda one: one.group,  # a stable sort: repetitions keep their order
    )
    if reading.several:
        sentences = [_with_whole_list(one, passages[one.passage]) for one in sentences]
    sentences = [_of_what_is_counted(one, question, passages[one.passage]) for one in sentences]
    first = best[next(iter(ranks))][1]
    known = evidence(first, question, passages[first.scored.passage])
    odds = float(known @ np.array(mix.sure[:-1])) + mix.sure[-1]
    return Reading(tuple(sentences), 1 / (1 + exp(-odds)), reading.several, mix.least(risk))


def read_again(reading: Reading, question: str, passages: Sequence[ReadPassage], reader: Reader) -> list[Read]:
    """Every sentence of the windows about the first sentences, with the exact words as a span of the sentence."""
    if not reading.sentences:
        return []
    known = {(one.passage, one.sentence): one for one in reading.sentences}
    top = reading.sentences[0].score
    runs = _runs(reading, question, passages)
    windows = [_window(passages[p], first, last) for p, first, last in runs]
    return [
        Read(scored, scored.score - top, SentenceRead(said.score, _inside(said.answer, span)))
        for (p, first, _), window, reads in zip(runs, windows, reader.read(question, windows), strict=True)
        for i, (said, span) in enumerate(zip(reads, window.sentences, strict=True), first)
        if (scored := known.get((p, i))) is not None
    ]


def evidence(best: Read, question: str, passage: ReadPassage) -> FloatArray:
    """What the probability is made of, `(7,)`: the reader's score of the best sentence, the search's score of its
    passage, whether a name of the question is said neither before the sentence, in it nor in the next, whether the
    passage leaves out a year, whether the sentence and its neighbours do, whether it is a line "key: value", and
    whether it is one under headings with none of the question's names.
    """
    last = len(passage.spans) - 1
    first = passage.spans[max(best.scored.sentence - _AROUND, 0)].start
    end = passage.spans[min(best.scored.sentence + _AROUND, last)].end
    name, _ = unspoken(question, passage.context, passage.text[:end])
    _, year = unspoken(question, passage.context, passage.text)
    _, year_here = unspoken(question, passage.context, passage.text[first:end])
    pair = best.scored.pair
    of_another = pair and elsewhere(question, passage.context)
    return np.array([best.read.score, passage.score, name, year, year_here, pair, of_another])


@lru_cache(maxsize=1)
def mixed() -> Mix:
    """The shipped numbers."""
    kept = json.loads(_FILE.read_text("utf-8"))
    first, second = kept["order"]
    return Mix((first, second), tuple(kept["sure"]), tuple(kept["risks"]), tuple(kept["thresholds"]))


def _runs(reading: Reading, question: str, passages: Sequence[ReadPassage]) -> list[tuple[int, int, int]]:
    """Passage, first and last sentence of each window: candidates with their neighbours, joined where they meet.

    Where a name of the question is not among them and is said before, "the train" may be it: they are read from there.
    """
    chosen: dict[int, Scored] = {}
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


def _again(one: Scored, rank: int, score: float, best: Read) -> Scored:
    return replace(one, score=score, group=rank, answer=best.read.answer, odds=best.read.score)


def _with_whole_list(one: Scored, passage: ReadPassage) -> Scored:
    """With all members of "key: one, two, three" or of "A, B and C" where the exact words lie among them."""
    if one.answer is None:
        return one
    sentence = passage.text[slice(*passage.spans[one.sentence])]
    pair = _LIST.fullmatch(sentence)
    lists = [Span(*pair.span(1))] if pair else [Span(*found.span()) for found in _NAMES.finditer(sentence)]
    whole = next((span for span in lists if span.start <= one.answer.start < one.answer.end <= span.end), one.answer)
    return replace(one, answer=whole)


def _of_what_is_counted(one: Scored, question: str, passage: ReadPassage) -> Scored:
    if one.answer is None:
        return one
    return replace(one, answer=counted(question, passage.text[slice(*passage.spans[one.sentence])], one.answer))


def _inside(answer: Span, sentence: Span) -> Span:
    return Span(answer.start - sentence.start, min(answer.end, sentence.end) - sentence.start)
