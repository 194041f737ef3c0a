"""Whether uploads slow others: `python -m benchmarks.uploads SOURCES [--uploads 8] [--rounds 5]`.

Serves a copy of the sources, and so many other small files beside them, as `rag serve` does, and times the page's call
`progress` in turns: alone, beside uploads of large files at once, and beside as many uploads of small files, one after
another on each connection. The uploads come from a process of their own. The ratios are what a person feels; on a busy
machine they swing, so several rounds are put together.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import statistics
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.page import Page, serving_copy

__all__ = ["main", "send"]

CALLS = 60  # alone, a round
PAUSE = 0.02  # seconds between two calls, so that they are no load themselves
OTHERS = 2_000  # files that lie in the folder already, in none of which anything can be read
KINDS = {"large": (1, 24 << 20), "small": (60, 64 << 10)}  # files on each connection, and the bytes of each
SEND = "import sys; from benchmarks.uploads import send; send(sys.argv[1], *map(int, sys.argv[2:]))"


def send(url: str, number: int, uploads: int, files: int, size: int) -> None:
    """Sends files of `size` bytes on so many connections at the same time."""
    content = os.urandom(size)

    def one(of: int) -> None:
        connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=600)
        for file in range(files):
            name = f"{number}/upload-{of}-{file}.txt"
            connection.request("POST", f"/page/receive?name={name}", content, {"content-type": "text/plain"})
            answer = connection.getresponse()
            said = answer.read()
            if answer.status != 200:
                raise SystemExit(f"{name}: {answer.status} {said!r}")

    with ThreadPoolExecutor(uploads) as crowd:
        list(crowd.map(one, range(uploads)))


def timed(page: Page) -> float:
    """Seconds of one call of `progress`."""
    began = time.perf_counter()
    page.call("progress", {})
    took = time.perf_counter() - began
    time.sleep(PAUSE)
    return took


def beside(page: Page, number: int, uploads: int, kind: str) -> list[float]:
    """Calls for as long as the uploads of a kind go on."""
    given = [page.url, str(number), str(uploads), *map(str, KINDS[kind])]
    taken = []
    with subprocess.Popen([sys.executable, "-c", SEND, *given]) as sender:
        while sender.poll() is None:
            taken.append(timed(page))
    if sender.returncode:
        raise SystemExit("The uploads failed.")
    return taken


def main() -> None:
    """Measures and prints JSON: milliseconds of the calls (median, p95, longest), and ratios of median and p95."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("sources", type=Path)
    parser.add_argument("--uploads", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    taken: dict[str, list[float]] = {"alone": [], **{kind: [] for kind in KINDS}}
    with serving_copy(options.sources) as (page, sources):
        (sources / "others").mkdir()
        for number in range(OTHERS):
            (sources / "others" / f"{number}.bin").write_bytes(b"")
        page.wait("settled")
        for number in range(options.rounds):
            taken["alone"] += [timed(page) for _ in range(CALLS)]
            for kind in KINDS:
                taken[kind] += beside(page, number, options.uploads, kind)
    told = {name: _told(each) for name, each in taken.items()}
    ratios = {
        f"{kind} beside alone": [round(each(taken[kind]) / each(taken["alone"]), 2) for each in (_median, _p95)]
        for kind in KINDS
    }
    print(json.dumps({**told, **ratios}, indent=1))


def _told(taken: list[float]) -> dict[str, float]:
    named = {"median ms": _median(taken), "p95 ms": _p95(taken), "longest ms": max(taken)}
    return {**{name: round(1000 * seconds, 1) for name, seconds in named.items()}, "calls": len(taken)}


def _median(taken: list[float]) -> float:
    return statistics.median(taken)


def _p95(taken: list[float]) -> float:
    return sorted(taken)[int(len(taken) * 0.95)]


if __name__ == "__main__":
    main()
