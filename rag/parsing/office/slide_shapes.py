"""The shapes of a slide in reading order: text, tables, charts, diagrams; what is none of them is told.

This module does not know slides' notes or comments.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rag.parsing.office.charts import drawn_text, write_chart, write_diagram
from rag.parsing.office.equations import equation_text
from rag.parsing.office.reading_order import Placed, reading_order
from rag.parsing.office.word_styles import child, numeral
from rag.parsing.ooxml import Package, attribute, choice, inside, local, number, reference

if TYPE_CHECKING:
    from lxml.etree import _Element  # type: ignore[import-untyped]

    from rag.parsing.content import ContentBuilder

__all__ = ["SlideShapes", "paragraph_text", "placeholder"]

_DEEPEST = 20  # groups within groups
_SHAPES = ("sp", "pic", "graphicFrame", "grpSp", "cxnSp", "contentPart")
_EDGES = ("ftr", "dt", "sldNum", "hdr")
_FORMS = {"arabic": "decimal", "alphaLc": "lowerLetter", "alphaUc": "upperLetter"}
_FORMS |= {"romanLc": "lowerRoman", "romanUc": "upperRoman"}


@dataclass(slots=True)
class SlideShapes:
    """Writes the shapes of one slide after the other. `said` are the feet that have been written already."""

    writer: ContentBuilder
    package: Package
    said: set[str] = field(default_factory=set)

    def write(self, part: str, tree: _Element, models: list[_Element], place: str) -> None:
        """Writes the shapes below a tree; `models` are the trees that placeholders have their places from."""
        shapes = list(_shapes(tree))
        titles = [one for one in shapes if placeholder(one)[0] in ("title", "ctrTitle")]
        for one in titles[:1]:
            if not _is_hidden(one):
                self._title(one, place)
        rest = [one for one in shapes if one not in titles[:1]]
        for at in reading_order(_placed(rest, models)):
            self._shape(part, rest[at], models, place, 0)
        for one in titles[:1]:
            if _is_hidden(one):
                self._shape(part, one, models, place, 0)

    def _title(self, shape: _Element, place: str) -> None:
        lines = [self._text(one, place) for one in _paragraphs(shape)]
        self.writer.add("heading", " ".join(" ".join(lines).split()))

    def _shape(self, part: str, shape: _Element, models: list[_Element], place: str, depth: int) -> None:
        name = local(shape)
        if _is_hidden(shape):
            text = " ".join(drawn_text(shape))
            if text:
                self.writer.ledger.leave("hidden text", text, place)
        elif name == "grpSp":
            inner = list(_shapes(shape))
            if depth > _DEEPEST:
                self.writer.ledger.leave("limit", " ".join(drawn_text(shape)), place)
                return
            for at in reading_order(_placed(inner, models)):
                self._shape(part, inner[at], models, place, depth + 1)
        elif name == "graphicFrame":
            self._frame(part, shape, place)
        elif name in ("pic", "contentPart"):
            about = next(shape.iter("{*}cNvPr"), None)
            self.writer.ledger.leave("picture", attribute(about, "descr"), place)
        elif placeholder(shape)[0] in _EDGES:
            self._edge(shape, place)
        else:
            self._paragraphs(shape, place)

    def _edge(self, shape: _Element, place: str) -> None:
        """A foot is written once; the number of a slide, and what has been written, is told."""
        text = " ".join(drawn_text(shape))
        if not text:
            return
        if placeholder(shape)[0] == "sldNum" or text in self.said:
            self.writer.ledger.leave("running head", text, place)
        else:
            self.said.add(text)
            self.writer.add("paragraph", text)

    def _paragraphs(self, shape: _Element, place: str) -> None:
        found = _paragraphs(shape)
        counts: dict[int, int] = {}
        for one in found:
            text = self._text(one, place)
            label = _label(one, counts) if text.strip() else ""
            self.writer.add("list" if len(found) > 1 else "paragraph", f"{label} {text}")

    def _text(self, paragraph: _Element, place: str) -> str:
        text, left = paragraph_text(paragraph)
        for kind, words in left:
            if kind == "equation":
                self.writer.ledger.leave("equation", "", place)
            else:
                self.writer.ledger.leave("running head", words, place)
        return text

    def _frame(self, part: str, frame: _Element, place: str) -> None:
        for one in frame.iter("{*}tbl", "{*}chart", "{*}relIds", "{*}oleObj"):
            kind = local(one)
            if kind == "tbl":
                self._table(one, place)
            elif kind == "oleObj":
                self.writer.ledger.leave("attachment", "", place)
            else:
                relation = self.package.relations(part).get(reference(one, "id" if kind == "chart" else "dm"))
                tree = None if relation is None or relation.outside else self.package.part(relation.target)
                if tree is None:
                    self.writer.ledger.leave("chart", "", place)
                elif kind == "chart":
                    write_chart(self.writer, tree, place)
                else:
                    write_diagram(self.writer, tree)
            return

    def _table(self, table: _Element, place: str) -> None:
        above: list[str] = []
        properties = next((one for one in inside(table) if local(one) == "tblPr"), None)
        first_heads = attribute(properties, "firstRow") in ("1", "true")
        for row in (one for one in inside(table) if local(one) == "tr"):
            said: list[str] = []
            for cell in (one for one in inside(row) if local(one) == "tc"):
                at = len(said)
                text = " ".join(self._text(one, place) for one in _paragraphs(cell))
                if attribute(cell, "vMerge") in ("1", "true"):
                    text = above[at] if at < len(above) else ""
                elif attribute(cell, "hMerge") in ("1", "true"):
                    text = said[-1] if said else ""
                said.append(text)
            self.writer.add_row(said, begins=not above, heads=not above and first_heads)
            above = said


def placeholder(shape: _Element) -> tuple[str, str]:
    """The kind and the number of the placeholder that a shape is, empty if it is none."""
    for about in (one for one in inside(shape) if local(one).startswith("nv")):
        mark = child(about, "nvPr", "ph")
        if mark is not None:
            return attribute(mark, "type", "obj"), attribute(mark, "idx", "0")
    return "", ""


def paragraph_text(paragraph: _Element) -> tuple[str, list[tuple[str, str]]]:
    """What a paragraph of DrawingML says, and the equations and slide numbers in it."""
    parts: list[str] = []
    left: list[tuple[str, str]] = []

    def walk(element: _Element, depth: int) -> None:
        for one in inside(element):
            name = local(one)
            if name == "t":
                parts.append((one.text or "").replace("\v", " ").replace("\xad", ""))
            elif name in ("br", "tab"):
                parts.append(" ")
            elif name == "oMath":
                parts.append(equation_text(one))
                left.append(("equation", ""))
            elif name == "fld" and attribute(one, "type") == "slidenum":
                left.append(("number", "".join(each.text or "" for each in one.iter("{*}t"))))
            elif name == "AlternateContent":
                taken = choice(one)
                if taken is not None and depth < _DEEPEST:
                    walk(taken, depth + 1)
            elif not name.endswith("Pr") and depth < _DEEPEST:
                walk(one, depth + 1)

    walk(paragraph, 0)
    return "".join(parts), left


def _label(paragraph: _Element, counts: dict[int, int]) -> str:
    """The number that an item is shown with, "2." or "b)"."""
    about = child(paragraph, "pPr")
    level = number(attribute(about, "lvl"))
    for below in [each for each in counts if each > level]:
        del counts[below]
    mark = child(about, "buAutoNum")
    if mark is None:
        counts.pop(level, None)
        return ""
    counts[level] = counts.get(level, number(attribute(mark, "startAt"), 1) - 1) + 1
    kind = attribute(mark, "type")
    form = next((form for name, form in _FORMS.items() if kind.startswith(name)), "decimal")
    said = numeral(counts[level], form)
    if kind.endswith("ParenBoth"):
        return f"({said})"
    return said + (")" if kind.endswith("ParenR") else "." if kind.endswith("Period") else "")


def _shapes(tree: _Element, depth: int = 0) -> list[_Element]:
    found = []
    for one in inside(tree):
        if local(one) in _SHAPES:
            found.append(one)
        elif local(one) == "AlternateContent" and depth < _DEEPEST:
            taken = choice(one)
            found += [] if taken is None else _shapes(taken, depth + 1)
    return found


def _paragraphs(shape: _Element) -> list[_Element]:
    body = child(shape, "txBody")
    return [] if body is None else [one for one in inside(body) if local(one) == "p"]


def _is_hidden(shape: _Element) -> bool:
    about = next((one for one in inside(shape) if local(one).startswith("nv")), None)
    return attribute(child(about, "cNvPr"), "hidden") in ("1", "true")


def _placed(shapes: list[_Element], models: list[_Element]) -> list[Placed]:
    """The boxes of shapes; one without a place of its own has its placeholder's, or stands where the last one does."""
    found: list[Placed] = []
    for at, one in enumerate(shapes):
        box = _box(one) or _model_box(one, models)
        if box is None:
            box = found[-1][:4] if found else (0.0, 0.0, 0.0, 0.0)
        found.append(Placed(*box, at))
    return found


def _box(shape: _Element) -> tuple[float, float, float, float] | None:
    for holder in (shape, child(shape, "spPr"), child(shape, "grpSpPr")):
        place = child(holder, "xfrm")
        offset, size = child(place, "off"), child(place, "ext")
        if offset is not None and size is not None:
            left, top = (float(number(attribute(offset, key))) for key in ("x", "y"))
            return left, top, *(float(number(attribute(size, key))) for key in ("cx", "cy"))  # type: ignore[return-value]
    return None


def _model_box(shape: _Element, models: list[_Element]) -> tuple[float, float, float, float] | None:
    kind, at = placeholder(shape)
    for model in models if kind else ():
        known = [(placeholder(one), _box(one)) for one in _shapes(model)]
        same = [box for (its_kind, its_at), box in known if box and (its_at == at and its_kind)]
        alike = [box for (its_kind, _), box in known if box and its_kind == ("body" if kind == "obj" else kind)]
        if same or alike:
            return (same or alike)[0]
    return None
