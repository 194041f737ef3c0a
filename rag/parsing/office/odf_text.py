"""One paragraph of an OpenDocument as text: every element is either descended into, or told.

Notes, boxes and drawn objects hang on the paragraph. This module does not know blocks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from rag.parsing.office.inline import Hanging, Inline, with_reading
from rag.parsing.ooxml import attribute, inside, local, number

if TYPE_CHECKING:
    from lxml.etree import _Element  # type: ignore[import-untyped]

    from rag.types import LeftKind

__all__ = ["NO_WORDS", "OdfText", "child", "hidden_styles", "odf_text", "repeats", "tell_changes"]

_SPACE = re.compile(r"[ \t\r\n]+")
_MARKS = {"tab": "\t", "line-break": "\n"}
NO_WORDS = frozenset(
    re.findall(
        r"[\w-]+",
        "sequence-decls variable-decls user-field-decls dde-connection-decls forms script event-listeners "
        "note-citation annotation-end change change-start change-end soft-page-break bookmark bookmark-start "
        "bookmark-end reference-mark reference-mark-start reference-mark-end alphabetical-index-auto-mark-file "
        "toc-mark table-source scenario number table-column table-columns table-of-content-source "
        "illustration-index-source alphabetical-index-source bibliography-source "
        "user-index-source object-index-source table-index-source",
    )
)
_SHAPES = frozenset(
    [
        "custom-shape",
        "rect",
        "ellipse",
        "circle",
        "line",
        "polyline",
        "polygon",
        "path",
        "connector",
        "caption",
        "measure",
    ]
)
_HIDING = ("hidden-text", "hidden-paragraph")
_DEEPEST = 200


@dataclass(slots=True)
class OdfText:
    """Walks over paragraphs; `hidden` are the names of styles whose text is not shown."""

    hidden: frozenset[str] = frozenset()

    def write(self, element: _Element, out: Inline, kind: LeftKind | Literal[""] = "", depth: int = 0) -> None:
        """Appends what is inside an element; all of it is left out where a kind is given."""
        if attribute(element, "style-name") in self.hidden:
            kind = kind or "hidden text"
        _say(out, kind, element.text)
        for one in element:
            if isinstance(one.tag, str):
                self.one(one, out, kind, depth + 1)
            _say(out, kind, one.tail)

    def one(self, element: _Element, out: Inline, kind: LeftKind | Literal[""], depth: int) -> None:
        name = local(element)
        if depth > _DEEPEST:
            out.pieces.append(("limit", odf_text(element)))
        elif name == "s":
            out.pieces.append((kind, " "))
        elif name in _MARKS:
            out.pieces.append((kind, _MARKS[name]))
        elif name in _HIDING:
            out.pieces.append(("hidden text", f" {attribute(element, 'string-value') or odf_text(element)} "))
        elif name == "note":
            note = "endnote" if attribute(element, "note-class") == "endnote" else "footnote"
            mark = odf_text(child(element, "note-citation")).strip()
            self._hang(out, kind, Hanging(note, mark, child(element, "note-body")))  # type: ignore[arg-type]
        elif name == "annotation":
            out.pieces.append(
                ("comment", " ".join(odf_text(one) for one in inside(element) if local(one) in ("p", "list")))
            )
        elif name == "ruby":
            base, reading = (odf_text(child(element, part)) for part in ("ruby-base", "ruby-text"))
            out.pieces.append((kind, with_reading(base, reading) if reading and not kind else base + reading))
        elif name == "frame":
            self._frame(element, out, kind)
        elif name in _SHAPES:
            if odf_text(element).strip():
                self._hang(out, kind, Hanging("box", "", element))
        elif name == "tracked-changes":
            tell_changes(element, out)
        elif name not in NO_WORDS:
            self.write(element, out, kind, depth)

    def _frame(self, frame: _Element, out: Inline, kind: LeftKind | Literal[""]) -> None:
        """A frame has one thing in it, perhaps in several versions; the first is meant."""
        said = " ".join(odf_text(child(frame, part)) for part in ("title", "desc")).strip()
        for one in inside(frame):
            name = local(one)
            if name in ("text-box", "table"):
                self._hang(out, kind, Hanging("box", "", frame if name == "table" else one))
            elif name == "image":
                out.pieces.append(("picture", said))
            elif name == "object":
                self._hang(out, kind, Hanging("chart", attribute(one, "href"), one if len(one) else None))
            elif name in ("object-ole", "plugin", "applet", "floating-frame"):
                out.pieces.append(("frame" if name == "floating-frame" else "attachment", said))
            else:
                continue
            return

    def _hang(self, out: Inline, kind: LeftKind | Literal[""], what: Hanging) -> None:
        if not kind:
            out.hanging.append(what)
        elif what.element is not None:
            out.pieces.append((kind, odf_text(what.element)))


def _say(out: Inline, kind: LeftKind | Literal[""], text: str | None) -> None:
    if text:
        spaced = "\n" in text or "  " in text or "\t" in text
        out.pieces.append((kind, (_SPACE.sub(" ", text) if spaced else text).replace("\xad", "")))


def tell_changes(element: _Element, out: Inline) -> None:
    """The deletions among tracked changes; what was inserted stands in the text."""
    for one in element.iter("{*}deletion"):
        out.pieces += [("tracked deletion", " ".join(odf_text(part) for part in inside(one) if local(part) in _TEXTS))]


_TEXTS = ("p", "h", "list", "table", "table-row", "table-cell")


def odf_text(element: _Element | None) -> str:
    """All words below an element, hidden ones too; a space at the end of each paragraph."""
    if element is None:
        return ""
    parts = [element.text or ""]
    for one in element:
        if isinstance(one.tag, str) and local(one) not in ("creator", "date", "date-string", "note-citation"):
            parts.append(" " if local(one) in ("s", "tab", "line-break") else odf_text(one))
        parts.append(one.tail or "")
    if local(element) in ("p", "h", "title", "desc"):
        parts.append(" ")
    return "".join(parts)


def child(element: _Element | None, name: str) -> _Element | None:
    """The first child of a name."""
    return None if element is None else next((one for one in inside(element) if local(one) == name), None)


def hidden_styles(*trees: _Element | None) -> frozenset[str]:
    """The names of the styles whose text is not shown, and of those made from them."""
    parents: dict[str, str] = {}
    hidden = set()
    for tree in trees:
        for style in () if tree is None else tree.iter("{*}style"):
            name = attribute(style, "name")
            parents[name] = attribute(style, "parent-style-name")
            about = next((one for one in inside(style) if attribute(one, "display") == "none"), None)
            if about is not None and local(about) in ("text-properties", "paragraph-properties", "section-properties"):
                hidden.add(name)
    for _ in range(10):
        more = {name for name, parent in parents.items() if parent in hidden} - hidden
        if not more:
            break
        hidden |= more
    return frozenset(hidden - {""})


def repeats(element: _Element, name: str, most: int) -> int:
    """How often a row or a cell stands."""
    told = attribute(element, name) if len(element.attrib) else ""
    return max(1, number(told, 1, most=most)) if told else 1
