"""A question that leans on the conversation, made to stand alone by a language model, if it adds nothing of its own."""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence

from rag.answering.generation.citation_marks import without_marks
from rag.answering.generation.generator import AnswerGenerator
from rag.language import is_asking_word, terms, without_label
from rag.models import stream_with_timeouts
from rag.types import Turn

__all__ = ["rewrite_with_model"]

_INSTRUCTIONS = (
    "Rewrite the last question of the conversation so that it can be understood without the conversation. Put in "
    "the names "
    "that its pronouns stand for. Add nothing else, and do not answer it. Write only the question, on one line."
)
_THOUGHT = re.compile(r".*</think(?:ing)?>|<think(?:ing)?>.*", re.DOTALL | re.IGNORECASE)
_TOKENS = 96
_LONGEST = 300  # characters
_TURNS = 6


def rewrite_with_model(
    writer: AnswerGenerator, question: str, turns: Sequence[Turn], stop: threading.Event | None = None
) -> str | None:
    """The question as it stands alone; None where the model gives none, or one that says more than the conversation.

    Raises LanguageModelProblem.
    """
    said = [f"{turn.role}: {' '.join(turn.text.split())[:400]}" for turn in turns[-_TURNS:]]
    conversation = "\n".join((*said, f"user: {question}"))
    asked = [Turn("user", f"{conversation}\n\nThe question alone:")]
    with writer.turn():
        text = "".join(stream_with_timeouts(writer.llm, _INSTRUCTIONS, asked, _TOKENS, writer.patience, stop))
    text = without_marks(_THOUGHT.sub("", text))
    lines = [line.strip(" \"'*“”") for line in text.splitlines() if line.strip()]
    found = without_label(lines[-1]) if lines else ""
    known = {*terms(conversation)}
    new = [term for term in terms(found) if term not in known and not is_asking_word(term)]
    return found if found.endswith("?") and len(found) <= _LONGEST and not new else None
