"""One language model and what is needed to ask it: who may ask at the same time, and when it is left in peace.

This module does not know what a good answer is.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rag.errors import LanguageModelProblem
from rag.models import Timeouts
from rag.types import Encoder, Entailment, LanguageModel

__all__ = ["AnswerGenerator"]

AT_ONCE = 2
"""Questions that wait for one model side by side; the others get their answer without it."""
_TURN = 2.0  # seconds to wait for one's turn
_REST = 30.0  # seconds without a question to a model that did not answer in time


@dataclass(slots=True)
class AnswerGenerator:
    """Writes answers and stand-alone questions with a language model; safe from several threads."""

    llm: LanguageModel
    encoder: Encoder
    patience: Timeouts
    drop_unsupported: bool = False
    nli: Entailment | None = None
    thinks_aloud: bool = False  # it was seen to end a thought that it had not opened
    _slots: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(AT_ONCE))
    _rests_until: float = 0.0

    @contextmanager
    def turn(self) -> Iterator[None]:
        """One's turn with the model. Raises LanguageModelProblem where it is busy, or was silent a moment ago."""
        if time.monotonic() < self._rests_until:
            raise LanguageModelProblem(f"{self.llm.name} did not answer in time a moment ago.", "Ask again in a while.")
        if not self._slots.acquire(timeout=_TURN):
            raise LanguageModelProblem(f"{self.llm.name} is busy with other questions.", "Ask again in a while.")
        start = time.monotonic()
        try:
            yield
        except LanguageModelProblem:
            if time.monotonic() - start >= min(self.patience.first, self.patience.between):
                self._rests_until = time.monotonic() + _REST
            raise
        finally:
            self._slots.release()
