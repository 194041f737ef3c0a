"""What a rebuild costs: `python benchmarks/rebuild.py`.

First the real encoder over many small files: nothing changed, then one paragraph changed in one of them. Then one
small file changed beside ever more others, with vectors made from a hash, so that what is left is the index's own
work: it shows what of the cost follows the change and what follows the corpus. Every measured rebuild runs in a process
of its own, and its time is that of `build`; what starting Python and importing cost is in the column `process`.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from rag.assistant import embedded
from rag.indexing.builder import build
from rag.models.encoder.encoder import SentenceEncoder
from rag.types import ChunkEmbedding, EmbedInput, Encoder, Vectors

WORDS = (
    *("river", "border", "school", "port", "train", "gas", "women", "court", "province", "report", "army"),
    *("village", "road", "market", "tribe", "fuel"),
)
PER_FILE = 10  # chunks of a synthetic file


class HashEncoder:
    """Vectors without meaning, at no cost: 384 numbers from a hash of the text."""

    fingerprint = "hash"
    dimension = 384
    max_tokens = 256

    def count(self, texts: Sequence[str]) -> list[int]:
        """About what a tokenizer would count."""
        return [2 + len(re.findall(r"\w+|[^\w\s]", text)) for text in texts]

    def passages(self, inputs: Sequence[EmbedInput]) -> Iterator[tuple[int, ChunkEmbedding]]:
        """In the order given."""
        for i, item in enumerate(inputs):
            vectors = self._random(item.text, 1 + len(item.sentences))
            yield i, ChunkEmbedding(vectors[0], vectors[1:])

    def query(self, text: str) -> Vectors:
        """One vector."""
        vector: Vectors = self._random(text, 1)[0]
        return vector

    def _random(self, text: str, rows: int) -> Vectors:
        seed = int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")
        vectors = np.random.default_rng(seed).standard_normal((rows, self.dimension), np.float32)
        unit: Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return unit


def main() -> None:
    """Prints both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--chunks", type=int, nargs="*", default=[1_000, 10_000, 100_000])
    parser.add_argument("--rebuild", nargs=3, metavar=("SOURCES", "INDEX", "ENCODER"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.rebuild:
        print(json.dumps(rebuild(*arguments.rebuild)))
        return
    print(f"{'':44}{'build':>8}{'process':>9}  chunks embedded")
    if arguments.files:
        many_files(arguments.files)
    for chunks in arguments.chunks:
        many_chunks(chunks)


def many_files(files: int) -> None:
    """Nothing changed, then one paragraph, in so many files; the real encoder."""
    with tempfile.TemporaryDirectory() as scratch:
        sources, index = Path(scratch) / "sources", Path(scratch) / "index"
        sources.mkdir()
        for n in range(files):
            (sources / f"article{n}.txt").write_text("\n\n".join(paragraph(n, i) for i in range(3)))
        print_line(f"{files:,} files, first build", rebuild(str(sources), str(index), "real"), 0)
        time.sleep(2.5)  # files this fresh would be hashed again
        measured(f"{files:,} files, nothing changed", sources, index, "real")
        changed = sources / f"article{files // 2}.txt"
        changed.write_text(changed.read_text().replace("Paragraph 1 ", "Changed paragraph 1 "))
        measured(f"{files:,} files, one paragraph changed", sources, index, "real")
        changed.write_text(changed.read_text().replace("Changed paragraph 1 ", "Once more changed paragraph 1 "))
        measured(f"{files:,} files, the same, weights loaded before", sources, index, "loaded")


def many_chunks(chunks: int) -> None:
    """One small file changed, added and removed, beside so many chunks; made-up vectors."""
    with tempfile.TemporaryDirectory() as scratch:
        sources, index = Path(scratch) / "sources", Path(scratch) / "index"
        sources.mkdir()
        for n in range(chunks // PER_FILE):
            (sources / f"article{n}.txt").write_text("\n\n".join(paragraph(n, i) for i in range(PER_FILE)))
        print_line(f"{chunks:,} chunks, first build", rebuild(str(sources), str(index), "hash"), 0)
        time.sleep(2.5)
        measured(f"{chunks:,} chunks, nothing changed", sources, index, "hash")
        changed = sources / "article7.txt"
        changed.write_text(changed.read_text().replace("Paragraph 1 ", "Changed paragraph 1 "))
        measured(f"{chunks:,} chunks, one file changed", sources, index, "hash")
        (sources / "added.txt").write_text(paragraph(chunks, 0))
        measured(f"{chunks:,} chunks, one file added", sources, index, "hash")
        (sources / "added.txt").unlink()
        measured(f"{chunks:,} chunks, one file removed", sources, index, "hash")


def paragraph(file: int, number: int) -> str:
    """A chunk's worth of words, no two alike."""
    words = " ".join(WORDS[(file * 7 + number * 3 + i * i + i) % len(WORDS)] for i in range(28))
    return f"Paragraph {number} of article {file} tells of these things. {words.capitalize()} near place {file % 997}."


def rebuild(sources: str, index: str, encoder: str) -> dict[str, float]:
    """One build in this process."""
    started = time.perf_counter()
    made: Encoder = HashEncoder() if encoder == "hash" else SentenceEncoder()
    if encoder == "loaded":  # as in a process that follows the sources
        made.query("load the weights")
        started = time.perf_counter()
    size = 48 if encoder == "hash" else 200
    report = build(Path(sources), embedded(Path(index)), encoder=made, size=size, overlap=0)
    seconds = time.perf_counter() - started
    return {"seconds": seconds, "embedded": report.chunks_embedded, "chunks": report.chunks}


def measured(name: str, sources: Path, index: Path, encoder: str) -> None:
    """One build in a process of its own, and its line."""
    started = time.perf_counter()
    command = [sys.executable, __file__, "--rebuild", str(sources), str(index), encoder]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    print_line(name, json.loads(done.stdout), time.perf_counter() - started)


def print_line(name: str, did: dict[str, float], process: float) -> None:
    """One line of the table."""
    print(f"{name:44}{did['seconds']:7.2f}s{process:8.2f}s{did['embedded']:8,} of {did['chunks']:,}", flush=True)


if __name__ == "__main__":
    main()
