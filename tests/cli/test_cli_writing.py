"""The terminal with a language model: a real process, and a scripted model behind a real socket."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from speaking import Speaker, speaker

QUESTION = "What were the profits of the port in 2022?"
PROFITS = "Profits of the port were 12.4 million dollars in 2022, up from 9.1 million in the year before."
REPORT = f"""The Gwadar Port Authority published its annual report in March 2023.

{PROFITS}

The road from the port to Turbat is 140 km long.
"""
unix = pytest.mark.skipif(sys.platform == "win32", reason="there is no interruption by signal here")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("terminal")
    (made / "sources").mkdir()
    (made / "sources" / "report.txt").write_text(REPORT)
    command = [sys.executable, "-m", "rag", "build"]
    subprocess.run(command, cwd=made, check=True, capture_output=True, timeout=180)
    return made


@pytest.fixture
def model() -> Iterator[Speaker]:
    with speaker() as server:
        yield server


class Terminal:
    """A running command: what it has printed so far, and what is typed into it."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process, self.said = process, ""
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        while char := self.process.stdout.read(1):
            self.said += char

    def wait_for(self, text: str) -> None:
        for _ in range(1200):
            if text in self.said:
                return
            time.sleep(0.05)
        raise AssertionError(f"{text!r} was not said, but {self.said!r}")

    def type(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()

    def ended(self) -> int:
        code = self.process.wait(60)
        self._reader.join(10)
        return code


@contextmanager
def running(folder: Path, *arguments: str) -> Iterator[Terminal]:
    command = [sys.executable, "-m", "rag", *arguments]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    environment = {**os.environ, "PYTHONUTF8": "1"}
    with subprocess.Popen(command, cwd=folder, text=True, encoding="utf-8", env=environment, **pipes) as process:
        try:
            yield Terminal(process)
        finally:
            process.kill()


def stalls(server: Any) -> None:
    server.begin()
    server.piece({"content": f"{PROFITS} [1] The road to Turbat is 140 km long [1"})
    server.server.gone.wait(600)


def test_each_sentence_is_printed_as_soon_as_it_is_checked(folder: Path, model: Speaker) -> None:
    go_on = threading.Event()

    def says(server: Any) -> None:
        server.begin()
        server.piece({"content": f"{PROFITS} [1] The road "})
        go_on.wait(60)
        server.piece({"content": "to Turbat is 140 km long [1]."}, finish=None)
        server.piece({}, finish="stop")

    model.says = says
    with running(folder, "ask", QUESTION, "--llm", model.setting) as terminal:
        terminal.wait_for(f"{PROFITS} [1]")
        assert "The road" not in terminal.said
        go_on.set()
        assert terminal.ended() == 0
    assert terminal.said.startswith(f"{PROFITS} [1] The road to Turbat is 140 km long. [2]\n")
    assert f'[1] report (report.txt): "{PROFITS}"' in terminal.said
    assert terminal.said.count(PROFITS) == 2, "once said, once quoted"


@unix
@pytest.mark.parametrize(
    "says", [stalls, lambda server: server.server.gone.wait(600)], ids=["after a sentence", "silent"]
)
def test_ctrl_c_stops_an_answer_at_once_without_half_marks(folder: Path, model: Speaker, says: Any) -> None:
    model.says = says
    with running(folder, "ask", QUESTION, "--llm", model.setting) as terminal:
        if says is stalls:
            terminal.wait_for(f"{PROFITS} [1]")
        while not model.asked:
            time.sleep(0.05)
        terminal.process.send_signal(signal.SIGINT)
        assert terminal.ended() == 130, "the model, which would go on for ten minutes, is not waited for"
        model.gone.set()
    assert "The road" not in terminal.said
    assert terminal.said.endswith("Stopped. What was already done is kept.\n")
    assert "Traceback" not in terminal.said
    assert terminal.said.count("[") == terminal.said.count("]")


@unix
def test_ctrl_c_in_a_chat_stops_the_answer_and_the_next_question_is_answered(folder: Path, model: Speaker) -> None:
    model.says = stalls
    with running(folder, "chat", "--llm", model.setting) as terminal:
        terminal.type(QUESTION)
        terminal.wait_for(f"{PROFITS} [1]")
        terminal.process.send_signal(signal.SIGINT)
        terminal.wait_for("Stopped.")
        model.says = "The road from the port to Turbat is 140 km long [1]."
        terminal.type("How long is the road to Turbat?")
        terminal.wait_for("140 km long. [1]")
        terminal.type("")
        assert terminal.ended() == 0
    assert "Traceback" not in terminal.said


def test_when_the_model_breaks_off_the_sources_own_words_follow(folder: Path, model: Speaker) -> None:
    def dies(server: Any) -> None:
        server.begin()
        server.piece({"content": "The road from the port to Turbat is 140 km long. [1] The mayor "})
        server.cut()

    model.says = dies
    with running(folder, "ask", QUESTION, "--llm", model.setting) as terminal:
        assert terminal.ended() == 0
    shown, _, instead = terminal.said.partition("The sources' own words instead:")
    assert "The mayor" not in terminal.said
    assert shown.startswith("The road from the port to Turbat is 140 km long. [1]")
    assert instead.strip().startswith(PROFITS)
    assert "broke off" in instead


def test_the_rewriting_of_a_question_is_shown_in_a_chat(folder: Path, model: Speaker) -> None:
    model.says, model.rewrites = PROFITS, "What were the profits of the port the year before?"
    with running(folder, "chat", "--llm", model.setting) as terminal:
        terminal.type(QUESTION)
        terminal.wait_for("Sources:")
        terminal.type("And the year before?")
        terminal.wait_for(f"Asked as: {model.rewrites}")
        terminal.type("")
        assert terminal.ended() == 0
