"""A build by a Ray cluster beside a local one: `python -m benchmarks.ray ray://HOST:PORT [--passages 2000]`.

Both build the same made-up folder (`benchmarks.synthetic`) with the bundled encoder, in turns, each into an index of
its own. What is told are seconds of the clock with the start of the cluster's actors in them, the ratio, and whether
both indexes hold the same vectors. Where the nodes are this machine there is no speed-up to be seen, only the cost.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path

import apsw

from benchmarks.synthetic import CHUNKS_A_FILE, write_files
from rag.assistant import build
from rag.config import load_config


def main() -> None:
    """Prints the medians of both sides, their ratio, and how many rows were compared."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("address")
    parser.add_argument("--passages", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=1)
    arguments = parser.parse_args()
    took: dict[str, list[float]] = {"": [], arguments.address: []}
    with tempfile.TemporaryDirectory() as scratch:
        sources = Path(scratch, "sources")
        write_files(sources, arguments.passages // CHUNKS_A_FILE)
        for turn in range(arguments.rounds):
            rows: list[list[tuple[bytes, ...]]] = []
            for side in sorted(took, reverse=bool(turn % 2)):
                index = Path(scratch, f"{turn}-{len(rows)}")
                began = time.perf_counter()
                build(config=load_config(sources=sources, index=index, cluster=side))
                took[side].append(time.perf_counter() - began)
                rows.append(_vectors(index))
            if rows[0] != rows[1]:
                sys.exit("The indexes differ.")
    here, there = (statistics.median(took[side]) for side in ("", arguments.address))
    seconds = f"{here:.1f} s here, {there:.1f} s by the cluster, ratio {there / here:.2f}"
    print(f"{len(rows[0])} passages: {seconds}; the same vectors")


def _vectors(index: Path) -> list[tuple[bytes, ...]]:
    connection = apsw.Connection(str(index / "corpus.db"), flags=apsw.SQLITE_OPEN_READONLY)
    try:
        return list(connection.execute("SELECT id, vector, sentences FROM vectors ORDER BY id"))
    finally:
        connection.close()


if __name__ == "__main__":
    main()
