"""Tables as values: which rows name the columns, what stands around a table, where its cells stand, in every format."""

from __future__ import annotations

import io
from dataclasses import replace

import openpyxl
import pytest
from making import column, pdf

from rag.parsing.formats import load_bytes
from rag.parsing.serialization import pack, unpack
from rag.types import Document, Table


def read(text: str | bytes, name: str) -> Document:
    """A file, read."""
    return load_bytes(text if isinstance(text, bytes) else text.encode(), name).document


def rows(document: Document, at: int = 0) -> list[list[str]]:
    """All rows of a table."""
    table = document.tables[at]
    return [table.texts(document.text, row) for row in range(len(table.rows))]


def notes(document: Document, table: Table) -> list[str]:
    """What stands around a table."""
    return [document.text[slice(*note)] for note in table.notes]


HTML = (
    "<html><body><article><h1>Kettles</h1><p>Prices of May.</p><table><tr><th>Kettle</th><th>Price</th></tr>"
    "<tr><td>Blue</td><td>39</td></tr><tr><td>Green</td><td></td></tr></table></article></body></html>"
)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Kettle,Price\nBlue,39\nGreen,\n", "a.csv"),
        ('Kettle;Price\r\n"Blue";39\r\nGreen;\r\n', "b.csv"),
        ("Kettle\tPrice\nBlue\t39\nGreen\t\n", "c.tsv"),
        ("# Kettles\n\n| Kettle | Price |\n|---|---|\n| Blue | 39 |\n| Green | |\n", "d.md"),
        (HTML, "e.html"),
    ],
)
def test_heads_and_blanks_are_alike_in_every_format(text: str, name: str) -> None:
    document = read(text, name)
    (table,) = document.tables
    assert table.header_rows == 1
    assert rows(document) == [["Kettle", "Price"], ["Blue", "39"], ["Green", ""]]
    assert table.heads(document.text) == ("Kettle", "Price")


def test_lines_before_the_head_of_records_are_notes() -> None:
    document = read("Club of 1900\nExported in May\n\nNo;Name;Fee\n1;Ash;84,50\n2;Elm;1.140,00\n", "club.csv")
    (table,) = document.tables
    assert notes(document, table) == ["Club of 1900", "Exported in May"]
    assert rows(document)[0] == ["No", "Name", "Fee"]


def test_a_head_of_two_rows_is_told_by_its_merged_cells() -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Costs"
    for row in (("Item", "2023", None), (None, "Plan", "Actual"), ("Rent", 5, 6), ("Heat", 7, 8)):
        sheet.append(row)
    sheet.merge_cells("B1:C1")
    file = io.BytesIO()
    book.save(file)
    document = read(file.getvalue(), "costs.xlsx")
    (table,) = document.tables
    assert (table.sheet, table.header_rows) == ("Costs", 2)
    assert table.heads(document.text) == ("Item", "2023 Plan", "2023 Actual")
    assert [table.number(row) for row in range(4)] == [1, 2, 3, 4]
    assert table.letters == (1, 2, 3)


def test_several_tables_of_a_sheet_are_told_apart_by_empty_rows() -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in (("Staff",), ("Name", "Post"), ("Ash", "cook"), (), ("Firms",), ("Firm", "Goods"), ("Elm", "ink")):
        sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    document = read(file.getvalue(), "both.xlsx")
    assert [rows(document, at) for at in range(2)] == [
        [["Name", "Post"], ["Ash", "cook"]],
        [["Firm", "Goods"], ["Elm", "ink"]],
    ]
    assert [notes(document, table) for table in document.tables] == [["Staff"], ["Firms"]]


def test_years_name_columns_and_figures_do_not() -> None:
    headed = read("| | 2019 | 2020 |\n|---|---|---|\n| Births | 5 | 6 |\n| Deaths | 4 | 7 |\n", "a.md")
    assert headed.tables[0].header_rows == 1
    bare = read("Ash,5,6\nElm,4,7\nOak,3,8\n", "b.csv")
    assert bare.tables[0].header_rows == 0


def test_cells_of_a_page_are_told_by_their_places() -> None:
    lines = [
        ("Flat", "Rent", "Since"),
        ("A1", "610", "2014"),
        ("B2", "702", ""),
        ("C1", "980", "2009"),
        ("D1", "64", "2"),
    ]

    def draw(canvas: object) -> None:
        for x, at in ((60, 0), (200, 1), (340, 2)):
            for down, line in enumerate(lines):
                column(canvas, x, 700 - 18 * down, [line[at]])

    document = read(pdf(draw), "flats.pdf")
    (table,) = document.tables
    assert (table.page, table.header_rows) == (1, 1)
    assert rows(document)[2] == ["B2", "702", ""]
    assert rows(document)[3] == ["C1", "980", "2009"]


def test_tables_come_back_from_the_reading_process_and_every_cell_is_text() -> None:
    loaded = load_bytes(HTML.encode(), "e.html")
    assert unpack(pack(loaded)) == loaded
    assert unpack(pack(replace(loaded, document=replace(loaded.document, tables=())))).document.tables == ()
    table = loaded.document.tables[0]
    for row in range(len(table.rows)):
        span = table.row(row)
        assert all(span.start <= cell.start <= cell.end <= span.end for cell in table.cells(row))
        assert loaded.document.row_at(span.start) == (table, row)


@pytest.mark.parametrize(
    ("head", "heads"),
    [
        (";FY21;FY22;FY23", 1),
        (";2019/20;2020/21;2021/22", 1),
        (";Jan 24;Feb 24;Mar 24", 1),
        (";Q1 2024;Q2 2024;Q3 2024", 1),
        ("Rent;84;85;86", 0),
    ],
)
def test_years_quarters_and_months_name_columns_and_figures_do_not(head: str, heads: int) -> None:
    (table,) = read(f"{head}\nStaff;640;702;811\nHeat;12;13;14\n", "years.csv").tables
    assert table.header_rows == heads
