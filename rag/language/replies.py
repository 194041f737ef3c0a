"""What a language model says around an answer: prefaces, fillers, refusals, labels. Patterns of English.

This module does not know whether an answer is true.
"""

from __future__ import annotations

import re

from rag.language.english import ASKING_WORDS
from rag.language.words import is_function_word, terms

__all__ = ["is_asking_word", "is_filler", "is_refusal", "without_label", "without_preface"]

_SOURCE = r"(?:passages?|sources?|documents?|context|text)"
_PREFACE = re.compile(
    r"^(?:according to|based on|as (?:stated|mentioned|noted|described) in|in|from|per) (?:the )?(?:provided |"
    rf"given |above )?{_SOURCE}(?: (?:\d+|provided|given|above))*(?: (?:and|,) \d+)*,?\s+",
    re.IGNORECASE,
)
_FILLER = re.compile(
    r"^(?:here (?:is|are)\b.{0,60}:|(?:sure|certainly|of course|answer|in summary|in short|to summari[sz]e|summary)\W*|"
    r"(?:i hope|let me know|please let me|feel free)\b.*)$",
    re.IGNORECASE,
)
_REFUSAL = re.compile(
    rf"\b{_SOURCE}\b.{{0,30}}\b(?:do(?:es)? not|don't|doesn't|cannot)\b.{{0,30}}\b(?:answer|contain|mention|provide|"
    r"say|state|specify|include)|^(?:i'm sorry|i am sorry|sorry|i cannot|i can't|i am unable|i'm unable|i do not know|"
    r"i don't know|as an ai)\b",
    re.IGNORECASE,
)
_LABEL = re.compile(r"^(?:the |rewritten |stand-?alone )*(?:question|user)(?: alone)?\s*:\s*", re.IGNORECASE)


def without_preface(sentence: str) -> str:
    """The sentence without "According to passage 2, ": what it is taken from is shown beside it."""
    return _PREFACE.sub("", sentence)


def is_filler(sentence: str) -> bool:
    """Whether it says nothing about anything: "Here is a summary:", "I hope this helps"."""
    return _FILLER.match(sentence) is not None


def is_refusal(sentence: str) -> bool:
    """Whether it says that there is no answer."""
    return _REFUSAL.search(sentence) is not None


def without_label(line: str) -> str:
    """The line without "Rewritten question: "."""
    return _LABEL.sub("", line)


def is_asking_word(term: str) -> bool:
    """Whether a term may be added to a question without adding to what is asked: "year", or a function word."""
    return is_function_word(term) or term in _ASKING


_ASKING = frozenset(terms(ASKING_WORDS))
