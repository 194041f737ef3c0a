"""Question and passages in; out comes which sentences answer, and how sure it is that one does.

A small learned ranker over what is known of each sentence without another pass of the encoder: `training/` fits its
numbers, `ranker.json` holds them. This module does not know how passages were found or how answers are shown.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rag.answering.features import FEATURES, FloatArray, Idf, ReadPassage, Terms, features
from rag.answering.ranker import ranker
from rag.language import is_mostly_markup, wants
from rag.types import Span, Vectors

__all__ = ["ANSWERABLE", "RankedSentences", "ReadPassage", "ScoredSentence", "read", "select"]

ANSWERABLE = 0.31
"""Below this probability the question counts as not answered by the sources.

Chosen on training questions: asked of sources on other topics, 5 % of them are answered at this threshold.
"""
_COVERED, _PAIR = FEATURES.index("covered_in_passage"), FEATURES.index("pair")
_MARGIN = 0.7  # log odds below the best sentence within which another is shown too
_MARGIN_OF_SEVERAL = 1.8  # the same where the question asks for several things
_HEADING = 100.0  # what a heading loses: it names what is said and does not say it
_ASTRAY = 3.0  # what a row of figures loses where none is asked for, and the "cost of revenue" where revenue is
_PROSE = ("person", "place", "date", "reason", "meaning")  # questions that a program does not answer
_FIGURES = ("number", "share", "money", "duration", "extent", "date")  # questions that ask for one
_OF = re.compile(r"\W*(?:(?:the|an?|its|our|their)\s+)?(\w+)\s+of\s+(?:(?:the|its|our|their)\s+)?(\w+)", re.IGNORECASE)
_WHOLE = frozenset(
    "number numbers amount total most some all part parts much many one each none both half rate level share majority "  # noqa: SIM905
    "value size sum average plenty".split()
)
_ASKS_FOR_ADDRESS = re.compile(
    r"\b(?:where|url|links?|web|website|site|page|address|online|download|e?mail)\b", re.IGNORECASE
)
_FIGURE = re.compile(r"[$€£(−+-]*\d[\d.,]*[%)]*")


@dataclass(frozen=True, slots=True)
class ScoredSentence:
    """A sentence by its place: `passages[passage].sentences[sentence]`. Equal texts have the same `group`.

    `answer` is the span of the sentence that holds the exact words asked for, where a reader has looked for them, and
    `odds` the reader's log odds that they do answer. `covered` is the share of the question's weight that stands in the
    passage, its title and its headings; `pair` says that it is a line "key: value" among others.
    """

    passage: int
    sentence: int
    score: float
    group: int
    answer: Span | None = None
    odds: float = 0.0
    covered: float = 0.0
    pair: bool = False


@dataclass(frozen=True, slots=True)
class RankedSentences:
    """Sentences best first, and the probability that the best one answers the question.

    Scores are log odds up to a constant: they compare the sentences of one question. `several` says that the question
    asks for more than one thing.
    """

    sentences: tuple[ScoredSentence, ...]
    answerable: float
    several: bool = False
    least: float = ANSWERABLE  # the probability from which on it is called an answer
    about: float = 1.0  # the probability that the sources are about what is asked
    sure_about: float = 0.0  # what that is of an answer at least
    least_about: float = 0.0  # the probability from which on the closest sentences are shown


def read(question: str, vector: Vectors, passages: Sequence[ReadPassage], *, terms: Terms, idf: Idf) -> RankedSentences:
    """Scores every sentence of the passages, which come best first.

    `vector` is the question's, `(dim,)`; `terms` and `idf` are those of the lexical lens.
    """
    rows = features(question, vector, passages, terms=terms, idf=idf)
    if not len(rows):
        return RankedSentences((), 0.0)
    scores = ranker().scores(rows) - _handicaps(question, passages, terms)
    sentences = [passage.sentences for passage in passages]
    places = [(p, s) for p, texts in enumerate(sentences) for s in range(len(texts))]
    order = sorted(range(len(places)), key=lambda i: (-scores[i], places[i]))
    groups: dict[str, int] = {}
    found = []
    for i in order:
        p, s = places[i]
        group = groups.setdefault(" ".join(sentences[p][s].split()), len(groups))
        known = float(rows[i, _COVERED]), bool(rows[i, _PAIR])
        found.append(ScoredSentence(p, s, float(scores[i]), group, None, 0.0, *known))
    return RankedSentences(tuple(found), ranker().answerable(rows, order[0]), wants(question)["several"])


def select(reading: RankedSentences, most: int = 3, most_of_several: int = 5) -> list[ScoredSentence]:
    """The one to `most` sentences worth showing, each with its repetitions: the best, and those hardly worse."""
    if not reading.sentences:
        return []
    most = most_of_several if reading.several else most
    least = reading.sentences[0].score - (_MARGIN_OF_SEVERAL if reading.several else _MARGIN)
    chosen = {scored.group for scored in reading.sentences if scored.group < most and scored.score >= least}
    return [scored for scored in reading.sentences if scored.group in chosen]


def _handicaps(question: str, passages: Sequence[ReadPassage], terms: Terms) -> FloatArray:
    """What headings, markup, rows of figures, programs and the cost of what is asked for lose, `(sentences,)`.

    The texts that the numbers were fitted to have hardly any of them.
    """
    asked, wanted = set(terms(question)), wants(question)
    figure, prose = (any(wanted[kind] for kind in kinds) for kinds in (_FIGURES, _PROSE))
    addresses = _ASKS_FOR_ADDRESS.search(question) is None

    def lost(sentence: str, is_code: bool, context: set[str]) -> float:
        if (context and context.issuperset(terms(sentence))) or is_mostly_markup(sentence, with_addresses=addresses):
            return _HEADING
        astray = _of_another(sentence, asked, terms) if figure else _is_row_of_figures(sentence)
        return _ASTRAY if astray or (prose and is_code) else 0.0

    return np.array(
        [
            lost(sentence, span in passage.code, context)
            for passage, context in ((passage, set(terms(passage.context))) for passage in passages)
            for sentence, span in zip(passage.sentences, passage.spans, strict=True)
        ]
    )


def _is_row_of_figures(sentence: str) -> bool:
    """Whether at least half of it is figures: a row of a table."""
    found = [part for part in sentence.split() if any(map(str.isalnum, part))]
    return 2 * sum(_FIGURE.fullmatch(part) is not None for part in found) >= len(found)


def _of_another(sentence: str, asked: set[str], terms: Terms) -> bool:
    """Whether a sentence begins with something nobody asked for, of something asked for: "Cost of revenue"."""
    found = _OF.match(sentence)
    if found is None or found[1].lower() in _WHOLE:
        return False
    return asked.isdisjoint(terms(found[1])) and not asked.isdisjoint(terms(found[2]))
