"""One worksheet of Excel's, streamed: its cells as the sheet shows them, and what is hidden or merged.

This module does not know what the sheet is called or what is drawn on it.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.parsing.number_formats import shown
from rag.parsing.ooxml import attribute, inside, local, number
from rag.parsing.tables.formulas import values_of
from rag.parsing.tables.grid import Area, Grid

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lxml.etree import _Element  # type: ignore[import-untyped]

__all__ = ["Formats", "read_formats", "read_sheet", "string_text"]

_CELL = re.compile(r"\$?([A-Za-z]{1,3})\$?(\d{1,7})")
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
_HEADS = ("oddHeader", "oddFooter", "evenHeader", "evenFooter", "firstHeader", "firstFooter")
_ON = ("1", "true", "on")
_BUILT_IN = {
    1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?", 13: "# ??/??",
    14: "mm-dd-yy", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm",
    21: "h:mm:ss", 22: "m/d/yy h:mm", 37: "#,##0;(#,##0)", 38: "#,##0;(#,##0)", 39: "#,##0.00;(#,##0.00)",
    40: "#,##0.00;(#,##0.00)", 45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss.0", 48: "##0.0E+0",
    5: "$#,##0", 6: "$#,##0", 7: "$#,##0.00", 8: "$#,##0.00", 41: "#,##0", 42: "$#,##0", 43: "#,##0.00",
    44: "$#,##0.00",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Formats:
    """The number format of each cell style, and from which day dates are counted."""

    codes: tuple[str, ...] = ()
    from_1904: bool = False
    unsure: bool = False  # programs that do not work formulas out save a nought, and ask for it to be done later

    def say(self, value: float, style: str) -> str:
        """A number in a cell style."""
        at = number(style)
        code = self.codes[at] if 0 <= at < len(self.codes) else "General"
        return shown(value, code, from_1904=self.from_1904)


def read_formats(styles: _Element | None, *, from_1904: bool, unsure: bool) -> Formats:
    """The formats of a workbook's styles."""
    if styles is None:
        return Formats((), from_1904, unsure)
    own = {number(attribute(one, "numFmtId")): attribute(one, "formatCode") for one in styles.iter("{*}numFmt")}
    known = _BUILT_IN | own
    frames = (one for each in inside(styles) if local(each) == "cellXfs" for one in inside(each))
    return Formats(tuple(known.get(number(attribute(one, "numFmtId")), "General") for one in frames), from_1904, unsure)


def string_text(element: _Element) -> str:
    """The text of a string item, without the readings that stand above it."""
    parts = []
    for one in inside(element):
        if local(one) == "t":
            parts.append(one.text or "")
        elif local(one) == "r":
            parts += [piece.text or "" for piece in inside(one) if local(piece) == "t"]
    return _unescaped("".join(parts))


def read_sheet(data: bytes, grid: Grid, strings: Sequence[str], formats: Formats) -> list[str]:
    """Fills the grid, and gives the heads and feet that the sheet is printed with. Raises lxml's LxmlError."""
    from lxml import etree  # type: ignore[import-untyped]

    heads: list[str] = []
    hidden, filtered, row = set(), False, 0
    steps = etree.iterparse(
        io.BytesIO(data),
        events=("end",),
        tag=[f"{{*}}{name}" for name in ("row", "col", "mergeCell", "autoFilter", *_HEADS)],
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
    )
    for _, element in steps:
        kind = local(element)
        if kind == "row":
            row = number(attribute(element, "r"), row + 1)
            _read_row(grid, element, row, strings, formats)
            if attribute(element, "hidden") in _ON:
                hidden.add(row)
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]
        elif kind == "col" and attribute(element, "hidden") in _ON:
            grid.hidden_columns.append((number(attribute(element, "min"), 1), number(attribute(element, "max"), 1)))
        elif kind == "mergeCell":
            ends = _CELL.findall(attribute(element, "ref"))
            if len(ends) == 2:
                (left, top), (right, bottom) = ends
                grid.merged.append(Area(int(top), _column(left), int(bottom), _column(right)))
        elif kind == "autoFilter":
            filtered = True
        elif kind in _HEADS:
            heads.append(re.sub(r'&"[^"]*"|&\d+|&K[0-9A-Fa-f]{6}|&[A-Za-z]', " ", element.text or ""))
    if grid.formulas:
        _work_out(data, grid, formats)
    grid.hidden_rows = set() if filtered else hidden  # what a filter hides is seen again by a click
    return heads


def _read_row(grid: Grid, row: _Element, at: int, strings: Sequence[str], formats: Formats) -> None:
    column = 0
    for cell in row:
        if not isinstance(cell.tag, str):
            continue
        address = _CELL.fullmatch(cell.get("r") or "")
        column = _column(address[1]) if address else column + 1
        value, formula = None, None
        for one in cell:
            kind = local(one)
            if kind == "v":
                value = one.text
            elif kind == "is":
                value = string_text(one)
            elif kind == "f":
                formula = one.text or ""
        unsure = formats.unsure and formula is not None and value == "0"
        if value is not None and value != "" and not unsure:
            grid.put(at, column, _said(cell.get("t") or "n", value, cell.get("s") or "0", strings, formats))
        elif formula is not None and cell.get("t") != "str":
            grid.formulas[at, column] = formula, cell.get("s") or "0"
            grid.put(at, column, f"={formula}" if formula else "=")


def _work_out(data: bytes, grid: Grid, formats: Formats) -> None:
    """Puts the values of plain formulas into their cells, from the numbers as they are saved."""
    from lxml import etree

    numbers: dict[tuple[int, int], float] = {}
    for _, cell in etree.iterparse(io.BytesIO(data), events=("end",), tag="{*}c", resolve_entities=False):
        address, value = _CELL.fullmatch(cell.get("r") or ""), cell.findtext("{*}v")
        if address and value and (cell.get("t") or "n") == "n":
            at = int(address[2]), _column(address[1])
            if at not in grid.formulas:
                numbers[at] = _float(value)
        cell.clear()
    plain = {at: formula for at, (formula, _) in grid.formulas.items() if formula}
    known = values_of(plain, numbers, lambda at: at not in numbers and bool(grid.cells.get(at[0], {}).get(at[1])))
    for (row, column), value in known.items():
        grid.put(row, column, formats.say(value, grid.formulas[row, column][1]))


def _float(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def _said(kind: str, value: str, style: str, strings: Sequence[str], formats: Formats) -> str:
    if kind == "s":
        at = number(value, -1)
        return " ".join(strings[at].split()) if 0 <= at < len(strings) else ""
    if kind == "b":
        return "TRUE" if value in _ON else "FALSE"
    if kind == "n":
        try:
            return formats.say(float(value), style)
        except ValueError:
            return value
    if kind == "d":
        return value.replace("T", " ").removesuffix(" 00:00:00")
    return " ".join(_unescaped(value).split())


def _column(letters: str) -> int:
    at = 0
    for letter in letters.upper():
        at = at * 26 + ord(letter) - 64
    return at


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text
