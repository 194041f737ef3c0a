"""A question that leans on the conversation becomes one that stands alone.

The rule is small and shows its work: the question before is put in front of one that points back to it, or says too
little to be searched for; the answer's `asked_as` says so. One that brings a name of its own opens a new topic. This
module does not know what is in the sources.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.lexical import is_function_word, terms
from rag.types import Turn

__all__ = ["stand_alone"]

_POINTS_BACK = re.compile(
    r"\b(it|its|they|them|their|theirs|he|him|his|she|her|hers|this|that|these|those|there|then|same|such|ones?)\b"
    r"|^(and|but|or|also|what about|how about|why|who else|what else|when|where|how)\b[^\w]*(\w+\W*){0,3}$",
    re.IGNORECASE,
)
_NAME = re.compile(r"(?<=\s)(?!I\b)[A-Z][\w’'-]*")
_LITTLE = 2  # words with content
_BACK = 2  # questions that are put in front at most


def stand_alone(question: str, turns: Sequence[Turn]) -> str:
    """The question itself, or with what was asked before in front of it if it leans on that."""
    return _with_earlier(question, [turn.text.strip() for turn in turns if turn.role == "user" and turn.text.strip()])


def _with_earlier(question: str, earlier: Sequence[str], most: int = _BACK) -> str:
    if not most or not earlier or not _leans(question, earlier):
        return question
    return f"{_with_earlier(earlier[-1], earlier[:-1], most - 1)} {question}"


def _leans(question: str, earlier: Sequence[str]) -> bool:
    if _POINTS_BACK.search(question):
        return True
    said = {term for text in earlier for term in terms(text)}
    new = any(said.isdisjoint(terms(name)) for name in _NAME.findall(question))
    return not new and sum(not is_function_word(term) for term in terms(question)) <= _LITTLE
