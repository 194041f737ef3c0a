"""Other words for the same: a question asks why revenue fell, its source says that it declined.

One short table of English, of common words whose sense does not hang on what they are said of. This module does not
know which of them the sources use.
"""

from __future__ import annotations

import re
from itertools import islice

from rag.language.questions import plain_question

__all__ = ["noun_form", "reworded"]

_MOST = 3
"""Other wordings of a question at most."""
_VERBS = """
fall decrease decline drop shrink
rise increase climb | grow
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
"""
_PHRASES = (  # what is asked in many words, and the noun that a table or a profile has for it
    (r"how many people (?:live|lived|are there|were there|reside) (?:in|on|at) (?P<of>.+)", "population"),
    (r"how many people (?:do|does|did) (?P<of>.+) have", "population"),
    (r"how (?:big|large) (?:is|are|was) (?P<of>.+)", "area"),
    (r"how (?:tall|high) (?:is|are|was) (?P<of>.+)", "height"),
    (r"how (?:old) (?:is|are|was) (?P<of>.+)", "age"),
    (r"how much (?:does|did|do) (?P<of>.+) cost", "price"),
)
_HELPED = r"(?:do|does|did|can|could|will|would|may|might|must|should|to)"


def _verb(asked: str) -> re.Pattern[str]:
    return re.compile(rf"\b{_HELPED}\b[^?.!]{{0,80}}? (?P<word>{asked.replace(' ', '|')})\b", re.IGNORECASE)


_VERB_CUES = tuple(  # words that are asked for, and those that may be said for them
    (_verb(asked), (*asked.split(), *others.split()))
    for asked, _, others in (group.partition(" | ") for group in _VERBS.strip().split("\n"))
)
_NOUN_CUES = tuple(
    (re.compile(rf"\b(?P<word>{asked})\b"), (other,)) for asked, other in map(str.split, _NOUNS.strip().split("\n"))
)


_PHRASE_CUES = tuple((re.compile(cue, re.IGNORECASE), noun) for cue, noun in _PHRASES)


def noun_form(question: str) -> str:
    """A question that asks "how much" by the noun for it, "What is the population of Rome?"; "" where it has none."""
    plain = plain_question(question)
    return next(
        (f"What is the {noun} of {at['of']}?" for cue, noun in _PHRASE_CUES if (at := cue.fullmatch(plain))), ""
    )


def reworded(question: str) -> tuple[str, ...]:
    """The question with one of its words said otherwise, at most three times; a verb only in its plain form."""
    found = (
        _with(question, at, word)
        for cue, words in (*_VERB_CUES, *_NOUN_CUES)
        if (at := cue.search(question))
        for word in words
        if word != at["word"].lower()
    )
    return tuple(islice(found, _MOST))


def _with(question: str, at: re.Match[str], word: str) -> str:
    return f"{question[: at.start('word')]}{word}{question[at.end('word') :]}"
