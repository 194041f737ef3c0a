"""Rows become values. The order of the columns is said with each function; a column of bytes may be any buffer."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from rag.rows.packing import unpack_left, unpack_spans, unpack_vectors
from rag.types import (
    Block,
    Box,
    Chunk,
    Document,
    FileRow,
    GlyphRun,
    Keys,
    LexicalEntry,
    LoadedDocument,
    Page,
    PageRange,
    Source,
    Span,
    StoredChunk,
    StoredDocument,
    Vectors,
    WordBox,
    readable_name,
    suffix_of,
    unpack_tables,
)

__all__ = [
    "document_of",
    "file_of",
    "glyphs_of",
    "lexical_entry",
    "source_of",
    "stored_chunks",
    "stored_document",
    "vectors_of",
    "words_of",
]

_FILE = 9  # columns of a file


def file_of(row: Sequence[Any]) -> FileRow:
    """Of `path, size, modified_ns, sha256, status, document_id, reason, hint, empty_pages`."""
    path, size, modified, sha256, status, document_id, reason, hint, pages = row
    return FileRow(path, size, modified, sha256, status, document_id, reason, hint, _numbers(pages))


def source_of(row: Sequence[Any]) -> Source:
    """Of the columns of a file and `title, media_type, date, language, left_out`, the number of pages and of chunks;
    all of a document's None where there is none.
    """
    file, (title, media_type, date, language, left, pages, chunks) = file_of(row[:_FILE]), row[_FILE:]
    known = Document(file.document_id or "", file.path, title or "", "", (), (), file.sha256, media_type or "")
    return Source(
        path=file.path,
        status=file.status,
        title=known.name,
        document_id=file.document_id,
        media_type=known.media_type,
        sha256=file.sha256,
        size=file.size,
        pages=len(file.empty_pages) if pages is None else pages,
        pages_without_text=file.empty_pages,
        chunks=chunks or 0,
        reason=file.reason,
        hint=file.hint,
        date=date or "",
        language=language or "",
        left=unpack_left(left or "[]"),
        modified=file.modified_ns / 1e9,
    )


def document_of(document_id: str, row: Sequence[Any]) -> Document:
    """Of `title, text, pages, blocks, sha256, media_type, date, language, left_out, tables, path`."""
    title, text, pages, blocks, sha256, media_type, date, language, left, tables, path = row
    return Document(
        id=document_id,
        path=path,
        title=title,
        text=bytes(text).decode(),
        pages=tuple(Page(number, label, Span(a, b)) for number, label, a, b in json.loads(pages)),
        blocks=tuple(Block(kind, Span(a, b), tuple(heading)) for kind, a, b, heading in json.loads(blocks)),
        sha256=sha256,
        media_type=media_type,
        date=date,
        language=language,
        left=unpack_left(left),
        tables=unpack_tables(tables),
    )


def stored_chunks(rows: Sequence[Sequence[Any]]) -> dict[int, StoredChunk]:
    """Of `id, document_id, start, stop, first_page, last_page, heading`, the document's title, `text, sentences`, the
    vectors of the sentences and the document's first path.
    """
    return {
        row[0]: StoredChunk(
            _chunk_of(row[:7]),
            row[7] or readable_name(row[11]),
            bytes(row[8]).decode(),
            unpack_spans(row[9]),
            vectors,
        )
        for row, vectors in zip(rows, unpack_vectors([row[10] for row in rows]), strict=True)
    }


def stored_document(
    document_id: str, row: Sequence[Any], words: Sequence[Any] | None, chunks: Iterable[Sequence[Any]]
) -> StoredDocument:
    """Of `document_of`'s columns and `empty_pages, glyphs, suffix`; of the columns of its words, where it has some; of
    `id, document_id, start, stop, first_page, last_page, heading, sentences, vector_id` of its chunks.
    """
    *known, pages, glyphs, suffix = row
    if suffix_of(known[-1]) != suffix:  # the same bytes under another name too
        known[-1] = f"{document_id}{suffix}"
    runs = np.frombuffer(glyphs, np.int32).reshape(-1, 4).tolist()
    loaded = LoadedDocument(
        document_of(document_id, known),
        tuple(GlyphRun(*run) for run in runs),
        _numbers(pages),
        words_of(*words) if words else (),
    )
    return StoredDocument(loaded, tuple((_chunk_of(one[:7]), unpack_spans(one[7]), bytes(one[8])) for one in chunks))


def glyphs_of(data: bytes, span: Span) -> tuple[GlyphRun, ...]:
    """The runs of a document's `glyphs` that a span touches."""
    runs = np.frombuffer(data, np.int32).reshape(-1, 4)  # start, page, index, length
    touched = (runs[:, 0] < span.end) & (runs[:, 0] + runs[:, 3] > span.start)
    return tuple(GlyphRun(*run) for run in runs[touched].tolist())


def words_of(places: bytes, boxes: bytes) -> tuple[WordBox, ...]:
    """Of the two columns of a document's words."""
    return tuple(
        WordBox(start, length, page, Box(*box))
        for (start, length, page), box in zip(
            np.frombuffer(places, np.int32).reshape(-1, 3).tolist(),
            np.frombuffer(boxes, np.float32).reshape(-1, 4).tolist(),
            strict=True,
        )
    )


def vectors_of(rows: Iterable[tuple[int, bytes]]) -> tuple[Keys, Vectors]:
    """Keys and vectors of chunks, `(n,)` and `(n, dim)`, in the order of the rows."""
    keys, found = [], []
    for key, vector in rows:
        keys.append(key)
        found.append(vector)
    vectors = np.frombuffer(b"".join(found), np.float32).reshape(len(found), -1 if found else 0)
    return np.array(keys, np.int64), vectors


def lexical_entry(document_id: str, row: Sequence[Any]) -> LexicalEntry:
    """Of a chunk's `id`, its document's `title`, its `heading, text` and the document's `language`."""
    key, title, heading, text, language = row
    context = title if heading == "[]" else " ".join((title, *json.loads(heading)))
    return LexicalEntry(key, document_id, context, bytes(text).decode(), language)


def _numbers(pages: str) -> tuple[int, ...]:
    return () if pages == "[]" else tuple(json.loads(pages))  # nearly every file has none


def _chunk_of(row: Sequence[Any]) -> Chunk:
    key, document_id, start, stop, first, last, heading = row
    return Chunk(
        id=key,
        document_id=document_id,
        span=Span(start, stop),
        pages=PageRange(first, last) if first is not None else None,
        heading=() if heading == "[]" else tuple(json.loads(heading)),
    )
