"""A question that leans on the conversation becomes one that stands alone.

The rule is small and shows its work: the earlier question is put before one that points back to it, and the answer's
`asked_as` says so. This module does not know what is in the sources.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.types import Turn

__all__ = ["stand_alone"]

_POINTS_BACK = re.compile(
    r"\b(it|its|they|them|their|theirs|he|him|his|she|her|hers|this|that|these|those|there|then|same|such|ones?)\b"
    r"|^(and|but|or|also|what about|how about|why|who else|what else|when|where|how)\b[^\w]*(\w+\W*){0,3}$",
    re.IGNORECASE,
)


def stand_alone(question: str, turns: Sequence[Turn]) -> str:
    """The question itself, or with the last question of the conversation before it if it points back."""
    earlier = [turn.text.strip() for turn in turns if turn.role == "user" and turn.text.strip()]
    if not earlier or not _POINTS_BACK.search(question):
        return question
    return f"{earlier[-1]} {question}"
