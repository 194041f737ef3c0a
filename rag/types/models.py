"""What models take and give, and the Protocols that stand for them."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from rag.types.answers import Turn
from rag.types.spans import Span
from rag.types.vectors import Vectors

__all__ = [
    "ChunkEmbedding",
    "EmbedInput",
    "Encoder",
    "Entailment",
    "EntailmentScores",
    "LanguageModel",
    "Reader",
    "SentenceScore",
    "Window",
]


@dataclass(frozen=True, slots=True)
class EmbedInput:
    """What the encoder reads for one chunk: `text` is prefix and body together; `sentences` are spans in `text`."""

    text: str
    sentences: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class ChunkEmbedding:
    """A chunk's vector and one vector for each of its sentences, from the same reading."""

    vector: Vectors  # (dim,) unit length
    sentences: Vectors  # (sentences, dim) unit length


class Encoder(Protocol):
    """Turns text into unit vectors."""

    @property
    def fingerprint(self) -> str:
        """Changes whenever the vectors would."""

    @property
    def dimension(self) -> int:
        """Length of a vector."""

    @property
    def max_tokens(self) -> int:
        """What the model reads of a text, in its own tokens, special tokens included."""

    def count(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text by the model's own tokenizer, special tokens included."""

    def passages(self, inputs: Sequence[EmbedInput]) -> Iterator[tuple[int, ChunkEmbedding]]:
        """Yields `(position in inputs, vectors)` in whatever order is fastest."""

    def query(self, text: str) -> Vectors:
        """The vector of a question, `(dim,)`."""


class Window(NamedTuple):
    """A run of whole sentences to read: `context` is title and headings, `sentences` are spans of `text`, in order."""

    context: str
    text: str
    sentences: tuple[Span, ...]


class SentenceScore(NamedTuple):
    """What a reader says of a sentence: log odds that the answer stands in it against that nothing in its window
    answers, and the likeliest exact words, a span of the window's text inside the sentence.
    """

    score: float
    answer: Span


class Reader(Protocol):
    """Reads windows of text for a question."""

    def read(self, question: str, windows: Sequence[Window]) -> list[tuple[SentenceScore, ...]]:
        """For each window one value for each of its sentences."""


class EntailmentScores(NamedTuple):
    """Probabilities in [0, 1] that a text follows from another, and that its opposite does."""

    entailed: float
    contradicted: float


class Entailment(Protocol):
    """Judges whether a text follows from another."""

    def infer(self, premise: str, hypothesis: str) -> EntailmentScores:
        """What follows. Raises ModelProblem."""


class LanguageModel(Protocol):
    """Writes text. Every member but `name` and `place` may raise LanguageModelProblem."""

    @property
    def name(self) -> str:
        """As the setting names it."""

    @property
    def place(self) -> str:
        """Where it runs: a host with its port, or this process."""

    @property
    def context(self) -> int:
        """Tokens of prompt and answer together."""

    def count(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, or a few more than it has."""

    def write(self, instructions: str, turns: Sequence[Turn], most: int, stop: threading.Event) -> Iterator[str]:
        """At most `most` tokens in pieces as they come, "" as a sign of life; ends soon after `stop` is set.

        Raises LanguageModelProblem, AnswerCutOff among them where it had more to say.
        """

    def close(self) -> None:
        """Lets go of connections and weights."""
