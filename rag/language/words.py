"""Words of a text and the terms that they are compared as: stemmed, folded, lower case, other forms brought home.

Shares tantivy's analyzer with the lexical lens, so that what is compared is what is indexed. (Snowball's stemmer gives
the same stems, but no library folds letters as tantivy does: 558 of 182,396 words of the sources would differ.) This
module does not know what an index is, nor how the words of other languages are found: `stems` does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import repeat
from typing import TYPE_CHECKING

from rag.language.english import ARTICLES, FUNCTION_STEMS, IRREGULAR, SET_APART, SPELLINGS, VALUE_NOUNS
from rag.language.stems import has_stems, stems
from rag.language.text import normalise

if TYPE_CHECKING:
    import tantivy

__all__ = [
    "ARTICLE",
    "LETTERS",
    "LONG_WORD",
    "SPOKEN_WORD",
    "analyzer",
    "content_terms",
    "forms",
    "has_word",
    "indexed",
    "is_function_word",
    "is_value_noun",
    "longest_run",
    "sets_apart",
    "terms",
    "words",
]

LETTERS = re.compile(r"[^\W\d_]+")
"""A run of letters of any script, and nothing else."""
LONG_WORD = re.compile(r"[^\W\d_]{4,}")
"""Letters enough that it is hardly a function word."""
ARTICLE = re.compile(rf"\b(?:{'|'.join(ARTICLES)})\b")
"""An article, in small letters."""
SPOKEN_WORD = re.compile(r"[^\W_]+(?:[’'][^\W_]+)*(?:\.(?=[A-Z]\.)[^\W_])*")
"""A word as it is said: "didn't" and "U.S" are one, "well-known" two."""
_WORD = re.compile(r"\w+")
_PART = re.compile(r"[^\W_]+")
_TWO_LETTERS = re.compile(r"[^\W\d_]{2}")
_SPACED = bytes(code if chr(code).isalnum() else 32 for code in range(128)).ljust(256)  # all but letters and digits
# Beyond letters of Europe and punctuation, what is a word is left to the analyzer: it counts vowel signs as letters.
_UNUSUAL = re.compile("[^\0-\u02af\u0370-\u0373\u0376-\u0482\u048a-\u052f\u1e00-\u1fff\u2000-\u206f\u20a0-\u20bf]")
_KNOWN_WORDS = 1 << 16


def words(text: str) -> list[str]:
    """The words of a text in order, normalised and not stemmed."""
    return _WORD.findall(normalise(text))


def has_word(text: str) -> bool:
    """Whether two letters stand side by side: a number or a rule of dashes has no word."""
    return _TWO_LETTERS.search(text) is not None


def terms(text: str, language: str = "") -> list[str]:
    """The words of a text as they are compared, in order: stemmed, folded, lower case, other forms brought home.

    Stemmed as `language` is, an ISO 639-1 code; as English without one. Of other languages function words are left out.
    """
    return list(_foreign_terms(text, language) if has_stems(language) else _terms(text))


def indexed(text: str, language: str = "") -> str:
    """What the analyzer is to be given of a text in a language, so that the index holds its `terms`."""
    return " ".join(stems(text, language)) if has_stems(language) else text


@lru_cache(maxsize=8192)
def _foreign_terms(text: str, language: str) -> tuple[str, ...]:
    return tuple(analyzer().analyze(indexed(text, language)))


@lru_cache(maxsize=8192)  # a question looks at the same sentences several times, and so do questions that follow
def _terms(text: str) -> tuple[str, ...]:
    if text.isascii():
        found = text.encode().translate(_SPACED).decode().split()
    elif _UNUSUAL.search(text):
        base, _ = _irregular()
        return tuple(base.get(term, term) for term in analyzer().analyze(text))
    else:
        found = _PART.findall(text)
    return tuple(filter(None, map(_KNOWN.__getitem__, found)))


class _Known(dict[str, str]):
    """What becomes of each word that was met; empty for one that is too long to be indexed."""

    def __missing__(self, word: str) -> str:
        base, _ = _irregular()
        term = next((base.get(term, term) for term in analyzer().analyze(word)), "")
        if len(self) >= _KNOWN_WORDS:
            self.clear()
        self[word] = term
        return term


_KNOWN = _Known()


def content_terms(text: str) -> list[str]:
    """The `terms` of an English text that say what it is about, in order: those that are no function words."""
    return [term for term in terms(text) if term not in FUNCTION_STEMS]


def is_function_word(term: str, language: str = "") -> bool:
    """Whether a word of `terms` says how something is said, not what."""
    return term in FUNCTION_STEMS and not has_stems(language)


def sets_apart(question: str) -> bool:
    """Whether it asks for something else than what it names: "before 1900", "other than", "not"."""
    return not SET_APART.isdisjoint(words(question))


def is_value_noun(term: str) -> bool:
    """Whether a word of `terms` only says that a value is asked for: "amount" in "the gross amount"."""
    return term in VALUE_NOUNS


def forms(term: str, language: str = "") -> tuple[str, ...]:
    """How a word of `terms` stands in the index: irregular forms and other spellings are separate words there."""
    return (term,) if has_stems(language) else _irregular()[1].get(term, (term,))


@lru_cache(maxsize=1)
def _irregular() -> tuple[dict[str, str], dict[str, tuple[str, ...]]]:
    rows = [tuple(dict.fromkeys(analyzer().analyze(row))) for row in f"{IRREGULAR}; {SPELLINGS}".split(";")]
    return {form: row[0] for row in rows for form in row}, {row[0]: row for row in rows}


@lru_cache(maxsize=1)
def analyzer() -> tantivy.TextAnalyzer:
    """What takes a text apart into stems for the index; irregular forms are still separate words."""
    import tantivy

    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple()).filter(tantivy.Filter.remove_long(64))
    builder = builder.filter(tantivy.Filter.lowercase()).filter(tantivy.Filter.ascii_fold())
    return builder.filter(tantivy.Filter.stemmer("english")).build()


def longest_run(question: Sequence[str], text: Iterable[str]) -> int:
    """Length of the longest run of words that stands in both, in order and without gaps.

    Each word of the question becomes a letter and every other word the letter 0, so that a run is a piece of a string.
    """
    letters = {term: chr(at) for at, term in enumerate(dict.fromkeys(question), 1)}
    asked, found = "".join(map(letters.__getitem__, question)), "".join(map(letters.get, text, repeat("\0")))
    best = 0
    for at in range(len(asked)):
        while at + best < len(asked) and asked[at : at + best + 1] in found:
            best += 1
    return best
