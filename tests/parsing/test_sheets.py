"""Sheets: a value stays under its column's head, as the sheet shows it, and what is not shown is told."""

from __future__ import annotations

import datetime
import io
from collections.abc import Callable

import making
import openpyxl
import pytest
from office_files import left, named, read, relations, zipped
from openpyxl.comments import Comment
from openpyxl.worksheet.worksheet import Worksheet

from rag.parsing import load_bytes
from rag.parsing.number_formats import shown
from rag.types import Document


def _sheet(fill: Callable[[Worksheet], object]) -> Document:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Prices"
    fill(sheet)
    file = io.BytesIO()
    book.save(file)
    loaded = load_bytes(file.getvalue(), "a.xlsx")
    making.check(loaded)
    return loaded.document


def _rows(document: Document) -> list[str]:
    return document.text.removeprefix("Prices\n\n").split("\n")


def test_blank_cells_stay_blank() -> None:
    def fill(sheet: Worksheet) -> None:
        for row in (
            ["Prices of May"],
            [],
            ["Product", "Price", "Stock"],
            ["Blue", 39, 120],
            ["Red", 45],
            ["Green", None, 7],
        ):
            sheet.append(row)
        sheet.append([None, 3, None])
        sheet.append(["All prices are in crowns and hold until the end of the month of May."])

    assert _rows(_sheet(fill)) == [
        "Prices of May",
        "Product | Price | Stock",
        "Blue | 39 | 120",
        "Red | 45 |",
        "Green | | 7",
        "| 3 |",
        "All prices are in crowns and hold until the end of the month of May.",
    ]


def test_columns_without_anything_have_no_place() -> None:
    def fill(sheet: Worksheet) -> None:
        for at, (town, sales) in enumerate((("Town", "Sales"), ("Ulm", 3)), 3):
            sheet.cell(at, 2, town)
            sheet.cell(at, 5, sales)

    assert _rows(_sheet(fill)) == ["Town | Sales", "Ulm | 3"]


def test_merged_cells_say_their_value_wherever_they_stand() -> None:
    def fill(sheet: Worksheet) -> None:
        for row in (
            ["A title over all"],
            ["Town", "Sales", None],
            [None, "North", "South"],
            ["Ulm", 1, 2],
            [None, 3, 4],
        ):
            sheet.append(row)
        for area in ("A1:C1", "A2:A3", "B2:C2", "A4:A5"):
            sheet.merge_cells(area)

    assert _rows(_sheet(fill)) == [
        "A title over all",
        "Town | Sales | Sales",
        "Town | North | South",
        "Ulm | 1 | 2",
        "Ulm | 3 | 4",
    ]


def test_formulas_without_values_are_told_and_worked_out_if_plain() -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.append(["Club", "Adults", "Children", "All"])
        sheet.append(["Rowing", 84, 31, "=B2+C2"])
        sheet.append(["Chess", 27, None, "=SUM(B3:C3)"])
        sheet.append(["All", "=SUM(B2:B3)", "=MAX(C2:C3)", "=D2+D3"])

    document = _sheet(fill)
    assert _rows(document) == [
        "Club | Adults | Children | All",
        "Rowing | 84 | 31 | 115",
        "Chess | 27 | | 27",
        "All | 111 | 31 | 142",
    ]
    assert [(one.kind, one.count, one.places) for one in document.left] == [
        ("formula", 5, ("sheet Prices (B4, C4, D2:D4)",))
    ]


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        ("=B1*(1+25%)-2^2/4", "24"),
        ("=AVERAGE(B1:B2, 30)", "23.3333333333"),
        ("=-$B$1+PRODUCT(2;3)", "-14"),
        ("=SUM(B1,B2)", "40"),
        ("=SUM(B1*2,1)", "41"),
        ("=A1+1", "=A1+1"),
        ("=C1", "=C1"),
        ("=IF(B1>1,2,3)", "=IF(B1>1,2,3)"),
        ("=Other!B1", "=Other!B1"),
        ("=B1/0", "=B1/0"),
        ("=SUM(A1:XFD1048576)", "=SUM(A1:XFD1048576)"),
        ("=TODAY()", "=TODAY()"),
        ("=B1+", "=B1+"),
    ],
)
def test_a_formula_that_is_not_plain_stands_as_it_is_written(formula: str, said: str) -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.append(["Words", 20, formula])
        sheet.append(["More", 20])

    assert _rows(_sheet(fill))[0] == f"Words | 20 | {said}"


def test_a_nought_that_was_saved_unworked_is_no_value() -> None:
    cells = (
        "<c r='A1'><v>4</v></c><c r='B1'><f>A1*2</f><v>0</v></c><c r='C1'><f>NOW()</f><v>0</v>"
        "</c><c r='D1'><v>0</v></c>"
    )
    data = _book(
        f"<worksheet><sheetData><row>{cells}</row></sheetData></worksheet>", more="<calcPr fullCalcOnLoad='1'/>"
    )
    assert read(data, "a.xlsx").text.startswith("S\n\n4 | 8 | =NOW() | 0\n")


def test_what_is_hidden_is_told() -> None:
    def fill(sheet: Worksheet) -> None:
        for row in (["Product", "Cost", "Price"], ["Blue", 1, 39], ["Old red", 2, 45], ["Green", 3, 7]):
            sheet.append(row)
        sheet.row_dimensions[3].hidden = True
        sheet.column_dimensions["B"].hidden = True
        other = sheet.parent.create_sheet("Drafts")
        other.append(["Never", "shown"])
        other.sheet_state = "hidden"
        sheet["A4"].comment = Comment("Ask Anna", "B")
        sheet.oddHeader.center.text = "Only within the house"

    document = _sheet(fill)
    assert _rows(document) == ["Product | Price", "Blue | 39", "Green | 7"]
    assert left(document) == {
        "hidden row": (1, 4),
        "hidden column": (1, 3),
        "running head": (1, 4),
        "comment": (1, 2),
        "hidden sheet": (1, 3),
    }
    assert document.left[0].places == ("sheet Prices (row 3)",)


def test_rows_that_a_filter_hides_are_read() -> None:
    def fill(sheet: Worksheet) -> None:
        for row in (["Product", "Price"], ["Blue", 39], ["Red", 45]):
            sheet.append(row)
        sheet.auto_filter.ref = "A1:B3"
        sheet.row_dimensions[2].hidden = True

    assert _rows(_sheet(fill)) == ["Product | Price", "Blue | 39", "Red | 45"]


@pytest.mark.parametrize(
    ("value", "code", "said"),
    [
        (0.651, "0.0 %", "65.1 %"),
        (0.354166666, "hh:mm", "08:30"),
        (0.354166666, "h:mm AM/PM", "8:30 AM"),
        (1.5, "[h]:mm", "36:00"),
        (45781, "d mmmm yyyy", "4 May 2025"),
        (45781, "dd.mm.yyyy", "04.05.2025"),
        (45781, "mm-dd-yy", "2025-05-04"),
        (45781.5, "yyyy-mm-dd hh:mm", "2025-05-04 12:00"),
        (1250, '#,##0.00 "€"', "1,250.00 €"),
        (-1250, "#,##0.00;[Red](#,##0.00)", "(1,250.00)"),
        (1250.5, '_-* #,##0.00\\ "kr"_-;-* #,##0.00\\ "kr"_-', "1,250.50 kr"),
        (1250000, '0.0,,"M"', "1.3M"),
        (0.5, "# ?/?", "1/2"),
        (555123456, "000-00-0000", "555-12-3456"),
        (7, "000", "007"),
        (0.1 + 0.2, "General", "0.3"),
        (1234.5, "0.00E+00", "1.23E+03"),
        (-5, "yyyy", "-5"),
        (1, '"yes";"no"', "yes"),
    ],
)
def test_numbers_as_the_sheet_shows_them(value: float, code: str, said: str) -> None:
    assert shown(value, code) == said


def test_values_of_many_kinds() -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.append(["When", "Share", "Open", "Due"])
        sheet.append([datetime.time(8, 30), 0.5, True, datetime.date(2025, 5, 4)])
        sheet["A2"].number_format, sheet["B2"].number_format = "hh:mm", "0%"

    assert _rows(_sheet(fill)) == ["When | Share | Open | Due", "08:30 | 50% | TRUE | 2025-05-04"]


def _book(sheet: str, drawing: str = "", more: str = "") -> bytes:
    return zipped(
        {
            "_rels/.rels": relations({"r": ("officeDocument", "xl/workbook.xml")}),
            "xl/workbook.xml": named(
                f"<workbook><sheets><sheet name='S' r:id='a'/><sheet name='T' r:id='b'/></sheets>{more}</workbook>"
            ),
            "xl/_rels/workbook.xml.rels": relations({"a": ("worksheet", "s.xml"), "b": ("worksheet", "t.xml")}),
            "xl/s.xml": named(sheet),
            "xl/t.xml": named(
                "<worksheet><sheetData><row><c t='inlineStr'><is><t>Whole</t></is></c></row></sheetData></worksheet>"
            ),
            "xl/_rels/s.xml.rels": relations({"d": ("drawing", "d.xml")}),
            "xl/d.xml": named(drawing or "<wsDr/>"),
        }
    )


def test_boxes_on_a_sheet_are_read() -> None:
    box = (
        "<wsDr><grp><sp><txBody><a:p><a:r><a:t>Prices rise in </a:t></a:r><a:r>"
        "<a:t>June.</a:t></a:r></a:p></txBody></sp></grp>"
    )
    document = read(
        _book("<worksheet><sheetData/></worksheet>", box + "<pic><cNvPr descr='A kettle'/></pic></wsDr>"), "a.xlsx"
    )
    assert document.text == "S\n\nPrices rise in June.\n\nT\n\nWhole"
    assert left(document) == {"picture": (1, 2)}


def test_a_broken_sheet_does_not_cost_the_others() -> None:
    document = read(_book("<worksheet><sheetData><row><c><v>4</v></c></row><row><c></row>"), "a.xlsx")
    assert document.text == "S\n\n4\n\nT\n\nWhole"
    assert [(one.kind, one.places) for one in document.left] == [("unreadable text", ("sheet S",))]
