"""A question from a cold start: `python -m benchmarks.cold INDEX [--make 5000] [--rounds 3]`.

Whole processes, in turn within one run: `rag ask` and `rag search` over an index, and beside them the least that a
program on sentence-transformers must do before it can search: import it, load the same weights, encode the question.
Wall time, processor time and peak memory of each, and the ratios, which count. `--make` makes an index of about so many
passages first, where there is none: sentences of `../shared/eval` put together anew, read by the real encoder.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

QUESTION = "How many people died in the attack on the Jaffar Express?"
BARE = (
    "from sentence_transformers import SentenceTransformer\n"
    "from rag.models.encoder.encoder import bundled_folder\n"
    f"SentenceTransformer(str(bundled_folder()), local_files_only=True).encode({QUESTION!r})"
)


def main() -> None:
    """Prints a line for each program: medians over the rounds, and how often the bare one fits into it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("index", type=Path)
    parser.add_argument("--make", type=int, metavar="PASSAGES")
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    if arguments.make and not arguments.index.exists():
        make(arguments.index, arguments.make)
    asking = ["-m", "rag", "ask", QUESTION, "--index", str(arguments.index)]
    programs = {
        "rag ask": asking,
        "rag search": [*asking[:2], "search", *asking[3:]],
        "bare sentence-transformers": ["-c", BARE],
    }
    rows: dict[str, list[tuple[float, float, float]]] = {name: [] for name in programs}
    for _ in range(arguments.rounds):
        for name, command in programs.items():
            rows[name].append(run([sys.executable, *command]))
    bare = [statistics.median(column) for column in zip(*rows["bare sentence-transformers"], strict=True)]
    print(f"{'':28}{'wall s':>8}{'cpu s':>8}{'peak MB':>9}   times faster (wall, cpu), share of the memory")
    for name, found in rows.items():
        wall, cpu, peak = (statistics.median(column) for column in zip(*found, strict=True))
        ratios = f"{bare[0] / wall:8.1f}{bare[1] / cpu:8.1f}{peak / bare[2]:8.2f}"
        print(f"{name:28}{wall:8.2f}{cpu:8.2f}{peak:9.0f}   {ratios}")


def make(index: Path, passages: int) -> None:
    """An index and, beside it, its sources."""
    import rag
    from benchmarks.synthetic import CHUNKS_A_FILE, write_files

    sources = index.with_name(f"{index.name}-sources")
    write_files(sources, -(-passages // CHUNKS_A_FILE))
    print(f"{rag.build(sources, index).chunks:,} passages", flush=True)


def run(command: list[str]) -> tuple[float, float, float]:
    """Wall seconds, processor seconds and peak megabytes of a process. Raises RuntimeError if it fails."""
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{command[1:4]} ended with {process.returncode}")
    unit = 1e6 if sys.platform == "darwin" else 1e3
    return time.perf_counter() - started, used.ru_utime + used.ru_stime, used.ru_maxrss / unit


if __name__ == "__main__":
    main()
