"""Many askers at once: `python benchmarks/askers.py INDEX [--seconds 60]`.

One, eight and thirty-two threads ask one open index one question after the other for a bounded time. Questions a second
(and beside one asker's), waiting times of the middle, the slowest twentieth and the slowest hundredth, and errors.
"""

from __future__ import annotations

import argparse
import random
import threading
import time
from pathlib import Path

import rag
from benchmarks.question import QUESTIONS
from rag.errors import FootnoteError


def main() -> None:
    """Prints a line for each number of askers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("index", type=Path)
    parser.add_argument("--seconds", type=float, default=60)
    arguments = parser.parse_args()
    alone = 0.0
    with rag.open(arguments.index) as assistant:
        assistant.warm_up()
        print(f"{'askers':>6}{'a second':>10}{'of one':>8}{'p50 ms':>8}{'p95 ms':>8}{'p99 ms':>8}{'errors':>8}")
        for askers in (1, 8, 32):
            taken, errors = asked(assistant, askers, arguments.seconds)
            rate = len(taken) / arguments.seconds
            alone = alone or rate
            ranks = "".join(f"{taken[int(len(taken) * share)] * 1000:8.0f}" for share in (0.5, 0.95, 0.99))
            print(f"{askers:6}{rate:10.1f}{rate / alone:8.2f}{ranks}{errors:8}", flush=True)


def asked(assistant: rag.Assistant, askers: int, seconds: float) -> tuple[list[float], int]:
    """Seconds of each answer, sorted, and how many questions ended in an error."""
    taken: list[float] = []
    errors: list[FootnoteError] = []
    end = time.perf_counter() + seconds

    def ask(seed: int) -> None:
        choose = random.Random(seed)
        while (started := time.perf_counter()) < end:
            try:
                assistant.ask(choose.choice(QUESTIONS))
                taken.append(time.perf_counter() - started)
            except FootnoteError as error:
                errors.append(error)

    threads = [threading.Thread(target=ask, args=(seed,)) for seed in range(askers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(taken), len(errors)


if __name__ == "__main__":
    main()
