"""Cost as an index grows: `python benchmarks/growth.py [--most 1000000] [--words 100000]`.

Both lenses at 1,000 passages and ten, a hundred, a thousand times as many: writing them, writing one changed part,
their size on the disk, opening them in a fresh process with every checksum compared, memory after opening and after
the questions, and the time of a search. Vectors are drawn around real ones; texts are sentences of `../shared/eval`
put together anew. Times are processor seconds, so that a busy machine does not blur them.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks.dense import SETS, SHARED, drawn, real
from rag import generations, lexical
from rag.dense import DenseLens
from rag.lexical import LexicalLens
from rag.types import Vectors

PART = 16_384  # passages
COLUMNS = ("passages", "write s", "change s", "MB", "open s", "MB open", "MB asked", "p50 ms", "p95 ms")


def main() -> None:
    """Prints a table for each lens."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--most", type=int, default=1_000_000, help="passages in the dense lens, at most")
    parser.add_argument("--least", type=int, default=1_000)
    parser.add_argument("--words", type=int, default=1_000_000, help="passages in the lexical lens, at most")
    parser.add_argument("--ask", choices=("dense", "lexical"), help=argparse.SUPPRESS)
    parser.add_argument("folder", nargs="?", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.ask:
        print(json.dumps(asked(arguments.ask, arguments.folder)))
        return
    passages, questions = real(50, 20)
    vectors = drawn(passages, arguments.most)
    for kind, most in (("dense", arguments.most), ("lexical", arguments.words)):
        print(f"\n{kind}\n" + "".join(f"{name:>10}" for name in COLUMNS))
        for size in (n for n in (1_000, 10_000, 100_000, 1_000_000) if arguments.least <= n <= most):
            with tempfile.TemporaryDirectory() as scratch:
                root = Path(scratch)
                np.save(root / "questions.npy", questions)
                row = measured(kind, root, vectors, size)
            print(f"{size:10,}" + "".join(f"{value:10.2f}" for value in row), flush=True)


def measured(kind: str, root: Path, vectors: Vectors, size: int) -> list[float]:
    """The columns of a row but the first."""
    names = [f"{at:032x}" for at in range(0, size, PART)]

    def write(folder: Path, missing: list[str]) -> None:
        for name in missing:
            rows = np.arange(int(name, 16), min(int(name, 16) + PART, size))
            if kind == "dense":
                DenseLens.write_part(folder, name, rows, vectors[rows])
            else:
                LexicalLens.write_part(folder, name, texts(rows.tolist()))
        if kind == "dense":
            DenseLens.finish(folder, names)
        else:
            LexicalLens.finish(folder, {name: min(PART, size - int(name, 16)) for name in names})

    started = time.process_time()
    generations.publish(root / "lens", 1, names, write)
    whole = time.process_time() - started
    for path in (root / "lens" / "1").glob(f"{names[-1]}*"):
        path.unlink()  # as if its documents had changed: this part is written, the others are taken over
    started = time.process_time()
    generations.publish(root / "lens", 2, names, write, last=1)
    change = time.process_time() - started
    megabytes = sum(path.stat().st_size for path in (root / "lens" / "2").iterdir()) / 1e6
    command = [sys.executable, "-m", "benchmarks.growth", "--ask", kind, str(root)]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return [whole, change, megabytes, *json.loads(said)]


def asked(kind: str, root: Path) -> list[float]:
    """Opening and asking, in this process: seconds, MB after opening, MB after asking, milliseconds p50 and p95."""
    import psutil

    questions = np.load(root / "questions.npy")
    words = [entry.body[:80] for entry in texts(list(range(len(questions))))]
    started = time.process_time()
    folder = generations.sealed(root / "lens", 2)
    dense, word = (DenseLens.open(folder), None) if kind == "dense" else (None, LexicalLens.open(folder))
    opened, memory = time.process_time() - started, psutil.Process().memory_info().rss / 1e6
    taken = []
    for question, text in zip(questions, words, strict=True):
        started = time.process_time()
        if dense is not None:
            dense.search(question, 50)
        elif word is not None:
            word.search(text, 50)
        taken.append((time.process_time() - started) * 1000)
    after = psutil.Process().memory_info().rss / 1e6
    return [opened, memory, after, statistics.median(taken), sorted(taken)[int(len(taken) * 0.95)]]


def texts(rows: list[int]) -> Iterator[lexical.Entry]:
    """Five sentences each, drawn from those of the sets (or the sample sources)."""
    files = [SHARED / name / "corpus.jsonl" for name in SETS if (SHARED / name).is_dir()]
    known = [json.loads(line)["text"] for file in files for line in file.open()]
    known = known or [path.read_text("utf-8") for path in sorted(Path("sources").glob("*.md"))]
    sentences = [one for text in known for one in text.split(". ") if 20 < len(one) < 300]
    for row in rows:
        chosen = random.Random(row).choices(sentences, k=5)
        yield lexical.Entry(row, f"d{row // 10}", "", ". ".join(chosen))


if __name__ == "__main__":
    main()
