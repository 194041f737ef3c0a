"""Several collections on one server: `python -m benchmarks.team WORK [--passages N] [--seconds S] [--workers 1 2]`.

Makes four collections of made-up passages (see `synthetic.py`), each with its own answers to the same questions, and
serves them as `rag serve --collections` does, and the first of them by itself as `rag serve` does. Prints how much
longer a question takes among collections, both asked in turns; and what 32 askers get who ask the four, and two of them
together, all at once: answers a second, errors, and answers that are another collection's. So many `--workers` take
turns, three rounds of each; in the end one process of several is killed in the middle.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from benchmarks.synthetic import PARAGRAPHS, DrawnEncoder, sentences, write_files
from rag.assistant import embedded
from rag.config import load_config
from rag.indexing import build
from rag.types import ChunkEmbedding, EmbedInput

NAMES = ("north", "south", "east", "west")
PLACES = [
    "Amberley",
    "Brightwater",
    "Corvane",
    "Dunmere",
    "Elstow",
    "Farrowgate",
    "Glenhollow",
    "Hartsea",
    "Inverbrook",
    "Jasperton",
    "Kestrel",
    "Lowmoor",
    "Marlwick",
    "Netherby",
    "Oakhaven",
    "Pellham",
    "Quarrybank",
    "Ravensford",
    "Saltmarsh",
    "Thornbury",
]
FIRST = 1700  # the year of the first place in the first collection
ASKERS = 32
ROUNDS = 3  # of each number of processes
TURNS = 60  # questions to each server in turns


class _Encoder(DrawnEncoder):
    """Passages that are asked for have their real vectors; the index is as one of the real encoder."""

    def __init__(self) -> None:
        super().__init__(self.make_pool())
        self.fingerprint = self._real.fingerprint

    def passages(self, inputs: Sequence[EmbedInput]) -> Iterator[tuple[int, ChunkEmbedding]]:
        drawn = dict(super().passages(inputs))
        asked = [at for at, item in enumerate(inputs) if "was first lit" in item.text]
        real = dict(self._real.passages([inputs[at] for at in asked]))
        drawn.update({asked[at]: found for at, found in real.items()})
        yield from drawn.items()


def year(collection: str, place: str) -> int:
    """When a lighthouse was lit, as a collection has it: no two have the same year."""
    return FIRST + NAMES.index(collection) * len(PLACES) + PLACES.index(place)


def make(work: Path, passages: int) -> None:
    """Writes and builds the collections that are not there yet."""
    sentences()  # of the sets, or of the samples
    for name in NAMES:
        sources = work / name / "sources"
        if (work / name / "index" / "corpus.db").exists():
            continue
        write_files(sources, passages // PARAGRAPHS)
        for place in PLACES:
            text = f"# {place}\n\nThe lighthouse of {place} was first lit in {year(name, place)}.\n"
            (sources / f"{place.lower()}.md").write_text(text)
        config = load_config()
        print(f"building {name} …", file=sys.stderr)
        build(
            sources,
            embedded(work / name / "index"),
            encoder=_Encoder(),
            size=config.chunk_tokens,
            overlap=config.overlap_sentences,
        )


@contextmanager
def served(*flags: str, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """A server of its own, until the block ends."""
    command = [sys.executable, "-m", "rag", "serve", "--port", str(port), *flags]
    with subprocess.Popen(command, env={**os.environ, "FOOTNOTE_FEEDBACK": os.devnull}) as process:
        try:
            while True:
                try:
                    http.client.HTTPConnection("127.0.0.1", port, timeout=5).request("GET", "/")
                    break
                except OSError:
                    time.sleep(0.2)
            yield process
        finally:
            process.terminate()


def ask(port: int, front: str, place: str) -> tuple[float, list[str]]:
    """The seconds an answer took, and the quotes of it."""
    question = json.dumps({"question": f"When was the lighthouse of {place} first lit?"})
    began = time.perf_counter()
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=300)) as connection:
        connection.request("POST", f"{front}page/ask", question, {"content-type": "application/json"})
        answer = connection.getresponse().read().decode().splitlines()[-1]
    took = time.perf_counter() - began
    return took, [each["quote"] for claim in json.loads(answer)["claims"] for each in claim["citations"]]


def beside(alone: int, together: int) -> None:
    """How long a question takes in one collection of four, beside the same index by itself."""
    took = list[float](), list[float]()
    for turn in range(TURNS + len(NAMES)):
        place = PLACES[turn % len(PLACES)]
        for at, port, front in ((0, alone, "/"), (1, together, f"/c/{NAMES[0]}/")):
            seconds, _ = ask(port, front, place)
            if turn >= len(NAMES):  # the first ones open the indexes
                took[at].append(seconds)
    ratios = [one / other for other, one in zip(*took, strict=True)]
    medians = [1000 * statistics.median(each) for each in took]
    print(f"a question alone {medians[0]:.0f} ms, among collections {medians[1]:.0f} ms: ratio of the middle "
          f"{medians[1] / medians[0]:.2f}, middle of the ratios {statistics.median(ratios):.2f}")  # fmt: skip


def crowd(port: int, seconds: float) -> float:
    """What many get who ask all collections at once; how many answers a second."""
    counts, end = Counter[str](), time.perf_counter() + seconds

    def go_on(seed: int) -> None:
        choose = random.Random(seed)
        while time.perf_counter() < end:
            place, names = choose.choice(PLACES), choose.choice([*((each,) for each in NAMES), NAMES[:2]])
            wanted = {f"The lighthouse of {place} was first lit in {year(each, place)}." for each in names}
            try:
                _, quotes = ask(port, f"/c/{'+'.join(names)}/", place)
                counts["answers"] += 1
                counts["right"] += bool(wanted & set(quotes))
                lit = [quote for quote in quotes if f"{place} was first lit" in quote]
                counts["mixed"] += any(quote not in wanted for quote in lit)
            except (OSError, ValueError, KeyError, http.client.HTTPException):
                counts["errors"] += 1

    threads = [threading.Thread(target=go_on, args=(seed,)) for seed in range(ASKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    rate = counts["answers"] / seconds
    print(f"{ASKERS} askers: {counts['answers']} answers ({rate:.1f} a second), {counts['right']} right, "
          f"{counts['mixed']} mixed, {counts['errors']} errors")  # fmt: skip
    return rate


def by_processes(work: Path, workers: Sequence[int], seconds: float) -> None:
    """What a crowd gets of so many processes, in turns, and then of several of which one is killed."""
    rates: dict[int, list[float]] = {count: [] for count in workers}
    for _ in range(ROUNDS):
        for count in workers:
            with served("--collections", str(work), "--workers", str(count), port=7963) as process:
                open_all(7963, count)
                print(f"{count} of {memory(process.pid) / 1e6:.0f} MB together: ", end="")
                rates[count].append(crowd(7963, seconds))
    first = statistics.median(rates[workers[0]])
    for count in workers:
        print(f"{count} processes: {statistics.median(rates[count]) / first:.2f} of {workers[0]}")
    if max(workers) > 1:
        with served("--collections", str(work), "--workers", str(max(workers)), port=7963) as process:
            open_all(7963, max(workers))
            threading.Timer(seconds / 2, os.kill, (children(process.pid)[0], signal.SIGKILL)).start()
            print("one is killed in the middle: ", end="")
            crowd(7963, seconds)


def open_all(port: int, workers: int) -> None:
    """Has every process open every collection, as far as chance allows: so many ask at once that none can take all."""
    time.sleep(5)
    for _ in range(2):
        asking = [threading.Thread(target=ask, args=(port, f"/c/{name}/", PLACES[0])) for name in NAMES * 4 * workers]
        for each in asking:
            each.start()
        for each in asking:
            each.join()


def children(pid: int) -> list[int]:
    """The processes that serve, below one that starts them."""
    found = subprocess.run(["ps", "-o", "pid=,args=", "--ppid", str(pid)], capture_output=True, text=True, check=False)
    return [int(line.split()[0]) for line in found.stdout.splitlines() if "spawn_main" in line]


def memory(pid: int) -> int:
    """Bytes that a process and those below it have to themselves, with their part of what they share."""
    total = 0
    for each in (pid, *children(pid)):
        lines = Path(f"/proc/{each}/smaps_rollup").read_text().splitlines()
        total += sum(1024 * int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total


def main() -> None:
    """Makes what is missing, and measures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=Path)
    parser.add_argument("--passages", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--workers", type=int, nargs="*", default=[])
    given = parser.parse_args()
    make(given.work, given.passages)
    if given.workers:
        by_processes(given.work, given.workers, given.seconds)
        return
    first = given.work / NAMES[0]
    with (
        served("--index", str(first / "index"), "--sources", str(first / "sources"), port=7961),
        served("--collections", str(given.work), port=7962),
    ):
        time.sleep(5)  # until both have loaded their models
        beside(7961, 7962)
        crowd(7962, given.seconds)


if __name__ == "__main__":
    main()
