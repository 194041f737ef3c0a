"""A source, read: its text, pages and blocks."""

from __future__ import annotations

import sys
from bisect import bisect_right
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Literal, TypeAlias

from rag.types.spans import GlyphRun, PageRange, Span, WordBox
from rag.types.tables import Table

__all__ = [
    "Block",
    "BlockKind",
    "Chunk",
    "Document",
    "Left",
    "LeftKind",
    "LoadedDocument",
    "Page",
    "readable_name",
    "suffix_of",
]

_BLOCK = 200  # bytes of a block with its span, about
BlockKind: TypeAlias = Literal["paragraph", "heading", "list", "table", "code"]
LeftKind: TypeAlias = Literal[
    "running head",
    "picture",
    "chart",
    "text box",
    "comment",
    "tracked deletion",
    "hidden sheet",
    "hidden row",
    "hidden column",
    "hidden text",
    "formula",
    "equation",
    "attachment",
    "message",
    "unreadable text",
    "doubtful encoding",
    "consent text",
    "navigation",
    "frame",
    "limit",
]
"""What a reader may leave out of the text; each is named as the page and the terminal name one of it."""


def readable_name(path: str) -> str:
    """A file's name without its suffix, in words; never empty."""
    return PurePosixPath(path).stem.replace("_", " ").replace("-", " ").strip() or path


def suffix_of(path: str) -> str:
    """The suffix that chooses a file's reader, lower case."""
    return PurePosixPath(path).suffix.lower()


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a document. A page without text has an empty span."""

    number: int
    label: str
    span: Span


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, heading, list item, table row or piece of code; `heading` is the path above it, outermost first."""

    kind: BlockKind
    span: Span
    heading: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Left:
    """What a reader saw in a file and did not put into the text, all of one kind.

    `places` are pages, sheets or parts ("page 3", "sheet Costs"), in order and each once; `words` is how many words
    were left out, 0 where they are not known.
    """

    kind: LeftKind
    count: int
    places: tuple[str, ...] = ()
    words: int = 0


@dataclass(frozen=True, slots=True)
class Document:
    """One source, read. `id` comes from the content, so the same file twice is one document.

    `title` is what the content itself calls itself and may be empty; `name` is never empty. Pages and blocks are in
    text order, do not overlap, and lie inside the text. Only paginated formats have pages.
    """

    id: str
    path: str  # relative to the sources folder, forward slashes
    title: str
    text: str
    pages: tuple[Page, ...]
    blocks: tuple[Block, ...]
    sha256: str  # of the file's bytes
    media_type: str
    date: str = ""  # what it gives as its own: 2025-03-31, 2025-03 or 2025, empty where it gives none
    language: str = ""  # ISO 639-1 code of what most of the text is in; empty where that is not known
    left: tuple[Left, ...] = ()
    tables: tuple[Table, ...] = ()  # in text order

    @property
    def name(self) -> str:
        """The title, or the file's name made readable where the content has none."""
        return self.title or readable_name(self.path)

    @property
    def memory(self) -> int:
        """Bytes that it takes of memory, but for small things: its text, its blocks, the cells of its tables."""
        cells = sum(len(table.row_places) + len(table.cell_places) for table in self.tables)
        return sys.getsizeof(self.text) + _BLOCK * len(self.blocks) + cells

    def page_at(self, offset: int) -> Page | None:
        """The page that holds the code point at `offset`, or None where there are no pages."""
        at = bisect_right(self.pages, offset, key=lambda page: page.span.start) - 1
        while at > 0 and self.pages[at].span.start == self.pages[at].span.end:
            at -= 1
        return self.pages[at] if at >= 0 else None

    def block_at(self, offset: int) -> int:
        """The number of the last block that begins at or before `offset`; -1 where none does."""
        return bisect_right(self.blocks, offset, key=lambda block: block.span.start) - 1

    def row_of(self, span: Span) -> tuple[Table, int] | None:
        """The table with heads, and the row of it below them, that a span is; None for any other span."""
        found = self.row_at(span.start)
        if found is None or not 0 < found[0].header_rows <= found[1] or found[0].row(found[1]) != span:
            return None
        return found

    def row_at(self, offset: int) -> tuple[Table, int] | None:
        """The table and the row of it that hold a place; None for a place in no table."""
        at = bisect_right(self.tables, offset, key=lambda table: table.span.start) - 1
        row = self.tables[at].row_at(offset) if at >= 0 else None
        return None if row is None else (self.tables[at], row)


@dataclass(frozen=True, slots=True)
class LoadedDocument:
    """What a loader gives: the document, the way back to the page (PDF only), and the pages that hold no text.

    `glyphs` lead back from what the file itself says, `words` from what OCR read; both are in text order.
    """

    document: Document
    glyphs: tuple[GlyphRun, ...] = ()
    pages_without_text: tuple[int, ...] = ()
    words: tuple[WordBox, ...] = ()


@dataclass(frozen=True, slots=True)
class Chunk:
    """A passage-sized piece of a document, `document.text[span]`; `id` is a 63-bit hash of document and span."""

    id: int
    document_id: str
    span: Span
    pages: PageRange | None = None
    heading: tuple[str, ...] = ()
