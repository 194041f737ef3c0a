"""The reader: a question and a window of text go through a small transformer together, and out comes where in it the
exact words of the answer start and end, or that nothing in it answers.

The weights were trained by `training/reader.py` and travel with the package in 8 bits (`reader.onnx`). This
module does not know where windows come from or what is done with the scores.
"""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rag.errors import ModelProblem
from rag.models.onnx import OnnxModel, TokenizerFile, as_batch
from rag.types import SentenceScore, Span, Window

__all__ = ["MOST_TOKENS", "STATEMENT", "WEIGHTS", "Row", "SpanReader", "WindowRead", "rows_of", "sentences_read"]

WEIGHTS = Path(__file__).parent / "data" / "reader.onnx"
MOST_TOKENS = 256
"""Of question, context and window together; what a window has beyond is not read."""
STATEMENT = 96
"""Of a statement in the question's place so many tokens are read."""
_QUESTION, _CONTEXT = 40, 24  # tokens at most
_ANSWER = 30  # tokens of the exact words at most
_UNREAD = -30.0

Scores = NDArray[np.float32]


class Row(NamedTuple):
    """`[CLS] question [SEP] context [SEP] window [SEP]` as token ids.

    `head` tokens are of the first segment, the window's begin at `first`; `offsets` say where those stand in its text.
    """

    ids: list[int]
    head: int
    first: int
    offsets: list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class WindowRead:
    """Everything that one pass over a question and a window tells; all but `sentences` are probabilities.

    `evidence` has one for each sentence of the window: it belongs to the answer. `answerable`: the window answers;
    `relevance`: it is about what is asked. With a statement in the question's place, `carried`, `contradicted` and
    `neither` say what the window says to it; they add up to 1.
    """

    sentences: tuple[SentenceScore, ...]
    evidence: tuple[float, ...]
    answerable: float
    relevance: float
    carried: float
    contradicted: float
    neither: float


class SpanReader:
    """Reads windows for a question. The weights are loaded when they are first needed; safe from several threads.

    `tokenizer` is the bundled encoder's `tokenizer.json`.
    """

    def __init__(self, tokenizer: Path, weights: Path = WEIGHTS) -> None:
        self._tokenizer, self._model = TokenizerFile(tokenizer), OnnxModel(weights, threads=1)
        self._pool = ThreadPoolExecutor(os.cpu_count(), thread_name_prefix="reader")

    def read(self, question: str, windows: Sequence[Window]) -> list[tuple[SentenceScore, ...]]:
        """For each window one value for each of its sentences, whatever else is read with it. Raises ModelProblem."""
        rows = rows_of(self._tokenizer, [question] * len(windows), windows) if windows else []
        # One window at a time: nothing is padded, the scale of 8-bit activations depends on nothing but the window, and
        # one core reads a short text as fast as several that wait for each other. The longest first, to end together.
        order = sorted(range(len(rows)), key=lambda i: -len(rows[i].ids))
        found = dict(zip(order, self._pool.map(self._logits, [rows[i] for i in order]), strict=True))
        return [
            sentences_read(row, window, found[i][:, 0], found[i][:, 1])
            for i, (row, window) in enumerate(zip(rows, windows, strict=True))
        ]

    def read_all(self, question: str, windows: Sequence[Window], longest: int = _QUESTION) -> list[WindowRead]:
        """For each window what every head of the reader says, `longest=STATEMENT` for a statement. Raises ModelProblem,
        also where the weights have no heads but that for exact words.
        """
        rows = rows_of(self._tokenizer, [question] * len(windows), windows, longest) if windows else []
        order = sorted(range(len(rows)), key=lambda i: -len(rows[i].ids))
        found = dict(zip(order, self._pool.map(self._heads, [rows[i] for i in order]), strict=True))
        return [_window_read(row, window, *found[i]) for i, (row, window) in enumerate(zip(rows, windows, strict=True))]

    def _logits(self, row: Row) -> Scores:
        (found,) = self._model.run(as_batch([row.ids], [row.head]), ["logits"])
        return found[0]  # type: ignore[no-any-return]  # (tokens, 2)

    def _heads(self, row: Row) -> list[Scores]:
        found = self._model.run(as_batch([row.ids], [row.head]))
        if len(found) != 3:
            raise ModelProblem("The reader's weights tell only where exact words stand.", "Install the package again.")
        return [one[0] for one in found]


def rows_of(
    tokenizer: TokenizerFile, questions: Sequence[str], windows: Sequence[Window], longest: int = _QUESTION
) -> list[Row]:
    """One row for each pair of question and window; of a question so many tokens are read."""
    cls, sep = tokenizer.id_of("[CLS]"), tokenizer.id_of("[SEP]")
    texts = [text for q, window in zip(questions, windows, strict=True) for text in (q, window.context, window.text)]
    found = tokenizer.encode(texts, special=False)
    rows = []
    for question, context, text in zip(found[::3], found[1::3], found[2::3], strict=True):
        head = [cls, *question.ids[:longest], sep]
        before = [*head, *context.ids[:_CONTEXT], sep] if context.ids else head
        room = MOST_TOKENS - len(before) - 1
        rows.append(Row([*before, *text.ids[:room], sep], len(head), len(before), text.offsets[:room]))
    return rows


def _window_read(row: Row, window: Window, logits: Scores, evidence: Scores, judgments: Scores) -> WindowRead:
    places, belongs = [start for start, _ in row.offsets], []
    for sentence in window.sentences:
        first, last = row.first + np.searchsorted(places, sentence, "left")
        belongs.append(float(_share(evidence[first:last].mean())) if first < last else 0.0)
    verdicts = np.exp(judgments[2:] - judgments[2:].max())
    return WindowRead(
        sentences_read(row, window, logits[:, 0], logits[:, 1]),
        tuple(belongs),
        *map(float, _share(judgments[:2])),
        *map(float, verdicts / verdicts.sum()),
    )


def _share(odds: Scores) -> Scores:
    """Log odds as probabilities."""
    found: Scores = (1 / (1 + np.exp(-np.clip(odds, -30, 30)))).astype(np.float32)
    return found


def _without_marks(text: str, span: Span) -> Span:
    """The span without the raised marks of footnotes that stand at its ends as words: of "12,500 ³" the figure."""
    start, end = span
    words = text[start:end].split(" ")
    while len(words) > 1 and _is_mark(words[-1]):
        end -= len(words.pop()) + 1
    while len(words) > 1 and _is_mark(words[0]):
        start += len(words.pop(0)) + 1
    return Span(start, end)


def _is_mark(word: str) -> bool:
    return bool(word) and all(unicodedata.decomposition(char).startswith("<super>") or char in ",–" for char in word)


def sentences_read(row: Row, window: Window, starts: Scores, ends: Scores) -> tuple[SentenceScore, ...]:
    """The best span in each sentence, from the log odds of starts and ends, `(tokens,)` each.

    The first token stands for "nothing here answers".
    """
    nothing = float(starts[0] + ends[0])
    places = [start for start, _ in row.offsets]
    found = []
    for sentence in window.sentences:
        first, last = np.searchsorted(places, sentence, "left")
        if first >= last:
            found.append(SentenceScore(_UNREAD, sentence))
            continue
        inside = slice(row.first + first, row.first + last)
        sums = np.triu(starts[inside, None] + ends[None, inside] + 1e3)
        sums -= np.triu(sums, _ANSWER)
        start, end = np.unravel_index(int(sums.argmax()), sums.shape)
        answer = Span(row.offsets[first + start][0], row.offsets[first + end][1])
        found.append(SentenceScore(float(sums[start, end]) - 1e3 - nothing, _without_marks(window.text, answer)))
    return tuple(found)
