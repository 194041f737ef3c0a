"""The truth: one SQLite file that holds the documents, their text, their chunks and vectors, and what made them.

Documents are kept by content and seen only through the `files` that name them, so a build can store what it has read
and embedded as it goes (a checkpoint), and one last transaction makes all of it the next generation. A reader works in
a snapshot: one generation from its first question to its last, whatever is committed meanwhile.

Rows belong to a recipe - the reading, chunking and encoding that made them - so that an index made with other settings
keeps answering until its successor is complete. This module does not know how anything is read, embedded or searched.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rag.errors import IndexDamaged, IndexMissing
from rag.store.rows import FileRow, StoredChunk, suffix_of
from rag.store.snapshot import Snapshot
from rag.store.writer import Writer

__all__ = ["FileRow", "Snapshot", "Store", "StoredChunk", "Writer", "suffix_of"]


class Store:
    """The file `corpus.db` in an index folder. Holds no connection: every snapshot and writer opens its own."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "corpus.db"

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """A consistent view of the last committed generation. Raises IndexMissing, IndexDamaged, IndexStale."""
        if not self.path.exists():
            raise IndexMissing(f"There is no index in {self.path.parent}.", "Build it first: rag build")
        with _explained(self.path):
            connection = _connect_to_read(self.path)
        try:
            with _explained(self.path):
                connection.execute("BEGIN")
                snapshot = Snapshot(connection)
                if snapshot.generation == 0:
                    raise IndexMissing(f"The index in {self.path.parent} was never finished.", "Run: rag build")
                yield snapshot
        finally:
            connection.close()

    def writer(self) -> Writer:
        """The one writer; the caller holds the build lock. Raises IndexDamaged, IndexStale, OSError."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with _explained(self.path):
            return Writer(self.path)


def _connect_to_read(path: Path) -> sqlite3.Connection:
    """A read-only connection; where the folder itself cannot be written, SQLite must be told that nobody else does."""
    address = path.resolve().as_uri()
    for mode in ("?mode=ro", "?mode=ro&immutable=1"):
        connection = sqlite3.connect(
            address + mode, uri=True, timeout=30, isolation_level=None, check_same_thread=False
        )
        try:
            connection.execute("SELECT 1 FROM meta").fetchone()
        except sqlite3.OperationalError as error:
            connection.close()
            if "unable to open" not in str(error) and "readonly" not in str(error):
                raise
        else:
            return connection
    raise sqlite3.OperationalError("the file cannot be opened for reading")


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """SQLite's own errors, in words a person can use."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        if "no such table" in str(error):
            raise IndexMissing(f"The index in {path.parent} was never finished.", "Run: rag build") from error
        raise IndexDamaged(
            f"The index file {path} cannot be read ({error}).",
            "Remove the index folder and build again; your sources are not touched.",
        ) from error
