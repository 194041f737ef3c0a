"""The builder's side: checkpoints as it goes, one transaction for the next generation, a lock that keeps others out.

The lock belongs to the connection. When that is lost the server lets go of it, so a writer never connects again by
itself: all it does then is find out what became of a commit that it had asked for.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import LiteralString
from uuid import uuid4

import psycopg
from psycopg import errors

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
from rag.shared.address import Address
from rag.shared.connect import storable
from rag.shared.kept import KeptReader
from rag.shared.lock import locked, settled
from rag.shared.schema import DEAD, FORMAT, set_up, vacuumed
from rag.types import Chunk, ChunkEmbedding, FileRow, LoadedDocument, PackedVectors, Span, suffix_of

__all__ = ["PATIENCE", "PostgresWriter"]

PATIENCE = 2.0  # seconds in which the server notices that a writer has died


class PostgresWriter(KeptReader):
    """An `IndexWriter` on a connection of its own. Raises IndexLocked, IndexStale, and as `connected` does."""

    def __init__(self, address: Address) -> None:
        self._address, self._committed = address, False
        super().__init__(locked(address, PATIENCE))
        try:
            self._set_up()
        except BaseException:
            self._db.close()
            raise

    def __enter__(self) -> PostgresWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if self._committed or self._left_rows():
                with suppress(psycopg.Error):  # what was committed stands
                    with suppress(errors.UndefinedFunction):  # before PostgreSQL 15
                        self._db.execute("SELECT pg_stat_force_next_flush()")  # else it counts what is gone afterwards
                    self._db.execute(vacuumed(self._address.schema))
        finally:
            self._db.close()

    def _left_rows(self) -> bool:
        """Whether erased rows are there still: while the last build ended, somebody was reading them."""
        try:
            return bool(self._all(DEAD, {"schema": self._address.schema})[0][0])
        except psycopg.Error:  # the connection may be lost, or a statement have failed in a transaction
            return False

    def find_document(self, sha256: str, recipe: str, path: str) -> str | None:
        """As `IndexWriter` has it."""
        row = self._one(
            "SELECT id FROM documents WHERE sha256 = %(sha256)s AND recipe = %(recipe)s AND suffix = %(suffix)s",
            {"sha256": sha256, "recipe": recipe, "suffix": suffix_of(path)},
        )
        return str(row[0]) if row else None

    def count_chunks(self) -> int:
        """As `IndexWriter` has it."""
        query: LiteralString = "SELECT coalesce(sum(chunk_count), 0)::bigint FROM documents WHERE recipe = %(recipe)s"
        ((count,),) = self._all(query, {"recipe": self.recipe})
        return int(count)

    def empty_pages(self, document_id: str, recipe: str) -> tuple[int, ...]:
        """As `IndexWriter` has it."""
        row = self._one(
            "SELECT empty_pages FROM documents WHERE id = %(id)s AND recipe = %(recipe)s",
            {"id": document_id, "recipe": recipe},
        )
        return tuple(json.loads(row[0])) if row else ()

    def missing_vectors(self, ids: Iterable[bytes]) -> set[bytes]:
        """As `IndexWriter` has it."""
        wanted = set(ids)
        rows = self._all("SELECT id FROM vectors WHERE id = ANY(%(ids)s::bytea[])", {"ids": list(wanted)})
        return wanted - {bytes(row[0]) for row in rows}

    def put_vectors(self, rows: Iterable[tuple[bytes, ChunkEmbedding]]) -> None:
        """As `IndexWriter` has it."""
        with self._transaction():
            self._put(_UPSERT_VECTORS, (vector_row(*row) for row in rows))

    def put_packed(self, rows: Iterable[PackedVectors]) -> None:
        """As `IndexWriter` has it."""
        with self._transaction():
            self._put(_UPSERT_VECTORS, rows)

    def has_unnamed(self) -> bool:
        """As `IndexWriter` has it."""
        row = self._one(f"SELECT EXISTS ({UNNAMED[0]}) OR EXISTS ({UNNAMED[1]})", {})
        return row == (True,)

    def put_document(
        self, loaded: LoadedDocument, recipe: str, chunks: Iterable[tuple[Chunk, tuple[Span, ...], bytes]]
    ) -> None:
        """As `IndexWriter` has it."""
        document = loaded.document
        rows = [chunk_row(document, recipe, *one) for one in chunks]
        with self._transaction():
            self._put("DELETE FROM documents WHERE id = %s AND recipe = %s", [(document.id, recipe)])
            self._put(
                "INSERT INTO documents VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
                [(*document_row(loaded, recipe), len(document.pages), len(rows))],
            )
            if loaded.words:
                self._put("INSERT INTO words VALUES (%s, %s, %s, %s)", [words_row(loaded, recipe)])
            self._put("INSERT INTO chunks VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)", rows)

    @contextmanager
    def next_generation(
        self, changed: Iterable[FileRow], gone: Iterable[str], recipe: str, meta: dict[str, str]
    ) -> Iterator[PostgresWriter]:
        """As `IndexWriter` has it."""
        with self._generation(recipe, meta):
            self._db.execute("DELETE FROM files WHERE path = ANY(%s::text[])", (list(gone),))
            self._put(_UPSERT_FILE, map(file_row, changed))
            for statement in _ERASE:
                self._db.execute(statement, {"recipe": recipe})
            yield self

    @contextmanager
    def empty_generation(self, recipe: str, meta: dict[str, str]) -> Iterator[PostgresWriter]:
        """As `IndexWriter` has it."""
        with self._generation(recipe, meta):
            yield self

    def _set_up(self) -> None:
        """Makes the tables where there are none. Raises IndexStale for tables of another version."""
        try:
            made_by = self.meta("format")
        except errors.UndefinedTable:
            made_by = None
        if made_by is None:
            with self._transaction():
                self._db.execute(set_up(self._address.schema))
        elif made_by != FORMAT:
            raise IndexStale(
                "The index was built by another version of the program.",
                f"Drop the schema {self._address.schema} and build again.",
            )

    def _put(self, statement: LiteralString, rows: Iterable[Sequence[object]]) -> None:
        with self._db.cursor() as cursor:
            cursor.executemany(statement, [tuple(map(storable, row)) for row in rows])

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN")
        try:
            yield
        except BaseException:
            with suppress(psycopg.Error):  # of a connection that is lost nothing is left to roll back
                self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    @contextmanager
    def _generation(self, recipe: str, meta: dict[str, str]) -> Iterator[None]:
        """A transaction that notes the next generation; what became of a commit without an answer is found out."""
        number, mark, asked = following_generation(self.generation), uuid4().hex, False
        notes = {**meta, "recipe": recipe, "generation": str(number), "commit": mark}
        try:
            with self._transaction():
                self._put(_UPSERT_META, notes.items())
                yield
                asked = True
        except (psycopg.OperationalError, psycopg.InterfaceError):
            if not (asked and self._db.closed):
                raise
            self._db = settled(self._address, number, mark)
        self._committed = True


_UPSERT_META: LiteralString = "INSERT INTO meta VALUES (%s, %s) ON CONFLICT (key) DO UPDATE SET value = excluded.value"
_UPSERT_VECTORS: LiteralString = (
    "INSERT INTO vectors VALUES (%s, %s, %s) ON CONFLICT (id)"
    " DO UPDATE SET vector = excluded.vector, sentences = excluded.sentences"
)
_UPSERT_FILE: LiteralString = (
    "INSERT INTO files VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (path) DO UPDATE SET"
    " size = excluded.size, modified_ns = excluded.modified_ns, sha256 = excluded.sha256, status = excluded.status,"
    " document_id = excluded.document_id, reason = excluded.reason, hint = excluded.hint,"
    " empty_pages = excluded.empty_pages"
)
_ERASE: tuple[LiteralString, ...] = (  # chunks and words go with their document
    "DELETE FROM documents WHERE recipe <> %(recipe)s"
    " OR NOT EXISTS (SELECT 1 FROM files WHERE files.document_id = documents.id)",
    "DELETE FROM vectors WHERE NOT EXISTS (SELECT 1 FROM chunks WHERE chunks.vector_id = vectors.id)",
)
