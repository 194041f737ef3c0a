"""What a build in one process costs questions in another: `python benchmarks/asking_while_building.py`.

Builds an index of synthetic articles of one chunk, then asks without pause while another process rebuilds it again and
again, each time with one file changed. Prints the median, the 99th percentile and the longest wait, quiet and during
builds, and how long after the end of a build its generation was first seen in an answer. With `--encoder hash` the
vectors are made up, so that large indexes can be measured; the waits are then the index's own.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from rebuild import HashEncoder, paragraph, rebuild

from rag.assistant import Assistant
from rag.config import load_config
from rag.models.encoder.encoder import SentenceEncoder
from rag.types import Encoder

Answered = tuple[float, float, int]  # milliseconds it took, when it was there, the counter it shows
BUILDER = """
import sys, time
from pathlib import Path
from rebuild import rebuild
sources, index = Path(sys.argv[1]), Path(sys.argv[2])
for n in range(1, int(sys.argv[3]) + 1):
    (sources / "changing.txt").write_text(f"The counter of this report now stands at number {n}.")
    rebuild(str(sources), str(index), sys.argv[4])
    print(n, time.time(), flush=True)
    time.sleep(1)
"""


def main() -> None:
    """Prints a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=200)
    parser.add_argument("--builds", type=int, default=8)
    parser.add_argument("--encoder", choices=("real", "hash"), default="real")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        sources, index = Path(scratch) / "sources", Path(scratch) / "index"
        sources.mkdir()
        for n in range(arguments.files):
            (sources / f"article{n}.txt").write_text(paragraph(n, 0))
        rebuild(str(sources), str(index), arguments.encoder)
        encoder: Encoder = SentenceEncoder() if arguments.encoder == "real" else HashEncoder()
        settings = load_config(sources=sources, index=index, chunk_tokens=200, overlap_sentences=0)
        if arguments.encoder == "hash":
            settings = load_config(sources=sources, index=index, chunk_tokens=48, overlap_sentences=0)
        with Assistant(settings, encoder) as assistant:
            assistant.warm_up()
            quiet = waits(assistant, threading.Event(), 100)
            command = [sys.executable, "-c", BUILDER, str(sources), str(index), str(arguments.builds)]
            busy, told = during(assistant, [*command, arguments.encoder])
    print(f"{'':8}{'median':>10}{'p99':>10}{'longest':>10}  ms")
    for name, answered in (("quiet", quiet), ("building", busy)):
        taken = sorted(milliseconds for milliseconds, _, _ in answered)
        print(f"{name:8}{taken[len(taken) // 2]:10.1f}{taken[int(len(taken) * 0.99)]:10.1f}{taken[-1]:10.1f}")
    print(f"{len(busy)} questions during {arguments.builds} builds, none failed")
    late = [first(busy, number) - ended for number, ended in told]
    print(f"a generation was first seen at most {max(late):.2f} s after its build had ended")


def during(assistant: Assistant, command: list[str]) -> tuple[list[Answered], list[tuple[int, float]]]:
    """The questions asked while a command builds, and the number and end of each of its builds."""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}
    builder = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    stop, told = threading.Event(), []

    def listen() -> None:
        for line in builder.stdout or ():
            number, ended = line.split()
            told.append((int(number), float(ended)))
        builder.wait()
        stop.set()

    listener = threading.Thread(target=listen)
    listener.start()
    answered = waits(assistant, stop, None)
    listener.join()
    return answered, told


def first(answered: list[Answered], number: int) -> float:
    """When the counter was first seen at a number or beyond it."""
    return next(at for _, at, counter in answered if counter >= number)


def waits(assistant: Assistant, stop: threading.Event, most: int | None) -> list[Answered]:
    """Questions asked one after the other."""
    answered: list[Answered] = []
    while not stop.is_set() and (most is None or len(answered) < most):
        started = time.perf_counter()
        passages = assistant.ask("Where does the counter of the report stand?").passages
        taken = (time.perf_counter() - started) * 1000
        seen = [int(n) for passage in passages for n in re.findall(r"stands at number (\d+)", passage.text)]
        answered.append((taken, time.time(), max(seen, default=0)))
    return answered


if __name__ == "__main__":
    main()
