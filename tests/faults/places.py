"""Sources and indexes that faults are put into, and how they are looked at afterwards."""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import subprocess
import sys
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import Any

from building import build
from words import WordEncoder

from rag.assistant import Assistant
from rag.config import load_config

TESTS = Path(__file__).resolve().parents[1]
QUESTIONS = ("people died near Sibi", "paragraph about number 21", "edited words", "fuel across the border")
ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join([str(TESTS.parent), str(TESTS)])}
Seen = list[list[tuple[str, int, float]]]


def write_first(sources: Path) -> None:
    sources.mkdir(parents=True)
    (sources / "train.md").write_text("# Trains\n\nThe train stopped near Sibi. Sixty-four people died there.\n")
    (sources / "border.txt").write_text("Fuel is carried across the border every night.\n")
    (sources / "gone.txt").write_text("This file will be deleted soon.\n")


def write_second(sources: Path) -> None:
    (sources / "many.txt").write_text("\n\n".join(f"This paragraph is about number {i}." * 4 for i in range(60)))
    (sources / "border.txt").write_text("Fuel is carried across the border by day. These are edited words.\n")
    (sources / "gone.txt").unlink()
    (sources / "train.md").rename(sources / "renamed.md")


def made(sources: Path, index: Path) -> None:
    """Builds; a file that cannot be read is none of the faults that are put in."""
    report = build(sources, index, encoder=WordEncoder(), size=40, overlap=1, workers=1)
    assert not report.failed, report.failed


def seen(sources: Path, index: Path) -> Seen:
    """What a person finds: for each question the passages with their scores, every quote compared with its text."""
    config = load_config(sources=sources, index=index, chunk_tokens=40)
    with Assistant(config, WordEncoder()) as assistant:
        found = [assistant.search(q) for q in QUESTIONS]
        return [[(p.document.path, p.chunk.id, p.score) for p in passages] for passages in found]


class Stages:
    """Two states of a folder, an index of the first, and what is seen of clean builds of both."""

    def __init__(self, place: Path) -> None:
        self.first, self.second, self.index = place / "first", place / "second", place / "index1"
        write_first(self.first)
        shutil.copytree(self.first, self.second)
        write_second(self.second)
        made(self.first, self.index)
        made(self.second, place / "index2")
        self.before, self.after = seen(self.first, self.index), seen(self.second, place / "index2")

    def fresh(self, place: Path) -> tuple[Path, Path]:
        """The changed sources with an index of the state before, which knows them by the name of the first."""
        shutil.copytree(self.second, place / self.first.name)
        shutil.copytree(self.index, place / "index")
        return place / self.first.name, place / "index"

    def lost(self, sources: Path, index: Path) -> str:
        """What was lost: other answers than those before or after, or a next build that is not a clean one's."""
        if seen(sources, index) not in (self.before, self.after):
            return "wrong answers after the fault"
        made(sources, index)
        return "" if seen(sources, index) == self.after else "the next build is not a clean one's"


class Server:
    """The page's server as a process of its own."""

    def __init__(self, sources: Path, index: Path | str) -> None:
        command = [sys.executable, str(Path(__file__).with_name("serving.py")), str(sources), str(index), "0"]
        environment = {**os.environ, "PYTHONPATH": ENVIRONMENT["PYTHONPATH"]}  # a test may have set more since
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment)
        said = (re.search(r"http://127\S+", line) for line in self.process.stderr or ())
        self.address = next(found[0] for found in said if found)

    def call(self, path: str, data: bytes, kind: str = "application/json") -> Any:
        """What the server answers; None where it is gone."""
        with suppress(http.client.HTTPException, OSError, ValueError):
            request = urllib.request.Request(self.address + path, data, {"content-type": kind})
            with urllib.request.urlopen(request, timeout=60) as response:
                return json.loads(response.read().splitlines()[-1])
        return None

    def kill(self) -> bool:
        """Ends it with SIGKILL; whether it still ran."""
        running = self.process.poll() is None
        self.process.kill()
        self.process.communicate()
        return running
