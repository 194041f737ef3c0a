"""Memory of a server that runs for long: `python -m benchmarks.long_run SOURCES [--questions 2000] [--rebuilds 500]`.

Copies the sources, serves an index of them as `rag serve` does, asks questions and rebuilds after changing a file, and
prints the server's resident memory (private pages) every so often, as it goes on to standard error, so that a run that
is broken off has not been for nothing. Growth is the slope over the second half, when caches are full.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

import numpy as np
import psutil

from benchmarks.page import QUESTIONS, Page, serving_copy

__all__ = ["main", "slope"]


def slope(sizes: list[float]) -> float:
    """Growth from one sample to the next over the second half of them, by least squares."""
    half = sizes[len(sizes) // 2 :]
    return float(np.polyfit(range(len(half)), half, 1)[0]) if len(half) > 1 else 0.0


def memory(page: Page) -> float:
    """MB that only the server's process holds."""
    return float(psutil.Process(page.process.pid).memory_full_info().uss) / 1e6


def sampled(page: Page, what: str, number: int) -> float:
    """The memory now, told as well."""
    size = memory(page)
    print(f"{time.strftime('%H:%M:%S')} {number + 1} {what}: {size:.1f} MB", file=sys.stderr, flush=True)
    return size


def ask(page: Page, times: int, every: int) -> list[float]:
    """Asks so many questions; the memory after every so many."""
    sizes = []
    for number in range(times):
        page.call("ask", {"question": QUESTIONS[number % len(QUESTIONS)] + " " * (number // len(QUESTIONS) % 7)})
        if number % every == every - 1:
            sizes.append(sampled(page, "questions", number))
    return sizes


def rebuild(page: Page, sources: Path, times: int, every: int) -> list[float]:
    """Changes a file and rebuilds, so many times, with a question after each; the memory after every so many."""
    sizes = []
    for number in range(times):
        before = page.call("progress", {})["number"]
        (sources / "changing.txt").write_text(f"The ledger has {number} pages. The port counts its {number} ships.\n")
        page.call("build", {})
        while page.call("progress", {})["number"] == before:
            time.sleep(0.05)
        page.call("ask", {"question": "How many pages has the ledger?"})
        if number % every == every - 1:
            sizes.append(sampled(page, "rebuilds", number))
    return sizes


def main() -> None:
    """Prints the sizes and the growth as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("sources", type=Path)
    parser.add_argument("--questions", type=int, default=2000)
    parser.add_argument("--rebuilds", type=int, default=500)
    options = parser.parse_args()
    every = max(1, options.questions // 20), max(1, options.rebuilds // 20)
    with serving_copy(options.sources) as (page, sources):
        page.wait("ready")
        asked = ask(page, options.questions, every[0])
        built = rebuild(page, sources, options.rebuilds, every[1])
    growth = {"MB per 100 questions": slope(asked) * 100 / every[0], "MB per rebuild": slope(built) / every[1]}
    print(json.dumps({"questions": asked, "rebuilds": built, **growth}, indent=1))


if __name__ == "__main__":
    main()
