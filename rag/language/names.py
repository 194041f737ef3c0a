"""Names: runs of words with a capital, how they are compared, and where they stand in a text."""

from __future__ import annotations

import re
import unicodedata

from rag.language.english import ABBREVIATED, ARTICLES, OFFICES, PERSON_TITLES

__all__ = [
    "CAPITALISED",
    "NAMES_INSIDE",
    "NAME_INSIDE",
    "NAME_RUN",
    "NAME_WORD",
    "PLACE",
    "is_alike",
    "is_name",
    "is_title",
    "name_form",
    "opens_sentence",
    "same_name",
]

CAPITALISED = r"[A-Z][\w’'-]*"
NAME_WORD = re.compile(rf"(?<![\w’'-]){CAPITALISED}\w")
"""A word of two letters or more with a capital, wherever it stands: it may only open a sentence."""
NAME_INSIDE = re.compile(rf"(?<=[a-z,;] ){CAPITALISED}\w")
"""The same where no sentence begins, so that it is a name."""
NAMES_INSIDE = re.compile(r"(?<=[a-z,;] )[A-Z][\w’'-]{2,}(?: [A-Z][\w’'-]{2,})*")
"""A run of such words, of three letters or more."""
NAME_RUN = rf"(?:{CAPITALISED}(?: (?:of|the|de|{CAPITALISED}))*)"
"""The pattern of a name of several words: "University of the Punjab"."""
PLACE = re.compile(r"\b(?:in|at|near|from|of|to|between|across|into|through) (?:the )?(?:\w+ )?[A-Z]")
"""A word with a capital after one of place."""
_SHORT_NAME = re.compile(r"[A-Z][\w’'-]+(?: [A-Z][\w’'-]+){0,2}")
_POSSESSIVE = re.compile(r"[’']s?$")
_OPENS = re.compile(r"[.:!?]\s|[\"“]")
_NOT_ENDED = re.compile(rf"[A-Z]|{'|'.join(ABBREVIATED)}")
_TITLES = frozenset((*PERSON_TITLES, *OFFICES, *ARTICLES))
_STEM = 4  # letters that two forms of a name share at least
_SHARED = 0.55  # of the longer of two forms, in letters from the first on
_FURTHER = 4  # letters that one form may be longer


def is_name(text: str) -> bool:
    """Whether a whole text is a name of one to three words."""
    return _SHORT_NAME.fullmatch(text) is not None


def is_title(word: str) -> bool:
    """Whether a word in small letters goes before names and is none: "dr", "president"."""
    return word in _TITLES


def name_form(word: str) -> str:
    """A word of a name as it is compared: folded, lower case, without a possessive, not stemmed."""
    bare = _POSSESSIVE.sub("", word).replace(".", "")
    folded = unicodedata.normalize("NFKD", bare).encode("ascii", "ignore").decode() or bare
    return folded.lower()


def opens_sentence(word: str, rest: str) -> bool:
    """Whether what follows a word and the two characters after it opens a sentence or a quotation: not after "Dr."."""
    return bool(_OPENS.match(rest)) and not _NOT_ENDED.fullmatch(word)


def same_name(one: str, other: str) -> bool:
    """Equal, or a form of the other: "Pakistani" and "Pakistan", "British" and "Britain"."""
    if one == other:
        return True
    shared = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        shared += 1
    longer = max(len(one), len(other))
    return shared >= max(_STEM, _SHARED * longer) and abs(len(one) - len(other)) <= _FURTHER


def is_alike(name: str, word: str) -> bool:
    """Equal, or beginning alike but for the last two letters of the shorter: stricter than `same_name`."""
    least = min(len(name), len(word))
    return name == word or (least >= _STEM and name[: max(_STEM, least - 2)] == word[: max(_STEM, least - 2)])
