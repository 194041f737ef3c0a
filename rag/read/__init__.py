"""Question and passages in; out comes which sentences answer, and how sure it is that one does.

A small learned ranker over what is known of each sentence without another pass of the encoder: `training/` fits its
numbers, `rag/data/ranker.json` holds them. This module does not know how passages were found or how answers are shown.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rag.read.cues import wants
from rag.read.features import FloatArray, Idf, ReadPassage, Terms, features
from rag.read.ranker import ranker
from rag.types import Vectors

__all__ = ["ANSWERABLE", "ReadPassage", "Reading", "Scored", "read", "select"]

ANSWERABLE = 0.31
"""Below this probability the question counts as not answered by the sources.

Chosen on training questions: asked of sources on other topics, 5 % of them are answered at this threshold.
"""
_MARGIN = 0.7  # log odds below the best sentence within which another is shown too
_MARGIN_OF_SEVERAL = 1.8  # the same where the question asks for several things
_HEADING = 100.0  # what a heading loses: it names what is said and does not say it
_KEY = 3.0  # what a line of "key: value" loses for each word of its key that nobody asked for
_ASKED_KEY = 2.0  # what it gains where its key says just what is asked
_ASIDE = re.compile(r"\([^)]*\)")
_KEY_VALUE = re.compile(r"\s*[-*•]?\s*([^:.?!]{1,80}):\s+\S")
_NEUTRAL = frozenset(("name", "total", "overall", "note", "real"))


@dataclass(frozen=True, slots=True)
class Scored:
    """A sentence by its place: `passages[passage].sentences[sentence]`. Equal texts have the same `group`."""

    passage: int
    sentence: int
    score: float
    group: int


@dataclass(frozen=True, slots=True)
class Reading:
    """Sentences best first, and the probability that the best one answers the question.

    Scores are log odds up to a constant: they compare the sentences of one question. `several` says that the question
    asks for more than one thing.
    """

    sentences: tuple[Scored, ...]
    answerable: float
    several: bool = False
    least: float = ANSWERABLE  # the probability from which on an answer is given


def read(question: str, vector: Vectors, passages: Sequence[ReadPassage], *, terms: Terms, idf: Idf) -> Reading:
    """Scores every sentence of the passages, which come best first.

    `vector` is the question's, `(dim,)`; `terms` and `idf` are those of the lexical lens.
    """
    rows = features(question, vector, passages, terms=terms, idf=idf)
    if not len(rows):
        return Reading((), 0.0)
    scores = ranker().scores(rows) - _handicaps(question, passages, terms)
    places = [(p, s) for p, passage in enumerate(passages) for s in range(len(passage.sentences))]
    order = sorted(range(len(places)), key=lambda i: (-scores[i], places[i]))
    groups: dict[str, int] = {}
    found = []
    for i in order:
        p, s = places[i]
        group = groups.setdefault(" ".join(passages[p].sentences[s].split()), len(groups))
        found.append(Scored(p, s, float(scores[i]), group))
    return Reading(tuple(found), ranker().answerable(rows, order[0]), wants(question)["several"])


def select(reading: Reading, most: int = 3) -> list[Scored]:
    """The one to `most` sentences worth showing, each with its repetitions: the best, and those hardly worse."""
    if not reading.sentences:
        return []
    least = reading.sentences[0].score - (_MARGIN_OF_SEVERAL if reading.several else _MARGIN)
    chosen = {scored.group for scored in reading.sentences if scored.group < most and scored.score >= least}
    return [scored for scored in reading.sentences if scored.group in chosen]


def _handicaps(question: str, passages: Sequence[ReadPassage], terms: Terms) -> FloatArray:
    """What headings and "key: value" lose, `(sentences,)`: the prose that the numbers were fitted to has none."""
    asked = set(terms(question))
    lost = []
    for passage in passages:
        context = set(terms(passage.context))
        pairs = [_KEY_VALUE.match(sentence) for sentence in passage.sentences]
        table = 2 * sum(pair is not None for pair in pairs) > max(len(pairs), 3)  # prose has a colon now and then
        for sentence, pair in zip(passage.sentences, pairs, strict=True):
            if context and context.issuperset(terms(sentence)):
                lost.append(_HEADING)
                continue
            key = set(terms(_ASIDE.sub("", pair[1]))) - context - _NEUTRAL if pair and table else set()
            key = {term for term in key if not term.isdigit()}
            if key and key <= asked:
                lost.append(-_ASKED_KEY)
            else:
                lost.append(_KEY * min(len(key - asked), 3))
    return np.array(lost)
