"""The truth: one SQLite file that holds the documents, their text, their chunks and vectors, and what made them.

Documents are kept by content and seen only through the `files` that name them, so a build can store what it has read
and embedded as it goes (a checkpoint), and one last transaction makes all of it the next generation. A reader works in
a snapshot: one generation from its first question to its last, whatever is committed meanwhile.

Rows belong to a recipe - the reading, chunking and encoding that made them - so that an index made with other settings
keeps answering until its successor is complete. This module does not know how anything is read, embedded or searched.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw

from rag.errors import IndexMissing
from rag.rows import UNNAMED, unnamed_rows
from rag.storage.connect import ConnectionPool, translated_errors
from rag.storage.lock import locked_for_builds
from rag.storage.snapshot import SQLiteSnapshot
from rag.storage.writer import SQLiteWriter
from rag.types import Remains

__all__ = ["Store"]


class Store:
    """The truth of one index, the file `corpus.db` in its folder.

    Every snapshot and writer has a connection of its own. Up to `idle` of those that read are kept open for the next
    snapshot, with the pages they have in memory; `close` closes them.
    """

    def __init__(self, folder: Path, idle: int = 0) -> None:
        self.path = folder / "corpus.db"
        self._readers = ConnectionPool(self.path, idle)

    def close(self) -> None:
        """Closes the connections that nobody uses now; those in use close when their snapshot ends."""
        self._readers.close()

    def exists(self) -> bool:
        """As `Truth` has it."""
        return self.path.exists()

    @contextmanager
    def snapshot(self) -> Iterator[SQLiteSnapshot]:
        """As `Truth` has it."""
        if not self.exists():
            raise IndexMissing(f"There is no index in {self.path.parent}.", "Build it first: rag build")
        with translated_errors(self.path), self._readers.reading() as connection:
            snapshot = SQLiteSnapshot(connection)
            if snapshot.generation == 0:
                raise IndexMissing(f"The index in {self.path.parent} is incomplete.", "Run: rag build")
            yield snapshot

    def remains(self) -> list[Remains]:
        """As `Truth` has it."""
        if not self.exists():
            return []
        with translated_errors(self.path), self._readers.reading() as connection:
            counts = [int(connection.execute(f"SELECT count(*) FROM ({query})").get) for query in UNNAMED]  # noqa: S608
        log = Path(f"{self.path}-wal")
        size = log.stat().st_size if log.exists() else 0
        said = f"{size:,} bytes, which may hold what was erased; the next build empties it" if size else "empty"
        return [unnamed_rows(self.path.name, *counts), Remains(f"{self.path.name}-wal", not size, said)]

    def drop(self) -> None:
        """As `Truth` has it."""
        if self.path.parent.exists():
            with locked_for_builds(self.path.parent):
                self.close()
                for end in ("", "-wal", "-shm"):
                    Path(f"{self.path}{end}").unlink(missing_ok=True)

    def copy(self, target: Path) -> bool:
        """Writes the last committed generation to a new file; False where there is no index. Raises IndexDamaged."""
        if not self.exists():
            return False
        with translated_errors(self.path), self._readers.reading() as connection:
            copied = apsw.Connection(str(target))
            try:
                with copied.backup("main", connection, "main") as backup:
                    backup.step()
            finally:
                copied.close()
        return True

    @contextmanager
    def writer(self) -> Iterator[SQLiteWriter]:
        """As `Truth` has it; `locked_for_builds` keeps the others out."""
        with locked_for_builds(self.path.parent), translated_errors(self.path), SQLiteWriter(self.path) as writer:
            yield writer
