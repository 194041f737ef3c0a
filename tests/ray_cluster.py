"""A Ray cluster for the tests: a head without processors and some nodes with one each, all on this machine.

Where Ray is not installed the tests are skipped, and fail where FOOTNOTE_ENCLOSED=required, as in CI.
"""

from __future__ import annotations

import importlib.util
import os
import random
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from pathlib import Path

import psutil
import pytest
from paths import ROOT

__all__ = ["RayCluster"]

_QUIET = {  # a head reports even that it reports nothing, and asks which cloud it is in
    "RAY_USAGE_STATS_REPORT_URL": "http://127.0.0.1:9",
    "http_proxy": "http://127.0.0.1:9",
    "no_proxy": "127.0.0.1,127.0.0.2",
}
_MARK = "FOOTNOTE_TEST_NODE"
_STORE = 80_000_000  # bytes, near the least that Ray takes
_HOST = "127.0.0.2"  # 127.0.0.1 is put for another by Ray, which the whole network reaches
_SECONDS = 120.0  # a machine with much to do is no failure


class RayCluster:
    """Processes of Ray's own command `ray start`; their files lie in a folder with a short name, as sockets need."""

    def __init__(self) -> None:
        """Starts the head. Skips or fails the test where there is no Ray."""
        if importlib.util.find_spec("ray") is None or importlib.util.find_spec("grpc") is None:
            reason = "Ray is not installed (pip install 'footnote-rag[ray]')"
            if os.environ.get("FOOTNOTE_ENCLOSED") == "required":
                pytest.fail(reason)
            pytest.skip(reason)
        os.environ.update(RAY_AUTH_MODE="token", RAY_AUTH_TOKEN=secrets.token_hex(32))  # also for those who connect
        self.folder = Path(tempfile.mkdtemp(prefix="r", dir="/tmp"))
        self._numbers = count()
        self._port, client = _free_port(), _free_port()
        self._own: dict[subprocess.Popen[bytes], str] = {}  # with what marks all processes of it
        ports = [f"--port={self._port}", f"--ray-client-server-port={client}"]
        self.head = self._start("--head", *ports, "--num-cpus=0", "--include-dashboard=false", "--disable-usage-stats")
        self.address = f"ray://{_HOST}:{client}"
        self._wait(self.head, lambda: _listens(client))

    @property
    def nodes(self) -> list[subprocess.Popen[bytes]]:
        """Those beside the head."""
        return [one for one in self._own if one is not self.head]

    def add_node(self) -> subprocess.Popen[bytes]:
        """One more node with one processor; it has joined. Two that start at once may want the same ports."""
        return self._start(f"--address={_HOST}:{self._port}", "--num-cpus=1")

    def kill(self, one: subprocess.Popen[bytes]) -> None:
        """Ends a node, or the head, and all its processes with SIGKILL, as a machine that is switched off."""
        mark = self._own.pop(one)
        family = [each for each in psutil.process_iter(["environ"]) if (each.info["environ"] or {}).get(_MARK) == mark]
        for process in family:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        one.wait()
        psutil.wait_procs([process for process in family if process.pid != one.pid], timeout=30)

    def remove(self) -> None:
        """Ends everything, and removes what was written."""
        for name in ("RAY_AUTH_MODE", "RAY_AUTH_TOKEN"):
            os.environ.pop(name, None)
        for one in list(self._own):
            self.kill(one)
        shutil.rmtree(self.folder, ignore_errors=True)

    def log(self) -> str:
        """What the processes have said."""
        return "\n".join(path.read_text(errors="replace")[-2000:] for path in sorted(self.folder.glob("*.out")))

    def _wait(self, one: subprocess.Popen[bytes], there: Callable[[], bool]) -> None:
        until = time.monotonic() + _SECONDS
        while not there():
            assert one.poll() is None, self.log()
            assert time.monotonic() < until, self.log()
            time.sleep(0.1)

    def _start(self, *arguments: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "ray.scripts.scripts", "start", "--block", *arguments]
        command += [f"--node-ip-address={_HOST}", f"--object-store-memory={_STORE}"]
        command += [f"--temp-dir={self.folder}"] if "--head" in arguments else []
        environment = (
            os.environ | {"RAY_USAGE_STATS_ENABLED": "0", "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"} | _QUIET
        )
        mark = f"{self.folder}/{next(self._numbers)}"
        with Path(f"{mark}.out").open("wb") as out:
            started = subprocess.Popen(
                command, stdout=out, stderr=out, env=environment | {_MARK: mark}, cwd=self.folder
            )
        self._own[started] = mark
        self._wait(started, lambda: "Ray runtime started" in Path(f"{mark}.out").read_text(errors="replace"))
        return started


def _free_port() -> int:
    """One that is given to nobody who asks for any: Ray's processes do so between our choice and its use."""
    while True:
        with suppress(OSError), socket.socket() as free:
            free.bind((_HOST, random.randrange(20_000, 32_000)))
            return int(free.getsockname()[1])


def _listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection((_HOST, port), timeout=1):
        return True
    return False
