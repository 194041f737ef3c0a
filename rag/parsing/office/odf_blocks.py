"""The blocks of an OpenDocument in order: headings, paragraphs, lists, tables, sections.

This module does not know the file they stand in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from rag.parsing.office.inline import Inline
from rag.parsing.office.odf_lists import OUTLINE, Lists
from rag.parsing.office.odf_text import NO_WORDS, OdfText, odf_text, repeats, tell_changes
from rag.parsing.office.word_styles import numeral
from rag.parsing.ooxml import attribute, inside, local, number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lxml.etree import _Element  # type: ignore[import-untyped]

    from rag.parsing.content import ContentBuilder
    from rag.parsing.office.inline import Hanging

__all__ = ["OdfBlocks"]

_DEEPEST = 60
_WIDEST = 200  # columns of a table of text
_LONGEST = 1000  # rows that are one row said again
_NO_BLOCKS = NO_WORDS | {"scripts"}


@dataclass(slots=True)
class OdfBlocks:
    """Writes blocks. `embedded` writes the object at an address, and says whether it could."""

    writer: ContentBuilder
    inline: OdfText
    lists: Lists
    embedded: Callable[[str, str], bool]
    place: str = ""
    _counts: dict[str, int] | None = None

    def blocks(self, parent: _Element, kind: Literal["paragraph", "list"] = "paragraph", depth: int = 0) -> None:
        """Writes the blocks below an element."""
        for one in inside(parent):
            name = local(one)
            if depth > _DEEPEST:
                self.writer.ledger.leave("limit", odf_text(one), self.place)
            elif name in ("p", "h"):
                self.paragraph(one, kind, "", depth)
            elif name == "list":
                self._list(one, "", 1, depth)
            elif name == "table":
                self.table(one, depth)
            elif name == "tracked-changes":
                out = Inline()
                tell_changes(one, out)
                self._told(out)
            elif name == "section" and self._is_hidden(one):
                self.writer.ledger.leave("hidden text", odf_text(one), self.place)
            elif name in ("frame", "annotation", "custom-shape", "rect", "ellipse", "note", "g", "a"):
                out = Inline()
                self.inline.one(one, out, "", 0)
                self._finish(out, "paragraph", "", depth)
            elif name not in _NO_BLOCKS:
                self.blocks(one, kind, depth + 1)

    def _is_hidden(self, element: _Element) -> bool:
        return attribute(element, "display") == "none" or attribute(element, "style-name") in self.inline.hidden

    def paragraph(self, element: _Element, kind: Literal["paragraph", "list"], label: str, depth: int) -> None:
        """Writes a paragraph or a heading, and what hangs on it."""
        out = Inline()
        self.inline.write(element, out)
        if local(element) != "h":
            self._finish(out, kind, label, depth)
            return
        level = max(1, number(attribute(element, "outline-level"), 1))
        if out.text.strip() and attribute(element, "is-list-header") != "true" and not label:
            label = self.lists.label(OUTLINE, level)
        text = f"{label} {out.text}".strip()
        self.writer.add("heading", text, level)
        self.place = " ".join(text.split())[:80] or self.place
        self._told(out)
        self._hang(out.hanging, depth)

    def _finish(self, out: Inline, kind: Literal["paragraph", "list"], label: str, depth: int) -> None:
        if out.text.strip():
            self.writer.add(kind, f"{label} {out.text}")
        self._told(out)
        self._hang(out.hanging, depth)

    def _told(self, out: Inline) -> None:
        for kind, text in out.left():
            if kind != "hidden text" or text.strip():
                self.writer.ledger.leave(kind, text, self.place)

    def _list(self, element: _Element, style: str, level: int, depth: int) -> None:
        style = attribute(element, "style-name") or style
        goes_on = attribute(element, "continue-numbering") == "true" or bool(attribute(element, "continue-list"))
        self.lists.begin(style, level, goes_on=goes_on)
        if depth > _DEEPEST:
            self.writer.ledger.leave("limit", odf_text(element), self.place)
            return
        for item in inside(element):
            numbered = local(item) == "list-item"
            for one in inside(item):
                name = local(one)
                if name == "list":
                    self._list(one, style, level + 1, depth + 1)
                elif name in ("p", "h"):
                    label = self.lists.label(style, level, attribute(item, "start-value")) if numbered else ""
                    numbered = False  # a second paragraph of an item has no number
                    self.paragraph(one, "list", label, depth + 1)
                elif name != "number":
                    self.blocks(one, "list", depth + 1)

    def _hang(self, hanging: list[Hanging], depth: int) -> None:
        for one in hanging:
            if one.kind in ("footnote", "endnote") and one.element is not None:
                self._note(one, depth)
            elif one.kind == "chart":
                if one.element is not None and odf_text(one.element).strip():
                    self.writer.ledger.leave("attachment", odf_text(one.element), self.place)
                elif not self.embedded(one.key, self.place):
                    self.writer.ledger.leave("attachment", "", self.place)
            elif one.element is not None:
                self.blocks(one.element, "paragraph", depth + 1)

    def _note(self, what: Hanging, depth: int) -> None:
        """The paragraphs of a note, the first behind its mark."""
        self._counts = self._counts or {}
        self._counts[what.kind] = self._counts.get(what.kind, 0) + 1
        mark = what.key or numeral(self._counts[what.kind], "decimal" if what.kind == "footnote" else "lowerRoman")
        first = True
        for one in () if what.element is None else inside(what.element):
            if local(one) == "p":
                self.paragraph(one, "paragraph", f"({mark})" if first else "", depth + 1)
                first = False
            elif depth <= _DEEPEST:
                self.blocks([one], "paragraph", depth + 1)

    def table(self, table: _Element, depth: int) -> None:
        """A row for each row, merged cells said wherever they stand; a table of one cell is a frame."""
        rows = list(_rows(table))
        first = list(_cells(rows[0])) if len(rows) == 1 else []
        if len(first) == 1 and depth <= _DEEPEST:
            self.blocks(first[0], "paragraph", depth + 1)
            return
        below: dict[int, tuple[int, str]] = {}  # column -> rows it goes on for, its text
        later: list[Hanging] = []
        for row in rows:
            said: list[str] = []
            nested: list[_Element] = []
            for cell in _cells(row):
                self._cell(cell, said, below, nested, later)
            for _ in range(repeats(row, "number-rows-repeated", _LONGEST) if any(said) else 1):
                self.writer.add_row(said, begins=row is rows[0], heads=local(row.getparent()) == "table-header-rows")
            for one in nested:
                self.table(one, depth + 1) if depth <= _DEEPEST else self.writer.ledger.leave("limit", odf_text(one))
        self._hang(later, depth)

    def _cell(
        self,
        cell: _Element,
        said: list[str],
        below: dict[int, tuple[int, str]],
        nested: list[_Element],
        later: list[Hanging],
    ) -> None:
        count = repeats(cell, "number-columns-repeated", _WIDEST)
        if local(cell) == "covered-table-cell":
            for _ in range(count):
                rows, text = below.get(len(said), (0, ""))
                if rows > 1:
                    below[len(said)] = rows - 1, text
                said.append(text if rows > 1 else "")
            return
        text = self._cell_text(cell, nested, later)
        if count == 1 and not len(cell.attrib):
            below.pop(len(said), None)
            said.append(text)
            return
        wide, high = (repeats(cell, f"number-{name}-spanned", _WIDEST) for name in ("columns", "rows"))
        for at in range(count):
            said.append(text)
            for column in range(len(said) - 1, len(said) - 1 + wide):
                # Cells that a cell covers to its right are in its own row: they say it as one row more.
                below[column] = high + (column > len(said) - 1), text
            if wide > 1 and at < count - 1:
                break

    def _cell_text(self, cell: _Element, nested: list[_Element], later: list[Hanging]) -> str:
        lines = []
        for one in inside(cell):
            if local(one) == "table":
                nested.append(one)
                continue
            for each in [one] if local(one) in ("p", "h") else _paragraphs(one):
                out = Inline()
                self.inline.write(each, out)
                self._told(out)
                lines.append(out.text)
                later += out.hanging
            if local(one) in ("annotation", "frame"):
                out = Inline()
                self.inline.one(one, out, "", 0)
                self._told(out)
                later += out.hanging
        return " ".join(" ".join(lines).split())


def _paragraphs(element: _Element) -> Iterator[_Element]:
    """Those of a list or a section in a cell."""
    if local(element) in ("list", "section", "list-item", "list-header"):
        for one in inside(element):
            if local(one) in ("p", "h"):
                yield one
            else:
                yield from _paragraphs(one)


def _rows(table: _Element) -> Iterator[_Element]:
    for one in inside(table):
        name = local(one)
        if name == "table-row":
            yield one
        elif name in ("table-header-rows", "table-rows", "table-row-group"):
            yield from _rows(one)


def _cells(row: _Element) -> Iterator[_Element]:
    return (one for one in inside(row) if local(one) in ("table-cell", "covered-table-cell"))
