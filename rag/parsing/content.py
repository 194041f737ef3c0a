"""What every reader hands back, and a writer for formats whose text is put together piece by piece.

This module does not know any file format.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from rag.language import has_word
from rag.parsing.ledger import Ledger
from rag.parsing.rows import RowHint, row_text
from rag.types import Block, BlockKind, GlyphRun, Left, Page, Span, WordBox

__all__ = ["ContentBuilder", "Headings", "ParsedContent", "clean", "plausible_title"]

_UNWANTED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_SPACES = re.compile(r"[^\S\n]+")
_JUNK_TITLE = re.compile(
    r"(?i)^(?:microsoft (?:word|powerpoint|excel)\b.*|untitled\b.*|(?:new )?(?:document|doc|presentation|slide) ?\d*|"
    r"word document|powerpoint presentation|title|no title|none|null|"
    r".*\.(?:docx?|pdf|indd|tex|dvi|pptx?|xlsx?|txt|html?|p65|qxd|ps|rtf|odt))$"
)


@dataclass(frozen=True, slots=True)
class ParsedContent:
    """A document before it has a path and an id. The same rules as for `Document` and `Loaded` hold."""

    media_type: str
    title: str
    text: str
    blocks: tuple[Block, ...]
    pages: tuple[Page, ...] = ()
    glyphs: tuple[GlyphRun, ...] = ()
    pages_without_text: tuple[int, ...] = ()
    words: tuple[WordBox, ...] = ()
    date: str = ""
    left: tuple[Left, ...] = ()
    rows: tuple[RowHint, ...] = ()  # what is known of rows of tables beyond their text


@dataclass(slots=True)
class Headings:
    """The path of headings above the current place; a level is any number, smaller is further out."""

    title: str = ""
    _path: list[tuple[int, str]] = field(default_factory=list)

    def enter(self, level: int, text: str) -> None:
        """A heading begins: it closes those of its own level and below."""
        while self._path and self._path[-1][0] >= level:
            self._path.pop()
        self._path.append((level, " ".join(text.split())))

    @property
    def path(self) -> tuple[str, ...]:
        """Outermost first, without the document's title, which is known anyway."""
        return tuple(text for _, text in self._path if text != self.title)


@dataclass(slots=True)
class ContentBuilder:
    """Puts a text together and remembers its blocks, and in its ledger what is left out."""

    title: str = ""
    date: str = ""
    ledger: Ledger = field(default_factory=Ledger)
    _parts: list[str] = field(default_factory=list)
    _blocks: list[Block] = field(default_factory=list)
    _rows: list[RowHint] = field(default_factory=list)
    length: int = 0  # of the text so far
    _headings: Headings = field(default_factory=Headings)

    def add(self, kind: BlockKind, text: str, level: int = 1) -> None:
        """Appends a block; an empty one is left out. `level` counts for headings only: 1 is outermost."""
        text = clean(text) if kind != "code" else _UNWANTED.sub("", text).strip("\n")
        if not text.strip():
            return
        path = self._path()
        if kind == "heading":
            self._headings.enter(level, text)
            path = self._headings.path[:-1] if self._headings.path[-1:] == (" ".join(text.split()),) else path
        self._append(kind, text, path)

    def add_row(
        self,
        cells: Sequence[str],
        *,
        begins: bool = False,
        heads: bool = False,
        sheet: str = "",
        number: int = 0,
        letters: tuple[int, ...] = (),
    ) -> None:
        """Appends a row of a table; a blank one is left out. The rest is what `RowHint` says."""
        text = clean(row_text(cells))
        if text:
            self._rows.append(RowHint(len(self._blocks), begins, heads, sheet, number, letters))
            self._append("table", text, self._path())

    def include(self, content: ParsedContent) -> None:
        """Appends the blocks of another text, each under the present heading and its own."""
        above = self._headings.path
        hints = {hint.block: hint for hint in content.rows}
        for at, block in enumerate(content.blocks):
            text = content.text[slice(*block.span)]
            if text.strip():
                if at in hints:
                    moved = self._moved(hints[at].cells, block)
                    self._rows.append(hints[at]._replace(block=len(self._blocks), cells=moved))
                self._append(block.kind, text, above + block.heading)

    def _path(self) -> tuple[str, ...]:
        self._headings.title = self.title
        return self._headings.path

    def _moved(self, cells: Sequence[Span], block: Block) -> tuple[Span, ...]:
        """Where cells of another text stand once their block is appended."""
        by = self.length + len(self._gap(block.kind)) - block.span.start
        return tuple(Span(cell.start + by, cell.end + by) for cell in cells)

    def _gap(self, kind: BlockKind) -> str:
        if not self._blocks:
            return ""
        return "\n" if kind in ("list", "table") and self._blocks[-1].kind == kind else "\n\n"

    def _append(self, kind: BlockKind, text: str, path: tuple[str, ...]) -> None:
        self._put(self._gap(kind))
        start = self.length
        self._put(text)
        self._blocks.append(Block(kind, Span(start, self.length), path))

    def _put(self, text: str) -> None:
        self._parts.append(text)
        self.length += len(text)

    def draft(self, media_type: str) -> ParsedContent:
        """The finished text."""
        text, left = "".join(self._parts), self.ledger.entries()
        rows = tuple(self._rows)
        return ParsedContent(media_type, self.title, text, tuple(self._blocks), date=self.date, left=left, rows=rows)


def clean(text: str) -> str:
    """Without control characters; runs of white space become one space, line ends stay."""
    lines = (_SPACES.sub(" ", line).strip() for line in _UNWANTED.sub("", text).split("\n"))
    return "\n".join(line for line in lines if line)


def plausible_title(text: str | None) -> str:
    """The title if it is one: not the name of a program or a file, not a number; else empty."""
    title = " ".join(_UNWANTED.sub("", text or "").split())
    if not has_word(title) or len(title) > 300 or _JUNK_TITLE.match(title):
        return ""
    return title
