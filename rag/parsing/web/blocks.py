"""A tree of HTML → blocks: headings, paragraphs, lists, tables, code, in the order in which they stand.

This module does not know what an article is; it writes all that it is given but for what it is told to leave out.
"""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rag.parsing.content import ContentBuilder
from rag.parsing.ledger import word_count
from rag.parsing.line_blocks import line_blocks_of, lines_of, paragraphs_of, span_of
from rag.parsing.web.measure import BLOCKS
from rag.parsing.web.table import is_data, names_columns, rows_of

if TYPE_CHECKING:
    from lxml.etree import _Element  # type: ignore[import-untyped]

    from rag.types import BlockKind

__all__ = ["write_blocks"]

_CODE = re.compile(r"(?m)[;{}]\s*$|^\s*(?:def|class|import|function|var|let|const|#include)\b|</")
_HEADINGS = frozenset(["h1", "h2", "h3", "h4", "h5", "h6"])
_INSIDE = frozenset(["ul", "ol", "dl", "table", "pre", "p", "blockquote", *_HEADINGS])  # make an item more than a line
_RAISED = str.maketrans("0123456789+-n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿ")


def write_blocks(writer: ContentBuilder, root: _Element, skipped: Container[_Element] = ()) -> None:
    """Appends the text of an element, without the elements `skipped`."""
    walk = _Walk(writer, skipped)
    walk.enter(root)
    walk.flush()


@dataclass(slots=True)
class _Walk:
    writer: ContentBuilder
    skipped: Container[_Element]
    kind: BlockKind = "paragraph"  # of the text at this place
    pending: list[str] = field(default_factory=list)

    def flush(self) -> None:
        text = " ".join("".join(self.pending).split())
        self.pending.clear()
        self.writer.add(self.kind, text)

    def enter(self, element: _Element) -> None:
        tag = element.tag if isinstance(element.tag, str) else ""
        if not tag or element in self.skipped:
            return
        if tag in BLOCKS or tag == "br":
            self.flush()
        if tag in _HEADINGS or (element.get("role") == "heading" and not _holds(element, _INSIDE)):
            self._heading(element, tag)
        elif tag == "pre":
            _write_preformatted(self.writer, _plain(element, self.skipped))
        elif tag == "table" and is_data(element):
            self._table(element)
        elif tag == "dl":
            self._definitions(element)
        elif tag in ("li", "menuitem"):
            self._as("list", element)
        elif tag == "math":
            self.pending.append(f" {_formula(element)} ")
        elif tag == "sup":
            self.pending.append(_raised(element, "".join(self.pending[-1:])))
        else:
            self._inside(element)
        if tag in BLOCKS:
            self.flush()

    def _inside(self, element: _Element) -> None:
        self.pending.append(element.text or "")
        for child in element:
            self.enter(child)
            self.pending.append(child.tail or "")

    def _as(self, kind: BlockKind, element: _Element) -> None:
        before, self.kind = self.kind, kind
        self._inside(element)
        self.flush()
        self.kind = before

    def _heading(self, element: _Element, tag: str) -> None:
        told = element.get("aria-level") or ""
        level = int(tag[1]) if tag in _HEADINGS else int(told) if told.isdecimal() else 2
        text = _plain(element, self.skipped)
        if word_count(text) > 60:  # somebody wanted large letters
            self.writer.add("paragraph", " ".join(text.split()))
        else:
            self.writer.add("heading", " ".join(text.split()).rstrip(" ¶"), level)

    def _table(self, table: _Element) -> None:
        for caption in table.findall("caption"):
            self.writer.add("paragraph", _line(caption, self.skipped))
        begins = True
        for row in rows_of(table):
            cells = [_line(cell, self.skipped) if cell is not None else "" for cell in row]
            if any(cells):
                self.writer.add_row(cells, begins=begins, heads=names_columns(row))
                begins = False

    def _definitions(self, element: _Element) -> None:
        """A term and what is said of it on one line; a longer saying stands below its term."""
        term = ""
        parts = [part for child in element for part in (child if child.tag == "div" else [child])]
        for part in parts:
            if part in self.skipped or not isinstance(part.tag, str):
                continue
            if part.tag == "dt":
                self.writer.add("list", term)
                term = _line(part, self.skipped)
            elif part.tag == "dd" and not _holds(part, _INSIDE - {"p"}) and sum(1 for _ in part.iter("p")) < 2:
                told = _line(part, self.skipped)
                self.writer.add("list", f"{term}{'' if term[-1:] in ':?!.…' else ':'} {told}" if term else told)
                term = ""
            else:
                self.writer.add("list", term)
                term = ""
                self._as("list", part)
        self.writer.add("list", term)


def _holds(element: _Element, tags: Container[str]) -> bool:
    return any(inner.tag in tags for inner in element.iterdescendants())


def _plain(element: _Element, skipped: Container[_Element]) -> str:
    """The text of an element with a space or a line's end where a browser shows one."""
    parts = [element.text or ""]
    for child in element:
        if isinstance(child.tag, str) and child not in skipped:
            inner = _plain(child, skipped)
            if child.tag == "sup":
                inner = _raised(child, "".join(parts[-1:]))
            elif child.tag == "math":
                inner = _formula(child)
            parts.append(f"\n{inner}\n" if child.tag in BLOCKS or child.tag == "br" else inner)
        parts.append(child.tail or "")
    return "".join(parts)


def _line(element: _Element, skipped: Container[_Element]) -> str:
    return " ".join(_plain(element, skipped).split())


def _raised(element: _Element, before: str) -> str:
    """A mark of a note stands apart from the word before it; an exponent stays with it, raised."""
    text = " ".join("".join(element.itertext()).split())
    noted = element.find(".//a") is not None or element.getparent().tag == "a"
    if noted or text[:1] == "[":
        return f" {text}"
    if text and before[-1:].isdigit() and not set(text) <= set("0123456789+-n"):
        return f" {text}" if not text[:1].isalpha() else text
    return text.translate(_RAISED) if text and set(text) <= set("0123456789+-n") else text


def _formula(element: _Element) -> str:
    """What is written of a formula, without the source that it was typed as."""
    noted = {id(inner) for note in element.iter("annotation", "annotation-xml") for inner in note.iter()}
    return " ".join(" ".join(node.text or "" for node in element.iter() if id(node) not in noted).split())


def _write_preformatted(writer: ContentBuilder, text: str) -> None:
    """Code as it stands; but laws and letters are found in `pre` as well, and are paragraphs."""
    lines = lines_of(text)
    full = [line.text for line in lines if len(line.text.split()) >= 6]
    if len(full) < 5 or len(full) < 0.4 * sum(not line.blank for line in lines) or _CODE.search(text):
        writer.add("code", text)
        return
    for first, last in paragraphs_of(lines):
        for piece in line_blocks_of(lines, first, last):
            writer.add(piece.kind, " ".join(text[slice(*span_of(lines, piece.first, piece.last))].split()))
