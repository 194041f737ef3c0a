"""The truth in PostgreSQL beside the embedded one: `python -m benchmarks.postgres ADDRESS [--passages 10000]`.

ADDRESS is that of a collection which is not there yet (`postgresql://…#bench`); with `--lenses milvus://host` that side
is searched by Milvus too. Both are built from the same folder of made-up documents (`benchmarks.synthetic`), then
built again after one document has changed, then asked the same questions in turns. What is told are seconds of the
clock, since the server's own work is done in its processes, and the ratios; and for how many questions both showed the
same passages in the same order.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks.synthetic import CHUNKS_A_FILE, DrawnEncoder, sentences, write_files
from rag.assistant import Assistant, index_of
from rag.config import Config, load_config
from rag.indexing.builder import build
from rag.types import Passage, Vectors

SIDES = ("embedded", "shared")
_POOL, _DIMENSION = 20_000, 384  # of the bundled encoder


def main() -> None:
    """Prints a line for each thing that is measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("address")
    parser.add_argument("--lenses", default="", help="the Milvus server that searches for PostgreSQL's side")
    parser.add_argument("--passages", type=int, default=10_000)
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--answers", type=int, default=30, help="questions that are answered, not only searched for")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        sources = Path(scratch, "sources")
        write_files(sources, arguments.passages // CHUNKS_A_FILE)
        configs = [
            load_config(sources=sources, index=index, lenses=lenses)
            for index, lenses in ((Path(scratch, "index"), ""), (arguments.address, arguments.lenses))
        ]
        encoder = DrawnEncoder(_pool())
        told("build", [built(config, encoder) for config in configs])
        changed = next(iter(sorted(sources.rglob("*.txt"))))
        changed.write_text(changed.read_text("utf-8").upper(), "utf-8")
        told("one file changed", [built(config, encoder) for config in configs])
        told("nothing changed", [built(config, encoder) for config in configs])
        asked(configs, encoder, arguments.questions, arguments.answers)


def built(config: Config, encoder: DrawnEncoder) -> float:
    """Seconds of a build."""
    began = time.perf_counter()
    build(
        config.sources,
        index_of(config),
        encoder=encoder,
        size=config.chunk_tokens,
        overlap=config.overlap_sentences,
    )
    return time.perf_counter() - began


def asked(configs: list[Config], encoder: DrawnEncoder, questions: int, answers: int) -> None:
    """Each question is asked of both sides, in turns of who is first; the first five only open the indexes."""
    choose, known = random.Random(3), sentences()
    texts = [choose.choice(known) for _ in range(questions + 5)]
    with Assistant(configs[0], encoder) as embedded, Assistant(configs[1], encoder) as shared:
        both = [embedded, shared]
        for what, most in (("search", questions), ("answer", answers)):
            took: list[list[float]] = [[], []]
            same, off = 0, 0.0
            for turn, text in enumerate(texts[: most + 5]):
                shown: list[list[Passage]] = [[], []]
                for side in (0, 1) if turn % 2 else (1, 0):
                    began = time.perf_counter()
                    found = both[side].search(text) if what == "search" else both[side].ask(text).passages
                    took[side].append(time.perf_counter() - began)
                    shown[side] = list(found)
                same += [*map(_of, shown[0])] == [*map(_of, shown[1])]
                off = max([off, *(abs(one.score - other.score) for one, other in zip(*shown, strict=False))])
            told(f"{what}, median of {most}", [statistics.median(each[5:]) for each in took])
            told(f"{what}, 95th of 100", [float(np.quantile(each[5:], 0.95)) for each in took])
            print(f"{what}: the same passages in the same order for {same} of {most + 5}, scores within {off:.1e}")


def told(what: str, seconds: list[float]) -> None:
    """A line: both sides and the ratio."""
    sides = ", ".join(f"{name} {each:.4g} s" for name, each in zip(SIDES, seconds, strict=True))
    print(f"{what}: {sides}, ratio {seconds[1] / seconds[0]:.2f}")
    sys.stdout.flush()


def _of(passage: Passage) -> tuple[str, int]:
    return passage.document.path, passage.chunk.id


def _pool() -> Vectors:
    rows = np.random.default_rng(5).normal(size=(_POOL, _DIMENSION)).astype(np.float32)
    pool: Vectors = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return pool


if __name__ == "__main__":
    main()
