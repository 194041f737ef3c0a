"""How long a model is listened to, whichever it is: this one has no wire that could give up first."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence

import pytest

from rag.errors import LanguageModelProblem
from rag.models.llm.timeouts import Timeouts, stream_with_timeouts
from rag.types import Turn


class Slow:
    """Says its pieces, then nothing until it is stopped; of itself it ends after twenty seconds, as no test should."""

    name, place, context = "slow", "this process", 512

    def __init__(self, *pieces: str, again: bool = False) -> None:
        self.pieces, self.again, self.stopped = pieces, again, threading.Event()

    def count(self, texts: Sequence[str]) -> list[int]:
        return [len(text) for text in texts]

    def write(self, instructions: str, turns: Sequence[Turn], most: int, stop: threading.Event) -> Iterator[str]:
        yield from self.pieces
        for number in range(400):
            if stop.wait(0.05):
                self.stopped.set()
                return
            if self.again:
                yield f"{number} "

    def close(self) -> None:
        pass


@pytest.mark.parametrize(
    ("model", "patience", "said"),
    [
        (Slow(), Timeouts(first=0.3, between=60, whole=60), []),
        (Slow("The road", " is"), Timeouts(first=60, between=0.3, whole=60), ["The road", " is"]),
        (Slow("", ""), Timeouts(first=60, between=0.3, whole=60), []),
        (Slow("The road", again=True), Timeouts(first=60, between=60, whole=0.5), ["The road"]),
    ],
    ids=["no first word", "no next word", "only signs of life", "no end"],
)
def test_a_model_is_waited_for_so_long_and_no_longer(model: Slow, patience: Timeouts, said: list[str]) -> None:
    heard: list[str] = []
    with pytest.raises(LanguageModelProblem, match="did not answer in time"):
        heard.extend(stream_with_timeouts(model, "Answer.", [Turn("user", "How long is the road?")], 20, patience))
    assert heard[: len(said)] == said
    assert model.stopped.wait(10), "it was left writing"


def test_a_first_word_may_take_longer_than_the_next() -> None:
    class Thinks(Slow):
        def write(self, instructions: str, turns: Sequence[Turn], most: int, stop: threading.Event) -> Iterator[str]:
            stop.wait(1.0)
            yield "The road."

    assert list(stream_with_timeouts(Thinks(), "Answer.", [Turn("user", "?")], 20, Timeouts(60, 0.2, 60))) == [
        "The road."
    ]
