"""Questions that could be asked next, made from sentences of the sources, and only those that get an answer.

Questions come from `rag.answering`; each is then asked, and offered only if its answer quotes the
very sentence it was made from. This module does not know how a question is answered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias

from rag.answering import draft_questions
from rag.language import words
from rag.types import Answer, Passage, Span

__all__ = ["suggest"]

Ask: TypeAlias = Callable[[str], Answer]

_TRIES = 6  # questions asked for a list of suggestions


def suggest(
    passages: Iterable[Passage],
    ask: Ask,
    asked: Iterable[str],
    cited: Sequence[tuple[str, Span]] = (),
    most: int = 3,
) -> list[str]:
    """At most so many questions out of some passages that the index answers from where they were made.

    `asked` are questions that need not be asked again, `cited` places (document id, span) that are known already.
    """
    seen = {_folded(question) for question in asked}
    found: list[str] = []
    tries = 0
    for passage in passages:
        for question, span in draft_questions(passage.text):
            start = passage.chunk.span.start
            place = passage.document.id, Span(span.start + start, span.end + start)
            if _folded(question) in seen or _among(place, cited):
                continue
            if len(found) == most or tries == _TRIES:
                return found
            seen.add(_folded(question))
            tries += 1
            answer = ask(question)
            if answer.status == "answered" and _among(
                place, [(each.document_id, each.span) for each in answer.citations]
            ):
                found.append(question)
                break  # one of each passage, so that they differ
    return found


def _among(place: tuple[str, Span], cited: Iterable[tuple[str, Span]]) -> bool:
    """Whether a place shares characters with one of those cited."""
    document_id, span = place
    return any(document_id == other and span.overlaps(at) for other, at in cited)


def _folded(question: str) -> str:
    return " ".join(words(question))
