"""What is known of each sentence of the passages found for a question, without another pass of the encoder.

This module does not know how much any of it counts: `training/` finds that out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from math import log1p
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from rag.language import MATCHES, Offers, longest_run, matches, offers, opens_with_pronoun, pair_key, wants
from rag.types import Span, Vectors

__all__ = ["FEATURES", "FloatArray", "Idf", "ReadPassage", "Terms", "features"]

FloatArray: TypeAlias = NDArray[np.float64]
Idf: TypeAlias = Callable[[Iterable[str]], Mapping[str, float]]
Terms: TypeAlias = Callable[[str], list[str]]

_PLAIN = (
    "cosine",
    "cosine_over_passage",
    "cosine_under_best",
    "cosine_before",
    "cosine_after",
    "passage",
    "passage_under_best",
    "covered",
    "covered_with_context",
    "covered_with_before",
    "covered_in_passage",
    "covered_before",
    "covered_after",
    "covered_under_best",
    "run",
    "focus",
    "asked_name_missing",
    "asked_name_missing_in_passage",
    "asked_number_missing",
    "asked_number_missing_in_passage",
    "rarest_missing",
    "rarest_missing_in_passage",
    "unknown",
    "new_terms",
    "length",
    "short",
    "first",
    "is_question",
    "leans",
    "new_name",
    "new_number",
    "negation_differs",
    "density",
    "covered_locally",
    "covered_locally_in_passage",
    "pair",
    "key_asked",
    "key_unasked",
)
FEATURES = (*_PLAIN, *MATCHES)
_AT = {name: i for i, name in enumerate(_PLAIN)}
_KEYS = [_AT["pair"], _AT["key_asked"], _AT["key_unasked"]]
_ASIDE = re.compile(r"\([^)]*\)")
_NEUTRAL = frozenset(("name", "total", "overall", "note", "real"))  # in a key


@dataclass(frozen=True, slots=True)
class ReadPassage:
    """A passage to read: fused score, title and heading path, sentences (spans of `text`) and their vectors.

    `cosine` is that of the question and the chunk that it is or stands in.
    """

    score: float
    document: str  # what tells documents from each other
    context: str
    text: str
    spans: tuple[Span, ...]
    vectors: Vectors  # (sentences, dim)
    cosine: float = 0.0
    code: frozenset[Span] = frozenset()  # those of `spans` that are of a program

    @property
    def sentences(self) -> tuple[str, ...]:
        """The sentences themselves."""
        return tuple(self.text[span.start : span.end] for span in self.spans)

    def around(self, sentence: int) -> Span:
        """Where a sentence stands with the one on either side."""
        near = self.spans[max(sentence - 1, 0) : sentence + 2]
        return Span(near[0].start, near[-1].end)


@dataclass(frozen=True, slots=True)
class _Asked:
    """The question, taken apart. `weight` holds the terms that are about something."""

    order: list[str]
    weight: dict[str, float]
    total: float
    rarest: str
    focus: str
    names: frozenset[str]
    offers: Offers
    unknown: float  # share of the weight in terms that stand nowhere
    wants: dict[str, bool]

    def share(self, found: Iterable[str]) -> float:
        """What some of the question's terms weigh, of all."""
        return sum([self.weight[term] for term in found]) / self.total


@dataclass(frozen=True, slots=True)
class _Apart:
    """A passage, taken apart: terms sentence by sentence, those of them that are asked for (`inside`), and those of the
    title and headings, which count as said in every sentence.
    """

    sentences: Sequence[str]
    words: list[list[str]]
    context: frozenset[str]
    asked_context: frozenset[str]
    inside: list[set[str]]
    everywhere: frozenset[str]
    held: list[Offers]
    figures: frozenset[str]


def features(question: str, vector: Vectors, passages: Sequence[ReadPassage], *, terms: Terms, idf: Idf) -> FloatArray:
    """One row for each sentence, passage by passage: `(sentences, len(FEATURES))`."""
    asked = _asked(question, terms, idf)
    best = max((passage.score for passage in passages), default=0.0)
    words = [[terms(sentence) for sentence in passage.sentences] for passage in passages]
    local = _local(asked, [set(found) for inside in words for found in inside])
    rows = [_passage_rows(asked, vector, p, best, terms, w, local) for p, w in zip(passages, words, strict=True)]
    found = np.vstack(rows) if rows else np.empty((0, len(FEATURES)))
    for relative, absolute in (("cosine_under_best", "cosine"), ("covered_under_best", "covered_with_context")):
        column = found[:, FEATURES.index(absolute)]
        found[:, FEATURES.index(relative)] = column - column.max(initial=0.0)
    return found


def _asked(question: str, terms: Terms, idf: Idf) -> _Asked:
    order = terms(question)
    weight = {term: w for term, w in idf(set(order)).items() if w > 0}
    content = [term for term in order if term in weight]
    most = max(idf(["\0"]).values())  # what a term weighs that stands nowhere
    total = sum(weight.values()) or 1.0
    unknown = sum([w for w in weight.values() if w > most - 0.01]) / total
    held = offers(question)
    return _Asked(
        order=order,
        weight=weight,
        total=total,
        rarest=max(content, key=lambda term: weight[term], default=""),
        focus=content[0] if content else "",
        names=frozenset(term for name in held.names for term in terms(name) if term in weight),
        offers=held,
        unknown=unknown,
        wants=wants(question),
    )


def _local(asked: _Asked, sentences: Sequence[set[str]]) -> dict[str, float]:
    """How much each term tells the found sentences from each other, summing to 1."""
    n = len(sentences)
    weight = {}
    for term, w in asked.weight.items():
        df = sum(term in found for found in sentences)
        weight[term] = w * log1p((n - df + 0.5) / (df + 0.5)) if df else 0.0
    total = sum(weight.values()) or 1.0
    return {term: w / total for term, w in weight.items()}


def _passage_rows(
    asked: _Asked,
    vector: Vectors,
    passage: ReadPassage,
    best: float,
    terms: Terms,
    words: list[list[str]],
    local: dict[str, float],
) -> FloatArray:
    rows = np.zeros((len(words), len(FEATURES)))
    if words:
        apart = _apart(asked, passage, terms, words)
        _of_passage(rows, asked, passage, apart, vector, best)
        rows[:, _KEYS] = _keys(passage.sentences, set(asked.order), apart.context, terms)
        for i, row in enumerate(rows):
            _of_sentence(row, asked, apart, i, local)
    return rows


def _apart(asked: _Asked, passage: ReadPassage, terms: Terms, words: list[list[str]]) -> _Apart:
    context = frozenset(terms(passage.context))
    inside = [{term for term in found if term in asked.weight} for found in words]
    held = [offers(sentence) for sentence in passage.sentences]
    return _Apart(
        sentences=passage.sentences,
        words=words,
        context=context,
        asked_context=context & asked.weight.keys(),
        inside=inside,
        everywhere=(context & asked.weight.keys()).union(*inside),
        held=held,
        figures=offers(passage.context).figures.union(*(one.figures for one in held)),
    )


def _of_passage(
    rows: FloatArray, asked: _Asked, passage: ReadPassage, apart: _Apart, vector: Vectors, best: float
) -> None:
    """What is known of all sentences at once, and of each by its neighbours."""
    cosines = (passage.vectors @ vector).astype(np.float64)
    covered = np.array([asked.share(found) for found in apart.inside])
    rows[:, _AT["cosine"]] = cosines
    rows[:, _AT["cosine_over_passage"]] = cosines - cosines.mean()
    rows[1:, _AT["cosine_before"]] = cosines[:-1]
    rows[:-1, _AT["cosine_after"]] = cosines[1:]
    rows[:, _AT["passage"]] = passage.score
    rows[:, _AT["passage_under_best"]] = passage.score - best
    rows[:, _AT["covered"]] = covered
    rows[:, _AT["covered_in_passage"]] = asked.share(apart.everywhere)
    rows[1:, _AT["covered_before"]] = covered[:-1]
    rows[:-1, _AT["covered_after"]] = covered[1:]
    rows[:, _AT["asked_name_missing_in_passage"]] = _missing(asked.names, apart.everywhere)
    rows[:, _AT["asked_number_missing_in_passage"]] = _missing(asked.offers.figures, apart.figures)
    rows[:, _AT["rarest_missing_in_passage"]] = asked.rarest not in apart.everywhere
    rows[:, _AT["unknown"]] = asked.unknown
    rows[0, _AT["first"]] = 1.0


def _of_sentence(row: FloatArray, asked: _Asked, apart: _Apart, i: int, local: dict[str, float]) -> None:
    """What is known of sentence `i` by itself, its passage's title and headings always read with it."""
    text, found, inside, one = apart.sentences[i], apart.words[i], apart.inside[i], apart.held[i]
    here = inside | apart.asked_context
    new = set(found) - set(asked.order) - apart.context
    row[_AT["covered_with_context"]] = asked.share(here)
    row[_AT["covered_with_before"]] = asked.share(here | apart.inside[i - 1]) if i else asked.share(here)
    row[_AT["covered_locally"]] = sum([local[term] for term in inside])
    row[_AT["covered_locally_in_passage"]] = sum([local[term] for term in apart.everywhere])
    row[_AT["run"]] = longest_run(asked.order, found) / max(len(asked.order), 1)
    row[_AT["focus"]] = asked.focus in here
    row[_AT["asked_name_missing"]] = _missing(asked.names, here)
    row[_AT["asked_number_missing"]] = _missing(asked.offers.figures, one.figures)
    row[_AT["rarest_missing"]] = asked.rarest not in here
    row[_AT["new_terms"]] = log1p(len(new)) / 3
    row[_AT["length"]] = log1p(len(found)) / 4
    row[_AT["short"]] = len(found) < 5
    row[_AT["is_question"]] = text.rstrip().endswith("?")
    row[_AT["leans"]] = opens_with_pronoun(text)
    row[_AT["new_name"]] = bool(one.names - asked.offers.words)
    row[_AT["new_number"]] = bool(one.figures - asked.offers.figures)
    row[_AT["negation_differs"]] = one.negated != asked.offers.negated
    row[_AT["density"]] = len(inside) / max(len(found), 1)
    row[len(_PLAIN) :] = matches(asked.wants, asked.offers, one)


def _keys(sentences: Sequence[str], asked: Set[str], context: Set[str], terms: Terms) -> FloatArray:
    """Of each "key: value" in a passage of such lines: 1, the share of the key's terms that is asked for, and how many
    are not, up to 3, in thirds; zeros for other sentences, `(n, 3)`.
    """
    found = np.zeros((len(sentences), 3))
    keys = [pair_key(sentence) for sentence in sentences]
    if 2 * sum(key is not None for key in keys) <= max(len(keys), 3):  # prose has a colon now and then
        return found
    for row, key in zip(found, keys, strict=True):
        if key is None:
            continue
        own = {term for term in set(terms(_ASIDE.sub("", key))) - context - _NEUTRAL if not term.isdigit()}
        row[:] = 1.0, len(own & asked) / max(len(own), 1), min(len(own - asked), 3) / 3
    return found


def _missing(wanted: frozenset[str], there: Set[str]) -> float:
    return len(wanted - there) / len(wanted) if wanted else 0.0
