"""Requests and documents as bytes, between a reading process and ours: data only, nothing that could run.

This module does not know how a document was read.
"""

from __future__ import annotations

import json
import struct
from array import array
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from rag.parsing.pdf.ocr import OcrWord
from rag.types import (
    Block,
    Box,
    Document,
    GlyphRun,
    Left,
    LoadedDocument,
    Page,
    Span,
    WordBox,
    pack_tables,
    unpack_tables,
)

__all__ = ["Request", "pack", "unpack"]

_HEAD = struct.Struct("<QQQQQ")


class Request(NamedTuple):
    """What the reading process is asked: to read a file, or with `page` to read that page of it by OCR.

    `path` is spelt as the file system does; `size` and `characters` are the most that the file and its text may have.
    """

    path: bytes
    relative: str
    characters: int
    size: int
    languages: str = ""
    page: int = 0
    scanned: Mapping[int, Sequence[OcrWord]] = {}

    def pack(self) -> bytes:
        return json.dumps([self.path.hex(), *self[1:6], list(self.scanned.items())]).encode()

    @classmethod
    def unpack(cls, data: bytes) -> Request:
        """The other way."""
        path, relative, characters, size, languages, page, scanned = json.loads(data)
        words = {number: [OcrWord(*word) for word in found] for number, found in scanned}
        return cls(bytes.fromhex(path), relative, characters, size, languages, page, words)


def pack(loaded: LoadedDocument) -> bytes:
    """JSON, the text as UTF-8, the glyph runs as integers, words read by OCR as integers and places."""
    document = loaded.document
    headings = {path: at for at, path in enumerate(dict.fromkeys(block.heading for block in document.blocks))}
    facts = {
        "id": document.id,
        "path": document.path,
        "title": document.title,
        "sha256": document.sha256,
        "media_type": document.media_type,
        "date": document.date,
        "language": document.language,
        "left": [(one.kind, one.count, one.places, one.words) for one in document.left],
        "pages": [(page.number, page.label, *page.span) for page in document.pages],
        "headings": list(headings),
        "blocks": [(block.kind, *block.span, headings[block.heading]) for block in document.blocks],
        "without_text": loaded.pages_without_text,
    }
    head, text = json.dumps(facts).encode(), document.text.encode()
    runs = array("i", (value for run in loaded.glyphs for value in run))
    words = array("i", (value for word in loaded.words for value in word[:3]))
    boxes = array("f", (value for word in loaded.words for value in word.box))
    tables = pack_tables(document.tables)
    sizes = len(head), len(text), len(tables), len(runs) * runs.itemsize, len(words) * words.itemsize
    return b"".join((_HEAD.pack(*sizes), head, text, tables, runs.tobytes(), words.tobytes(), boxes.tobytes()))


def unpack(data: bytes) -> LoadedDocument:
    """The other way. Raises ValueError for anything that `pack` did not make."""
    parts, at = [], _HEAD.size
    for size in (*_HEAD.unpack_from(data), len(data)):
        parts.append(data[at : at + size])
        at += size
    facts, text = json.loads(parts[0]), parts[1].decode()
    runs, words, boxes = (array(kind, part) for kind, part in zip("iif", parts[3:], strict=True))
    headings = [tuple(path) for path in facts["headings"]]
    document = Document(
        id=facts["id"],
        path=facts["path"],
        title=facts["title"],
        text=text,
        pages=tuple(Page(number, label, Span(start, end)) for number, label, start, end in facts["pages"]),
        blocks=tuple(Block(kind, Span(start, end), headings[at]) for kind, start, end, at in facts["blocks"]),
        sha256=facts["sha256"],
        media_type=facts["media_type"],
        date=facts["date"],
        language=facts["language"],
        left=tuple(Left(kind, count, tuple(places), words) for kind, count, places, words in facts["left"]),
        tables=unpack_tables(parts[2]),
    )
    glyphs = tuple(map(GlyphRun, *[iter(runs)] * 4))
    places = map(Box, *[iter(boxes)] * 4)
    read_by_ocr = tuple(map(WordBox, *[iter(words)] * 3, places))
    return LoadedDocument(document, glyphs, tuple(facts["without_text"]), read_by_ocr)
