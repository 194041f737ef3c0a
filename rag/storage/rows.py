"""The tables, and what reader and writer can both ask of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import apsw

from rag.rows import Noted, file_of, paged
from rag.types import FileRow

FORMAT = "2"  # since 2 with a checksum in every page
SCHEMA = """
CREATE TABLE IF NOT EXISTS meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS files(
    path TEXT PRIMARY KEY, size INTEGER NOT NULL, modified_ns INTEGER NOT NULL, sha256 TEXT NOT NULL,
    status TEXT NOT NULL, document_id TEXT, reason TEXT NOT NULL, hint TEXT NOT NULL, empty_pages TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS files_document ON files(document_id);
CREATE TABLE IF NOT EXISTS documents(
    id TEXT NOT NULL, recipe TEXT NOT NULL, title TEXT NOT NULL, media_type TEXT NOT NULL, sha256 TEXT NOT NULL,
    text BLOB NOT NULL, pages TEXT NOT NULL, blocks TEXT NOT NULL, empty_pages TEXT NOT NULL, glyphs BLOB NOT NULL,
    suffix TEXT NOT NULL, date TEXT NOT NULL DEFAULT '', language TEXT NOT NULL DEFAULT '',
    left_out TEXT NOT NULL DEFAULT '[]', tables BLOB NOT NULL DEFAULT x'', PRIMARY KEY(id, recipe));
CREATE INDEX IF NOT EXISTS documents_content ON documents(sha256);
CREATE TABLE IF NOT EXISTS words(
    document_id TEXT NOT NULL, recipe TEXT NOT NULL, places BLOB NOT NULL, boxes BLOB NOT NULL,
    PRIMARY KEY(document_id, recipe));
CREATE TABLE IF NOT EXISTS chunks(
    id INTEGER NOT NULL, recipe TEXT NOT NULL, document_id TEXT NOT NULL, start INTEGER NOT NULL, stop INTEGER NOT NULL,
    first_page INTEGER, last_page INTEGER, heading TEXT NOT NULL, text BLOB NOT NULL, sentences BLOB NOT NULL,
    vector_id BLOB NOT NULL,
    PRIMARY KEY(id, recipe)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS chunks_document ON chunks(document_id, recipe, start);
CREATE INDEX IF NOT EXISTS chunks_vector ON chunks(vector_id);
CREATE TABLE IF NOT EXISTS vectors(id BLOB PRIMARY KEY, vector BLOB NOT NULL, sentences BLOB NOT NULL);
"""

LATER_COLUMNS = {"date": "''", "language": "''", "left_out": "'[]'", "tables": "x''"}
"""Columns of documents that older indexes lack, with what stands for them there; in the order in which they came."""


class RowReader(Noted):
    """What reader and writer can both ask."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._db = connection

    def meta(self, key: str) -> str | None:
        """A stored setting: generation, recipe, model, sources, built."""
        row = self._db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return str(row[0]) if row else None

    def files(self) -> Iterator[FileRow]:
        """As `Snapshot` and `IndexWriter` have it."""
        query = "SELECT * FROM files WHERE path > :after ORDER BY path LIMIT :most"
        return map(file_of, self._paged(query, {}))

    def _paged(self, query: str, values: Mapping[str, str]) -> Iterator[tuple[Any, ...]]:
        """The rows of a query that takes `after` and `most`; see `paged`."""
        return paged(lambda after, most: self._db.execute(query, {**values, "after": after, "most": most}).fetchall())


def missing_columns(connection: apsw.Connection) -> dict[str, str]:
    """Those of `LATER_COLUMNS` that an index was made without, with their defaults; it is read all the same."""
    here = {row[1] for row in connection.execute("PRAGMA table_info(documents)")}
    return {name: default for name, default in LATER_COLUMNS.items() if name not in here}
