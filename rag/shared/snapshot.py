"""The reader's side: one generation, unchanging while it is open."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any, LiteralString

import numpy as np

from rag.rows import document_of, file_of, glyphs_of, source_of, stored_chunks, words_of
from rag.shared.kept import KeptReader
from rag.shared.reader import FILE_COLUMNS
from rag.types import Document, FileRow, GlyphRun, Keys, Source, Span, StoredChunk, WordBox

__all__ = ["PostgresSnapshot"]

_SEEN = "EXISTS (SELECT 1 FROM files WHERE document_id = %(id)s)"  # what a build has stored meanwhile is not


class PostgresSnapshot(KeptReader):
    """A `Snapshot` in one transaction of a connection."""

    def meta(self, key: str) -> str | None:
        """As `Snapshot` has it; the few notes come in one go."""
        return self._notes.get(key)

    @cached_property
    def _notes(self) -> dict[str, str]:
        return dict(self._all("SELECT key, value FROM meta", {}))

    def files_at(self, paths: Iterable[str]) -> dict[str, FileRow]:
        """As `Snapshot` has it."""
        query: LiteralString = f"SELECT {FILE_COLUMNS} FROM files WHERE path = ANY(%(paths)s::text[])"  # noqa: S608
        return {row.path: row for row in map(file_of, self._all(query, {"paths": list(paths)}))}

    def sources(self) -> Iterator[Source]:
        """As `Snapshot` has it."""
        query: LiteralString = (
            f"SELECT {FILE_COLUMNS}, title, media_type, date, language, left_out, page_count, chunk_count"  # noqa: S608
            " FROM files LEFT JOIN documents ON documents.id = document_id AND recipe = %(recipe)s"
            " WHERE path > %(after)s ORDER BY path LIMIT %(most)s"
        )
        return map(source_of, self._paged(query, {"recipe": self.recipe}))

    def document(self, document_id: str) -> Document | None:
        """As `Snapshot` has it."""
        row = self._one(
            "SELECT title, text, pages, blocks, sha256, media_type, date, language, left_out, tables,"
            " (SELECT min(path) FROM files WHERE document_id = documents.id)"
            " FROM documents WHERE id = %(id)s AND recipe = %(recipe)s",
            {"id": document_id, "recipe": self.recipe},
        )
        return None if row is None or row[-1] is None else document_of(document_id, row)

    def languages(self) -> dict[str, int]:
        """As `Snapshot` has it."""
        query: LiteralString = (
            "SELECT language, count(*) FROM documents WHERE recipe = %(recipe)s"
            " AND EXISTS (SELECT 1 FROM files WHERE files.document_id = documents.id)"
            ' GROUP BY language ORDER BY count(*) DESC, language COLLATE "C"'
        )
        return dict(self._all(query, {"recipe": self.recipe}))

    def paths(self, document_id: str) -> list[str]:
        """As `Snapshot` has it."""
        query: LiteralString = "SELECT path FROM files WHERE document_id = %(id)s ORDER BY path"
        return [row[0] for row in self._all(query, {"id": document_id})]

    def sha256(self, document_id: str) -> str | None:
        """As `Snapshot` has it."""
        row = self._of_document("SELECT sha256 FROM documents WHERE id = %(id)s", document_id)
        return row[0] if row else None

    def glyphs(self, document_id: str, span: Span) -> tuple[GlyphRun, ...]:
        """As `Snapshot` has it."""
        row = self._of_document("SELECT glyphs FROM documents WHERE id = %(id)s", document_id)
        return glyphs_of(row[0] if row else b"", span)

    def words(self, document_id: str) -> tuple[WordBox, ...]:
        """As `Snapshot` has it."""
        row = self._of_document("SELECT places, boxes FROM words WHERE document_id = %(id)s", document_id)
        return words_of(*row) if row else ()

    def chunks(self, keys: Sequence[int]) -> dict[int, StoredChunk]:
        """As `Snapshot` has it."""
        query: LiteralString = (
            "SELECT chunks.id, document_id, start, stop, first_page, last_page, heading, title, chunks.text,"
            " chunks.sentences, vectors.sentences, named.path"
            " FROM chunks JOIN vectors ON vectors.id = vector_id"
            " JOIN documents ON documents.id = document_id AND documents.recipe = chunks.recipe"
            " CROSS JOIN LATERAL (SELECT min(path) AS path FROM files WHERE document_id = chunks.document_id) AS named"
            " WHERE chunks.recipe = %(recipe)s AND chunks.id = ANY(%(keys)s::bigint[]) AND named.path IS NOT NULL"
        )
        return stored_chunks(self._all(query, {"recipe": self.recipe, "keys": [int(key) for key in keys]}))

    def keys(self, document_ids: Iterable[str]) -> Keys:
        """As `Snapshot` has it."""
        rows = self._all(
            "SELECT id FROM chunks WHERE document_id = ANY(%(ids)s::text[]) AND recipe = %(recipe)s"
            " AND EXISTS (SELECT 1 FROM files WHERE files.document_id = chunks.document_id) ORDER BY id",
            {"ids": list(document_ids), "recipe": self.recipe},
        )
        return np.array([row[0] for row in rows], np.int64)

    def _of_document(self, query: LiteralString, document_id: str) -> tuple[Any, ...] | None:
        """The row of a document that a file names."""
        return self._one(f"{query} AND recipe = %(recipe)s AND {_SEEN}", {"id": document_id, "recipe": self.recipe})
