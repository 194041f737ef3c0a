"""Charts and SmartArt of Office files as text: a chart's title and the values saved with it as rows, a diagram's words.

This module does not know how they are drawn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.parsing.number_formats import shown
from rag.parsing.ooxml import attribute, inside, local, number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element  # type: ignore[import-untyped]

    from rag.parsing.content import ContentBuilder

__all__ = ["drawn_text", "write_chart", "write_diagram"]

_DEEPEST = 50
_MOST_ROWS = 5000


def write_chart(writer: ContentBuilder, chart: _Element, place: str = "", *, values: bool = True) -> None:
    """Appends the titles and, if asked for, a row for each category. What is drawn beside them is told."""
    titles = [_title(one) for one in _all(chart, "title")]
    own = [_title(one) for area in _all(chart, "chart") for one in inside(area) if local(one) == "title"]
    axes = [
        title for kind in ("valAx", "catAx", "dateAx", "serAx") for axis in _all(chart, kind) for title in _axis(axis)
    ]
    series = list(_all(chart, "ser"))
    names = [_first(one, "tx") for one in series]
    heights = [{**_points(one, "val"), **_points(one, "yVal")} for one in series]
    keys: dict[int, str] = {}
    for one in series:
        keys = {**_points(one, "cat"), **_points(one, "xVal"), **keys}
    writer.add("paragraph", " ".join(own))
    writer.add("paragraph", " · ".join(filter(None, axes)))
    headed = any(names) and values
    if headed:
        writer.add_row(["", *names], begins=True, heads=True)
    rows = sorted({at for one in heights for at in one} | set(keys)) if values else []
    for at in rows[:_MOST_ROWS]:
        said = [keys.get(at, ""), *(one.get(at, "") for one in heights)]
        writer.add_row(said, begins=at == rows[0] and not headed)
    beside = [text for text in drawn_text(chart) if text not in (*titles, *own, *axes, *names)]
    if len(rows) > _MOST_ROWS or not (rows or any(own)) or beside:
        writer.ledger.leave("chart", " ".join(beside), place)


def write_diagram(writer: ContentBuilder, data: _Element) -> None:
    """Appends the words of a SmartArt diagram, a list in the order of its branches."""
    points = {attribute(one, "modelId"): one for one in _all(data, "pt")}
    branches: dict[str, list[tuple[int, str]]] = {}
    for link in _all(data, "cxn"):
        if attribute(link, "type", "parOf") == "parOf":
            place = number(attribute(link, "srcOrd")), attribute(link, "destId")
            branches.setdefault(attribute(link, "srcId"), []).append(place)
    seen: dict[str, None] = {}

    def walk(key: str, depth: int) -> None:
        for _, below in sorted(branches.get(key, [])):
            if below in points and below not in seen and depth < _DEEPEST:
                seen[below] = None
                walk(below, depth + 1)

    for key, point in points.items():
        if attribute(point, "type") == "doc":
            walk(key, 0)
    for key in [*seen, *(key for key in points if key not in seen)]:
        for line in drawn_text(points[key]):
            writer.add("list", line)


def drawn_text(element: _Element) -> list[str]:
    """The paragraphs of DrawingML text below an element, without empty ones."""
    found = ("".join(piece.text or "" for piece in _all(one, "t")) for one in _all(element, "p"))
    return [text for text in (" ".join(each.split()) for each in found) if text]


def _all(element: _Element, name: str) -> Iterator[_Element]:
    return element.iter(f"{{*}}{name}")  # type: ignore[no-any-return]


def _title(element: _Element) -> str:
    return " ".join(drawn_text(element)) or " ".join(one.text or "" for one in _all(element, "v"))


def _axis(axis: _Element) -> list[str]:
    return [_title(one) for one in inside(axis) if local(one) == "title"]


def _first(series: _Element, name: str) -> str:
    about = next((one for one in inside(series) if local(one) == name), None)
    return "" if about is None else " ".join((one.text or "").strip() for one in _all(about, "v"))


def _points(series: _Element, name: str) -> dict[int, str]:
    """The values saved under a name, by their index; those of several levels beside each other."""
    found: dict[int, str] = {}
    for about in (one for one in inside(series) if local(one) == name):
        code = next((one.text or "" for one in _all(about, "formatCode")), "General")
        for point in _all(about, "pt"):
            text = " ".join((one.text or "").strip() for one in _all(point, "v"))
            at = number(attribute(point, "idx"))
            said = (
                _written(text, attribute(point, "formatCode", code))
                if about.find(".//{*}numCache") is not None
                else text
            )
            found[at] = f"{said} {found[at]}" if at in found else said
    return found


def _written(text: str, code: str) -> str:
    try:
        return shown(float(text), code)
    except (ValueError, OverflowError):
        return text
