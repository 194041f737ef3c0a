"""A bound on the time of one question, and its end when whoever asked has left.

It is looked at before every use of a model, which every search and every reading begins with; what lies between two of
them is bounded by the sizes of a question and of passages. This module does not know what is asked.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from rag.errors import QuestionProblem
from rag.types import ChunkEmbedding, EmbedInput, Encoder, Reader, SentenceScore, Vectors, Window

__all__ = ["LONGEST", "LimitedEncoder", "LimitedReader", "QuestionStopped", "TimeLimit"]

LONGEST = 60.0
"""Seconds that finding an answer in the sources' own words may take; a language model's are counted by themselves."""


class QuestionStopped(Exception):
    """Whoever asked has left; nobody is told."""


class TimeLimit:
    """Begins when it is made; setting `stop` ends the question from another thread."""

    def __init__(
        self,
        stop: threading.Event | None = None,
        seconds: float | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._stop, self._clock = stop, clock
        self._seconds = LONGEST if seconds is None else seconds
        self._until = clock() + self._seconds

    def check(self) -> None:
        """Returns while there is time. Raises QuestionStopped, QuestionProblem."""
        if self._stop is not None and self._stop.is_set():
            raise QuestionStopped
        if self._clock() > self._until:
            raise QuestionProblem(
                f"The question was abandoned after {self._seconds:.0f} seconds.",
                "Ask it in fewer words, or of some of the sources only.",
            )


@dataclass(frozen=True, slots=True)
class LimitedEncoder:
    """An encoder for one question within its time."""

    encoder: Encoder
    limit: TimeLimit

    @property
    def fingerprint(self) -> str:
        """As the encoder's."""
        return self.encoder.fingerprint

    @property
    def dimension(self) -> int:
        """As the encoder's."""
        return self.encoder.dimension

    @property
    def max_tokens(self) -> int:
        """As the encoder's."""
        return self.encoder.max_tokens

    def count(self, texts: Sequence[str]) -> list[int]:
        """As the encoder's."""
        return self.encoder.count(texts)

    def passages(self, inputs: Sequence[EmbedInput]) -> Iterator[tuple[int, ChunkEmbedding]]:
        """As the encoder's, within the time."""
        self.limit.check()
        return self.encoder.passages(inputs)

    def query(self, text: str) -> Vectors:
        """As the encoder's, within the time."""
        self.limit.check()
        return self.encoder.query(text)


@dataclass(frozen=True, slots=True)
class LimitedReader:
    """A reader for one question within its time."""

    reader: Reader
    limit: TimeLimit

    def read(self, question: str, windows: Sequence[Window]) -> list[tuple[SentenceScore, ...]]:
        """As the reader's, within the time."""
        self.limit.check()
        return self.reader.read(question, windows)
