"""Killed with SIGKILL at any moment: builds, the server, uploads, rebuilds from the page. Nothing is lost."""

from __future__ import annotations

import json
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from faults.places import ENVIRONMENT, TESTS, Server, Stages
from filelock import FileLock


@pytest.fixture(scope="module")
def stages(tmp_path_factory: pytest.TempPathFactory) -> Stages:
    return Stages(tmp_path_factory.mktemp("stages"))


@pytest.fixture(scope="module")
def zygote() -> Iterator[subprocess.Popen[str]]:
    """Builds in forks of one prepared process (`tests/zygote.py`)."""
    command = [sys.executable, str(TESTS / "zygote.py")]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=ENVIRONMENT
    ) as process:
        yield process
        assert process.stdin
        process.stdin.close()


def test_builds_are_killed(
    stages: Stages, zygote: subprocess.Popen[str], tmp_path: Path, trials: Any, rounds: int
) -> None:
    rng = random.Random(11)
    assert zygote.stdin
    assert zygote.stdout
    for n in range(rounds):
        sources, index = stages.fresh(tmp_path / str(n))
        request = {"sources": str(sources), "index": str(index), "seconds": rng.uniform(0.0, 1.0)}
        zygote.stdin.write(json.dumps(request) + "\n")
        zygote.stdin.flush()
        killed = json.loads(zygote.stdout.readline())["killed"]
        trials.note(stages.lost(sources, index), struck=killed)
        shutil.rmtree(tmp_path / str(n))


def test_the_server_is_killed_while_it_is_asked(stages: Stages, tmp_path: Path, trials: Any, rounds: int) -> None:
    rng = random.Random(12)
    for n in range(max(1, rounds // 4)):
        sources, index = stages.fresh(tmp_path / str(n))
        server = Server(sources, index)
        asking = [_again(server, "/page/ask", {"question": "Who died near Sibi?"}) for _ in range(3)]
        time.sleep(rng.uniform(0.0, 2.0))
        struck = server.kill()
        for thread in asking:
            thread.join()
        trials.note(stages.lost(sources, index), struck=struck)
        shutil.rmtree(tmp_path / str(n))


def test_rebuilds_from_the_page_are_killed(stages: Stages, tmp_path: Path, trials: Any, rounds: int) -> None:
    rng = random.Random(13)
    for n in range(max(1, rounds // 4)):
        sources, index = stages.fresh(tmp_path / str(n))
        server = Server(sources, index)
        server.call("/page/build", b"{}")
        time.sleep(rng.uniform(0.0, 2.5))
        building = (server.call("/page/progress", b"{}") or {}).get("state") == "running"
        server.kill()
        _wait_for_lock(index)
        trials.note(stages.lost(sources, index), struck=building)
        shutil.rmtree(tmp_path / str(n))


def test_the_server_is_killed_while_files_come(stages: Stages, tmp_path: Path, trials: Any, rounds: int) -> None:
    """A file that was said to be there is there in full, and none is there in part."""
    rng = random.Random(14)
    content = b"The harbour master counts ships. " * 60_000
    for n in range(max(1, rounds // 4)):
        sources, index = stages.fresh(tmp_path / str(n))
        server, stored = Server(sources, index), list[str]()
        before = {path.name for path in sources.iterdir()}

        def upload(number: int, server: Server = server, stored: list[str] = stored) -> None:
            for part in range(20):
                name = f"new-{number}-{part}.txt"
                if server.call(f"/page/receive?name={name}", content, "application/octet-stream"):
                    stored.append(name)

        sending = [threading.Thread(target=upload, args=(number,)) for number in range(3)]
        for thread in sending:
            thread.start()
        time.sleep(rng.uniform(0.05, 1.5))
        struck = server.kill()
        for thread in sending:
            thread.join()
        there = {path.name: path.stat().st_size for path in sources.glob("new-*.txt")}
        broken = [name for name, size in there.items() if size != len(content)]
        missing = [name for name in stored if name not in there]
        lost = "a part of a file stands for the whole" if broken else "a stored file is missing" if missing else ""
        for path in sources.iterdir():
            if path.name not in before:
                path.unlink()
        trials.note(lost or stages.lost(sources, index), struck=struck)
        shutil.rmtree(tmp_path / str(n))


def test_a_server_asked_to_end_leaves_a_whole_index(stages: Stages, tmp_path: Path, trials: Any) -> None:
    sources, index = stages.fresh(tmp_path / "end")
    server = Server(sources, index)
    server.call("/page/build", b"{}")
    server.process.send_signal(signal.SIGTERM)
    server.process.communicate(timeout=60)
    _wait_for_lock(index)
    trials.note(stages.lost(sources, index))


def _again(server: Server, path: str, given: dict[str, Any]) -> threading.Thread:
    """Asks the same until the server is gone."""

    def ask() -> None:
        while server.process.poll() is None:
            server.call(path, json.dumps(given).encode())

    thread = threading.Thread(target=ask)
    thread.start()
    return thread


def _wait_for_lock(index: Path) -> None:
    """Until nothing of the server holds the index any more: children that read files end a moment after it."""
    if (index / "build.lock").exists():
        with FileLock(index / "build.lock", timeout=60):
            pass
