"""Of the figures in a sentence, the one that counts what is asked: of 33 attackers and 64 people, "how many people".

This module does not know which sentence answers.
"""

from __future__ import annotations

import re

from rag.types import Span

__all__ = ["counted", "counts", "is_countable", "noun_of"]

_ASKED = re.compile(r"\b(?:how many|number of)((?:\s+[\w’'-]+){1,4})", re.IGNORECASE)
_OVER = re.compile(
    r"of|in|on|at|to|from|by|per|with|for|that|who|which|is|are|was|were|do|does|did|has|have|had|can|could|will|would"
)
_PLURAL = r"people|men|women|children|(?!(?:times|was|has|is|does)\b)[\w’'-]{2,}[^\Wsui]s"
_TIMES = frozenset("seconds minutes hours days weeks months years decades centuries".split())  # noqa: SIM905
_NUMBER = (
    r"(?:\d+(?:[.,]\d+)*|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|(?:twen|thir|for|fif|six|"
    r"seven|eigh|nine)ty|hundreds?|thousands?|dozens?|millions?|billions?)"
)
_QUALIFIED = r"(?:(?:over|about|around|nearly|almost|some|approximately|roughly|more than|at least|at most|up to) )?"
_COUNT = re.compile(
    rf"(?<![\w.,$€£])(?<!(?-i:[^a-z])-)({_QUALIFIED}{_NUMBER}(?:[ -]{_NUMBER})*) ({_PLURAL})(?![\w’'-])", re.IGNORECASE
)


def counted(question: str, sentence: str, answer: Span) -> Span:
    """The exact words; or, where their figure directly counts something else, the one that counts what is asked."""
    noun = noun_of(question)
    if noun is None:
        return answer
    counts = _counts(sentence)
    others = [span for span, what in counts.items() if what != noun and _touch(span, answer)]
    same = [span for span, what in counts.items() if what == noun]
    if {noun, *(counts[span] for span in others)} <= _TIMES:
        return answer  # "how many days" may be told in weeks
    return same[0] if others and len(same) == 1 and not _touch(same[0], answer) else answer


def counts(question: str, sentence: str, answer: Span) -> bool:
    """Whether a figure among the exact words directly counts what the question asks to be counted."""
    noun = noun_of(question)
    return noun is not None and any(what == noun and _touch(span, answer) for span, what in _counts(sentence).items())


def is_countable(word: str) -> bool:
    """Whether a word is a plural that figures count, as far as its form tells."""
    return re.fullmatch(_PLURAL, word, re.IGNORECASE) is not None


def _counts(sentence: str) -> dict[Span, str]:
    return {Span(*one.span(1)): one[2].lower() for one in _COUNT.finditer(sentence)}


def noun_of(question: str) -> str | None:
    """What "how many" asks to be counted, lower case; None where it asks nothing of the kind."""
    asked = _ASKED.search(question)
    for word in asked[1].lower().split() if asked else ():
        if _OVER.fullmatch(word):
            return None
        if re.fullmatch(_PLURAL, word):
            return word
    return None


def _touch(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end
