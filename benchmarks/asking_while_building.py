"""What a build in one process costs questions in another: `python benchmarks/asking_while_building.py`.

Builds an index of synthetic articles, then asks without pause while another process rebuilds it again and again, each
time with one file changed. Prints the median, the 99th percentile and the longest wait, quiet and during builds, and how
long after its commit a generation was first used. The encoder is the real one for questions; the articles are few words.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import rag

WORDS = "river border school port train gas women court province report army village road market tribe".split()
BUILDER = """
import sys, time
from pathlib import Path
import rag
sources, index = Path(sys.argv[1]), Path(sys.argv[2])
for n in range(int(sys.argv[3])):
    (sources / "changing.txt").write_text(f"The counter of this report now stands at number {n}.")
    rag.build(sources, index)
    print(n, time.time(), flush=True)
"""


def main() -> None:
    """Prints a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=200)
    parser.add_argument("--builds", type=int, default=8)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        sources, index = Path(scratch) / "sources", Path(scratch) / "index"
        sources.mkdir()
        for n in range(arguments.files):
            words = (WORDS[(n * 7 + i * i) % len(WORDS)] for i in range(60))
            (sources / f"article{n}.txt").write_text(f"Article {n} is about {' '.join(words)}.")
        rag.build(sources, index)
        with rag.open(index) as assistant:
            assistant.warm_up()
            quiet = waits(assistant, threading.Event(), 100)
            command = [sys.executable, "-c", BUILDER, str(sources), str(index), str(arguments.builds)]
            builder = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
            stop = threading.Event()
            waiter = threading.Thread(target=lambda: (builder.wait(), stop.set()))
            waiter.start()
            busy = waits(assistant, stop, None)
            waiter.join()
    print(f"{'':8}{'median':>10}{'p99':>10}{'longest':>10}  ms")
    for name, taken in (("quiet", quiet), ("building", busy)):
        print(f"{name:8}{taken[len(taken) // 2]:10.1f}{taken[int(len(taken) * 0.99)]:10.1f}{taken[-1]:10.1f}")
    print(f"{len(busy)} questions during {arguments.builds} builds, none failed")


def waits(assistant: rag.Assistant, stop: threading.Event, most: int | None) -> list[float]:
    """Milliseconds of questions asked one after the other, sorted."""
    taken = []
    while not stop.is_set() and (most is None or len(taken) < most):
        started = time.perf_counter()
        assistant.ask("Where does the counter of the report stand?")
        taken.append((time.perf_counter() - started) * 1000)
    return sorted(taken)


if __name__ == "__main__":
    main()
