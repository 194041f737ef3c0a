"""The blocks of a Word document in order: paragraphs, tables, sections with their heads and feet.

This module does not know pages; Word makes them when it prints.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rag.language import has_word
from rag.parsing.office.charts import write_chart, write_diagram
from rag.parsing.office.inline import Inline
from rag.parsing.office.word_styles import Numbering, Style, child, is_on, numeral
from rag.parsing.office.word_tables import Grid, rows_of
from rag.parsing.office.word_text import DELETED, PROPERTIES, WordText, plain_text
from rag.parsing.ooxml import Package, attribute, choice, inside, local, number, reference

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from lxml.etree import _Element  # type: ignore[import-untyped]

    from rag.parsing.content import ContentBuilder
    from rag.parsing.office.inline import Hanging
    from rag.types import LeftKind

__all__ = ["WordBlocks"]

_INLINE = frozenset(["r", "hyperlink", "fldSimple", "smartTag", "oMath", "oMathPara", "dir", "bdo", "ruby"])
_DEEPEST = 60


@dataclass(slots=True)
class WordBlocks:
    """Writes blocks. `part` is the part they stand in, for what they point to; `notes` the notes by kind and id."""

    writer: ContentBuilder
    package: Package
    part: str
    styles: dict[str, Style]
    numbering: Numbering
    inline: WordText
    notes: dict[tuple[str, str], _Element]
    heads: Callable[[_Element, str], Sequence[tuple[str, _Element]]]
    imported: Callable[[ContentBuilder, str], bool]
    place: str = ""
    _sections: list[_Element] = field(default_factory=list)
    _said: set[str] = field(default_factory=set)  # heads and feet
    _carried: Inline | None = None  # of a paragraph whose end was deleted
    _counts: dict[str, int] = field(default_factory=dict)

    def body(self, body: _Element) -> None:
        """Writes all, each section between its heads and feet."""
        self._sections = [one for one in body.iter("{*}sectPr") if local(one.getparent()) != "sectPrChange"]
        self._edge("head")
        self.blocks(body, 0)
        self._flush()
        if self._sections:
            self._edge("foot")

    def blocks(self, parent: _Element, depth: int) -> None:
        """Writes the blocks below an element."""
        for one in inside(parent):
            name = local(one)
            if name == "p":
                self.paragraph(one, depth)
            elif name in DELETED:
                self.writer.ledger.leave("tracked deletion", plain_text(one), self.place)
            elif name in PROPERTIES or name == "sectPr":
                continue
            elif depth > _DEEPEST:
                self.writer.ledger.leave("limit", plain_text(one), self.place)
            elif name == "tbl":
                self._flush()
                self.table(one, depth)
            elif name in _INLINE:
                self._loose(one, depth)
            elif name == "altChunk":
                self._import(reference(one))
            elif name == "AlternateContent":
                taken = choice(one)
                if taken is not None:
                    self.blocks(taken, depth + 1)
            else:
                self.blocks(one, depth + 1)

    def paragraph(self, element: _Element, depth: int) -> None:
        """Writes a paragraph and what hangs on it."""
        out = self._read(element)
        properties = child(element, "pPr")
        ends = child(properties, "rPr")
        if properties is not None and any(child(ends, name) is not None for name in DELETED):
            self._carried = out
            return
        style = self.styles.get(attribute(child(properties, "pStyle"), "val"), self.styles.get("", Style()))
        told = child(properties, "outlineLvl")
        level = style.level if told is None else _level(told)
        label, listed = self._number(properties, style)
        text = out.text
        if text.strip():
            kind = "heading" if style.title or level is not None else "list" if listed or style.listed else "paragraph"
            before = self.writer.length
            self.writer.add(kind, f"{label} {text}", 0 if style.title else level or 1)  # type: ignore[arg-type]
            if kind == "heading" and self.writer.length > before:
                self.place = " ".join(f"{label} {text}".split())[:80]
        self._told(out)
        self.hang(out.hanging, depth)
        section = child(properties, "sectPr")
        if section is not None and self._sections and self._sections[0] is section:
            self._edge("foot")
            self._sections.pop(0)
            self._edge("head")

    def _read(self, element: _Element) -> Inline:
        out, self._carried = self._carried or Inline(), None
        style = self.styles.get(attribute(child(element, "pPr", "pStyle"), "val"), Style())
        self.inline.write(element, out, "hidden text" if style.hidden else "")
        return out

    def _loose(self, element: _Element, depth: int) -> None:
        out, self._carried = self._carried or Inline(), None
        self.inline.write(element, out)
        self.writer.add("paragraph", out.text)
        self._told(out)
        self.hang(out.hanging, depth)

    def _flush(self) -> None:
        out, self._carried = self._carried, None
        if out is not None:
            self.writer.add("paragraph", out.text)
            self._told(out)
            self.hang(out.hanging, 0)

    def _told(self, out: Inline) -> None:
        for kind, text in out.left():
            if kind != "hidden text" or text.strip():
                self.writer.ledger.leave(kind, text, self.place)

    def _number(self, properties: _Element | None, style: Style) -> tuple[str, bool]:
        """What Word prints before a paragraph, and whether it is an item of a list by its own word."""
        own = child(properties, "numPr")
        list_id, at = style.number or ("", 0)
        if own is not None:
            list_id = attribute(child(own, "numId"), "val", list_id)
            at = number(attribute(child(own, "ilvl"), "val"), at)
        if not list_id or list_id == "0":
            return "", False
        return self.numbering.label(list_id, at), True

    def hang(self, hanging: Sequence[Hanging], depth: int) -> None:
        """Writes notes, boxes, charts and diagrams."""
        for one in hanging:
            if one.kind in ("footnote", "endnote"):
                self._note(one, depth)
            elif one.element is not None:
                self.blocks(one.element, depth + 1) if depth <= _DEEPEST else self.writer.ledger.leave(
                    "limit", plain_text(one.element), self.place
                )
            elif one.kind == "words":
                self.writer.add("paragraph", one.key)
            else:
                self._draw(one)

    def _draw(self, what: Hanging) -> None:
        relation = self.package.relations(self.part).get(what.key)
        tree = None if relation is None or relation.outside else self.package.part(relation.target)
        if tree is None:
            self.writer.ledger.leave("chart", "", self.place)
        elif what.kind == "chart":
            write_chart(self.writer, tree, self.place)
        else:
            write_diagram(self.writer, tree)

    def _note(self, what: Hanging, depth: int) -> None:
        """The paragraphs of a note, the first behind its number."""
        note = self.notes.pop((what.kind, what.key), None)
        if not what.marked:
            self._counts[what.kind] = self._counts.get(what.kind, 0) + 1
        if note is None:
            return
        form = "decimal" if what.kind == "footnote" else "lowerRoman"
        mark = "" if what.marked else f"({numeral(self._counts[what.kind], form)}) "
        part, self.part = self.part, f"{self.part.rpartition('/')[0]}/{what.kind}s.xml".lstrip("/")
        fields, self.inline.fields = self.inline.fields, []
        later: list[Hanging] = []
        for one in note.iter("{*}p"):
            if any(local(outer) in ("txbxContent", "tbl") for outer in one.iterancestors()):
                continue
            out = self._read(one)
            self.writer.add("paragraph", mark + out.text if out.text.strip() else "")
            mark = "" if out.text.strip() else mark
            self._told(out)
            later += out.hanging
        for table in (one for one in inside(note) if local(one) == "tbl"):
            self.table(table, depth + 1)
        self.hang(later, depth + 1)
        self.part, self.inline.fields = part, fields

    def table(self, table: _Element, depth: int) -> None:
        """A row for each row; a table of one cell is a frame around its blocks."""
        rows = rows_of(table)
        if len(rows) == 1 and len(rows[0].cells) == 1 and not rows[0].deleted:
            self.blocks(rows[0].cells[0].element, depth + 1)
            self._flush()
            return
        grid, later = Grid(), []
        for row in rows:
            if row.deleted or row.hidden:
                kind: LeftKind = "tracked deletion" if row.deleted else "hidden row"
                self.writer.ledger.leave(kind, plain_text(row.element), self.place)
                continue
            texts: list[str] = []
            nested: list[_Element] = []
            for cell in row.cells:
                if cell.deleted:
                    self.writer.ledger.leave("tracked deletion", plain_text(cell.element), self.place)
                    texts.append("")
                    continue
                text, hanging = self._cell(cell.element, nested)
                texts.append(text)
                later += hanging
            self.writer.add_row(grid.row(row, texts), begins=row is rows[0], heads=row.heads)
            for one in nested:
                self.table(one, depth + 1) if depth <= _DEEPEST else self.writer.ledger.leave(
                    "limit", plain_text(one), self.place
                )
        self.hang(later, depth)

    def _cell(self, cell: _Element, nested: list[_Element]) -> tuple[str, list[Hanging]]:
        """The paragraphs of a cell on one line; tables within it are put aside."""
        lines: list[str] = []
        hanging: list[Hanging] = []

        def walk(parent: _Element) -> None:
            for one in inside(parent):
                name = local(one)
                if name == "p" or name in _INLINE:
                    out = self._read(one)
                    properties = child(one, "pPr")
                    label = self._number(
                        properties, self.styles.get(attribute(child(properties, "pStyle"), "val"), Style())
                    )
                    lines.append(f"{label[0]} {out.text}" if out.text.strip() else "")
                    self._told(out)
                    hanging.extend(out.hanging)
                elif name == "tbl":
                    nested.append(one)
                elif name in DELETED:
                    self.writer.ledger.leave("tracked deletion", plain_text(one), self.place)
                elif name == "AlternateContent":
                    taken = choice(one)
                    walk(taken) if taken is not None else None
                elif name not in PROPERTIES:
                    walk(one)

        walk(cell)
        return " ".join(" ".join(lines).split()), hanging

    def _import(self, key: str) -> None:
        relation = self.package.relations(self.part).get(key)
        if relation is None or relation.outside or not self.imported(self.writer, relation.target):
            self.writer.ledger.leave("attachment", "", self.place)

    def _edge(self, kind: str) -> None:
        """The heads or feet of the section at hand, each text once; page numbers alone are told."""
        section = self._sections[0] if self._sections else None
        for name, tree in () if section is None else self.heads(section, kind):
            text = " ".join(plain_text(tree).split())
            if text in self._said or not (text or next(tree.iter("{*}drawing", "{*}pict"), None) is not None):
                continue
            self._said.add(text)
            if _only_pages(tree) or text == self.writer.title:
                self.writer.ledger.leave("running head", text, self.place)
                continue
            part, self.part = self.part, name
            self.blocks(tree, 0)
            self.part = part


def _level(told: _Element) -> int | None:
    at = number(attribute(told, "val"), 9)
    return at + 1 if 0 <= at < 9 else None


def _only_pages(tree: _Element) -> bool:
    """Whether a head or foot says no more than which page this is."""
    codes = " ".join([one.text or "" for one in tree.iter("{*}instrText")])
    codes += " ".join(attribute(one, "instr") for one in tree.iter("{*}fldSimple"))
    words = [word for word in plain_text(tree).split() if has_word(word)]
    return "PAGE" in codes.upper() and len(words) <= 2


def is_shown(section: _Element, kind: str, even: bool) -> bool:
    """Whether a section shows its heads of a kind: first, even or default."""
    return kind not in ("first", "even") or (even if kind == "even" else is_on(child(section, "titlePg")))
