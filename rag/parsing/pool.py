"""Reading many files at once in bounded child processes.

One thread drives one child; results are handed out as they come. This module does not know any format, and never reads
a file itself.
"""

from __future__ import annotations

import logging
import os
import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from rag.errors import SourceError
from rag.parsing.file_reader import FileReader, Limits
from rag.parsing.formats import supported
from rag.parsing.pdf.ocr import ocr_engine
from rag.parsing.unread import unsupported
from rag.types import LoadedDocument, OcrProgress

__all__ = ["load_files"]

_log = logging.getLogger(__name__)


_LOOK = 0.2  # seconds


def load_files(
    files: Sequence[tuple[Path, str]],
    *,
    workers: int | None = None,
    limits: Limits | None = None,
    languages: str = "",
    idle: Callable[[], None] = lambda: None,
) -> Iterator[tuple[str, LoadedDocument | SourceError | OcrProgress]]:
    """Yields `(relative, document or error)` for each `(path, relative)`, in the order in which they finish.

    With `languages` (codes of the engine, joined by +) pages of PDFs without text are read by OCR, if it is installed;
    how far that has come is yielded between the results. Closing the iterator, or an exception where it is used, ends
    the children. At most `workers` of them run (default: one for each core). `idle` is called a few times a second
    while nothing comes; an exception of it ends the reading at once.
    """
    limits = limits or Limits()
    readable = [file for file in files if supported(file[1])]
    for _, relative in files:
        if not supported(relative):
            yield relative, unsupported(relative)
    if not readable:
        return
    count = min(len(readable), workers or _cores())
    # The longest work first, or it is what all wait for at the end; where it would keep all others waiting, last.
    readable.sort(key=lambda file: _size(file[0]), reverse=count > 1)
    pool = _Pool(readable, limits, count, languages if ocr_engine(languages) else "")
    left = len(readable)
    try:
        while left:
            relative, result = pool.next(idle)
            left -= not isinstance(result, OcrProgress)
            yield relative, result
    finally:
        pool.close()


class _Pool:
    def __init__(self, files: Sequence[tuple[Path, str]], limits: Limits, count: int, languages: str) -> None:
        self._waiting: queue.SimpleQueue[tuple[Path, str]] = queue.SimpleQueue()
        for file in files:
            self._waiting.put(file)
        # Bounded, so that reading does not run ahead of who uses the documents by more than memory allows.
        self.results: queue.Queue[tuple[str, LoadedDocument | SourceError | OcrProgress]] = queue.Queue(4 * count)
        self._closing = threading.Event()
        self._readers = [FileReader(limits, languages) for _ in range(count)]
        self._threads = [threading.Thread(target=self._drive, args=(one,), daemon=True) for one in self._readers]
        for thread in self._threads:
            thread.start()

    def next(self, idle: Callable[[], None]) -> tuple[str, LoadedDocument | SourceError | OcrProgress]:
        while True:
            try:
                return self.results.get(timeout=_LOOK)
            except queue.Empty:
                idle()

    def close(self) -> None:
        self._closing.set()
        for reader in self._readers:
            reader.close()
        for thread in self._threads:
            thread.join()

    def _drive(self, reader: FileReader) -> None:
        while not self._closing.is_set():
            try:
                path, relative = self._waiting.get_nowait()
            except queue.Empty:
                reader.close()
                return
            _log.debug("Reading %s", relative)
            self._tell(relative, reader.read(path, relative, partial(self._tell, relative)))

    def _tell(self, relative: str, what: LoadedDocument | SourceError | OcrProgress) -> None:
        while not self._closing.is_set():
            try:
                self.results.put((relative, what), timeout=0.1)
                return
            except queue.Full:
                continue


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
