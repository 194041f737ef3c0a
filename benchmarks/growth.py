"""Cost as an index grows: `python -m benchmarks.growth [--sizes 1000 10000 100000 1000000] [--document]`.

Whole indexes, truth and both lenses, made by the program's own build from folders of made-up documents with vectors
drawn around real ones (`benchmarks.synthetic`), so that what is measured is the index's own work; how fast the encoder
reads real chunks is measured beside it. From a million on, the documents are put into the truth as a build that was
stopped would have left them, and the build takes them up: cutting a million chunks would take an hour.

For each size: building, rebuilding after one document has changed and one is gone, what lies on the disk; then, in a
fresh process, opening with every checksum compared, real questions through both lenses with their encoding, each asked
once, and memory. At last it is checked that both lenses hold what the truth holds, that nothing is found of what is
gone or lies outside the sources that were asked for, and how much of what is nearest the search finds. `--document`
writes the table and the pictures into `docs/`. With `--folder` a run that was stopped goes on after its last size.

Processor seconds are of all processes that took part, so that a busy machine does not blur them.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from benchmarks.dense import SETS, SHARED
from benchmarks.document import put
from benchmarks.synthetic import CHUNKS_A_FILE, FILES_A_FOLDER, PARAGRAPHS, DrawnEncoder, store_documents, write_files
from rag.assistant import Assistant, embedded
from rag.config import Config
from rag.indexing.builder import build
from rag.lenses.dense import FOLDER as DENSE
from rag.lenses.dense import DenseLens
from rag.lenses.lexical import FOLDER as LEXICAL
from rag.lenses.lexical import LexicalLens
from rag.models.encoder.encoder import SentenceEncoder
from rag.types import EmbedInput

TAKEN_UP = 1_000_000  # from here on documents are stored first
SIZES = (1_000, 10_000, 100_000, 1_000_000)
COLUMNS = {
    "chunks": "passages",
    "build": "build, cpu s",
    "build_peak": "its peak MB",
    "rebuild": "one changed, one gone, cpu s",
    "truth": "truth MB",
    "dense": "dense MB",
    "lexical": "lexical MB",
    "open": "open s",
    "open_mb": "MB open",
    "p50": "search p50 ms",
    "p95": "p95 ms",
    "cpu95": "p95 cpu ms",
    "asked_mb": "MB after",
    "peak_mb": "peak MB",
    "recall": "recall@10",
}
_NEAREST = 10
_LEAST_RECALL = 0.98


def main() -> None:
    """Prints each row as it is known."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--folder", type=Path, help="where to work; rows that are there already are taken over")
    parser.add_argument("--document", action="store_true", help="write docs/performance.md and its pictures")
    parser.add_argument("--step", choices=("prepare", "store", "build", "ask", "check"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.step:
        steps = {"prepare": prepared, "store": stored, "build": built, "ask": asked, "check": checked}
        print(json.dumps(steps[arguments.step](arguments.folder)))
        return
    with tempfile.TemporaryDirectory() as scratch:
        root = arguments.folder or Path(scratch)
        rows = [row(root, size) for size in sorted(arguments.sizes)]
    pace = encoder_pace()
    print(f"The encoder reads {pace:.1f} chunks a processor second.")
    if arguments.document:
        from benchmarks.plots import growth

        put("growth", table(rows, pace))
        for one in rows:
            if one["chunks"] >= TAKEN_UP:
                del one["build"]  # the index's part alone is no point of the same line
        growth(rows, pace)


def row(root: Path, size: int) -> dict[str, float]:
    """One size, measured step by step, each in a process of its own."""
    kept, folder = root / f"{size}.json", root / str(size)
    if not kept.exists():
        step("prepare", folder)
        if size >= TAKEN_UP:
            step("store", folder)
        found = step("build", folder)
        time.sleep(2.5)  # files this fresh would be hashed again
        (changed,) = (folder / "sources").rglob(f"{files_of(size) // 2:06}.txt")
        changed.write_text(changed.read_text("utf-8").replace(" the ", " this ", 1), "utf-8")
        gone_of(folder).unlink()
        again = step("build", folder)
        found |= {"rebuild": again["build"], "rebuild_wall": again["build_wall"]}
        found |= {
            name: sum(path.stat().st_size for path in (folder / "index").glob(pattern)) / 1e6
            for name, pattern in (("truth", "corpus.db*"), ("dense", "dense/*/*"), ("lexical", "lexical/*/*"))
        }
        found |= step("ask", folder) | step("check", folder)
        kept.write_text(json.dumps(found))
        shutil.rmtree(folder)
    found = dict(json.loads(kept.read_text()))
    print("   ".join(f"{name} {found[key]:,.4g}" for key, name in COLUMNS.items()), flush=True)
    return found


def files_of(size: int) -> int:
    """How many files make about so many chunks."""
    return size // (PARAGRAPHS if size >= TAKEN_UP else CHUNKS_A_FILE)


def step(name: str, folder: Path) -> dict[str, float]:
    """A step in a fresh process. Raises CalledProcessError."""
    command = [sys.executable, "-m", "benchmarks.growth", "--step", name, "--folder", str(folder)]
    return dict(json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout))


def prepared(folder: Path) -> dict[str, float]:
    """The files of a size, and what vectors are drawn from; the folder is named by its size."""
    write_files(folder / "sources", files_of(int(folder.name)))
    np.save(folder / "pool.npy", DrawnEncoder.make_pool())
    return {}


def stored(folder: Path) -> dict[str, float]:
    """The documents in the truth, not yet in an index."""
    encoder, config = DrawnEncoder(np.load(folder / "pool.npy")), Config()
    size, overlap = config.chunk_tokens, config.overlap_sentences
    store_documents(folder / "sources", folder / "index", encoder, size=size, overlap=overlap)
    return {}


def built(folder: Path) -> dict[str, float]:
    """One build in this process: processor and wall seconds, peak memory of this process."""
    encoder, config = DrawnEncoder(np.load(folder / "pool.npy")), Config()
    size, overlap = config.chunk_tokens, config.overlap_sentences
    started, used = time.perf_counter(), processor_seconds()
    report = build(folder / "sources", embedded(folder / "index"), encoder=encoder, size=size, overlap=overlap)
    seconds, wall = processor_seconds() - used, time.perf_counter() - started
    return {"chunks": report.chunks, "build": seconds, "build_wall": wall, "build_peak": peak_megabytes()}


def asked(folder: Path) -> dict[str, float]:
    """Opening and asking, in this process."""
    import psutil

    encoder, me = DrawnEncoder(np.load(folder / "pool.npy", mmap_mode="r")), psutil.Process()
    questions = real_questions(50)
    encoder.query("Load the model, whatever the index.")
    started, used = time.perf_counter(), time.process_time()
    with Assistant(Config(sources=folder / "sources", index=folder / "index"), encoder) as assistant:
        found = {"open": time.perf_counter() - started, "open_cpu": time.process_time() - used}
        found["open_mb"] = me.memory_info().rss / 1e6
        wall, cpu = [], []
        for question in questions:
            started, used = time.perf_counter(), time.process_time()
            assistant.search(question)
            wall.append((time.perf_counter() - started) * 1000)
            cpu.append((time.process_time() - used) * 1000)
        found["asked_mb"], found["peak_mb"] = me.memory_info().rss / 1e6, peak_megabytes()
    for name, taken in (("p", wall), ("cpu", cpu)):
        found |= {f"{name}50": statistics.median(taken), f"{name}95": sorted(taken)[int(len(taken) * 0.95)]}
    return found


def checked(folder: Path) -> dict[str, float]:
    """Whether what is found is right. Raises AssertionError; how much of the nearest is found must be nearly all."""
    encoder, index = DrawnEncoder(np.load(folder / "pool.npy", mmap_mode="r")), folder / "index"
    questions, gone = real_questions(20), gone_of(folder).relative_to(folder / "sources").as_posix()
    with Assistant(Config(sources=folder / "sources", index=index), encoder) as assistant:
        sources = [one for one in assistant.documents() if one.document_id]
        asked_of = [one.path for one in sources[:: max(1, len(sources) // 20)]]
        for question in questions:
            found = assistant.search(question)
            within = assistant.search(question, paths=asked_of)
            assert found, question
            assert within, question
            assert {one.document.path for one in within} <= set(asked_of)
            assert gone not in {one.document.path for one in found}
    (place,) = (index / DENSE).iterdir()
    quick, exact = DenseLens.open(place), DenseLens.open(place, exact_limit=sys.maxsize)
    words = LexicalLens.open(index / LEXICAL / place.name)
    assert len(quick) == len(words) == sum(one.chunks for one in sources)
    share = []
    for question in questions:
        vector = encoder.query(question)
        nearest, _ = exact.search(vector, _NEAREST)
        share.append(np.isin(quick.search(vector, _NEAREST)[0], nearest).mean())
    assert statistics.mean(share) >= _LEAST_RECALL
    return {"recall": statistics.mean(share)}


def gone_of(folder: Path) -> Path:
    """The document that is removed before the second build; its folder is named by its size."""
    number = files_of(int(folder.name)) // 3
    return folder / "sources" / f"{number // FILES_A_FOLDER:03}" / f"{number:06}.txt"


def real_questions(each: int) -> list[str]:
    """So many of each set, or made of the sample sources where the sets are absent."""
    files = [SHARED / name / "queries.jsonl" for name in SETS if (SHARED / name).is_dir()]
    if files:
        return [json.loads(line)["text"] for file in files for line in file.read_text("utf-8").splitlines()[:each]]
    texts = [path.read_text("utf-8") for path in sorted(Path("sources").glob("*.md"))]
    return [f"What of {part.strip()[:60]}?" for text in texts for part in text.split("\n\n")[2:6]]


def encoder_pace(chunks: int = 120) -> float:
    """Real chunks of usual length that the real encoder reads in a processor second."""
    from benchmarks.synthetic import sentences

    encoder, known = SentenceEncoder(), sentences()
    inputs = [EmbedInput(" ".join(known[at : at + 7])[:850], ()) for at in range(0, 7 * chunks, 7)]
    encoder.query("Load the weights.")
    used = time.process_time()
    list(encoder.passages(inputs))
    return len(inputs) / (time.process_time() - used)


def table(rows: Sequence[Mapping[str, float]], pace: float) -> str:
    """The rows in Markdown, and the picture of them."""
    lines = ["| " + " | ".join(COLUMNS.values()) + " |", "|---" * len(COLUMNS) + "|"]
    lines += ["| " + " | ".join(shown(one[key]) for key in COLUMNS) + " |" for one in rows]
    lines += [
        "",
        "![The table as curves, both axes logarithmic](growth.svg)",
        "",
        f"The encoder, which is not in *build*, reads {pace:.0f} chunks in a processor second of this machine.",
    ]
    return "\n".join(lines)


def shown(value: float) -> str:
    """Three figures, or a whole number."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def processor_seconds() -> float:
    """User and system time of this process and of its children that have ended."""
    return sum(sum(resource.getrusage(whose)[:2]) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def peak_megabytes() -> float:
    """The most memory that this process ever held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)


if __name__ == "__main__":
    main()
