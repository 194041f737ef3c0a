"""How long a language model is waited for, and when it is no longer listened to.

The model is read in a thread of its own, so that a person who stops, or a limit that is reached, never waits for it.
This module does not know what the words mean.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Generator, Sequence
from dataclasses import dataclass

from rag.errors import LanguageModelProblem
from rag.types import LanguageModel, Turn

__all__ = ["Timeouts", "stream_with_timeouts"]

_REPEATED = 4  # times that the same end of a text may follow on itself
_LOOP = (12, 400)  # characters of what is repeated
_GLANCE = 0.1  # seconds between two looks whether to stop
_WORD = 200  # characters without a space that no language has
_MORE = "Give it longer (llm_wait), or take a smaller model."


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds until the first sign of life, between two pieces, and for the whole."""

    first: float = 60.0
    between: float = 20.0
    whole: float = 300.0


def stream_with_timeouts(
    llm: LanguageModel,
    instructions: str,
    turns: Sequence[Turn],
    most: int,
    patience: Timeouts,
    stop: threading.Event | None = None,
) -> Generator[str]:
    """The model's words as they come. Closing the iterator stops it at once, and so does whoever sets `stop`.

    Raises LanguageModelProblem where it fails, is too slow, or goes round in circles.
    """
    over = threading.Event()
    pieces: queue.Queue[str | Exception | None] = queue.Queue()

    def listen() -> None:
        try:
            for piece in llm.write(instructions, turns, most, over):
                pieces.put(piece)
                if over.is_set():
                    break
            pieces.put(None)
        except Exception as error:
            pieces.put(error)

    threading.Thread(target=listen, daemon=True, name=f"listening to {llm.name}").start()
    end, limit, said = time.monotonic() + patience.whole, patience.first, ""
    try:
        while True:
            piece = _next(pieces, llm, min(limit, end - time.monotonic()), stop)
            if piece is None:
                return
            said += piece
            _sane(said, llm)
            limit = patience.between
            if piece:
                yield piece
    finally:
        over.set()


def _next(
    pieces: queue.Queue[str | Exception | None], llm: LanguageModel, seconds: float, stop: threading.Event | None
) -> str | None:
    """The next piece; None at the end, or where it is stopped."""
    end = time.monotonic() + seconds
    while stop is None or not stop.is_set():
        try:
            piece = pieces.get(timeout=max(0.0, min(_GLANCE, end - time.monotonic())))
        except queue.Empty:
            if time.monotonic() < end:
                continue
            raise LanguageModelProblem(f"{llm.name} did not answer in time.", _MORE) from None
        if isinstance(piece, Exception):
            raise piece
        return piece
    return None


def _sane(said: str, llm: LanguageModel) -> None:
    """Raises LanguageModelProblem for what no answer looks like."""
    tail = said[-_WORD:]
    broken = len(tail) == _WORD and not any(char.isspace() for char in tail)
    if broken or "\ufffd\ufffd\ufffd" in tail or "\x00" in tail:
        raise LanguageModelProblem(f"{llm.name} wrote invalid text.", "Try another model.")
    if _loops(said):
        raise LanguageModelProblem(f"{llm.name} repeated itself without end.", "Ask again, or try another model.")


def _loops(said: str) -> bool:
    """Whether the text ends with the same piece several times over."""
    last = said[-_LOOP[0] :]
    if len(last) < _LOOP[0]:
        return False
    before = said.rfind(last, 0, len(said) - 1)
    length = len(said) - _LOOP[0] - before
    if before < 0 or not 0 < length <= _LOOP[1]:
        return False
    times = _REPEATED if length >= _LOOP[0] else _REPEATED * _LOOP[0] // length
    return len(said) >= length * times and said.endswith(said[-length:] * times)
