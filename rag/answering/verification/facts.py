"""What a sentence states, taken apart to be compared: words, names, numbers, dates, negations, comparisons.

This module does not know which of two sentences is the source.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from rag.language import (
    CLAUSE_END,
    SHARE_OF_WHOLE,
    SPOKEN_WORD,
    Date,
    Quantity,
    bounds,
    dates,
    ends_negation,
    is_date_word,
    is_function_word,
    is_title,
    merely_negates,
    name_form,
    negates,
    negates_clauses,
    negates_nothing,
    opens_sentence,
    quantities,
    quoted_texts,
    terms,
)
from rag.types import Span

__all__ = ["Facts", "Name", "Word", "content", "facts", "stem_of"]

_NEGATED_WORDS = 5  # content words after a negator that it may reach
_SURELY = 2  # of these, those that it does reach


@dataclass(frozen=True, slots=True)
class Word:
    """A word that is about something: its stem, as it stands, whether a negation reaches it."""

    stem: str
    text: str
    span: Span
    negated: bool | None  # None where a negation may reach it


@dataclass(frozen=True, slots=True)
class Name:
    """A capitalised word, lower case and folded; `first` where it opens the sentence and may be no name at all."""

    text: str
    span: Span
    first: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """A sentence, taken apart. Everything is in the order of the text."""

    text: str
    words: tuple[Word, ...]
    stems: frozenset[str]
    spoken: frozenset[str]  # the stems of all words, function words too
    names: tuple[Name, ...]
    numbers: tuple[Quantity, ...]
    dates: tuple[Date, ...]
    levels: tuple[tuple[int, str], ...]  # how much of a whole: 0 none .. 5 all, and the word
    bounds: tuple[tuple[str, int], ...]  # ">" or "<", and the offset where it ends
    quotes: tuple[str, ...]
    negator: str  # the first word that only negates, "" if none

    def around(self, span: Span, reach: int = 3) -> set[str]:
        """The stems of the words next to a place, `reach` on either side."""
        before = [word.stem for word in self.words if word.span.end <= span.start][-reach:]
        after = [word.stem for word in self.words if word.span.start >= span.end][:reach]
        return {*before, *after}

    def bound(self, number: Quantity) -> str:
        """The bound that stands before a number: ">", "<" or ""."""
        near = (sign for sign, end in self.bounds if 0 <= number.span.start - end <= 6)
        return next(near, "")


@lru_cache(maxsize=16384)
def content(text: str) -> frozenset[str]:
    """The stems of a text's words, function words left out: `facts(text).stems` at a fraction of its cost."""
    found = (stem_of(match[0].lower().replace("’", "'")) for match in SPOKEN_WORD.finditer(text))
    return frozenset(stem for stem in found if stem is not None)


@lru_cache(maxsize=4096)
def facts(text: str) -> Facts:
    """Takes a sentence apart."""
    words = tuple(_words(text))
    numbers = tuple(quantities(text))
    spelled = [(match[0].lower(), match.start()) for match in SPOKEN_WORD.finditer(text)]
    return Facts(
        text=text,
        words=words,
        stems=frozenset(word.stem for word in words),
        spoken=frozenset(terms(text)),
        names=tuple(_names(text)),
        numbers=numbers,
        dates=tuple(dates(text)),
        levels=tuple((SHARE_OF_WHOLE[word], word) for word, _ in spelled if word in SHARE_OF_WHOLE),
        bounds=bounds(text),
        quotes=quoted_texts(text),
        negator=next((w for w, at in spelled if merely_negates(w) and not negates_nothing(text, at)), ""),
    )


def _words(text: str) -> Iterator[Word]:
    """Words with their polarity: a negator reaches the next few words, up to the next mark or clause; two cancel."""
    reach, stop, passes = 0, 0, False
    for match in SPOKEN_WORD.finditer(text):
        lower = match[0].lower().replace("’", "'")
        if reach and (CLAUSE_END.search(text, stop, match.start()) or (ends_negation(lower) and not passes)):
            reach = 0
        stop = match.end()
        if negates(lower) and not negates_nothing(text, match.start()):
            twice = reach > _NEGATED_WORDS - _SURELY and merely_negates(lower)
            reach, passes = 0 if twice else _NEGATED_WORDS, negates_clauses(lower)
            if merely_negates(lower):
                continue
        stem = stem_of(lower)
        if stem is None:
            continue
        negated = None if 0 < reach <= _NEGATED_WORDS - _SURELY else reach > 0
        yield Word(stem, match[0], Span(*match.span()), negated)
        reach = max(reach - 1, 0)


@lru_cache(maxsize=65536)
def stem_of(word: str) -> str | None:
    """The word as it is compared; None for function words."""
    found = terms(word.removesuffix("'s").removesuffix("'").replace(".", ""))
    return None if not found or is_function_word(found[0]) else found[0]


def _names(text: str) -> Iterator[Name]:
    opening = True
    for match in SPOKEN_WORD.finditer(text):
        word = match[0]
        if word[0].isupper() and not (opening and stem_of(word.lower()) is None):
            lower = name_form(word)
            if lower and not is_title(lower) and not (is_date_word(word) or word == "I"):
                yield Name(lower, Span(*match.span()), opening and not word[1:2].isupper())
        rest = text[match.end() : match.end() + 2]
        opening = opens_sentence(word, rest)
