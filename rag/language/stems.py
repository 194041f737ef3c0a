"""The terms of texts that are not English: stems of Snowball, and for scripts without spaces letters in pairs.

Function words are left out. What is found is folded as English is (`rag.language.words` does that), so that one index
holds all languages. This module does not know what an index is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from rag.language.others import OTHERS
from rag.language.text import normalise

if TYPE_CHECKING:
    import tantivy

__all__ = ["has_stems", "stems"]

_IDEOGRAPHS = "\u2e80-\u303f\u3400-\u9fff\uf900-\ufaff"
_ONE_SCRIPT = re.compile(rf"[\u3040-\u309f]+|[\u30a0-\u30ff]+|[{_IDEOGRAPHS}]+|[\uac00-\ud7af]+|[^\W_]+")
_IDEOGRAPH = re.compile(f"[{_IDEOGRAPHS}]")
_VOWELS = re.compile("[\u0640\u064b-\u065f\u0670]")  # signs that Arabic may leave out
_PAIRED = re.compile(f"[{_IDEOGRAPHS}\u3040-\u30ff\uac00-\ud7af]")


def has_stems(language: str) -> bool:
    """Whether the terms of a language are made otherwise than those of English."""
    return language in OTHERS


def stems(text: str, language: str) -> Iterator[str]:
    """The words of a text that are about something, stemmed, in order. Raises KeyError for a language without."""
    plain = _VOWELS.sub("", normalise(text)).replace("ё", "е")
    if OTHERS[language].stemmer:
        plain = re.sub(OTHERS[language].prefixes, "", plain) if OTHERS[language].prefixes else plain
        yield from _stemmer(language).analyze(plain)
        return
    for run in _ONE_SCRIPT.findall(_cut(language).sub(" ", plain)):
        yield from _pairs(run) if _PAIRED.match(run) else [run]


def _pairs(run: str) -> Iterator[str]:
    """A run of one script in overlapping pairs, and the ideographs by themselves: each of them means something."""
    if _IDEOGRAPH.match(run):
        yield from run
    for at in range(len(run) - 1):
        yield run[at : at + 2]


@lru_cache(maxsize=len(OTHERS))
def _cut(language: str) -> re.Pattern[str]:
    """Where the function words of an unspaced script stand, longer ones first."""
    return re.compile("|".join(sorted(map(re.escape, OTHERS[language].small_words), key=len, reverse=True)))


@lru_cache(maxsize=len(OTHERS))
def _stemmer(language: str) -> tantivy.TextAnalyzer:
    import tantivy

    of = OTHERS[language]
    small = [normalise(word).replace("ё", "е") for word in of.small_words]
    filters = [tantivy.Filter.custom_stopword(small), tantivy.Filter.stemmer(of.stemmer)]
    try:
        return _analyzer([tantivy.Filter.stopword(of.stemmer), *filters])
    except ValueError:  # of some languages the library has a stemmer and no list of function words
        return _analyzer(filters)


def _analyzer(filters: Sequence[tantivy.Filter]) -> tantivy.TextAnalyzer:
    import tantivy

    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple()).filter(tantivy.Filter.lowercase())
    for one in filters:
        builder = builder.filter(one)
    return builder.build()
