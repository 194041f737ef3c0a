"""Parts: what comes back from a node for a file or for texts, as bytes that are checked before anything is stored.

A part is data only, and is named by what it was made from: the file's bytes and kind, and the recipe. This module does
not know who made it.
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Sequence
from dataclasses import asdict
from typing import cast

import numpy as np

from rag.indexing import chunk_id
from rag.parsing import pack, unpack
from rag.types import (
    Chunk,
    ChunkEmbedding,
    ChunkInput,
    EmbedInput,
    FileResult,
    PageRange,
    ReadFile,
    ReadSettings,
    Span,
    Unread,
)

__all__ = ["pack_file", "pack_vectors", "part_name", "unpack_file", "unpack_vectors"]

_HEAD = struct.Struct("<QQ")
_UNIT = 1e-3  # by which the length of a unit vector may differ from 1


def part_name(sha256: str, suffix: str, how: ReadSettings) -> str:
    """The name of what a file becomes: of its bytes' hash, the suffix that chooses its reader, and all settings."""
    what = json.dumps([sha256, suffix, asdict(how)])
    return hashlib.sha256(what.encode()).hexdigest()


def pack_file(name: str, result: FileResult) -> bytes:
    """A file's document with its chunks, or why there is none, under the name of the part."""
    if isinstance(result, Unread):
        head: dict[str, object] = {"name": name, "unread": asdict(result)}
        document = b""
    else:
        headings = {path: at for at, path in enumerate(dict.fromkeys(one.chunk.heading for one in result.pieces))}
        pieces = [
            (
                *piece.chunk.span,
                piece.chunk.pages,
                headings[piece.chunk.heading],
                piece.sentences,
                piece.reads.text,
                piece.reads.sentences,
            )
            for piece in result.pieces
        ]
        head = {"name": name, "headings": list(headings), "pieces": pieces}
        document = pack(result.loaded)
    packed = json.dumps(head).encode()
    return _HEAD.pack(len(packed), len(document)) + packed + document


def unpack_file(name: str, sha256: str, data: bytes) -> FileResult:
    """The other way. Raises ValueError for anything but the part of that name, made from bytes of that hash."""
    try:
        size, rest = _HEAD.unpack_from(data)
        head = json.loads(data[_HEAD.size : _HEAD.size + size])
        document = data[_HEAD.size + size :]
        if head["name"] != name or len(document) != rest:
            raise ValueError("this is another part")
        if "unread" in head:
            return Unread(**(head["unread"] | {"pages": tuple(head["unread"]["pages"])}))
        loaded = unpack(document)
        headings = [tuple(path) for path in head["headings"]]
        pieces = tuple(_piece(loaded.document.id, headings, one) for one in head["pieces"])
    except (KeyError, TypeError, IndexError, struct.error) as error:
        raise ValueError("this is no part") from error
    _check(loaded.document.sha256 == sha256, "it was made from other bytes")
    length = len(loaded.document.text)
    for piece in pieces:
        spans = (piece.chunk.span, *piece.sentences)
        _check(all(0 <= span.start <= span.end <= length for span in spans), "a span lies outside of the text")
        read = len(piece.reads.text)
        _check(all(0 <= span.start <= span.end <= read for span in piece.reads.sentences), "so does one that is read")
        _check(len(piece.sentences) == len(piece.reads.sentences), "sentences are missing")
    return ReadFile(loaded, pieces)


_Piece = tuple[int, int, list[int] | None, int, list[list[int]], str, list[list[int]]]


def _piece(document_id: str, headings: Sequence[tuple[str, ...]], one: _Piece) -> ChunkInput:
    start, end, pages, heading, sentences, text, read = one
    span = Span(start, end)
    within = None if pages is None else PageRange(*pages)
    chunk = Chunk(chunk_id(document_id, span), document_id, span, within, headings[heading])
    places = tuple(Span(*each) for each in read)
    return ChunkInput(chunk, tuple(Span(*each) for each in sentences), EmbedInput(text, places))


def pack_vectors(embedded: Sequence[ChunkEmbedding]) -> bytes:
    """The vectors of chunks and of their sentences, float32, row after row."""
    rows = [row for one in embedded for row in (one.vector[None], one.sentences)]
    return np.vstack(rows).astype("<f4").tobytes()


def unpack_vectors(inputs: Sequence[EmbedInput], dimension: int, data: bytes) -> list[ChunkEmbedding]:
    """The other way. Raises ValueError for anything but the unit vectors of those chunks and their sentences."""
    sizes = [1 + len(one.sentences) for one in inputs]
    if len(data) != 4 * dimension * sum(sizes):
        raise ValueError("these are the vectors of other texts")
    rows = np.frombuffer(data, "<f4").reshape(-1, dimension).astype(np.float32)
    lengths = np.linalg.norm(rows, axis=1)
    _check(bool(np.all((np.abs(lengths - 1) < _UNIT) | (lengths == 0))), "a vector is no unit vector")
    parts = np.split(rows, np.cumsum(sizes)[:-1])
    return [ChunkEmbedding(cast(np.ndarray, part[0]), part[1:]) for part in parts]


def _check(right: bool, otherwise: str) -> None:
    if not right:
        raise ValueError(otherwise)
