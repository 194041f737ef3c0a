"""With the real encoder: what is built after kills is, to the last bit, what is built at once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import apsw
import numpy as np

BUILD = """
import os, signal, sys
from rag.assistant import build
from rag.config import load_config

embedded = 0

def tell(progress):
    global embedded
    if progress.stage == "embedding":
        embedded += 1
        if embedded == int(sys.argv[3]):
            os.kill(os.getpid(), signal.SIGKILL)

build(config=load_config(sources=sys.argv[1], index=sys.argv[2], chunk_tokens=40), progress=tell)
"""


def built(sources: Path, index: Path, kill: int = 0) -> int:
    """Builds in a process that kills itself after some checkpoints; its exit status."""
    command = [sys.executable, "-c", BUILD, str(sources), str(index), str(kill)]
    return subprocess.run(command, check=False, capture_output=True).returncode


def vectors(index: Path) -> list[tuple[bytes, ...]]:
    """What is stored: of every text its id, its vector and those of its sentences."""
    connection = apsw.Connection(str(index / "corpus.db"), flags=apsw.SQLITE_OPEN_READONLY)
    try:
        return list(connection.execute("SELECT id, vector, sentences FROM vectors ORDER BY id"))
    finally:
        connection.close()


def test_a_build_after_kills_has_the_vectors_of_a_clean_one_to_the_bit(tmp_path: Path) -> None:
    sources = tmp_path / "sources"
    sources.mkdir()
    rng = np.random.default_rng(3)
    words = (Path(__file__).parents[2] / "README.md").read_text().split()
    for n in range(6):
        lines = (" ".join(rng.choice(words, int(rng.integers(3, 34)))) + "." for _ in range(40))
        (sources / f"{n}.txt").write_text("\n\n".join(lines))
    assert built(sources, tmp_path / "clean") == 0
    kills = 0
    for checkpoint in (1, 1, 2, 1):
        kills += built(sources, tmp_path / "index", checkpoint) == -9
    assert kills > 1
    assert built(sources, tmp_path / "index") == 0
    clean, after = vectors(tmp_path / "clean"), vectors(tmp_path / "index")
    assert len(clean) > 130, "more than two checkpoints"
    assert clean == after
