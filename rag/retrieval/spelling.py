"""A slip of the finger in a question is put right by the words of the passages that it finds all the same.

Only words that stand nowhere in the sources are looked at, and only a word that differs by one slip - a letter too
many, missing, wrong, or two exchanged - takes their place. A name is touched only where two letters are exchanged or a
double letter is one or one is double: names that differ otherwise are two names. This module does not know how passages
are found.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

from rag.language import LETTERS, terms
from rag.types import Hit

__all__ = ["correct_spelling", "is_typo", "words_in", "words_of"]

_DOUBLE = re.compile(r"(.)\1")
_LONG = 5  # letters of a word that is looked at: of shorter ones too many differ by one letter; chosen by hand


def correct_spelling(question: str, words: Iterable[str], idf: Callable[[Iterable[str]], Mapping[str, float]]) -> str:
    """The question, with unknown words put right; `words` are those of the passages, as often as they stand there, and
    `idf` says how rare a term is.
    """
    slips = [found for found in LETTERS.finditer(question) if len(found[0]) >= _LONG]
    weights = idf(["\0", *(term for found in slips for term in terms(found[0]))])
    slips = [found for found in slips if all(weights[term] >= weights["\0"] for term in terms(found[0]))]
    seen = Counter(words) if slips else Counter[str]()
    known = {word.lower() for word in seen}
    for found in reversed(slips):
        typed, name = found[0].lower(), _is_name(found, question)
        if typed in known:
            continue
        near = [word for word in known if is_typo(typed, word, name or not seen[word])]  # not seen in small letters
        near = [word for word in near if terms(word) != terms(typed)]  # "price" is no slip for "prices"
        if near:
            right = max(near, key=lambda word: (seen[word], seen[word.title()], word))
            question = question[: found.start()] + _cased(right, found[0]) + question[found.end() :]
    return question


def words_of(hits: Sequence[Hit]) -> Iterable[str]:
    """The words of passages, their titles and headings, as they stand there."""
    for hit in hits:
        document, chunk = hit.passage.document, hit.passage.chunk
        for text in (document.name, *chunk.heading, document.text[chunk.span.start : chunk.span.end]):
            yield from words_in(text)


def words_in(text: str) -> Iterable[str]:
    """Its words."""
    return (found[0] for found in LETTERS.finditer(text))


def is_typo(typed: str, word: str, name: bool = False) -> bool:
    """Whether one slip of the finger behind the first letter turns `word` into `typed`.

    Of a name only two letters exchanged, or a double letter that is one or one that is double.
    """
    if typed == word or typed[:1] != word[:1] or abs(len(typed) - len(word)) > 1:
        return False
    same = next((i for i, (a, b) in enumerate(zip(typed, word, strict=False)) if a != b), min(len(typed), len(word)))
    a, b = typed[same:], word[same:]
    exchanged = len(a) > 1 and a[:2] == b[1::-1] and a[2:] == b[2:]
    if name:
        return exchanged or (_DOUBLE.sub(r"\1", typed) == _DOUBLE.sub(r"\1", word) and len(typed) != len(word))
    return exchanged or a[1:] == b[1:] or a[1:] == b or a == b[1:]


def _is_name(found: re.Match[str], question: str) -> bool:
    """A capital inside a question that is not all capitals makes a word a name."""
    return found[0][0].isupper() and found.start() > 0 and not question.isupper()


def _cased(word: str, like: str) -> str:
    if like.isupper():
        return word.upper()
    return word.title() if like[0].isupper() else word
