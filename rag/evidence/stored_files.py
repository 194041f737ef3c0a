"""The files that documents were read from, out of a store that several machines reach.

Nothing is believed of the store: what it gives is compared with the hash that the index has, as is what was kept here
of it. So little is kept, in a folder of this user: no more than some bytes, and nothing of a document that is not
indexed any more. This module does not know what a store is.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from rag.errors import IndexDamaged
from rag.types import NOTED_FETCHED, NOTED_ORIGINALS, OriginalStore, Snapshot, suffix_of

__all__ = ["MOST_KEPT", "StoredFiles"]

MOST_KEPT = 1_000_000_000  # bytes, of each index on this machine
_ARRIVING = ".arriving-"
_ABANDONED = 3600.0  # seconds after which what was on its way is given up
_AGAIN = (
    "Build again where the sources are: what is not whole is put there again. A changed one has to be deleted first."
)


class StoredFiles:
    """Finds the originals of an index's documents in its store, from any number of threads and processes."""

    def __init__(self, store: OriginalStore, folder: Path, most: int = MOST_KEPT) -> None:
        """`folder` keeps up to `most` bytes of what was fetched; what does not fit is fetched each time."""
        self._store, self._root, self._most = store, folder, most
        self._swept = -1
        self._lock = threading.Lock()

    def has(self, snapshot: Snapshot, document_id: str) -> bool:
        """Whether a build has put the original of a document there. The store itself is not asked."""
        return bool(snapshot.meta(NOTED_ORIGINALS)) and snapshot.sha256(document_id) is not None

    def copy(self, snapshot: Snapshot, document_id: str) -> BinaryIO | None:
        """The bytes that were indexed, to be closed; None for a document that the store is not said to have.

        Raises IndexDamaged where it has none or others, IndexUnreachable, ConfigProblem.
        """
        name, sha256 = snapshot.meta(NOTED_ORIGINALS), snapshot.sha256(document_id)
        if not name or sha256 is None:
            return None
        self.sweep(snapshot)
        folder = self._folder(name)
        return _verified(folder / _kept_as(document_id, sha256), sha256) or self._fetched(name, document_id, sha256)

    def pdf(self, snapshot: Snapshot, document_id: str) -> bytes | None:
        """The PDF that holds the document; None for other formats, else as `copy`."""
        if not any(suffix_of(path) == ".pdf" for path in snapshot.paths(document_id)):
            return None
        found = self.copy(snapshot, document_id)
        if found is None:
            return None
        with found:
            return found.read()

    def fetched_log(self, snapshot: Snapshot) -> bytes:
        """The log of what was fetched from the web; empty where nothing was. Raises as `copy` does."""
        name, sha256 = snapshot.meta(NOTED_ORIGINALS), snapshot.meta(NOTED_FETCHED)
        if not name or not sha256:
            return b""
        kept = _verified(self._folder(name) / _kept_as("", sha256), sha256)
        with kept or self._fetched(name, "", sha256) as file:
            return file.read()

    def sweep(self, snapshot: Snapshot) -> None:
        """Deletes what is kept here of documents that this generation has no more, once for each generation."""
        name = snapshot.meta(NOTED_ORIGINALS)
        if not name or snapshot.generation == self._swept:
            return
        with self._lock:
            for file in _files(self._folder(name)):
                document_id, _, sha256 = file.name.partition("+")
                known = snapshot.sha256(document_id) if document_id else snapshot.meta(NOTED_FETCHED)
                if not file.name.startswith(_ARRIVING) and known != sha256:
                    file.unlink(missing_ok=True)
            self._swept = snapshot.generation

    def _fetched(self, name: str, document_id: str, sha256: str) -> BinaryIO:
        """Out of the store, compared, and kept for the next time where there is room."""
        folder, digest = self._folder(name), hashlib.sha256()
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        part = folder / f"{_ARRIVING}{secrets.token_hex(8)}"
        file = os.fdopen(os.open(part, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600), "w+b")
        try:
            for piece in self._store.pieces(name, sha256):
                digest.update(piece)
                file.write(piece)
            if digest.hexdigest() != sha256:
                raise IndexDamaged(f"An original in {self._store.place} is not what was indexed: not shown.", _AGAIN)
            file.flush()
            if file.tell() <= self._most:
                part.replace(folder / _kept_as(document_id, sha256))
        except BaseException as error:
            file.close()
            if not isinstance(error, FileNotFoundError):
                raise
            raise IndexDamaged(f"An original is missing in {self._store.place}.", _AGAIN) from None
        finally:
            part.unlink(missing_ok=True)
        with self._lock:
            self._trim(folder)
        file.seek(0)
        return file

    def _trim(self, folder: Path) -> None:
        """Deletes those that were used longest ago, until the rest is no more than it may be."""
        facts = [(file, stat) for file in _files(folder) if (stat := _stat(file)) is not None]
        together = sum(stat.st_size for _, stat in facts)
        for file, stat in sorted(facts, key=lambda one: one[1].st_mtime):
            on_its_way = file.name.startswith(_ARRIVING)
            if on_its_way and time.time() - stat.st_mtime < _ABANDONED:
                continue
            if on_its_way or together > self._most:
                file.unlink(missing_ok=True)
                together -= stat.st_size

    def _folder(self, name: str) -> Path:
        return self._root / hashlib.sha256(name.encode()).hexdigest()[:16]


def _verified(file: Path, sha256: str) -> BinaryIO | None:
    """A file with that hash, open, and marked as used; one with another is deleted."""
    try:
        kept = file.open("rb")
    except FileNotFoundError:
        return None
    if hashlib.file_digest(kept, "sha256").hexdigest() == sha256:
        kept.seek(0)
        with suppress(OSError):
            os.utime(file)
        return kept
    kept.close()
    file.unlink(missing_ok=True)
    return None


def _kept_as(document_id: str, sha256: str) -> str:
    return f"{document_id}+{sha256}"


def _files(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except FileNotFoundError:
        return []


def _stat(file: Path) -> os.stat_result | None:
    try:
        return file.stat()
    except FileNotFoundError:
        return None
