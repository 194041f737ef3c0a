"""One processor of a node: a bounded child that reads files, and the model that embeds; both stay.

Ray makes an actor of `Node` on each processor of the cluster. This module does not know Ray, the index, or the names
of files; what it is sent of a file it writes to a temporary folder, where the child reads it.
"""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path

from rag.errors import SourceError
from rag.indexing import chunks_of, unread
from rag.models import SentenceEncoder
from rag.parsing import FileReader, Limits
from rag.types import EmbedInput, OcrProgress, ReadFile, ReadSettings
from rag.workers.part import pack_file, pack_vectors
from rag.workers.stamp import stamp_of

__all__ = ["Node"]


class Node:
    """What one processor does for builds on other machines: one thing at a time, however many threads ask for it."""

    def __init__(self, model: str) -> None:
        """`model` as in the settings; a folder must be there on this machine."""
        place = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "footnote" / "models"
        self._encoder = SentenceEncoder(model, "cpu", place)
        self._folder = tempfile.TemporaryDirectory(prefix="footnote-")
        self._reader: tuple[ReadSettings, FileReader] | None = None
        self._work = threading.Lock()
        self._progress: tuple[str, OcrProgress] | None = None  # put and taken whole

    def stamp(self, how: ReadSettings) -> dict[str, str]:
        """What this machine reads and embeds with; the child that reads is started meanwhile. Raises ModelProblem."""
        with self._work:
            self._reader_for(how)
            return stamp_of(self._encoder, how)

    def read(self, name: str, suffix: str, data: bytes, how: ReadSettings) -> bytes:
        """The part `name`, made from a file's bytes."""

        def tell(progress: OcrProgress) -> None:
            self._progress = name, progress

        path = Path(self._folder.name, "file" + suffix)
        with self._work:
            path.write_bytes(data)
            try:
                found = self._reader_for(how).read(path, path.name, tell)
            finally:
                path.unlink()
                self._progress = None
            if isinstance(found, SourceError):
                return pack_file(name, unread(found))
            return pack_file(name, ReadFile(found, tuple(chunks_of(found, self._encoder, how))))

    def embed(self, inputs: Sequence[EmbedInput]) -> bytes:
        """The vectors of some texts, in their order; each is read by itself, so they are the same in any company."""
        with self._work:
            embedded = dict(self._encoder.passages(inputs))
        return pack_vectors([embedded[at] for at in range(len(inputs))])

    def progress(self) -> tuple[str, OcrProgress] | None:
        """The part that is being made and how far OCR has come with it; None without OCR."""
        return self._progress

    def _reader_for(self, how: ReadSettings) -> FileReader:
        if self._reader is None or self._reader[0] != how:
            if self._reader is not None:
                self._reader[1].close()
            self._reader = how, FileReader(Limits(seconds=how.page_seconds), how.languages)
        return self._reader[1]
