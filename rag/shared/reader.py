"""What reader and writer can both ask."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, LiteralString

import psycopg

from rag.rows import Noted, file_of, paged
from rag.shared.connect import Connection, storable
from rag.types import FileRow

__all__ = ["FILE_COLUMNS", "PostgresReader"]

FILE_COLUMNS = "path, size, modified_ns, files.sha256, status, document_id, reason, hint, files.empty_pages"


class PostgresReader(Noted):
    """What reader and writer can both ask."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def meta(self, key: str) -> str | None:
        """As `Snapshot` and `IndexWriter` have it."""
        row = self._one("SELECT value FROM meta WHERE key = %(key)s", {"key": key})
        return str(row[0]) if row else None

    def files(self) -> Iterator[FileRow]:
        """As `Snapshot` and `IndexWriter` have it."""
        query: LiteralString = f"SELECT {FILE_COLUMNS} FROM files WHERE path > %(after)s ORDER BY path LIMIT %(most)s"  # noqa: S608
        return map(file_of, self._paged(query, {}))

    def _all(self, query: LiteralString, values: Mapping[str, object]) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        return self._asked(query, values).fetchall()

    def _one(self, query: LiteralString, values: Mapping[str, object]) -> tuple[Any, ...] | None:
        return self._asked(query, values).fetchone()

    def _asked(self, query: LiteralString, values: Mapping[str, object]) -> psycopg.Cursor[tuple[Any, ...]]:
        """The answer as the server holds it: bytes that are written as text take twice the way."""
        return self._db.execute(query, {name: storable(value) for name, value in values.items()}, binary=True)

    def _paged(self, query: LiteralString, values: Mapping[str, object]) -> Iterator[tuple[Any, ...]]:
        """The rows of a query that takes `after` and `most`; see `paged`."""
        return paged(lambda after, most: self._all(query, {**values, "after": after, "most": most}))
