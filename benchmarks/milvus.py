"""Milvus beside the embedded lenses: `python -m benchmarks.milvus [--passages 20000] [--server milvus://host:19530]`.

One truth of made-up passages (`benchmarks.synthetic`), from which both pairs of lenses are written in turn, whole and
after one document has come; then 200 real questions are asked of both in turns, the first of each pair changing. Prints
how long each took, and whether both gave the same passages in the same order. Without `--server`, Milvus Lite runs in a
process of its own: other code than a cluster, and its times say nothing of one.
"""

from __future__ import annotations

import argparse
import contextlib
import secrets
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from benchmarks.growth import real_questions
from benchmarks.synthetic import PARAGRAPHS, DrawnEncoder, store_documents, write_files
from rag.assistant import embedded
from rag.config import Config
from rag.indexing.builder import build
from rag.lenses import LensFolder, MilvusLenses
from rag.retrieval.hybrid import DEPTH, search
from rag.types import Index, Lenses, Vectors

QUESTIONS = 200
_PASSAGES = 8  # of a question, as the page shows


class Asked(NamedTuple):
    """What one pair of lenses gave for a question, and the seconds it took."""

    near: list[int]
    words: list[int]
    passages: list[int]
    scores: list[float]
    seconds: float


def main() -> None:
    """Prints each figure as it is known."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--passages", type=int, default=20_000)
    parser.add_argument("--server", help="the URL of a Milvus server; an index of a new name is made there")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch, contextlib.ExitStack() as stack:
        folder = Path(scratch)
        url = arguments.server or stack.enter_context(lite(folder / "server"))
        encoder = DrawnEncoder(DrawnEncoder.make_pool())
        index = made(folder, encoder, arguments.passages)
        pairs: dict[str, Lenses] = {
            "embedded": LensFolder(folder / "lenses"),
            "Milvus": MilvusLenses(url, f"benchmark_{secrets.token_hex(4)}"),
        }
        built(index, pairs)
        questions = [(text, encoder.query(text)) for text in real_questions(QUESTIONS)[:QUESTIONS]]
        compared(index, pairs, questions)
        index.truth.close()


@contextlib.contextmanager
def lite(folder: Path) -> Iterator[str]:
    """A server of Milvus Lite, while the block runs."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    asked = ["server", "--data-dir", str(folder), "--host", "127.0.0.1", "--port", str(port)]
    process = subprocess.Popen([sys.executable, "-m", "milvus_lite", *asked], stdout=subprocess.DEVNULL)
    try:
        while process.poll() is None:
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            time.sleep(0.1)
        yield f"milvus://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


def made(folder: Path, encoder: DrawnEncoder, passages: int) -> Index:
    """The index of about so many passages, embedded."""
    config, sources = Config(), folder / "sources"
    size, overlap = config.chunk_tokens, config.overlap_sentences
    write_files(sources, passages // PARAGRAPHS)
    store_documents(sources, folder / "index", encoder, size=size, overlap=overlap)
    index = embedded(folder / "index")
    report = build(sources, index, encoder=encoder, size=size, overlap=overlap)
    print(f"{report.chunks:,} passages of {passages // PARAGRAPHS:,} documents", flush=True)
    return index


def built(index: Index, pairs: dict[str, Lenses]) -> None:
    """Writes both lenses whole, and again after one document is gone."""
    with index.truth.writer() as writer:
        told("written whole", {name: timed(lenses.publish, writer) for name, lenses in pairs.items()})
        last, gone = writer.generation, next(iter(writer.files())).path
        with writer.next_generation([], [gone], writer.recipe, {}) as new:
            told("one document gone", {name: timed(lenses.publish, new, last) for name, lenses in pairs.items()})
        generation = writer.generation
        told("the old removed", {name: timed(lenses.remove_others, generation) for name, lenses in pairs.items()})


def compared(index: Index, pairs: dict[str, Lenses], questions: list[tuple[str, Vectors]]) -> None:
    """Asks both, and prints how they agree."""
    found: dict[str, list[Asked]] = {name: [] for name in pairs}
    for at, (text, vector) in enumerate(questions):
        for name in list(pairs)[:: 1 if at % 2 else -1]:
            found[name].append(asked(index, pairs[name], text, vector))
    both = list(zip(*found.values(), strict=True))
    for what in ("near", "words", "passages"):
        same = sum(getattr(a, what) == getattr(b, what) for a, b in both)
        print(f"{what}: the same in the same order for {same} of {len(both)} questions")
    off = max(abs(x - y) for a, b in both for x, y in zip(a.scores, b.scores, strict=True))
    print(f"fused scores differ by at most {off:.1e}")
    told("search, median", {name: statistics.median(one.seconds for one in several) for name, several in found.items()})
    ratios = [b.seconds / a.seconds for a, b in both]
    print(f"a question takes {statistics.median(ratios):.1f} times as long, by the middle of {len(ratios)} ratios")


def asked(index: Index, lenses: Lenses, text: str, vector: Vectors) -> Asked:
    """A question asked of one pair of lenses; the snapshot of the truth is opened within the time."""
    started = time.perf_counter()
    with index.truth.snapshot() as snapshot:
        shown = lenses.of(snapshot)
        hits = search(text, vector, lenses=shown, snapshot=snapshot, read=snapshot.document, k=_PASSAGES)
        seconds = time.perf_counter() - started
        near, words = shown.dense.search(vector, DEPTH)[0], shown.lexical.search(text, DEPTH)[0]
    passages = [hit.passage.chunk.id for hit in hits]
    return Asked(near.tolist(), words.tolist(), passages, [hit.passage.score for hit in hits], seconds)


def timed(work: Callable[..., None], *given: object) -> float:
    """Seconds that something takes."""
    started = time.perf_counter()
    work(*given)
    return time.perf_counter() - started


def told(what: str, seconds: dict[str, float]) -> None:
    """Prints seconds by name, and the ratio."""
    ours, theirs = seconds.values()
    said = ", ".join(f"{name} {one:.3g} s" for name, one in seconds.items())
    print(f"{what}: {said}, {theirs / ours:.1f} times", flush=True)


if __name__ == "__main__":
    main()
