"""Which language a question is in: by its script, then by the small words, then by the model of `languages`.

A question is short, and a model that knows fifty languages takes a name in it for any of them. So the languages of the
sources come first, and English needs no proof. This module does not know the sources.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Final

from rag.language.languages import likeliest
from rag.language.others import OTHERS
from rag.language.stems import stems
from rag.language.words import LETTERS, is_function_word, terms

__all__ = ["question_language"]

_SCRIPTS: Final[tuple[tuple[re.Pattern[str], tuple[str, ...]], ...]] = (  # the first is taken where none is held
    (re.compile("[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]"), ("zh", "ja")),
    (re.compile("[\uac00-\ud7af]"), ("ko",)),
    (re.compile("[\u0400-\u052f]"), ("ru", "uk", "bg", "sr", "mk")),
    (re.compile("[\u0600-\u06ff]"), ("ar", "fa", "ur")),
    (re.compile("[\u0370-\u03ff\u1f00-\u1fff]"), ("el",)),
    (re.compile("[\u0590-\u05ff]"), ("he",)),
    (re.compile("[\u0900-\u097f]"), ("hi",)),
    (re.compile("[\u0e00-\u0e7f]"), ("th",)),
)
_KANA: Final = re.compile("[\u3040-\u30ff]")
_OF_SCRIPTS: Final = frozenset(language for _, languages in _SCRIPTS for language in languages)
_ENGLISH: Final = frozenset("the what who how which when where why did does and with from that this".split())  # noqa: SIM905
_ENOUGH = 2  # small words, or Japanese letters, that tell a language
_SURE = 0.9  # of the model where English is likely too
_SCRIPT_SHARE = 0.5  # of the letters: a foreign name in a question does not make it foreign


def question_language(question: str, held: Mapping[str, int]) -> str:
    """ISO 639-1 code of the language of a question; "en" unless it is clearly another.

    `held` says of how many sources each language is.
    """
    letters = "".join(LETTERS.findall(question))
    if len(_KANA.findall(letters)) >= _ENOUGH:
        return "ja"
    for script, languages in _SCRIPTS:
        if len(script.findall(letters)) > _SCRIPT_SHARE * len(letters):
            return max(languages, key=lambda one: (held.get(one, 0), -languages.index(one)))
    words = [word.lower() for word in LETTERS.findall(question)]
    if (words[:1] and words[0] in _ENGLISH) or sum(word in _ENGLISH for word in words) >= _ENOUGH:
        return "en"
    own = [one for one in held if one in OTHERS and one not in _OF_SCRIPTS]
    found = _by_small_words(question, words, own) or _by_small_words(question, words, _LATIN)
    if found:
        return found
    if not own or any(map(_is_english, words)):
        return "en"
    if "en" not in held:
        return own[0] if len(own) == 1 else likeliest(question, own)[0]
    best, probability = likeliest(question, [*own, "en"])
    return best if probability >= _SURE else "en"


_LATIN: Final = tuple(language for language in OTHERS if language not in _OF_SCRIPTS)


def _by_small_words(question: str, words: Collection[str], languages: Collection[str]) -> str:
    """The language that most small words are of, those of English counted against it; "" where none is.

    Where it is but one word, the model must be sure that the question is not in English.
    """
    margins = {}
    for language in languages:
        small = {word for word in words if _is_small(word, language)}
        margins[language] = sum(not _is_english(word) for word in small) - sum(
            _is_english(word) for word in words if word not in small
        )
    best = max(margins.values(), default=0)
    if best < 1:
        return ""
    alike = [language for language, margin in margins.items() if margin == best]
    if best < _ENOUGH:
        found, probability = likeliest(question, [*alike, "en"])
        return found if found != "en" and probability >= _SURE else ""
    return alike[0] if len(alike) == 1 else likeliest(question, alike)[0]


@lru_cache(maxsize=4096)
def _is_small(word: str, language: str) -> bool:
    return not list(stems(word, language))


@lru_cache(maxsize=4096)
def _is_english(word: str) -> bool:
    found = terms(word)
    return bool(found) and is_function_word(found[0])
