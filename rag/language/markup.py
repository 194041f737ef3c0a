"""Markup and addresses in a sentence: what a reader of the text does not read as words."""

from __future__ import annotations

import re

__all__ = ["is_mostly_markup"]

_TAGS = re.compile(r"</?[a-zA-Z][^<>]*>|!\[[^\]]*\]\([^)]*\)")
_MARKUP = re.compile(rf"{_TAGS.pattern}|\]\([^)]*\)|\b(?:https?://|www\.)[^\s)>]+")
_LETTERS = 0.2  # of a sentence are letters and digits at least, without its markup and addresses


def is_mostly_markup(sentence: str, *, with_addresses: bool = True) -> bool:
    """Whether a sentence is hardly more than markup, as a badge or a picture's link is, or (`with_addresses`) than an
    address on the web.
    """
    plain, marks = (_MARKUP if with_addresses else _TAGS).subn(" ", sentence)
    return marks > 0 and sum(map(str.isalnum, plain)) < _LETTERS * len(sentence)
