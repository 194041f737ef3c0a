"""PostgreSQL, Milvus Lite, a builder and `rag serve` are killed with SIGKILL while one builds and another asks: what
was acknowledged is there, and no quote is of anything but a source.

python -m pytest tests/faults/test_shared.py --rounds 20
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import milvus_server
import pytest
from faults.places import ENVIRONMENT, QUESTIONS, Server, Stages
from milvus_server import LiteServer
from postgres import PostgresServer
from words import WordEncoder

from rag.assistant import Assistant, index_of
from rag.config import Config, load_config
from rag.errors import FootnoteError, IndexProblem

_LONG = 120.0  # seconds in which whoever was killed must be at work again
BUILDER = """
import shutil, sys
from pathlib import Path
from words import WordEncoder
from rag.assistant import index_of
from rag.config import load_config
from rag.errors import FootnoteError, IndexProblem
from rag.indexing import build

sources, url, states = Path(sys.argv[1]), sys.argv[2], [Path(one) for one in sys.argv[3:]]
index = index_of(load_config(sources=sources, index=url, chunk_tokens=40))
print("ready", flush=True)
for line in sys.stdin:
    shutil.rmtree(sources, ignore_errors=True)
    shutil.copytree(states[int(line) % 2], sources)
    try:
        report = build(sources, index, encoder=WordEncoder(), size=40, overlap=1)
        print(f"failed {report.failed}" if report.failed else "done", flush=True)
    except FootnoteError as error:
        print(f"failed {error}", flush=True)
"""


class Builder:
    """Builds one state of the sources after the other, in a process of its own, when it is told to."""

    def __init__(self, sources: Path, url: str, states: list[Path]) -> None:
        self._command = [sys.executable, "-c", BUILDER, str(sources), url, *map(str, states)]
        self.number = -1
        self._start()

    def begin(self) -> None:
        """Begins to build the next state."""
        self.number += 1
        self._say()

    def finish(self) -> None:
        """Builds until the last state is acknowledged."""
        until = time.monotonic() + _LONG
        while (said := self._heard()) != "done":
            assert time.monotonic() < until, said
            if not said:  # it was killed
                self._let_go()
                self._start()
            time.sleep(0.1)
            self._say()
        if self.process.poll() is not None:  # just after it had told
            self._let_go()
            self._start()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def end(self) -> None:
        """Kills it for the last time."""
        self.kill()
        self._let_go()

    def _let_go(self) -> None:
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                with suppress(OSError):  # what it was told last was never read
                    pipe.close()

    def _start(self) -> None:
        environment = {**os.environ, "PYTHONPATH": ENVIRONMENT["PYTHONPATH"]}
        self.process = subprocess.Popen(
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )
        assert self._heard() == "ready"

    def _say(self) -> None:
        assert self.process.stdin
        self.process.stdin.write(f"{self.number}\n")
        self.process.stdin.flush()

    def _heard(self) -> str:
        assert self.process.stdout
        return self.process.stdout.readline().strip()


class World:
    """An index in PostgreSQL that Milvus Lite searches, one who builds it, and one who asks all the time."""

    def __init__(self, place: Path, stages: Stages, postgres: PostgresServer, milvus: LiteServer, url: str) -> None:
        self.postgres, self.milvus, self.url = postgres, milvus, url
        self.sources = place / "sources"
        self._states = [stages.first, stages.second]
        self._expected = [_paths(stages.before), _paths(stages.after)]
        self.texts = [
            {path.name: path.read_text() for path in state.iterdir() if path.is_file()} for state in self._states
        ]
        self.config: Config = load_config(sources=self.sources, index=url, chunk_tokens=40)
        self.builder = Builder(self.sources, url, self._states)
        self.builder.begin()
        self.builder.finish()
        self.good, self.wrong, self.ended = 0, list[str](), threading.Event()

    def asks(self, ask: Callable[[str], list[tuple[str, str]]]) -> threading.Thread:
        """One who asks until the end; `ask` gives paths and quotes, and raises a FootnoteError where it cannot."""

        def go_on() -> None:
            while not self.ended.is_set():
                for question in QUESTIONS:
                    try:
                        found = ask(question)
                    except FootnoteError:
                        time.sleep(0.05)
                        continue
                    self.wrong += [f"{path}: {quote}" for path, quote in found if not self._is_quote(path, quote)]
                    self.good += bool(found)

        thread = threading.Thread(target=go_on)
        thread.start()
        return thread

    def wait_for_an_answer(self) -> None:
        before, until = self.good, time.monotonic() + _LONG
        while self.good == before:
            assert time.monotonic() < until, "nobody answers any more"
            time.sleep(0.02)

    def lost(self) -> str:
        """What is not as the last acknowledged build left it; empty if all is."""
        with opened(self.config) as assistant:
            found = [[(p.document.path, p.chunk.id) for p in assistant.search(q)] for q in QUESTIONS]
        if found != self._expected[self.builder.number % 2]:
            return f"after build {self.builder.number} another state is found"
        if self.wrong:
            return f"wrong quotes: {self.wrong[:3]}"
        return ""

    def _is_quote(self, path: str, quote: str) -> bool:
        return any(quote in state.get(path, "") for state in self.texts)


def opened(config: Config) -> Assistant:
    """An index open for questions, as soon as both servers answer: on a busy machine they take their time."""
    until = time.monotonic() + _LONG
    while True:
        try:
            return Assistant(config, WordEncoder())
        except IndexProblem:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)


def _paths(seen: list[list[tuple[str, int, float]]]) -> list[list[tuple[str, int]]]:
    return [[(path, key) for path, key, _ in found] for found in seen]


@pytest.fixture(scope="module")
def stages(tmp_path_factory: pytest.TempPathFactory) -> Stages:
    return Stages(tmp_path_factory.mktemp("stages"))


@pytest.fixture(scope="module")
def postgres() -> Iterator[PostgresServer]:
    running = PostgresServer().start()
    yield running
    running.remove()


@pytest.fixture(scope="module")
def milvus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiteServer]:
    running = milvus_server.lite(tmp_path_factory.mktemp("milvus") / "server")
    yield running
    running.kill()


@pytest.fixture
def world(
    tmp_path: Path, stages: Stages, postgres: PostgresServer, milvus: LiteServer, monkeypatch: pytest.MonkeyPatch
) -> Iterator[World]:
    monkeypatch.setenv("FOOTNOTE_LENSES", f"{milvus.url}#{milvus_server.new_name()}")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    made = World(tmp_path, stages, postgres, milvus, postgres.url(f"c{random.randrange(10**9)}"))
    yield made
    made.ended.set()
    made.builder.end()


def _trials(world: World, trials: Any, rounds: int, seed: int, strike: Callable[[], None]) -> None:
    rng = random.Random(seed)
    for _ in range(rounds if rounds >= 10 else 1):
        world.builder.begin()
        time.sleep(rng.uniform(0.0, 1.0))
        strike()
        world.builder.finish()
        world.wait_for_an_answer()
        trials.note(world.lost())
    told = index_of(world.config)
    with told.truth.snapshot() as snapshot:
        left = [one for one in (*told.truth.remains(), *told.lenses.remains(snapshot)) if not one.done and one.hint]
    assert left == []


@pytest.mark.parametrize("part", ["PostgreSQL", "Milvus Lite", "the builder"])
def test_a_part_is_killed_while_one_builds_and_another_asks(part: str, world: World, trials: Any, rounds: int) -> None:
    def strike() -> None:
        if part == "PostgreSQL":
            world.postgres.kill()
            world.postgres.start()
        elif part == "Milvus Lite":
            world.milvus.kill()
            world.milvus.start_again()
        else:
            world.builder.kill()

    with opened(world.config) as assistant:
        thread = world.asks(lambda question: [(p.document.path, p.text) for p in assistant.search(question)])
        try:
            _trials(world, trials, rounds, 41, strike)
        finally:
            world.ended.set()
            thread.join()


def test_the_server_of_the_page_is_killed_while_one_builds_and_it_is_asked(
    world: World, trials: Any, rounds: int
) -> None:
    serving = [Server(world.sources, world.url)]

    def ask(question: str) -> list[tuple[str, str]]:
        answer = serving[0].call("/page/ask", _asked(question)) or {}
        cited = [one for claim in answer.get("claims", []) for one in claim["citations"]]
        return [(one["path"], one["quote"]) for one in cited]

    def strike() -> None:
        serving[0].kill()
        serving[0] = Server(world.sources, world.url)

    thread = world.asks(ask)
    try:
        _trials(world, trials, rounds, 42, strike)
    finally:
        world.ended.set()
        thread.join()
        serving[0].kill()


def _asked(question: str) -> bytes:
    return f'{{"question": "{question}"}}'.encode()
