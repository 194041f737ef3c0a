"""BM25 of Robertson and Zaragoza (2009) as tantivy and Lucene compute it: what both lexical lenses have in common.

This module does not know where words are counted.
"""

from __future__ import annotations

import math

from rag.language import forms, is_function_word, terms

__all__ = ["CONTEXT_BOOST", "K1", "B", "idf", "rounded_length", "sought_forms"]

K1, B = 1.2, 0.75
CONTEXT_BOOST = 0.5
"""Of BM25: what a word in title or headings counts beside one in the text; chosen by hand."""
_EXACT = 40  # words up to which a byte says a length as it is


def sought_forms(text: str, language: str = "") -> list[str]:
    """What a text is searched for by: the forms of each of its words, function words only where it has no others.

    The words are those of `language`.
    """
    asked = dict.fromkeys(terms(text, language))
    wanted = [term for term in asked if not is_function_word(term, language)] or list(asked)
    return [form for term in wanted for form in forms(term, language)]


def idf(total: int, holding: int) -> float:
    """The inverse document frequency of a word that `holding` of `total` chunks hold."""
    return math.log(1 + (total - min(holding, total) + 0.5) / (holding + 0.5))


def rounded_length(words: int) -> int:
    """The greatest length up to this one that a byte stands for: below 40 each, then with four binary digits."""
    if words < _EXACT:
        return words
    drop = (words - 24).bit_length() - 4
    return 24 + ((words - 24) >> drop << drop)
