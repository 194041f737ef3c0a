"""The builder's side of the truth: checkpoints as it goes, one transaction for the next generation."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

import apsw

from rag.errors import IndexStale
from rag.rows import (
    UNNAMED,
    chunk_row,
    document_row,
    file_row,
    following_generation,
    vector_row,
    words_row,
)
from rag.storage.connect import open_for_writing
from rag.storage.kept import KeptReader
from rag.storage.rows import FORMAT, SCHEMA, missing_columns
from rag.types import Chunk, ChunkEmbedding, FileRow, LoadedDocument, PackedVectors, Span, suffix_of

_ERASE = (  # what to erase is found in indexes alone: a corpus is far larger than what goes of it
    "DELETE FROM documents WHERE rowid IN (SELECT rowid FROM documents WHERE recipe != :recipe"
    " OR NOT EXISTS (SELECT 1 FROM files WHERE files.document_id = documents.id))",
    "DELETE FROM words WHERE recipe != :recipe"
    " OR NOT EXISTS (SELECT 1 FROM files WHERE files.document_id = words.document_id)",
    "DELETE FROM chunks WHERE (id, recipe) IN (SELECT id, recipe FROM chunks WHERE recipe != :recipe"
    " OR NOT EXISTS (SELECT 1 FROM files WHERE files.document_id = chunks.document_id))",
    "DELETE FROM vectors WHERE id IN (SELECT id FROM vectors EXCEPT SELECT vector_id FROM chunks)",
)


class SQLiteWriter(KeptReader):
    """An `IndexWriter` on a connection of its own."""

    def __init__(self, path: Path) -> None:
        connection = open_for_writing(path)
        try:
            connection.execute(SCHEMA)
            for name, default in missing_columns(connection).items():
                connection.execute(f"ALTER TABLE documents ADD COLUMN {name} TEXT NOT NULL DEFAULT {default}")
            super().__init__(connection)
            if (self.meta("format") or FORMAT) != FORMAT:
                raise IndexStale(
                    "The index was built by another version of the program.", "Remove the index folder and build."
                )
            connection.execute("INSERT OR IGNORE INTO meta VALUES ('format', ?)", (FORMAT,))
        except BaseException:
            connection.close()
            raise

    def __enter__(self) -> SQLiteWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # Erased rows must not live on in the log. Whoever reads for longer than this only delays it to the next build.
        self._db.set_busy_timeout(1000)
        try:
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except apsw.Error:
            if error is None:  # what went wrong before is what is told; rows that are still being read lock the log
                raise
        finally:
            self._db.close()

    def find_document(self, sha256: str, recipe: str, path: str) -> str | None:
        """As `IndexWriter` has it."""
        row = self._db.execute(
            "SELECT id FROM documents WHERE sha256 = ? AND recipe = ? AND suffix = ?", (sha256, recipe, suffix_of(path))
        ).fetchone()
        return str(row[0]) if row else None

    def count_chunks(self) -> int:
        """As `IndexWriter` has it."""
        query = "SELECT count(*) FROM chunks WHERE recipe = ?"
        ((count,),) = self._db.execute(query, (self.recipe,))
        return int(str(count))

    def empty_pages(self, document_id: str, recipe: str) -> tuple[int, ...]:
        """As `IndexWriter` has it."""
        row = self._db.execute(
            "SELECT empty_pages FROM documents WHERE id = ? AND recipe = ?", (document_id, recipe)
        ).fetchone()
        return tuple(json.loads(row[0])) if row else ()

    def missing_vectors(self, ids: Iterable[bytes]) -> set[bytes]:
        """As `IndexWriter` has it."""
        wanted = set(ids)
        return {one for one in wanted if not self._db.execute("SELECT 1 FROM vectors WHERE id = ?", (one,)).fetchone()}

    def put_vectors(self, rows: Iterable[tuple[bytes, ChunkEmbedding]]) -> None:
        """As `IndexWriter` has it."""
        with self._transaction():
            self._db.executemany(
                "INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)",
                (vector_row(*row) for row in rows),
            )

    def put_packed(self, rows: Iterable[PackedVectors]) -> None:
        """As `IndexWriter` has it."""
        with self._transaction():
            self._db.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)", rows)

    def has_unnamed(self) -> bool:
        """As `IndexWriter` has it."""
        return any(self._db.execute(f"SELECT EXISTS ({query})").fetchone() == (1,) for query in UNNAMED)

    def put_document(
        self, loaded: LoadedDocument, recipe: str, chunks: Iterable[tuple[Chunk, tuple[Span, ...], bytes]]
    ) -> None:
        """As `IndexWriter` has it."""
        with self._transaction():
            self._db.execute(
                "INSERT OR REPLACE INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                document_row(loaded, recipe),
            )
            if loaded.words:
                self._db.execute("INSERT OR REPLACE INTO words VALUES (?, ?, ?, ?)", words_row(loaded, recipe))
            self._db.executemany(
                "INSERT OR REPLACE INTO chunks VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (chunk_row(loaded.document, recipe, *one) for one in chunks),
            )

    @contextmanager
    def next_generation(
        self, changed: Iterable[FileRow], gone: Iterable[str], recipe: str, meta: dict[str, str]
    ) -> Iterator[SQLiteWriter]:
        """As `IndexWriter` has it."""
        with self._transaction():
            self._db.executemany("DELETE FROM files WHERE path = ?", ((path,) for path in gone))
            self._db.executemany(
                "INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", map(file_row, changed)
            )
            for statement in _ERASE:
                self._db.execute(statement, {"recipe": recipe})
            self._note(recipe, meta)
            yield self

    @contextmanager
    def empty_generation(self, recipe: str, meta: dict[str, str]) -> Iterator[SQLiteWriter]:
        """As `IndexWriter` has it."""
        with self._transaction():
            self._note(recipe, meta)
            yield self

    def _note(self, recipe: str, meta: dict[str, str]) -> None:
        for key, value in {**meta, "recipe": recipe, "generation": str(following_generation(self.generation))}.items():
            self._db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")
