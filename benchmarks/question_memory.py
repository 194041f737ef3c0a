"""What one question takes of memory at most: `python -m benchmarks.question_memory [--rows 100000]`.

Makes sources that are hard on it - two sheets of so many rows, a list of 50,000 items, a sentence of five million
characters, 300 reports that all name one word - and asks questions that reach into them as far as questions can: sides
by the hundred, every row of a table, every document, as many passages as may be wanted. The encoder costs nothing; all
else is the program. Printed for each question: the highest memory of the process over what it held before it
(`VmHWM`), and what it went on holding. Linux only.
"""

from __future__ import annotations

import argparse
import gc
import hashlib
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from rag.assistant import Assistant, embedded
from rag.config import load_config
from rag.errors import QuestionProblem
from rag.indexing import build
from rag.models import SpanReader, bundled_folder
from rag.types import ChunkEmbedding, EmbedInput, Vectors

__all__ = ["main", "memory_of", "write_sources"]

TOWNS = ("Arrun", "Belmat", "Corvey", "Dunfall", "Estmere", "Farrow", "Gallin", "Hexley")
NAMES = [f"{chr(65 + at // 26 % 26)}{chr(65 + at % 26)}x" for at in range(600)]


class HashEncoder:
    """A vector for each text, of its bytes alone: near to nothing, and at no cost."""

    fingerprint, dimension, max_tokens = "hash", 384, 256

    def count(self, texts: Sequence[str]) -> list[int]:
        """A token for every four characters."""
        return [2 + len(text) // 4 for text in texts]

    def passages(self, inputs: Sequence[EmbedInput]) -> Iterator[tuple[int, ChunkEmbedding]]:
        """One vector for a passage and all of its sentences."""
        for at, item in enumerate(inputs):
            vector = self.query(item.text)
            yield at, ChunkEmbedding(vector, np.repeat(vector[None], len(item.sentences), 0))

    def query(self, text: str) -> Vectors:
        """`(384,)`, of length 1."""
        seed = int.from_bytes(hashlib.md5(text.encode(), usedforsecurity=False).digest()[:8], "big")
        vector: Vectors = np.random.default_rng(seed).standard_normal(self.dimension).astype(np.float32)
        return vector / np.float32(np.linalg.norm(vector))


def write_sources(folder: Path, rows: int) -> None:
    """The hard sources."""
    folder.mkdir()
    for sheet in range(2):
        lines = ["Order,Town,Goods,Weight (kg),Price,Paid,Clerk,Berth,Ship,Remark"]
        for n in range(rows):
            lines.append(
                f"{sheet}-{n},{TOWNS[n % 8]},goods {n * 7 % rows},{n % 977},{n % 4999}.50,{'yes' if n % 3 else 'no'},"
                f"clerk {n % 300},{n % 40},ship {n % 5000},remark number {n}"
            )
        (folder / f"orders-{sheet}.csv").write_text("\n".join(lines) + "\n")
    items = "\n".join(f"- Berth {n} is kept free for the pilot boat {n}" for n in range(50_000))
    (folder / "berths.md").write_text(f"# Berths\n\nThese berths are kept free:\n\n{items}\n")
    (folder / "endless.txt").write_text("The keeper writes that the lamp burnt " + "and the fog came in " * 250_000)
    for n in range(300):
        said = " ".join(f"The harbour of {TOWNS[n % 8]} took in {k} ships in the year {n}." for k in range(2_000))
        (folder / f"report-{n}.txt").write_text(said + "\n")


QUESTIONS: dict[str, tuple[str, list[str] | None]] = {
    "one fact": ("How many ships did the harbour of Arrun take in?", None),
    "a cell of a large sheet": ("What is the price of order 1-777?", None),
    "every row of a large sheet": ("What is the highest price of the orders?", ["orders-0.csv", "orders-1.csv"]),
    "all rows that hold": ("Which orders have a weight over 5?", ["orders-0.csv", "orders-1.csv"]),
    "a sum over all rows": ("What is the total weight of the orders?", ["orders-0.csv", "orders-1.csv"]),
    "a list of 50,000 items": ("Which berths are kept free?", None),
    "an endless sentence": ("What does the keeper write of the lamp?", None),
    "600 sides": (f"What is said of {', '.join(NAMES[:450])} and {NAMES[450]}?"[:2000], None),
    "8 sides": (f"How many ships did the harbours of {', '.join(TOWNS[:7])} and {TOWNS[7]} take in?", None),
    "every document": ("Which sources mention the harbour?", None),
    "an overview": ("What is endless about?", None),
}


def memory_of(name: str) -> float:
    """MB of this process, as the system names it: `VmRSS`, or `VmHWM` for the most since it was set back."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:")) / 1e3


def ask(assistant: Assistant, name: str, question: str, paths: list[str] | None) -> None:
    """Asks and prints a row."""
    gc.collect()
    before = memory_of("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")
    began = time.process_time()
    try:
        answer = assistant.ask(question, paths=paths)
        said = f"{answer.status}, {len(answer.claims)} claims, {len(answer.passages)} passages"
        said += f", {len(str(answer.to_dict())) / 1e6:.1f} MB as JSON"
        del answer
    except QuestionProblem as problem:
        said = str(problem)
    took, most = time.process_time() - began, memory_of("VmHWM") - before
    gc.collect()
    print(f"| {name} | {most:.0f} | {memory_of('VmRSS') - before:.0f} | {took:.1f} | {said} |", flush=True)


def main() -> None:
    """Builds, asks, prints a table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--kept", type=Path, help="a folder in which the index is kept for the next run")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        place = options.kept or Path(made)
        place.mkdir(exist_ok=True)
        sources, index = place / "sources", place / "index"
        if not sources.exists():
            write_sources(sources, options.rows)
        build(sources, embedded(index), encoder=HashEncoder(), size=200, overlap=1)
        reader = SpanReader(bundled_folder() / "tokenizer.json")
        with Assistant(load_config(sources=sources, index=index), HashEncoder(), reader) as assistant:
            assistant.warm_up()
            print(f"{memory_of('VmRSS'):.0f} MB before the first question\n")
            print("| question | most MB | kept MB | processor s | answer |\n|---|---|---|---|---|")
            for name, (question, paths) in QUESTIONS.items():
                ask(assistant, name, question, paths)
            gc.collect()
            before = memory_of("VmRSS")
            Path("/proc/self/clear_refs").write_text("5")
            try:
                said = f"{len(assistant.search('harbour ships', k=10**9))} passages"
            except QuestionProblem as problem:
                said = str(problem)
            print(f"| a billion passages | {memory_of('VmHWM') - before:.0f} | | | {said} |")


if __name__ == "__main__":
    main()
