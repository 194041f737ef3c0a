"""All that is kept of a generation, as lenses and other truths take it over; asked alike by reader and writer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property

from rag.rows import OWN_NOTES, lexical_entry, stored_document, vectors_of
from rag.storage.rows import LATER_COLUMNS, RowReader, missing_columns
from rag.types import Keys, LexicalEntry, PackedVectors, StoredDocument, Vectors

__all__ = ["KeptReader"]


class KeptReader(RowReader):
    """The `KeptRows` of a connection."""

    def notes(self) -> dict[str, str]:
        """As `KeptRows` has it."""
        found = self._db.execute("SELECT key, value FROM meta ORDER BY key").fetchall()
        return {str(key): str(value) for key, value in found if key not in OWN_NOTES}

    def stored(self, document_id: str) -> StoredDocument | None:
        """As `KeptRows` has it."""
        wanted = (document_id, self.recipe)
        row = self._db.execute(
            f"SELECT title, text, pages, blocks, sha256, media_type, {self._later}, {self._tables},"  # noqa: S608
            " (SELECT min(path) FROM files WHERE document_id = documents.id) AS path, empty_pages, glyphs, suffix"
            " FROM documents WHERE id = ? AND recipe = ? AND path IS NOT NULL",
            wanted,
        ).fetchone()
        if row is None:
            return None
        words = self._db.execute("SELECT places, boxes FROM words WHERE document_id = ? AND recipe = ?", wanted)
        chunks = self._db.execute(
            "SELECT id, document_id, start, stop, first_page, last_page, heading, sentences, vector_id FROM chunks"
            " WHERE document_id = ? AND recipe = ? ORDER BY start, stop, id",
            wanted,
        )
        return stored_document(document_id, row, words.fetchone(), chunks.fetchall())

    def packed(self, ids: Iterable[bytes]) -> Iterator[PackedVectors]:
        """As `KeptRows` has it."""
        for one in ids:
            if row := self._db.execute("SELECT id, vector, sentences FROM vectors WHERE id = ?", (one,)).fetchone():
                yield PackedVectors(*row)

    @cached_property
    def _later(self) -> str:
        """The columns that older indexes lack, or what stands for them; only what shows a document asks for them."""
        missing = missing_columns(self._db)
        return ", ".join(missing.get(name, name) for name in LATER_COLUMNS if name != "tables")

    @cached_property
    def _tables(self) -> str:
        """The column of tables, or what stands for it; only a whole document asks for it."""
        return missing_columns(self._db).get("tables", "tables")

    def documents(self) -> Iterator[tuple[str, int]]:
        """As `LensRows` has it."""
        query = (
            "SELECT document_id, count(*) FROM chunks WHERE recipe = :recipe AND document_id > :after"
            " AND EXISTS (SELECT 1 FROM files WHERE files.document_id = chunks.document_id)"
            " GROUP BY document_id ORDER BY document_id LIMIT :most"
        )
        return ((document_id, count) for document_id, count in self._paged(query, {"recipe": self.recipe}))

    def vectors(self, documents: Iterable[str]) -> tuple[Keys, Vectors]:
        """As `LensRows` has it."""
        query = (
            "SELECT chunks.id, vector FROM chunks JOIN vectors ON vectors.id = vector_id"
            " WHERE document_id = ? AND recipe = ? ORDER BY start, stop"
        )
        return vectors_of(row for one in documents for row in self._db.execute(query, (one, self.recipe)))

    def texts(self, documents: Iterable[str]) -> Iterator[LexicalEntry]:
        """As `LensRows` has it."""
        language = missing_columns(self._db).get("language", "language")
        for document_id in documents:
            rows = self._db.execute(
                f"SELECT chunks.id, title, heading, chunks.text, {language} FROM chunks"  # noqa: S608
                " JOIN documents ON documents.id = document_id AND documents.recipe = chunks.recipe"
                " WHERE document_id = ? AND chunks.recipe = ? ORDER BY start, stop",
                (document_id, self.recipe),
            )
            for row in rows:
                yield lexical_entry(document_id, row)
