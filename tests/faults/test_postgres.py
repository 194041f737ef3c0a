"""PostgreSQL and those who build in it are killed with SIGKILL at any moment: what was acknowledged is there, and
nothing in part.
"""

from __future__ import annotations

import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from faults.places import ENVIRONMENT
from postgres import PostgresServer
from seam.implementations import RECIPE, Written, changes, store, written

from rag.errors import IndexMissing, IndexProblem, IndexUnreachable
from rag.shared import Address, PostgresTruth
from rag.types import IndexWriter

_NUMBERS = count()
_OF_ONE_WRITER = 20
_MARK = b"mark of the relay"
BUILDS = """
import sys
import tempfile
from rag.shared import Address, PostgresTruth
from faults.test_postgres import build

build(PostgresTruth(Address.parse(sys.argv[1])), int(sys.argv[2]), lambda number: print(number, flush=True))
"""


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    """As a person would run it: nothing is turned off to be faster."""
    running = PostgresServer().start()
    yield running
    running.remove()


@pytest.fixture
def url(server: PostgresServer) -> str:
    """The address of a collection that nobody has had before."""
    return server.url(f"c{next(_NUMBERS)}")


@pytest.fixture
def truth(url: str) -> Iterator[PostgresTruth]:
    """It keeps three connections for the next snapshots."""
    opened = PostgresTruth(Address.parse(url), idle=3)
    yield opened
    opened.close()


def line_of(number: int) -> Written:
    return written([f"line {number}", "x" * 3000])


def files_of(number: int) -> dict[str, Written | None]:
    """What generation `number` holds: three files, of which one is new and one gone."""
    return {f"{each}.pdf": line_of(each) for each in range(number, number + 3)}


def commit_truth(writer: IndexWriter, number: int) -> None:
    files = files_of(number)
    store(writer, filter(None, files.values()))
    with writer.next_generation(*changes(writer, files), RECIPE, {"number": str(number)}):
        pass


def build(truth: PostgresTruth, first: int, tell: Callable[[int], object], most: int = 100_000) -> None:
    """Commits one generation after another, several with one writer; tells each as soon as it is acknowledged."""
    numbers = range(first, first + most)
    for start in numbers[::_OF_ONE_WRITER]:
        with truth.writer() as writer:
            for number in range(start, min(start + _OF_ONE_WRITER, numbers.stop)):
                commit_truth(writer, number)
                tell(number)


def found(truth: PostgresTruth) -> int:
    """The number of the last generation, of which everything is looked at; -1 where there is none."""
    with suppress(IndexMissing), truth.snapshot() as snapshot:
        number = int(snapshot.meta("number") or -1)
        files = files_of(number)
        assert [row.path for row in snapshot.files()] == sorted(files)
        for path, one in files.items():
            assert one
            document = snapshot.document(one.id)
            assert document
            assert (document.path, document.text) == (path, one.loaded.document.text)
            assert sorted(snapshot.chunks(one.keys)) == one.keys
        assert snapshot.document(line_of(number - 1).id) is None
        return number
    return -1


def test_the_server_is_killed_while_it_is_written(
    server: PostgresServer, truth: PostgresTruth, trials: Any, rounds: int
) -> None:
    rng, first = random.Random(31), 0
    for _ in range(rounds):
        acknowledged: list[int] = []
        failed: list[IndexProblem] = []

        def write(first: int = first, acknowledged: list[int] = acknowledged, failed: list[Any] = failed) -> None:
            try:
                build(truth, first, acknowledged.append)
            except IndexProblem as problem:
                failed.append(problem)

        writing = threading.Thread(target=write)
        writing.start()
        time.sleep(rng.uniform(0.0, 2.0))
        server.kill()
        server.start()
        time.sleep(0.5)
        stopped = bool(failed)
        while not failed:  # a commit that was found out to be done goes on; it is stopped by the next kill
            server.kill()
            server.start()
            time.sleep(0.5)
        writing.join()
        last = found(truth)
        expected = acknowledged[-1] if acknowledged else first - 1
        lost = "" if last in (expected, expected + 1) else f"{last} instead of {expected}"
        told = all(isinstance(one, IndexUnreachable) for one in failed)
        trials.note(lost or ("" if told else f"told {failed}"), struck=stopped)
        first = max(last, 0) + 1
        build(truth, first, acknowledged.append, 1)
        assert found(truth) == first
        first += 1


def test_builders_are_killed(url: str, truth: PostgresTruth, trials: Any, rounds: int) -> None:
    rng, first = random.Random(32), 0
    for _ in range(rounds):
        command = [sys.executable, "-c", BUILDS, url, str(first)]
        process = subprocess.Popen(command, env=ENVIRONMENT, stdout=subprocess.PIPE, text=True)
        assert process.stdout
        acknowledged = [int(process.stdout.readline())]
        time.sleep(rng.uniform(0.0, 0.5))
        process.send_signal(signal.SIGKILL)
        acknowledged += [int(line) for line in process.communicate()[0].splitlines()]
        last = found(truth)
        lost = "" if last in (acknowledged[-1], acknowledged[-1] + 1) else f"{last} instead of {acknowledged[-1]}"
        build(truth, last + 1, acknowledged.append, 1)  # its lock went with it
        trials.note(lost or ("" if found(truth) == last + 1 else "the next build is not whole"))
        first = last + 2


class Relay:
    """Stands before the server; loses the connection at the first commit of a generation that carries the mark, before
    the server has been asked for it or after.
    """

    def __init__(self, server: PostgresServer, place: Path, *, passes: bool) -> None:
        self.passes, self.cut = passes, 0
        self._there = str(server.folder / ".s.PGSQL.5432")
        self._sockets = [socket.socket(socket.AF_UNIX)]
        self._sockets[0].bind(str(place / ".s.PGSQL.5432"))
        self._sockets[0].listen()
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def close(self) -> None:
        for one in self._sockets:
            _end(one)
        for thread in self._threads:
            thread.join()
        for one in self._sockets:
            one.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, far = self._sockets[0].accept()[0], socket.socket(socket.AF_UNIX)
                self._sockets += [near, far]
                far.connect(self._there)
                new = [threading.Thread(target=each, args=(near, far)) for each in (self._forth, _back)]
                self._threads += new
                for thread in new:
                    thread.start()

    def _forth(self, near: socket.socket, far: socket.socket) -> None:
        marked = False
        with suppress(OSError):
            while data := near.recv(65536):
                marked = marked or _MARK in data
                if marked and b"COMMIT" in data and not self.cut:
                    self.cut += 1
                    if self.passes:
                        near.shutdown(socket.SHUT_WR)  # no answer gets back
                        far.sendall(data)
                        time.sleep(0.3)
                    break
                far.sendall(data)
        _end(near)
        _end(far)


def _back(near: socket.socket, far: socket.socket) -> None:
    with suppress(OSError):
        while data := far.recv(65536):
            near.sendall(data)
    _end(near)


def _end(one: socket.socket) -> None:
    with suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize("passes", [True, False], ids=["committed", "not committed"])
def test_a_commit_without_an_answer_is_found_out(
    server: PostgresServer, url: str, truth: PostgresTruth, passes: bool, trials: Any
) -> None:
    """The connection is lost at the commit: it counts as done where it was, and as not done where it was not."""
    with truth.writer() as writer:
        commit_truth(writer, 0)
    with (
        tempfile.TemporaryDirectory(dir="/tmp") as place,
        closing(Relay(server, Path(place), passes=passes)) as relay,
    ):
        through = PostgresTruth(Address.parse(url.replace(str(server.folder), place)))
        with through.writer() as writer:
            store(writer, [line_of(1)])
            told, number = changes(writer, {"1.pdf": line_of(1)}), writer.generation
            if passes:
                with writer.next_generation(*told, RECIPE, {"number": "1", "mark": _MARK.decode()}):
                    pass
                assert writer.generation == number + 1
                commit_truth(writer, 2)  # it is still the only writer, and goes on
            else:
                with pytest.raises(IndexUnreachable, match="was not committed"):  # noqa: SIM117
                    with writer.next_generation(*told, RECIPE, {"number": "1", "mark": _MARK.decode()}):
                        pass
        assert relay.cut == 1
    trials.note("" if found(truth) == (2 if passes else 0) else "another state than the one that was told")


def test_a_question_is_told_and_the_next_one_is_answered(server: PostgresServer, truth: PostgresTruth) -> None:
    build(truth, 0, str, 1)
    with truth.snapshot(), truth.snapshot():  # two connections are kept
        pass
    with pytest.raises(IndexUnreachable, match="was lost") as lost, truth.snapshot() as snapshot:  # noqa: PT012
        server.kill()
        list(snapshot.files())
    assert "\n" not in str(lost.value)
    with pytest.raises(IndexUnreachable, match="cannot be reached"), truth.snapshot():
        pass
    server.start()
    assert found(truth) == 0


def test_a_kept_connection_that_was_cut_off_is_no_error(server: PostgresServer, truth: PostgresTruth) -> None:
    build(truth, 0, str, 1)
    with truth.snapshot(), truth.snapshot(), truth.snapshot():
        pass
    server.kill()
    server.start()
    assert found(truth) == 0


def test_whoever_has_read_all_does_not_notice_that_the_server_is_gone(
    server: PostgresServer, truth: PostgresTruth
) -> None:
    build(truth, 0, str, 1)
    with truth.snapshot() as snapshot:
        paths = [row.path for row in snapshot.files()]
        server.kill()
    assert paths == sorted(files_of(0))
    server.start()
    assert found(truth) == 0
