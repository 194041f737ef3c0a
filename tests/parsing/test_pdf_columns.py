"""Columns, boxes and tables of PDF pages: what is read one after the other, and what side by side."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import making
import pytest
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfgen.canvas import Canvas

from rag.parsing import load_bytes

WORDS = "the of and toll board year trust house water keeper county north road stone lamp paint winter boat".split()  # noqa: SIM905


def _lines(mark: str, count: int, width: float, ragged: bool) -> list[str]:
    random, lines = Random(mark), []
    for at in range(count):
        line, most = f"{mark}{at}", width - (random.randint(0, 50) if ragged else 0)
        while pdfmetrics.stringWidth(line, making.VERA, 9) < most:
            line += f" {random.choice(WORDS)}"
        lines.append(line)
    return lines


def _text(draw: making.Draw) -> str:
    data = making.pdf(draw)
    loaded = load_bytes(data, "made.pdf")
    making.check(loaded)
    making.check_glyphs(data, loaded)
    return loaded.document.text


def _by_rows(canvas: Canvas, columns: Sequence[tuple[float, Sequence[str], float]], top: float = 740) -> None:
    """Draws columns - left, lines, pitch - in the order of their heights."""
    places = [(top - pitch * at, x, line) for x, lines, pitch in columns for at, line in enumerate(lines)]
    for y, x, line in sorted(places, key=lambda place: -place[0]):
        making.column(canvas, x, y, [line], size=9)


def _follows(text: str, *marks: str) -> bool:
    places = [text.find(f"{mark} ") for mark in marks]
    return -1 not in places and places == sorted(places)


@pytest.mark.parametrize("rows", [8, 12, 25, 45])
@pytest.mark.parametrize("gap", [8, 30])
@pytest.mark.parametrize("ragged", [False, True])
def test_two_columns_drawn_row_by_row(rows: int, gap: float, ragged: bool) -> None:
    columns = [(60.0, _lines("L", rows, 190, ragged), 13.0), (275.0 + gap, _lines("R", rows, 190, ragged), 13.0)]
    text = _text(lambda canvas: _by_rows(canvas, columns))
    assert _follows(text, *(f"L{at}" for at in range(rows)), *(f"R{at}" for at in range(rows)))


@pytest.mark.parametrize("ragged", [False, True])
def test_three_columns_drawn_row_by_row(ragged: bool) -> None:
    columns = [(40.0 + 180 * at, _lines(mark, 20, 130, ragged), 13.0) for at, mark in enumerate("LMR")]
    text = _text(lambda canvas: _by_rows(canvas, columns))
    assert _follows(text, "L0", "L19", "M0", "M19", "R0", "R19")


def test_a_box_beside_the_text_has_its_own_lines() -> None:
    side = [f"S{at} hours on day {at}" for at in range(6)]
    columns = [(60.0, _lines("L", 16, 300, True), 13.0), (420.0, side, 17.0)]
    text = _text(lambda canvas: _by_rows(canvas, columns))
    assert _follows(text, "L0", "L15", "S0", "S5")


def test_two_tables_with_the_same_heads_stay_two() -> None:
    def draw(canvas: Canvas) -> None:
        for at in range(6):
            for x, mark in ((60, "left"), (330, "right")):
                name, value = ("Item", "Price") if not at else (f"{mark} ware {at}", f"{at}.50")
                making.column(canvas, x, 700 - 14 * at, [name])
                making.column(canvas, x + 130, 700 - 14 * at, [value])

    lines = _text(draw).split("\n")
    assert [line for line in lines if line] == [
        *("Item Price", *(f"left ware {at} {at}.50" for at in range(1, 6))),
        *("Item Price", *(f"right ware {at} {at}.50" for at in range(1, 6))),
    ]


def test_labels_and_long_texts_stay_rows() -> None:
    def draw(canvas: Canvas) -> None:
        for at in range(8):
            making.column(canvas, 60, 700 - 15 * at, [f"Sluice {at}"])
            making.column(canvas, 170, 700 - 15 * at, [f"opened in {1900 + at} by the board of the river"])

    lines = [line for line in _text(draw).split("\n") if line]
    assert lines == [f"Sluice {at} opened in {1900 + at} by the board of the river" for at in range(8)]


@pytest.mark.parametrize("headed", [True, False])
def test_blank_cells_stay_blank(headed: bool) -> None:
    rows = [("Member", "May", "June", "July"), ("Dahl", "4", "", "6"), ("Marsh", "", "7", ""), ("Voss", "1", "2", "3")]
    rows += [("Falk", "", "", "9"), ("Renn", "8", "5", "2")]

    def draw(canvas: Canvas) -> None:
        for at, row in enumerate(rows[0 if headed else 1 :]):
            for x, cell in zip((60, 200, 300, 400), row, strict=True):
                if cell:
                    making.column(canvas, x, 700 - 15 * at, [cell])

    lines = [line for line in _text(draw).split("\n") if line]
    expected = ["Member | May | June | July"] * headed
    assert lines == [
        *expected,
        "Dahl | 4 | | 6",
        "Marsh | | 7 |",
        "Voss | 1 | 2 | 3",
        "Falk | | | 9",
        "Renn | 8 | 5 | 2",
    ]


@pytest.mark.parametrize("blank", [True, False], ids=["a blank", "none"])
def test_heads_that_all_but_touch_are_those_of_their_columns(blank: bool) -> None:
    places = (72, 150, 200, 260)
    rows = [
        ["Name", "Room", "Yearly pay", "Extension"],
        ["Ada", "B12", "48,200", "9108"],
        ["Bert", "A3", "51,750", "9110"],
        ["Cora", "B14", "47,100", "" if blank else "9114"],
    ]

    def draw(canvas: Canvas) -> None:
        canvas.setFont(making.VERA, 10)
        for at, row in enumerate(rows):
            for x, cell in zip(places, row, strict=True):
                canvas.drawString(x, 700 - 18 * at, cell)

    loaded = load_bytes(making.pdf(draw), "made.pdf")
    making.check(loaded)
    (table,) = loaded.document.tables
    assert [list(table.texts(loaded.document.text, row)) for row in range(len(table.rows))] == rows
    gap = places[3] - places[2] - pdfmetrics.stringWidth("Yearly pay", making.VERA, 10)
    assert 0.6 * 10 < gap < 10, "closer than words of two cells usually are"


def test_a_table_without_blank_cells_has_no_bars() -> None:
    def draw(canvas: Canvas) -> None:
        for at in range(5):
            for x, cell in zip((60, 200, 300, 400), ("Dahl", "4", "5", "6"), strict=True):
                making.column(canvas, x, 700 - 15 * at, [cell])

    assert "|" not in _text(draw)
