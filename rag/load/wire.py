"""`Loaded` → bytes → `Loaded`, between a reading process and ours: data only, nothing that could run.

This module does not know how a document was read.
"""

from __future__ import annotations

import json
import struct
from array import array

from rag.types import Block, Document, GlyphRun, Loaded, Page, Span

__all__ = ["pack", "request", "unpack"]

_HEAD = struct.Struct("<QQ")


def request(path: bytes, relative: str, characters: int, size: int) -> bytes:
    """What the reading process expects: `path` as the file system spells it, `size` the most bytes it may have."""
    return json.dumps([path.hex(), relative, characters, size]).encode()


def pack(loaded: Loaded) -> bytes:
    """JSON, the text as UTF-8, and the glyph runs as integers."""
    document = loaded.document
    headings = {path: at for at, path in enumerate(dict.fromkeys(block.heading for block in document.blocks))}
    facts = {
        "id": document.id,
        "path": document.path,
        "title": document.title,
        "sha256": document.sha256,
        "media_type": document.media_type,
        "pages": [(page.number, page.label, *page.span) for page in document.pages],
        "headings": list(headings),
        "blocks": [(block.kind, *block.span, headings[block.heading]) for block in document.blocks],
        "without_text": loaded.pages_without_text,
    }
    head, text = json.dumps(facts).encode(), document.text.encode()
    runs = array("i", (value for run in loaded.glyphs for value in run))
    return _HEAD.pack(len(head), len(text)) + head + text + runs.tobytes()


def unpack(data: bytes) -> Loaded:
    """The other way. Raises ValueError for anything that `pack` did not make."""
    head_size, text_size = _HEAD.unpack_from(data)
    at = _HEAD.size + head_size
    facts = json.loads(data[_HEAD.size : at])
    text = data[at : at + text_size].decode()
    runs = array("i")
    runs.frombytes(data[at + text_size :])
    values = iter(runs)
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
    )
    glyphs = tuple(map(GlyphRun, values, values, values, values))
    return Loaded(document, glyphs, tuple(facts["without_text"]))
