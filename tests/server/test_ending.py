"""A server that is told to end is gone at once, whatever people have it do."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

SECONDS = 20.0
"""Two or three on a quiet machine; the answers that people wait for take minutes."""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an index of some articles."""
    folder = tmp_path_factory.mktemp("ending")
    (folder / "sources").mkdir()
    for number in range(8):
        words = " ".join(
            f"The port number {number} has {each} cranes and lies {each} km from the sea." for each in range(12)
        )
        (folder / "sources" / f"port-{number}.txt").write_text(words)
    subprocess.run([sys.executable, "-m", "rag", "build"], cwd=folder, check=True, capture_output=True, timeout=400)
    return folder


@pytest.fixture
def serving(place: Path, request: pytest.FixtureRequest) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """A server of one process, or of as many as the test says."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    workers = str(getattr(request, "param", 1))
    command = [sys.executable, "-m", "rag", "serve", "--port", str(port), "--workers", workers]
    with subprocess.Popen(command, cwd=place, stderr=subprocess.DEVNULL) as process:
        try:
            for _ in range(900):
                try:
                    with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5):
                        break
                except OSError:
                    assert process.poll() is None
                    time.sleep(0.1)
            yield process, port
        finally:
            process.kill()


def ask(port: int, question: str, begun: threading.Semaphore) -> None:
    try:
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
            connection.request(
                "POST", "/page/ask", json.dumps({"question": question}), {"content-type": "application/json"}
            )
            begun.release()
            with connection.getresponse() as answer:
                answer.read()
    except (OSError, http.client.HTTPException):
        pass  # the server has ended


@pytest.mark.parametrize(
    ("serving", "wish"),
    [(1, signal.SIGTERM), (1, signal.SIGINT), (2, signal.SIGTERM)],
    ids=["TERM", "INT", "TERM to two processes"],
    indirect=["serving"],
)
def test_the_server_ends_in_time_under_load(serving: tuple[subprocess.Popen[bytes], int], wish: signal.Signals) -> None:
    process, port = serving
    sides = ", ".join(f"port {number}" for number in range(30))
    begun = threading.Semaphore(0)
    asking = [
        threading.Thread(target=ask, args=(port, f"Compare the cranes of {sides} number {each}.", begun))
        for each in range(12)
    ]
    for one in asking:
        one.start()
    for _ in asking:
        assert begun.acquire(timeout=60)
    time.sleep(1)
    os.kill(process.pid, wish)
    process.wait(SECONDS)
    for one in asking:
        one.join(60)


def test_the_server_ends_in_time_while_it_begins(serving: tuple[subprocess.Popen[bytes], int]) -> None:
    process, _ = serving
    process.terminate()
    process.wait(SECONDS)
