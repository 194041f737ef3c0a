"""Reading many files at once in bounded child processes.

One thread drives one child; results are handed out as they come. This module does not know any format, and never reads
a file itself.
"""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rag.bounded import Child
from rag.errors import SourceError
from rag.load.table import supported, unsupported
from rag.load.wire import request, unpack
from rag.types import Loaded

__all__ = ["Limits", "load_files"]


@dataclass(frozen=True, slots=True)
class Limits:
    """What reading one file may cost: wall time, memory of the reading process, characters of its text."""

    seconds: float = 60.0
    memory_mb: int = 2048
    characters: int = 20_000_000


def load_files(
    files: Sequence[tuple[Path, str]], *, workers: int | None = None, limits: Limits | None = None
) -> Iterator[tuple[str, Loaded | SourceError]]:
    """Yields `(relative, document or error)` for each `(path, relative)`, in the order in which they finish.

    Closing the iterator, or an exception where it is used, ends the children. At most `workers` of them run (default:
    one for each core).
    """
    limits = limits or Limits()
    readable = [file for file in files if supported(file[1])]
    for _, relative in files:
        if not supported(relative):
            yield relative, unsupported(relative)
    if not readable:
        return
    readable.sort(key=lambda file: -_size(file[0]))  # the longest work first, or it is what all wait for at the end
    count = min(len(readable), workers or _cores())
    pool = _Pool(readable, limits, count)
    try:
        for _ in readable:
            yield pool.results.get()
    finally:
        pool.close()


class _Pool:
    def __init__(self, files: Sequence[tuple[Path, str]], limits: Limits, count: int) -> None:
        self._limits = limits
        self._waiting: queue.SimpleQueue[tuple[Path, str]] = queue.SimpleQueue()
        for file in files:
            self._waiting.put(file)
        # Bounded, so that reading does not run ahead of who uses the documents by more than memory allows.
        self.results: queue.Queue[tuple[str, Loaded | SourceError]] = queue.Queue(4 * count)
        self._closing = threading.Event()
        self._children = [Child("rag.load.child:read", memory_mb=limits.memory_mb) for _ in range(count)]
        self._threads = [threading.Thread(target=self._drive, args=(child,), daemon=True) for child in self._children]
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        self._closing.set()
        for child in self._children:
            child.close()
        for thread in self._threads:
            thread.join()

    def _drive(self, child: Child) -> None:
        while not self._closing.is_set():
            try:
                path, relative = self._waiting.get_nowait()
            except queue.Empty:
                child.close()
                return
            result = relative, self._read(child, path, relative)
            while not self._closing.is_set():
                try:
                    self.results.put(result, timeout=0.1)
                    break
                except queue.Full:
                    continue

    def _read(self, child: Child, path: Path, relative: str) -> Loaded | SourceError:
        most = (self._limits.memory_mb << 20) // 4  # bytes; a reader holds the file and more than one form of its text
        question = request(os.fsencode(path), relative, self._limits.characters, most)
        try:
            return unpack(child.call(question, self._limits.seconds))
        except SourceError as error:
            return error


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
