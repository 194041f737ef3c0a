"""`rag watch` and `rag serve --watch`: real processes that follow real files, and leave nothing behind."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from filelock import FileLock

PATIENCE = 90.0  # seconds after which a line that did not come is a failure

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals and process groups are not those of Windows")


class Running:
    """A `rag` command in a process group of its own, with what it says, line by line."""

    def __init__(self, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "rag", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._lines: queue.Queue[str] = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        for line in self.process.stdout or ():
            self._lines.put(line.rstrip())

    def wait_for(self, *words: str) -> str:
        """The next line that holds all the words."""
        until, seen = time.monotonic() + PATIENCE, list[str]()
        while True:
            try:
                line = self._lines.get(timeout=max(0.01, until - time.monotonic()))
            except queue.Empty:
                pytest.fail(f"no line with {words}; there were {seen}")
            seen.append(line)
            if all(word in line for word in words):
                return line

    def alive(self) -> list[str]:
        """The processes of the group that have not ended."""
        done = subprocess.run(["ps", "-eo", "pgid=,stat=,args="], capture_output=True, text=True, check=True)
        rows = [line.split(maxsplit=2) for line in done.stdout.splitlines()]
        return [row[2] for row in rows if row[0] == str(self.process.pid) and not row[1].startswith("Z")]

    def end(self, number: int) -> int:
        """Sends the command - not its children - a signal; its exit status, once the whole group has ended."""
        self.process.send_signal(number)
        status = self.process.wait(PATIENCE)
        until = time.monotonic() + PATIENCE
        while left := self.alive():
            assert time.monotonic() < until, left
            time.sleep(0.1)
        self._reader.join(PATIENCE)
        return status

    def clean_up(self) -> None:
        if self.alive():
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self._reader.join(PATIENCE)
        if self.process.stdout:
            self.process.stdout.close()


@pytest.fixture
def place(tmp_path: Path) -> tuple[Path, list[str]]:
    sources = tmp_path / "sources"
    sources.mkdir()
    (sources / "first.txt").write_text("The train stopped near Sibi.\n")
    return sources, ["--sources", str(sources), "--index", str(tmp_path / "index")]


@pytest.fixture
def running(place: tuple[Path, list[str]]) -> Iterator[Running]:
    made = Running("watch", *place[1])
    yield made
    made.clean_up()


def test_changes_are_built_together_once_they_have_settled(place: tuple[Path, list[str]], running: Running) -> None:
    sources, _ = place
    running.wait_for("1 added")
    for n in range(5):
        (sources / f"more{n}.txt").write_text(f"Number {n} of several files.\n")
    running.wait_for("5 added", "1 unchanged")
    (sources / ".hidden.txt").write_text("Not a source.\n")
    (sources / "first.txt").unlink()
    running.wait_for("1 removed", "5 unchanged")
    assert running.end(signal.SIGTERM) == -signal.SIGTERM


def test_a_locked_index_is_told_and_the_next_change_tries_again(
    place: tuple[Path, list[str]], running: Running, tmp_path: Path
) -> None:
    sources, _ = place
    running.wait_for("1 added")
    with FileLock(tmp_path / "index" / "build.lock", timeout=PATIENCE):
        (sources / "second.txt").write_text("Fuel is carried across the border.\n")
        running.wait_for("is being built by")
    (sources / "third.txt").write_text("Nobody counts the trucks.\n")
    running.wait_for("2 added", "1 unchanged")
    assert running.end(signal.SIGINT) in (0, 130)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_serving_follows_the_sources_and_leaves_no_process_behind(place: tuple[Path, list[str]], how: int) -> None:
    sources, options = place
    subprocess.run([sys.executable, "-m", "rag", "build", *options], check=True, capture_output=True)
    server = Running("serve", "--watch", "--port", "0", *options)
    try:
        server.wait_for("1 unchanged")
        (sources / "second.txt").write_text("Fuel is carried across the border.\n")
        server.wait_for("1 added", "1 unchanged")
        assert len(server.alive()) >= 2, "the server, and the one who follows"
        server.end(how)
    finally:
        server.clean_up()
