"""A server that nobody asks sleeps: how often its threads wake up, as the system counts it."""

from __future__ import annotations

import re
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the system does not count what threads do")


def woken(process: int) -> dict[str, int]:
    """How often each thread has gone to sleep by itself."""
    found = dict[str, int]()
    for task in Path(f"/proc/{process}/task").iterdir():
        status = (task / "status").read_text()
        name, times = re.search(r"^Name:\s*(.*)", status), re.search(r"^voluntary_ctxt_switches:\s*(\d+)", status, re.M)
        assert name
        assert times
        found[f"{task.name} {name[1]}"] = int(times[1])
    return found


def test_a_server_that_nobody_asks_sleeps(tmp_path: Path) -> None:
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "a.txt").write_text("The port of Gwadar lies on the Arabian Sea.\n")
    rag = [sys.executable, "-m", "rag"]
    subprocess.run([*rag, "build"], cwd=tmp_path, check=True, capture_output=True)
    server = subprocess.Popen([*rag, "serve", "--port", "0"], cwd=tmp_path, stderr=subprocess.PIPE, text=True)
    try:
        address = next(found[0] for line in server.stderr or () if (found := re.search(r"http://127\S+", line)))
        urllib.request.urlopen(f"{address}/gradio_api/info", timeout=240).read()  # the last part to be loaded
        rate = dict[str, float]()
        for _ in range(6):  # what was begun at the start may still go on
            before = woken(server.pid)
            time.sleep(5)
            rate = {name: (times - before.get(name, 0)) / 5 for name, times in woken(server.pid).items()}
            if sum(rate.values()) < 25:
                break
        assert sum(rate.values()) < 25, {name: times for name, times in rate.items() if times}
    finally:
        server.kill()
        server.communicate()
