"""The tables, and how values become rows and rows values again."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from struct import Struct
from typing import Any

import apsw
import numpy as np

from rag.types import Chunk, FileRow, Left, PageRange, Span, Vectors

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
_SPAN = Struct("=ii")
_PAGE = 1000  # rows that are read at once of what may be long


class RowReader:
    """What reader and writer can both ask."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._db = connection

    @property
    def generation(self) -> int:
        """Number of the last committed generation, one more than of the one before; 0 before the first."""
        return int(self.meta("generation") or 0)

    @property
    def recipe(self) -> str:
        """What made the rows of this generation."""
        return self.meta("recipe") or ""

    def meta(self, key: str) -> str | None:
        """A stored setting: generation, recipe, model, sources, built."""
        row = self._db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return str(row[0]) if row else None

    def files(self) -> Iterator[FileRow]:
        """As `Snapshot` and `IndexWriter` have it."""
        query = "SELECT * FROM files WHERE path > :after ORDER BY path LIMIT :most"
        return map(file_of, self._paged(query, {}))

    def _paged(self, query: str, values: Mapping[str, str]) -> Iterator[tuple[Any, ...]]:
        """The rows of a query, a page at a time: it gives `most` rows at most whose first column comes after `after`,
        in its order. Between two pages nothing is left open, so whoever stops early holds nothing.
        """
        after = ""
        while rows := self._db.execute(query, {**values, "after": after, "most": _PAGE}).fetchall():
            yield from rows
            after = str(rows[-1][0])


def missing_columns(connection: apsw.Connection) -> dict[str, str]:
    """Those of `LATER_COLUMNS` that an index was made without, with their defaults; it is read all the same."""
    here = {row[1] for row in connection.execute("PRAGMA table_info(documents)")}
    return {name: default for name, default in LATER_COLUMNS.items() if name not in here}


def pack_left(left: Sequence[Left]) -> str:
    return json.dumps([(one.kind, one.count, one.places, one.words) for one in left])


def unpack_left(data: str) -> tuple[Left, ...]:
    return tuple(Left(kind, count, tuple(places), words) for kind, count, places, words in json.loads(data))


def file_of(row: Sequence[Any]) -> FileRow:
    path, size, modified, sha256, status, document_id, reason, hint, pages = row
    return FileRow(path, size, modified, sha256, status, document_id, reason, hint, _numbers(pages))


def _numbers(pages: str) -> tuple[int, ...]:
    return () if pages == "[]" else tuple(json.loads(pages))  # nearly every file has none


def chunk_of(row: Sequence[Any]) -> Chunk:
    key, document_id, start, stop, first, last, heading = row
    return Chunk(
        id=key,
        document_id=document_id,
        span=Span(start, stop),
        pages=PageRange(first, last) if first is not None else None,
        heading=() if heading == "[]" else tuple(json.loads(heading)),
    )


def pack_spans(spans: Sequence[Span]) -> bytes:
    return np.array(spans, np.int32).tobytes()


def unpack_spans(data: bytes) -> tuple[Span, ...]:
    return tuple(map(Span._make, _SPAN.iter_unpack(data)))


def pack_vectors(vectors: Vectors) -> bytes:
    """Unit vectors as 8-bit numbers, each row after its scale: (n, dim) float32 -> n * (4 + dim) bytes.

    The cosine moves by less than 0.002, and a chunk's sentences take a quarter of the place.
    """
    scale = np.maximum(np.abs(vectors).max(axis=1, keepdims=True), 1e-12).astype(np.float32) / 127
    codes = np.rint(vectors / scale).astype(np.int8)
    data: bytes = len(vectors).to_bytes(4, "little") + scale.tobytes() + codes.tobytes()
    return data


def unpack_vectors(packed: Sequence[bytes]) -> list[Vectors]:
    """The vectors of several packs of one dimension, each `(n, dim)`."""
    counts = [int.from_bytes(data[:4], "little") for data in packed]
    sizes = list(zip(packed, counts, strict=True))
    scale = np.frombuffer(b"".join([data[4 : 4 + 4 * n] for data, n in sizes]), np.float32)
    codes = np.frombuffer(b"".join([data[4 + 4 * n :] for data, n in sizes]), np.int8)
    if not len(scale):
        return [np.empty((0, 0), np.float32) for _ in packed]
    vectors = codes.reshape(len(scale), -1).astype(np.float32) * scale[:, None]
    return [vectors[end - n : end] for n, end in zip(counts, accumulate(counts), strict=True)]
