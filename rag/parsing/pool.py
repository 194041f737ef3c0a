"""Reading many files at once in bounded child processes.

One thread drives one child; results are handed out as they come. Pages without text are read by OCR where an engine is
installed, each within limits of its own: a page that the engine breaks over stays without text. This module does not
know any format, and never reads a file itself.
"""

from __future__ import annotations

import json
import logging
import os
import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from rag.errors import EmptySource, SourceError, UnreadableSource
from rag.parsing.formats import supported
from rag.parsing.pdf.ocr import OcrWord, ocr_engine
from rag.parsing.sandbox import SandboxedProcess
from rag.parsing.serialization import Request, unpack
from rag.parsing.unread import unsupported
from rag.types import LoadedDocument

__all__ = ["Limits", "OcrProgress", "load_files"]

_log = logging.getLogger(__name__)


_LOOK = 0.2  # seconds
_NOTHING = ("No page holds text, and OCR reads none on them.", "If there is any, scan it again: upright, at 300 dpi.")
_CHANGED = ("The file changed while it was read.", "Build again when it is complete.")


@dataclass(frozen=True, slots=True)
class Limits:
    """What reading one file may cost: processor time, memory of the reading process, characters of its text."""

    seconds: float = 60.0  # for the file; of a PDF for each page
    page_seconds: float = 120.0  # for the OCR of one page
    memory_mb: int = 2048
    characters: int = 20_000_000


class OcrProgress(NamedTuple):
    """A file is being read by OCR: `done` of `total` pages so far."""

    done: int
    total: int


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
        self._limits, self._languages = limits, languages
        self._waiting: queue.SimpleQueue[tuple[Path, str]] = queue.SimpleQueue()
        for file in files:
            self._waiting.put(file)
        # Bounded, so that reading does not run ahead of who uses the documents by more than memory allows.
        self.results: queue.Queue[tuple[str, LoadedDocument | SourceError | OcrProgress]] = queue.Queue(4 * count)
        self._closing = threading.Event()
        self._children = [SandboxedProcess("rag.parsing.worker:read", memory_mb=limits.memory_mb) for _ in range(count)]
        self._threads = [threading.Thread(target=self._drive, args=(child,), daemon=True) for child in self._children]
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
        for child in self._children:
            child.close()
        for thread in self._threads:
            thread.join()

    def _drive(self, child: SandboxedProcess) -> None:
        while not self._closing.is_set():
            try:
                path, relative = self._waiting.get_nowait()
            except queue.Empty:
                child.close()
                return
            _log.debug("Reading %s", relative)
            most = (self._limits.memory_mb << 20) // 4  # bytes; a reader holds the file and several forms of its text
            request = Request(os.fsencode(path), relative, self._limits.characters, most, self._languages)
            result = self._read(child, request)
            pages = _without_text(result)
            if pages and self._languages and relative.lower().endswith(".pdf"):
                result = self._scan(child, request, result, pages)
            self._tell(relative, result)

    def _tell(self, relative: str, what: LoadedDocument | SourceError | OcrProgress) -> None:
        while not self._closing.is_set():
            try:
                self.results.put((relative, what), timeout=0.1)
                return
            except queue.Full:
                continue

    def _read(self, child: SandboxedProcess, request: Request) -> LoadedDocument | SourceError:
        try:
            return unpack(child.call(request.pack(), self._limits.seconds))
        except SourceError as error:
            return error

    def _scan(
        self, child: SandboxedProcess, request: Request, before: LoadedDocument | SourceError, pages: Sequence[int]
    ) -> LoadedDocument | SourceError:
        """The file once more, with what OCR reads on its pages without text; `before` where it reads nothing."""
        scanned: dict[int, list[OcrWord]] = {}
        sums = set()
        for done, page in enumerate(pages):
            if self._closing.is_set():
                return before
            self._tell(request.relative, OcrProgress(done, len(pages)))
            try:
                sha256, words = json.loads(child.call(request._replace(page=page).pack(), self._limits.page_seconds))
            except SourceError:
                continue
            if words:
                scanned[page] = [OcrWord(*word) for word in words]
                sums.add(sha256)
        if not scanned:
            return before if isinstance(before, LoadedDocument) else EmptySource(*_NOTHING, tuple(pages))
        after = self._read(child, request._replace(scanned=scanned))
        return (
            after if isinstance(after, SourceError) or sums == {after.document.sha256} else UnreadableSource(*_CHANGED)
        )


def _without_text(result: LoadedDocument | SourceError) -> tuple[int, ...]:
    return result.pages_without_text if isinstance(result, LoadedDocument) else getattr(result, "pages", ())


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
