"""One paragraph of Word as text: every element is either descended into, or told.

What stands beside a paragraph - notes, text boxes, charts - hangs on it and is written after it, so that no sentence is
broken. This module does not know blocks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from rag.parsing.office.charts import drawn_text
from rag.parsing.office.equations import MARK, equation_text
from rag.parsing.office.inline import Hanging, Inline, with_reading
from rag.parsing.office.symbols import symbol
from rag.parsing.office.word_styles import Style, child, is_on
from rag.parsing.ooxml import attribute, choice, inside, local, number, reference

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lxml.etree import _Element  # type: ignore[import-untyped]

    from rag.types import LeftKind

__all__ = ["DELETED", "PROPERTIES", "WordText", "plain_text"]

DELETED = frozenset(["del", "moveFrom"])
PROPERTIES = frozenset(  # what has no words of the document in it
    re.findall(
        r"\w+",
        "pPr rPr sdtPr sdtEndPr customXmlPr smartTagPr tblPr tblGrid trPr tcPr tblPrEx rubyPr instrText delInstrText "
        "proofErr bookmarkStart bookmarkEnd permStart permEnd lastRenderedPageBreak ffData extLst binData",
    )
)
_MARKS = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "softHyphen": ""}
_DEEPEST = 200


@dataclass(slots=True)
class WordText:
    """Walks over paragraphs of one story. `fields` are the fields that are open: their codes are no text."""

    styles: Mapping[str, Style]
    comments: dict[str, str]  # by id, those that have not been met
    fields: list[Literal["code", "result"]] = field(default_factory=list)

    def write(self, element: _Element, out: Inline, kind: LeftKind | Literal[""] = "", depth: int = 0) -> None:
        """Appends an element's text to `out`; all of it is left out where a kind is given."""
        name = local(element)
        if depth > _DEEPEST:
            out.pieces.append(("limit", plain_text(element)))
        elif name in ("t", "delText"):
            coded = "code" in self.fields
            out.pieces.append((kind or ("hidden text" if coded else ""), (element.text or "").replace("\xad", "")))
        elif name in _MARKS:
            if "code" not in self.fields:
                out.pieces.append((kind, _MARKS[name]))
        elif name == "r":
            hidden: LeftKind | Literal[""] = "hidden text" if self._hidden(element) else ""
            self._inside(element, out, kind or hidden, depth)
        elif name in DELETED:
            self._inside(element, out, kind or "tracked deletion", depth)
        elif name not in PROPERTIES and not self._special(name, element, out, kind, depth):
            self._inside(element, out, kind, depth)

    def _inside(self, element: _Element, out: Inline, kind: LeftKind | Literal[""], depth: int) -> None:
        for one in inside(element):
            self.write(one, out, kind, depth + 1)

    def _hidden(self, run: _Element) -> bool:
        properties = child(run, "rPr")
        if properties is None:
            return False
        own = child(properties, "vanish")
        style = self.styles.get(attribute(child(properties, "rStyle"), "val") or "-")
        return is_on(own) if own is not None else style is not None and style.hidden

    def _special(self, name: str, element: _Element, out: Inline, kind: LeftKind | Literal[""], depth: int) -> bool:
        """Writes an element that is more than what is inside it, and says whether it was one."""
        if name == "fldChar":
            self._field(element, out, kind)
        elif name in ("footnoteReference", "endnoteReference"):
            marked = is_on(element) and attribute(element, "customMarkFollows").lower() in ("1", "true", "on")
            note = Hanging("footnote" if name[0] == "f" else "endnote", attribute(element, "id"), None, marked)
            self._hang(out, kind, note)
        elif name == "commentReference":
            said = self.comments.pop(attribute(element, "id"), None)
            if said is not None:
                out.pieces.append(("comment", said))
        elif name == "AlternateContent":
            taken = choice(element)
            if taken is not None:
                self._inside(taken, out, kind, depth)
        elif name == "sym":
            code = int(attribute(element, "char"), 16) if _is_hex(element) else 0
            sign = symbol(attribute(element, "font"), code)
            out.pieces.append((kind, sign) if sign else ("unreadable text", ""))
        elif name == "ruby":
            base, raised = (plain_text(one) if one is not None else "" for one in _parts_of_ruby(element))
            out.pieces.append((kind, with_reading(base, raised) if raised and not kind else base + raised))
        elif name == "oMath":
            out.pieces += [(kind, equation_text(element)), ("equation", "")]
        else:
            return self._drawn(name, element, out, kind, depth)
        return True

    def _drawn(self, name: str, element: _Element, out: Inline, kind: LeftKind | Literal[""], depth: int) -> bool:
        """The same for what is drawn or embedded."""
        if name == "txbxContent":
            self._hang(out, kind, Hanging("box", "", element))
        elif name == "chart":
            self._hang(out, kind, Hanging("chart", reference(element)))
        elif name == "relIds":
            self._hang(out, kind, Hanging("diagram", reference(element, "dm")))
        elif name == "lockedCanvas":
            out.hanging += [Hanging("words", text) for text in drawn_text(element)]
        elif name == "object":  # its picture only shows what it holds
            for one in element.iter("{*}OLEObject", "{*}txbxContent"):
                self.write(one, out, kind, depth + 1)
        elif name in ("pic", "imagedata"):
            about = child(element, "nvPicPr", "cNvPr") if name == "pic" else element
            out.pieces.append(("picture", _alternative(about) or _outer_alternative(element)))
        elif name == "textpath":
            self._hang(out, kind, Hanging("words", attribute(element, "string")))
        elif name == "OLEObject":
            if attribute(element, "ProgID").startswith("Equation"):
                out.pieces += [(kind, MARK), ("equation", "")]
            else:
                out.pieces.append(("attachment", ""))
        elif name in ("subDoc", "contentPart"):
            out.pieces.append(("attachment" if name == "subDoc" else "picture", ""))
        else:
            return False
        return True

    def _hang(self, out: Inline, kind: LeftKind | Literal[""], what: Hanging) -> None:
        if not kind:
            out.hanging.append(what)
        elif what.element is not None or what.kind == "words":
            out.pieces.append((kind, what.key if what.element is None else plain_text(what.element)))

    def _field(self, element: _Element, out: Inline, kind: LeftKind | Literal[""]) -> None:
        step = attribute(element, "fldCharType")
        if step == "begin":
            self.fields.append("code")
            picked = child(element, "ffData", "ddList")
            if picked is not None:
                entries = [attribute(one, "val") for one in inside(picked) if local(one) == "listEntry"]
                at = number(attribute(child(picked, "result"), "val", attribute(child(picked, "default"), "val")))
                out.pieces.append((kind, entries[at] if 0 <= at < len(entries) else ""))
            box = child(element, "ffData", "checkBox")
            if box is not None:
                checked = child(box, "checked") if child(box, "checked") is not None else child(box, "default")
                out.pieces.append((kind, "☒" if is_on(checked) else "☐"))
        elif step == "separate" and self.fields:
            self.fields[-1] = "result"
        elif step == "end" and self.fields:
            self.fields.pop()


def plain_text(element: _Element) -> str:
    """All words below an element, deleted and hidden ones too; a space after each paragraph and cell."""
    parts = []
    for one in element.iter("{*}t", "{*}delText", "{*}p", "{*}tab", "{*}br"):
        parts.append((one.text or "") if local(one) in ("t", "delText") else " ")
    return "".join(parts)


def _alternative(about: _Element | None) -> str:
    return " ".join(filter(None, (attribute(about, "descr"), attribute(about, "alt"))))


def _outer_alternative(element: _Element) -> str:
    """The description that stands on the drawing around a picture."""
    for outer in element.iterancestors("{*}inline", "{*}anchor", "{*}shape"):
        about = child(outer, "docPr")
        return _alternative(about if about is not None else outer)
    return ""


def _parts_of_ruby(element: _Element) -> tuple[_Element | None, _Element | None]:
    return child(element, "rubyBase"), child(element, "rt")


def _is_hex(element: _Element) -> bool:
    return re.fullmatch(r"[0-9A-Fa-f]{1,6}", attribute(element, "char")) is not None
