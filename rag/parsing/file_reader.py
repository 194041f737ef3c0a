"""Reading one file after another in a bounded child process that stays.

Pages without text are read by OCR where an engine is installed, each within limits of its own: a page that the engine
breaks over stays without text. This module does not know any format, and never reads a file itself.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rag.errors import EmptySource, SourceError, UnreadableSource
from rag.parsing.pdf.ocr import OcrWord
from rag.parsing.sandbox import SandboxedProcess
from rag.parsing.serialization import Request, unpack
from rag.types import LoadedDocument, OcrProgress

__all__ = ["FileReader", "Limits"]

_NOTHING = ("No page holds text, and OCR reads none on them.", "If there is any, scan it again: upright, at 300 dpi.")
_CHANGED = ("The file changed while it was read.", "Build again when it is complete.")


@dataclass(frozen=True, slots=True)
class Limits:
    """What reading one file may cost: processor time, memory of the reading process, characters of its text."""

    seconds: float = 60.0  # for the file; of a PDF for each page
    page_seconds: float = 120.0  # for the OCR of one page
    memory_mb: int = 2048
    characters: int = 20_000_000

    @property
    def file_bytes(self) -> int:
        """The most that a file may have; a reader holds the file and several forms of its text."""
        return (self.memory_mb << 20) // 4


class FileReader:
    """A child process that reads files. Not for two threads at once, but `close` may come from another."""

    def __init__(self, limits: Limits, languages: str) -> None:
        """`languages` are those of an OCR engine that is installed, "" for none. The child starts at once."""
        self._limits, self._languages = limits, languages
        self._child = SandboxedProcess("rag.parsing.worker:read", memory_mb=limits.memory_mb)
        self._closed = False

    def close(self) -> None:
        """Ends the child, and breaks off what it reads."""
        self._closed = True
        self._child.close()

    def read(self, path: Path, relative: str, tell: Callable[[OcrProgress], None]) -> LoadedDocument | SourceError:
        """The document under the name `relative`, or why there is none; `tell` hears how far OCR has come."""
        limits = self._limits
        request = Request(os.fsencode(path), relative, limits.characters, limits.file_bytes, self._languages)
        result = self._read(request)
        pages = _without_text(result)
        if pages and self._languages and relative.lower().endswith(".pdf"):
            return self._scan(request, result, pages, tell)
        return result

    def _read(self, request: Request) -> LoadedDocument | SourceError:
        try:
            return unpack(self._child.call(request.pack(), self._limits.seconds))
        except SourceError as error:
            return error

    def _scan(
        self,
        request: Request,
        before: LoadedDocument | SourceError,
        pages: Sequence[int],
        tell: Callable[[OcrProgress], None],
    ) -> LoadedDocument | SourceError:
        """The file once more, with what OCR reads on its pages without text; `before` where it reads nothing."""
        scanned: dict[int, list[OcrWord]] = {}
        sums = set()
        for done, page in enumerate(pages):
            if self._closed:
                return before
            tell(OcrProgress(done, len(pages)))
            asked = request._replace(page=page).pack()
            try:
                sha256, words = json.loads(self._child.call(asked, self._limits.page_seconds))
            except SourceError:
                continue
            if words:
                scanned[page] = [OcrWord(*word) for word in words]
                sums.add(sha256)
        if not scanned:
            return before if isinstance(before, LoadedDocument) else EmptySource(*_NOTHING, tuple(pages))
        after = self._read(request._replace(scanned=scanned))
        if isinstance(after, SourceError) or sums == {after.document.sha256}:
            return after
        return UnreadableSource(*_CHANGED)


def _without_text(result: LoadedDocument | SourceError) -> tuple[int, ...]:
    return result.pages_without_text if isinstance(result, LoadedDocument) else getattr(result, "pages", ())
