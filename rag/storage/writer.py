"""The builder's side of the truth: checkpoints as it goes, one transaction for the next generation."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

import apsw
import numpy as np

from rag.errors import IndexStale
from rag.storage.connect import open_for_writing
from rag.storage.rows import (
    FORMAT,
    SCHEMA,
    RowReader,
    missing_columns,
    pack_left,
    pack_spans,
    pack_vectors,
)
from rag.types import (
    Chunk,
    ChunkEmbedding,
    Document,
    FileRow,
    Keys,
    LexicalEntry,
    LoadedDocument,
    Span,
    Vectors,
    pack_tables,
    suffix_of,
)

_ERASE = (  # what to erase is found in indexes alone: a corpus is far larger than what goes of it
    "DELETE FROM documents WHERE rowid IN (SELECT rowid FROM documents WHERE recipe != :recipe"
    " OR NOT EXISTS (SELECT 1 FROM files WHERE files.document_id = documents.id))",
    "DELETE FROM words WHERE recipe != :recipe"
    " OR NOT EXISTS (SELECT 1 FROM files WHERE files.document_id = words.document_id)",
    "DELETE FROM chunks WHERE (id, recipe) IN (SELECT id, recipe FROM chunks WHERE recipe != :recipe"
    " OR NOT EXISTS (SELECT 1 FROM files WHERE files.document_id = chunks.document_id))",
    "DELETE FROM vectors WHERE id IN (SELECT id FROM vectors EXCEPT SELECT vector_id FROM chunks)",
)


class SQLiteWriter(RowReader):
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
                ((one, e.vector.astype(np.float32).tobytes(), pack_vectors(e.sentences)) for one, e in rows),
            )

    def put_document(
        self, loaded: LoadedDocument, recipe: str, chunks: Iterable[tuple[Chunk, tuple[Span, ...], bytes]]
    ) -> None:
        """As `IndexWriter` has it."""
        document = loaded.document
        with self._transaction():
            self._db.execute(
                "INSERT OR REPLACE INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    document.id,
                    recipe,
                    document.title,
                    document.media_type,
                    document.sha256,
                    document.text.encode(),
                    json.dumps([(page.number, page.label, *page.span) for page in document.pages]),
                    json.dumps([(block.kind, *block.span, block.heading) for block in document.blocks]),
                    json.dumps(loaded.pages_without_text),
                    np.array(loaded.glyphs, np.int32).tobytes(),
                    suffix_of(document.path),
                    document.date,
                    document.language,
                    pack_left(document.left),
                    pack_tables(document.tables),
                ),
            )
            if loaded.words:
                places = np.array([word[:3] for word in loaded.words], np.int32)
                boxes = np.array([word.box for word in loaded.words], np.float32)
                self._db.execute(
                    "INSERT OR REPLACE INTO words VALUES (?, ?, ?, ?)",
                    (document.id, recipe, places.tobytes(), boxes.tobytes()),
                )
            self._db.executemany(
                "INSERT OR REPLACE INTO chunks VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (_chunk_row(document, recipe, *one) for one in chunks),
            )

    @contextmanager
    def next_generation(
        self, changed: Iterable[FileRow], gone: Iterable[str], recipe: str, meta: dict[str, str]
    ) -> Iterator[SQLiteWriter]:
        """As `IndexWriter` has it."""
        with self._transaction():
            self._db.executemany("DELETE FROM files WHERE path = ?", ((path,) for path in gone))
            self._db.executemany(
                "INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", map(_file_row, changed)
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

    def documents(self) -> Iterator[tuple[str, int]]:
        """As `LensRows` has it. To be asked inside `next_generation`, or after it."""
        query = (
            "SELECT document_id, count(*) FROM chunks WHERE recipe = :recipe AND document_id > :after"
            " AND EXISTS (SELECT 1 FROM files WHERE files.document_id = chunks.document_id)"
            " GROUP BY document_id ORDER BY document_id LIMIT :most"
        )
        return ((document_id, count) for document_id, count in self._paged(query, {"recipe": self.recipe}))

    def vectors(self, documents: Iterable[str]) -> tuple[Keys, Vectors]:
        """As `LensRows` has it."""
        keys, found = [], []
        for document_id in documents:
            rows = self._db.execute(
                "SELECT chunks.id, vector FROM chunks JOIN vectors ON vectors.id = vector_id"
                " WHERE document_id = ? AND recipe = ? ORDER BY start, stop",
                (document_id, self.recipe),
            )
            for key, vector in rows:
                keys.append(key)
                found.append(vector)
        rows_of = np.frombuffer(b"".join(found), np.float32).reshape(len(found), -1 if found else 0)
        return np.array(keys, np.int64), rows_of

    def texts(self, documents: Iterable[str]) -> Iterator[LexicalEntry]:
        """As `LensRows` has it."""
        for document_id in documents:
            rows = self._db.execute(
                "SELECT chunks.id, title, heading, chunks.text, language FROM chunks"
                " JOIN documents ON documents.id = document_id AND documents.recipe = chunks.recipe"
                " WHERE document_id = ? AND chunks.recipe = ? ORDER BY start, stop",
                (document_id, self.recipe),
            )
            for key, title, heading, text, language in rows:
                context = title if heading == "[]" else " ".join((title, *json.loads(heading)))
                yield LexicalEntry(key, document_id, context, bytes(text).decode(), language)

    def _note(self, recipe: str, meta: dict[str, str]) -> None:
        for key, value in {**meta, "recipe": recipe, "generation": str(_after(self.generation))}.items():
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


def _after(generation: int) -> int:
    """The next number. An index that is removed and built again must not come to one that somebody has open still."""
    return generation + 1 if generation else time.time_ns() // 1000


def _file_row(f: FileRow) -> tuple[object, ...]:
    pages = json.dumps(f.empty_pages)
    return f.path, f.size, f.modified_ns, f.sha256, f.status, f.document_id, f.reason, f.hint, pages


def _chunk_row(
    document: Document, recipe: str, chunk: Chunk, sentences: tuple[Span, ...], vector_id: bytes
) -> tuple[object, ...]:
    return (
        chunk.id,
        recipe,
        chunk.document_id,
        *chunk.span,
        *(chunk.pages or (None, None)),
        json.dumps(chunk.heading),
        document.text[chunk.span.start : chunk.span.end].encode(),
        pack_spans(sentences),
        vector_id,
    )
