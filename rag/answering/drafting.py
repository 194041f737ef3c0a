"""Questions made from a text, each with the place of the sentence that answers it.

How a sentence is turned round is grammar (`rag.language`); which sentences are worth it is known here. Whether the
index answers a question from there, this module does not know.
"""

from __future__ import annotations

from collections.abc import Iterator

from rag.language import pair_line_after, question_from, sentence_spans
from rag.types import Span

__all__ = ["draft_questions"]

_WORDS = 14  # of a question that is offered


def draft_questions(text: str) -> Iterator[tuple[str, Span]]:
    """Short questions that sentences of a text answer, and where those sentences stand in it."""
    for start, end in sentence_spans(text):
        following = pair_line_after(text, start, end)
        span = Span(start, end if following is None else following)
        draft = question_from(" ".join(text[slice(*span)].split()))
        if draft is not None and len(draft.question.split()) <= _WORDS:
            yield draft.question, span
