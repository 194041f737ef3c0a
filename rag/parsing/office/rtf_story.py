"""The blocks of one story of an RTF file - the text, a note, a box, a head - and how they are written.

This module does not know control words.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from rag.parsing.office.inline import Inline

if TYPE_CHECKING:
    from rag.parsing.content import ContentBuilder
    from rag.types import BlockKind, LeftKind

__all__ = ["Block", "Merge", "Story"]

Merge = Literal["", "left", "up"]
_DEEPEST = 50


@dataclass(slots=True)
class Block:
    """A paragraph, or the cells of a row with the cell that each is merged with."""

    kind: BlockKind
    text: str
    level: int = 1
    cells: list[str] = field(default_factory=list)
    merges: list[Merge] = field(default_factory=list)
    left: list[tuple[LeftKind, str]] = field(default_factory=list)
    hanging: list[tuple[str, Story]] = field(default_factory=list)


@dataclass(slots=True)
class Story:
    """What is collected. `nested` counts the tables that the current paragraph is in."""

    blocks: list[Block] = field(default_factory=list)
    out: Inline = field(default_factory=Inline)
    hanging: list[tuple[str, Story]] = field(default_factory=list)
    cells: list[str] = field(default_factory=list)
    inner_cells: list[str] = field(default_factory=list)
    inner_rows: list[Block] = field(default_factory=list)
    left: list[tuple[LeftKind, str]] = field(default_factory=list)
    in_table: bool = False
    level: int | None = None
    listed: bool = False
    numbered_pages: bool = False

    def say(self, kind: LeftKind | Literal[""], text: str) -> None:
        """Appends text, or what is left out as a kind."""
        if text or kind:
            self.out.pieces.append((kind, text))

    def paragraph(self) -> None:
        """The paragraph ends; within a cell it is only a space."""
        if self.in_table:
            self.out.pieces.append(("", " "))
            return
        self._rest_of_row()
        text, kind = self._taken(), "list" if self.listed else "paragraph"
        kind = "heading" if self.level is not None else kind
        self._close(Block(kind, text, self.level or 1))  # type: ignore[arg-type]
        self.listed = False

    def cell(self, *, inner: bool = False) -> None:
        """A cell ends."""
        (self.inner_cells if inner else self.cells).append(" ".join(self._taken().split()))
        self.listed = False

    def row(self, merges: list[Merge], *, inner: bool = False) -> None:
        """A row ends; those of a table in one of its cells follow it."""
        cells = self.inner_cells if inner else self.cells
        block = Block("table", "", cells=list(cells), merges=list(merges))
        cells.clear()
        if inner:
            self.inner_rows.append(block)
            return
        self._close(block)
        self.blocks += self.inner_rows
        self.inner_rows.clear()

    def end(self) -> None:
        """The story ends."""
        self.in_table = False
        if self.out.pieces or self.hanging:
            self.paragraph()
        self._rest_of_row()

    def _rest_of_row(self) -> None:
        if self.cells or self.inner_rows:
            self.row([])

    def _taken(self) -> str:
        out, self.out = self.out, Inline()
        self.left += out.left()
        text = out.text
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace") if not text.isascii() else text

    def _close(self, block: Block) -> None:
        block.left, self.left = self.left, []
        block.hanging, self.hanging = self.hanging, []
        self.blocks.append(block)

    @property
    def text(self) -> str:
        """All words, those left out too."""
        parts = []
        for block in self.blocks:
            parts += [block.text, *block.cells, *(text for _, text in block.left)]
        return " ".join(parts)

    def write(self, writer: ContentBuilder, mark: str = "", depth: int = 0) -> None:
        """Appends the blocks, the first behind a mark; what hangs on one follows it."""
        place = ""
        above: list[str] = []
        later: list[tuple[str, Story]] = []
        for at, block in enumerate(self.blocks):
            if block.cells:
                above = _merged(block, above)
                writer.add_row(above, begins=not at or not self.blocks[at - 1].cells)
            elif block.text.strip():
                writer.add(block.kind, f"{mark} {block.text}", block.level)
                mark, above = "", []
                place = " ".join(block.text.split())[:80] if block.kind == "heading" else place
            for kind, text in block.left:
                writer.ledger.leave(kind, text, place)
            later += block.hanging
            ends = at + 1 == len(self.blocks) or not self.blocks[at + 1].cells
            if not block.cells or ends:  # notes in a table stand below it
                for its_mark, story in later:
                    if depth > _DEEPEST:
                        writer.ledger.leave("limit", story.text, place)
                    else:
                        story.write(writer, its_mark, depth + 1)
                later = []


def _merged(block: Block, above: list[str]) -> list[str]:
    said: list[str] = []
    merges = block.merges if len(block.merges) == len(block.cells) else []
    for at, text in enumerate(block.cells):
        how = merges[at] if merges else ""
        if not text and how == "left" and said:
            text = said[-1]
        elif not text and how == "up" and at < len(above):
            text = above[at]
        said.append(text)
    return said
