"""A question has its time, and ends when whoever asked has left."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest
from building import build
from words import WordEncoder

from rag.answering import time_limit
from rag.assistant import MAX_QUESTION, Assistant
from rag.config import load_config
from rag.errors import QuestionProblem
from rag.types import Turn, Vectors

ASKED = "How does the harbour differ from the lighthouse, the quay, the ferry and the tower?"


class SlowEncoder(WordEncoder):
    """Takes its time over every question, and counts them."""

    asked = 0

    def query(self, text: str) -> Vectors:
        self.asked += 1
        time.sleep(0.05)
        return super().query(text)


@pytest.fixture
def index(tmp_path: Path) -> Path:
    (tmp_path / "sources").mkdir()
    for name in ("harbour", "lighthouse", "quay", "ferry", "tower"):
        (tmp_path / "sources" / f"{name}.txt").write_text(f"The {name} of Orrin is old. It was built of stone.")
    build(tmp_path / "sources", tmp_path / "index", encoder=WordEncoder(), size=40, overlap=1, workers=1)
    return tmp_path / "index"


def test_a_question_is_given_up_after_its_time(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    encoder = SlowEncoder()
    with Assistant(load_config(index=index, chunk_tokens=40), encoder) as assistant:
        assistant.ask(ASKED)
        needed = encoder.asked
        assert needed > 2, "a comparison is several searches"
        monkeypatch.setattr(time_limit, "LONGEST", 0.01)
        with pytest.raises(QuestionProblem, match="abandoned after 0 seconds"):
            assistant.ask(ASKED)
        assert encoder.asked <= needed + 1, "nothing is begun after that"


def test_a_question_ends_when_whoever_asked_has_left(index: Path) -> None:
    encoder, left = SlowEncoder(), threading.Event()
    with Assistant(load_config(index=index, chunk_tokens=40), encoder) as assistant:
        left.set()
        assert list(assistant.stream(ASKED, stop=left)) == []
        assert encoder.asked == 0


def test_of_a_long_turn_the_beginning_is_read(index: Path) -> None:
    """Twenty million characters of an earlier answer cost no more than two thousand."""
    with Assistant(load_config(index=index, chunk_tokens=40), WordEncoder()) as assistant:
        turns = [Turn("user", "What is the tower built of?"), Turn("assistant", "It was built of stone. " * 10**6)]
        began = time.thread_time()
        answer = assistant.ask("And how old is it?", turns)
        assert time.thread_time() - began < 10, "of a processor"
        assert "tower" in answer.asked_as


def test_a_long_question_is_refused(index: Path) -> None:
    encoder = SlowEncoder()
    with Assistant(load_config(index=index, chunk_tokens=40), encoder) as assistant:
        with pytest.raises(QuestionProblem, match="has 2,001 characters; at most 2,000"):
            assistant.ask("x" * (MAX_QUESTION + 1))
        assert encoder.asked == 0
