"""Other words for the same: a question asks why revenue fell, its source says that it declined.

One short table of English, of common words whose sense does not hang on what they are said of. This module does not
know which of them the sources use.
"""

from __future__ import annotations

import re

__all__ = ["reworded"]

_MOST = 3
"""Other wordings of a question at most."""
_VERBS = """
fall decrease decline drop shrink
rise increase grow climb
buy acquire purchase
start begin launch
fire dismiss
hire recruit employ
fix repair
pick choose select
let allow permit
shut close
quit leave resign
"""
_NOUNS = """
clip video
film video
kids children
boss manager
staff employees
holiday vacation
holidays vacation
car vehicle
cars vehicles
firm company
picture image
photo image
doctor physician
price cost
"""
_HELPED = r"(?:do|does|did|can|could|will|would|may|might|must|should|to)"


def reworded(question: str) -> tuple[str, ...]:
    """The question with one of its words said otherwise, at most three times; a verb only in its plain form."""
    found: list[str] = []
    for group in _VERBS.split("\n"):
        words = group.split()
        verb = rf"\b(?P<before>{_HELPED}\b[^?.!]{{0,80}}? )(?P<word>{'|'.join(words)})\b"
        if words and (at := re.search(verb, question, re.IGNORECASE)):
            found += [_with(question, at, word) for word in words if word != at["word"].lower()]
    for group in _NOUNS.split("\n"):
        word, *others = group.split() or ("",)
        if word and (at := re.search(rf"\b(?P<word>{word})\b", question)):
            found += [_with(question, at, other) for other in others]
    return tuple(found[:_MOST])


def _with(question: str, at: re.Match[str], word: str) -> str:
    return f"{question[: at.start('word')]}{word}{question[at.end('word') :]}"
