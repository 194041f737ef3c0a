"""What building costs beside bare encoding: `python benchmarks/build.py [FOLDER]` (default: the sample sources).

Both sides in one run, in turn: a whole `rag.build` of the folder's text files into a fresh index (planning, reading,
chunking, encoding, committing, writing the lenses), and bare `SentenceTransformer.encode` of exactly the texts that the
build gave the encoder. The ratio counts, not the seconds; on a busy machine look at that of processor time, which
counts the reading children too and is not shortened by what runs side by side.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import statistics
import tempfile
import time
from pathlib import Path

from sentence_transformers import SentenceTransformer

from rag.assistant import embedded
from rag.indexing.builder import build
from rag.indexing.chunk import chunk_document
from rag.models.encoder.encoder import SentenceEncoder, bundled_folder
from rag.parsing import load_bytes

TEXT = (".md", ".txt")


def main() -> None:
    """Prints a line for each round, then the median ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=Path("sources"))
    parser.add_argument("--files", type=int, default=12, help="at most so many files")
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    encoder = SentenceEncoder()
    encoder.query("load the weights")
    bare = SentenceTransformer(str(bundled_folder()), local_files_only=True)
    ratios = []
    with tempfile.TemporaryDirectory() as scratch:
        sources = Path(scratch) / "sources"
        sources.mkdir()
        files = [path for path in sorted(arguments.folder.rglob("*")) if path.suffix in TEXT][: arguments.files]
        for number, path in enumerate(files):
            shutil.copy(path, sources / f"{number:03}-{path.name}")
        texts = [text for path in sorted(sources.iterdir()) for text in chunk_texts(encoder, path)]
        print(f"{len(files)} files, {len(texts)} chunks")
        for round_ in range(arguments.rounds):
            started, used = time.perf_counter(), processor_seconds()
            build(sources, embedded(Path(scratch) / f"index{round_}"), encoder=encoder, size=200, overlap=1)
            whole, whole_used = time.perf_counter() - started, processor_seconds() - used
            started, used = time.perf_counter(), processor_seconds()
            bare.encode(texts, batch_size=32, show_progress_bar=False)
            alone, alone_used = time.perf_counter() - started, processor_seconds() - used
            ratios.append(whole / alone)
            print(f"build {whole:6.2f} s   bare encode {alone:6.2f} s   ratio {ratios[-1]:.3f}", end="")
            print(f"   processor {whole_used:6.2f} and {alone_used:6.2f} s, ratio {whole_used / alone_used:.3f}")
    print(f"median ratio {statistics.median(ratios):.3f} (wanted: at most 1.15)")


def processor_seconds() -> float:
    """User and system time of this process and of its children that have ended."""
    return sum(sum(resource.getrusage(whose)[:2]) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def chunk_texts(encoder: SentenceEncoder, path: Path) -> list[str]:
    """What the encoder reads for a file."""
    document = load_bytes(path.read_bytes(), path.name).document
    return [p.reads.text for p in chunk_document(document, count=encoder.count, limit=encoder.max_tokens)]


if __name__ == "__main__":
    main()
