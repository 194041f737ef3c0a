"""All that is kept of a generation, as lenses and other truths take it over; asked alike by reader and writer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import LiteralString

from rag.rows import OWN_NOTES, lexical_entry, stored_document, vectors_of
from rag.shared.connect import Connection
from rag.shared.reader import PostgresReader
from rag.types import Keys, LexicalEntry, PackedVectors, StoredDocument, Vectors

__all__ = ["KeptReader", "counted"]

_AT_ONCE = 256  # vectors


def counted(connection: Connection, query: LiteralString) -> int:
    """How many rows a query has."""
    ((found,),) = connection.execute(f"SELECT count(*) FROM ({query}) AS found").fetchall()  # noqa: S608
    return int(found)


class KeptReader(PostgresReader):
    """The `KeptRows` of a connection."""

    def notes(self) -> dict[str, str]:
        """As `KeptRows` has it."""
        found = self._all('SELECT key, value FROM meta ORDER BY key COLLATE "C"', {})
        return {key: value for key, value in found if key not in OWN_NOTES}

    def stored(self, document_id: str) -> StoredDocument | None:
        """As `KeptRows` has it."""
        wanted = {"id": document_id, "recipe": self.recipe}
        row = self._one(
            "SELECT title, text, pages, blocks, sha256, media_type, date, language, left_out, tables, named.path,"
            " empty_pages, glyphs, suffix FROM documents"
            " CROSS JOIN LATERAL (SELECT min(path) AS path FROM files WHERE document_id = documents.id) AS named"
            " WHERE id = %(id)s AND recipe = %(recipe)s AND named.path IS NOT NULL",
            wanted,
        )
        if row is None:
            return None
        words = self._one("SELECT places, boxes FROM words WHERE document_id = %(id)s AND recipe = %(recipe)s", wanted)
        chunks = self._all(
            "SELECT id, document_id, start, stop, first_page, last_page, heading, sentences, vector_id FROM chunks"
            " WHERE document_id = %(id)s AND recipe = %(recipe)s ORDER BY start, stop, id",
            wanted,
        )
        return stored_document(document_id, row, words, chunks)

    def packed(self, ids: Iterable[bytes]) -> Iterator[PackedVectors]:
        """As `KeptRows` has it."""
        rest = iter(ids)
        while some := list(islice(rest, _AT_ONCE)):
            rows = self._all(
                "SELECT id, vector, sentences FROM unnest(%(ids)s::bytea[]) WITH ORDINALITY AS asked(id, place)"
                " JOIN vectors USING (id) ORDER BY place",
                {"ids": some},
            )
            yield from (PackedVectors(*map(bytes, row)) for row in rows)

    def documents(self) -> Iterator[tuple[str, int]]:
        """As `LensRows` has it."""
        query: LiteralString = (
            "SELECT id, chunk_count FROM documents WHERE recipe = %(recipe)s AND id > %(after)s AND chunk_count > 0"
            " AND EXISTS (SELECT 1 FROM files WHERE files.document_id = documents.id) ORDER BY id LIMIT %(most)s"
        )
        return ((document_id, count) for document_id, count in self._paged(query, {"recipe": self.recipe}))

    def vectors(self, documents: Iterable[str]) -> tuple[Keys, Vectors]:
        """As `LensRows` has it."""
        query: LiteralString = (
            "SELECT chunks.id, vector FROM unnest(%(ids)s::text[]) WITH ORDINALITY AS asked(document_id, place)"
            " JOIN chunks USING (document_id) JOIN vectors ON vectors.id = vector_id"
            " WHERE recipe = %(recipe)s ORDER BY place, start, stop"
        )
        rows = self._all(query, {"ids": list(documents), "recipe": self.recipe})
        return vectors_of((key, vector) for key, vector in rows)

    def texts(self, documents: Iterable[str]) -> Iterator[LexicalEntry]:
        """As `LensRows` has it."""
        query: LiteralString = (
            "SELECT chunks.id, title, heading, chunks.text, language FROM chunks"
            " JOIN documents ON documents.id = document_id AND documents.recipe = chunks.recipe"
            " WHERE document_id = %(id)s AND chunks.recipe = %(recipe)s ORDER BY start, stop"
        )
        recipe = self.recipe
        for document_id in documents:
            for row in self._all(query, {"id": document_id, "recipe": recipe}):
                yield lexical_entry(document_id, row)
