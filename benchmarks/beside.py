"""What a question costs beside another checkout, in one run: `python -m benchmarks.beside CHECKOUT [--sources DIR]`.

Both programs index the same sources, each its own way, and then take turns: every question is asked of one and of the
other, the first of each pair changing, so that what else the machine does weighs on both alike. Prints medians of the
time on the clock and on the processor, and of the ratio, question by question. To have the other one:

    git worktree add ../before 10690a6
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.sets import sampled
from rag.evaluate.cases import load_cases

HERE = Path(__file__).resolve().parent.parent
ASKS = """
import sys, time, rag
rag.build(sys.argv[1], sys.argv[2])
with rag.open(sys.argv[2]) as assistant:
    assistant.warm_up()
    print("ready", flush=True)
    for line in sys.stdin:
        wall, cpu = time.perf_counter(), time.process_time()
        assistant.ask(line.strip())
        print(1000 * (time.perf_counter() - wall), 1000 * (time.process_time() - cpu), flush=True)
"""


def main() -> int:
    """Prints a table of two programs."""
    parser = argparse.ArgumentParser(description="Compares the time of a question in two checkouts.")
    parser.add_argument("other", type=Path, help="the other checkout")
    parser.add_argument("--sources", type=Path, default=HERE / "sources")
    parser.add_argument(
        "--cases", type=Path, default=HERE / "tests/cases/samples.jsonl", help="whose questions are asked"
    )
    parser.add_argument("--questions", type=int, default=60, help="at most so many; 0: all")
    options = parser.parse_args()
    cases = sampled(load_cases(options.cases), options.questions)
    questions = [" ".join(case.question.split()) for case in cases]
    with tempfile.TemporaryDirectory() as scratch:
        both = [
            _started(root, options.sources, Path(scratch) / name)
            for root, name in ((HERE, "here"), (options.other, "there"))
        ]
        taken = [_pair(both, question, at % 2) for at, question in enumerate(questions)]
        for process in both:
            process.communicate()
    print(f"{len(taken)} pairs    this checkout   {options.other.name or options.other}    ratio of a pair, median")
    for at, name in enumerate(("clock", "processor")):
        here, there = ([pair[side][at] for pair in taken] for side in (0, 1))
        ratio = statistics.median(mine / theirs for mine, theirs in zip(here, there, strict=True))
        print(f"{name:10} {statistics.median(here):8.1f} ms  {statistics.median(there):8.1f} ms  {ratio:8.2f}")
    return 0


def _started(root: Path, sources: Path, index: Path) -> subprocess.Popen[str]:
    """A process of a checkout that answers a question a line, once it is ready."""
    command = [sys.executable, "-c", ASKS, str(sources.resolve()), str(index)]
    environment = {**os.environ, "PYTHONPATH": str(root.resolve())}
    process = subprocess.Popen(
        command, cwd=root, env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    if _line_of(process).strip() != "ready":
        raise SystemExit(f"The program of {root} did not start.")
    return process


def _line_of(process: subprocess.Popen[str]) -> str:
    """The next line that a process prints."""
    assert process.stdout is not None
    return process.stdout.readline()


def _pair(both: list[subprocess.Popen[str]], question: str, first: int) -> list[tuple[float, float]]:
    """Milliseconds on the clock and on the processor, here and there."""
    found: dict[int, tuple[float, float]] = {}
    for side in (first, 1 - first):
        asks = both[side].stdin
        assert asks is not None
        asks.write(question + "\n")
        asks.flush()
        wall, cpu = map(float, _line_of(both[side]).split())
        found[side] = (wall, cpu)
    return [found[0], found[1]]


if __name__ == "__main__":
    raise SystemExit(main())
