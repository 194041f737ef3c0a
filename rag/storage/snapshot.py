"""The reader's side of the truth: one generation, unchanging while it is open."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

import numpy as np

from rag.rows import document_of, file_of, glyphs_of, source_of, stored_chunks, words_of
from rag.storage.kept import KeptReader
from rag.storage.rows import missing_columns
from rag.types import Document, FileRow, GlyphRun, Keys, Source, Span, StoredChunk, WordBox

_SEEN = "EXISTS (SELECT 1 FROM files WHERE document_id = ?)"  # what a build has stored meanwhile is not


class SQLiteSnapshot(KeptReader):
    """A `Snapshot` in one transaction of a connection."""

    @cached_property
    def recipe(self) -> str:
        """As `Snapshot` has it."""
        return super().recipe

    def files_at(self, paths: Iterable[str]) -> dict[str, FileRow]:
        """As `Snapshot` has it."""
        wanted = json.dumps(list(paths))
        rows = self._db.execute("SELECT * FROM files WHERE path IN (SELECT value FROM json_each(?))", (wanted,))
        return {row.path: row for row in map(file_of, rows)}

    def sources(self) -> Iterator[Source]:
        """As `Snapshot` has it."""
        query = (
            f"SELECT files.*, title, media_type, {self._later}, json_array_length(documents.pages),"  # noqa: S608
            " (SELECT count(*) FROM chunks WHERE document_id = files.document_id AND recipe = :recipe)"
            " FROM files LEFT JOIN documents ON documents.id = files.document_id AND documents.recipe = :recipe"
            " WHERE path > :after ORDER BY path LIMIT :most"
        )
        return map(source_of, self._paged(query, {"recipe": self.recipe}))

    def document(self, document_id: str) -> Document | None:
        """As `Snapshot` has it."""
        row = self._db.execute(
            f"SELECT title, text, pages, blocks, sha256, media_type, {self._later}, {self._tables},"  # noqa: S608
            " (SELECT min(path) FROM files WHERE document_id = documents.id)"
            " FROM documents WHERE id = ? AND recipe = ?",
            (document_id, self.recipe),
        ).fetchone()
        if row is None or row[-1] is None:
            return None
        return document_of(document_id, row)

    def languages(self) -> dict[str, int]:
        """As `Snapshot` has it."""
        if "language" in missing_columns(self._db):
            return {}
        rows = self._db.execute(
            "SELECT language, count(*) FROM documents WHERE recipe = ?"
            " AND EXISTS (SELECT 1 FROM files WHERE files.document_id = documents.id)"
            " GROUP BY language ORDER BY count(*) DESC, language",
            (self.recipe,),
        )
        return dict(rows)

    def paths(self, document_id: str) -> list[str]:
        """As `Snapshot` has it."""
        rows = self._db.execute("SELECT path FROM files WHERE document_id = ? ORDER BY path", (document_id,))
        return [row[0] for row in rows]

    def sha256(self, document_id: str) -> str | None:
        """As `Snapshot` has it."""
        row = self._db.execute(
            f"SELECT sha256 FROM documents WHERE id = ? AND recipe = ? AND {_SEEN}",  # noqa: S608
            (document_id, self.recipe, document_id),
        ).fetchone()
        return row[0] if row else None

    def glyphs(self, document_id: str, span: Span) -> tuple[GlyphRun, ...]:
        """As `Snapshot` has it."""
        row = self._db.execute(
            f"SELECT glyphs FROM documents WHERE id = ? AND recipe = ? AND {_SEEN}",  # noqa: S608
            (document_id, self.recipe, document_id),
        ).fetchone()
        return glyphs_of(row[0] if row else b"", span)

    def words(self, document_id: str) -> tuple[WordBox, ...]:
        """As `Snapshot` has it."""
        row = self._db.execute(
            f"SELECT places, boxes FROM words WHERE document_id = ? AND recipe = ? AND {_SEEN}",  # noqa: S608
            (document_id, self.recipe, document_id),
        ).fetchone()
        return words_of(*row) if row else ()

    def chunks(self, keys: Sequence[int]) -> dict[int, StoredChunk]:
        """As `Snapshot` has it."""
        query = (
            "SELECT chunks.id, document_id, start, stop, first_page, last_page, heading, title, chunks.text,"
            " chunks.sentences, vectors.sentences,"
            " (SELECT min(path) FROM files WHERE files.document_id = chunks.document_id) AS path"
            " FROM chunks JOIN vectors ON vectors.id = vector_id"
            " JOIN documents ON documents.id = document_id AND documents.recipe = chunks.recipe"
            " WHERE chunks.recipe = ? AND chunks.id IN (SELECT value FROM json_each(?)) AND path IS NOT NULL"
        )
        wanted = json.dumps([int(key) for key in keys])
        return stored_chunks(self._db.execute(query, (self.recipe, wanted)).fetchall())

    def keys(self, document_ids: Iterable[str]) -> Keys:
        """As `Snapshot` has it."""
        found: list[int] = []
        for document_id in dict.fromkeys(document_ids):
            rows = self._db.execute(
                f"SELECT id FROM chunks WHERE document_id = ? AND recipe = ? AND {_SEEN}",  # noqa: S608
                (document_id, self.recipe, document_id),
            )
            found += [row[0] for row in rows]
        return np.array(sorted(found), np.int64)
