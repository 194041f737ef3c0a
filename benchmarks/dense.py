"""Where the dense lens goes from exact to approximate: `python benchmarks/dense.py [--sizes 10000 100000]`.

Vectors are drawn around real ones (passages of `../shared/eval`, or the sample sources where that is absent), with the
real ones' own spread; questions are real. For every size and way of searching: recall of the first ten against exact,
processor milliseconds a question on one core, bytes a vector held in memory, and what adding one vector costs.
Ratios within the run count, not the milliseconds.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import faiss
import numpy as np

from rag.models.encoder.encoder import SentenceEncoder
from rag.types import EmbedInput, Vectors

SHARED = Path(__file__).parent.parent.parent / "shared" / "eval"
SETS = ("clapnq_dev", "squad2_dev", "mtrag_un")


def main() -> None:
    """Prints a line for every size and way."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--ways", default="", help="only those whose name contains this, beside exact")
    parser.add_argument("--questions", type=int, default=60)
    arguments = parser.parse_args()
    faiss.omp_set_num_threads(1)
    passages, questions = real(200, arguments.questions // len(SETS))
    print(f"{len(passages)} real passages, {len(questions)} real questions")
    print(f"{'vectors':>9}  {'way':24} {'recall@10':>9} {'ms':>8} {'of exact':>8} {'bytes':>6} {'adding, µs':>10}")
    for size in arguments.sizes:
        compare(
            drawn(passages, size), questions, {k: v for k, v in WAYS.items() if k == "exact" or arguments.ways in k}
        )


def compare(vectors: Vectors, questions: Vectors, ways: Mapping[str, Way]) -> None:
    """One line for each way of searching."""
    wanted = faiss.knn(questions, vectors, 10, metric=faiss.METRIC_INNER_PRODUCT)[1]
    exact = 0.0
    for name, make in ways.items():
        started = time.process_time()
        find, held = make(vectors)
        adding = (time.process_time() - started) / len(vectors) * 1e6
        started, found = time.process_time(), [find(question) for question in questions]
        taken = (time.process_time() - started) / len(questions) * 1000
        exact = exact or taken
        recall = np.mean([len(set(a) & set(b)) / 10 for a, b in zip(found, wanted, strict=True)])
        share = f"{taken / exact:8.2f}"
        print(f"{len(vectors):9,}  {name:24} {recall:9.3f} {taken:8.2f} {share} {held:6} {adding:10.1f}", flush=True)


Find = Callable[[Vectors], Sequence[int]]
Way = Callable[[Vectors], tuple[Find, int]]


def exactly(vectors: Vectors) -> tuple[Find, int]:
    """Every vector compared, mapped or in memory."""
    return lambda question: best(vectors, question, np.arange(len(vectors))), vectors.shape[1] * 4


def by_codes(index: faiss.Index, vectors: Vectors, candidates: int) -> Find:
    """The nearest by an index of codes, compared exactly."""
    return lambda question: best(vectors, question, index.search(question[None], candidates)[1][0])


def signs(vectors: Vectors) -> tuple[Find, int]:
    """One bit for each number, Hamming distance."""
    index = faiss.IndexBinaryFlat(vectors.shape[1])
    index.add(np.packbits(vectors > 0, axis=1))

    def find(question: Vectors) -> Sequence[int]:
        return best(vectors, question, index.search(np.packbits(question > 0)[None], 1000)[1][0])

    return find, index.code_size


def rabitq(vectors: Vectors, candidates: int) -> tuple[Find, int]:
    """As the lens does it."""
    index = faiss.IndexRaBitQ(vectors.shape[1], faiss.METRIC_INNER_PRODUCT)
    faiss.copy_array_to_vector(np.zeros(vectors.shape[1], np.float32), index.center)
    index.is_trained, index.qb = True, 4
    index.add(vectors)
    return by_codes(index, vectors, candidates), index.code_size


def eight_bits(vectors: Vectors) -> tuple[Find, int]:
    """One byte for each number."""
    index = faiss.IndexScalarQuantizer(vectors.shape[1], faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT)
    index.train(vectors[:20_000])
    index.add(vectors)
    return by_codes(index, vectors, 30), index.code_size


def inverted(vectors: Vectors) -> tuple[Find, int]:
    """Inverted lists of whole vectors, which must be learnt anew as the index grows."""
    lists = int(np.sqrt(len(vectors)))
    index = faiss.IndexIVFFlat(faiss.IndexFlatIP(vectors.shape[1]), vectors.shape[1], lists, faiss.METRIC_INNER_PRODUCT)
    index.train(vectors[: 40 * lists])
    index.add(vectors)
    index.nprobe = 32
    return lambda question: index.search(question[None], 10)[1][0].tolist(), index.code_size + 8


WAYS: dict[str, Way] = {
    "exact": exactly,
    "8 bits, 30 compared": eight_bits,
    "signs, 1,000 compared": signs,
    "RaBitQ, 500 compared": lambda vectors: rabitq(vectors, 500),
    "RaBitQ, 2,000 compared": lambda vectors: rabitq(vectors, 2000),
    "RaBitQ, 4,000 compared": lambda vectors: rabitq(vectors, 4000),
    "inverted lists, 32 looked at": inverted,
}


def best(vectors: Vectors, question: Vectors, rows: np.ndarray) -> list[int]:
    """The first ten of some rows by exact cosine."""
    scores = np.vecdot(vectors if len(rows) == len(vectors) else vectors[rows], question)
    top = np.argpartition(-scores, 10)[:10]
    return [int(row) for row in rows[top]]


def real(passages: int, questions: int) -> tuple[Vectors, Vectors]:
    """Vectors of so many passages and questions of each set."""
    encoder, texts, asked = SentenceEncoder(), [], []
    for name in SETS:
        if (SHARED / name).is_dir():
            rows = [json.loads(line) for line in (SHARED / name / "corpus.jsonl").open()]
            wanted = [json.loads(line)["text"] for line in (SHARED / name / "queries.jsonl").open()]
            texts += [row["text"][:450] for row in random.Random(0).sample(rows, min(passages, len(rows)))]
            asked += random.Random(0).sample(wanted, questions)
    if not texts:
        paths = sorted(Path("sources").glob("*.md"))
        texts = [part[:450] for path in paths for part in path.read_text("utf-8").split("\n\n") if len(part) > 80]
        asked = [text.partition(".")[0] for text in texts[:: max(1, len(texts) // (3 * questions))]]
    vectors = dict(encoder.passages([EmbedInput(text, ()) for text in texts]))
    return np.stack([vectors[i].vector for i in range(len(texts))]), np.stack([encoder.query(one) for one in asked])


def drawn(around: Vectors, size: int, spread: float = 0.7) -> Vectors:
    """`(size, dim)` unit vectors, each near one of `around`, off it as those are off their mean."""
    rng = np.random.default_rng(0)
    _, widths, axes = np.linalg.svd(around - around.mean(axis=0), full_matrices=False)
    root = (axes * (widths[:, None] / np.sqrt(len(around)))).astype(np.float32)
    vectors = np.empty((size, around.shape[1]), np.float32)
    for at in range(0, size, 50_000):
        some = vectors[at : at + 50_000]
        noise = rng.standard_normal((len(some), len(root)), np.float32) @ root
        some[:] = around[rng.integers(len(around), size=len(some))] + spread * noise
        some /= np.linalg.norm(some, axis=1, keepdims=True)
    return vectors


if __name__ == "__main__":
    main()
