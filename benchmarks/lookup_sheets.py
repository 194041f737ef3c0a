"""Twelve sheets of different make, for `benchmarks.tables`: made here, so that what stands in each cell is known.

Merged heads, number formats, preambles, semicolons and decimal commas, row labels with units, months side by side,
3,000 rows, several tables in a sheet; XLSX, CSV, ODS, DOCX, PPTX, HTML, Markdown and PDF. All of it is invented.
"""

from __future__ import annotations

import datetime
import io
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import docx
import openpyxl
import pptx
from openpyxl.worksheet.worksheet import Worksheet
from pptx.util import Inches
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from rag.language import NAMES

__all__ = ["LEDGER", "write_sheets"]

CUSTOMERS = ("Brandt", "Okafor", "Lindqvist", "Moreau", "Tanaka", "Silva", "Novak")
ITEMS = ("paper", "ink", "shelving", "lamps", "desks", "chairs", "carpets", "clocks", "kettles", "curtains", "mats")
LEDGER = [  # order, date, customer, item, quantity, net, status
    (
        f"K-{41000 + 3 * n}",
        (datetime.date(2015, 1, 5) + datetime.timedelta(days=n)).isoformat(),
        CUSTOMERS[n % 7],
        ITEMS[n % 11],
        str(n % 13 + 1),
        f"{(n * 37 % 900) + 12}.{n % 10}0",
        "" if n % 97 == 5 else ("open", "paid", "shipped")[n % 3],
    )
    for n in range(3000)
]


def write_sheets(folder: Path) -> None:
    """Writes the twelve files into a folder."""
    for name, make in _MAKERS.items():
        made = make()
        (folder / name).write_bytes(made if isinstance(made, bytes) else made.encode())


def _saved(book: openpyxl.Workbook) -> bytes:
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _fill(sheet: Worksheet, rows: Sequence[Sequence[object]], at: int = 1) -> None:
    for down, row in enumerate(rows, at):
        for along, value in enumerate(row, 1):
            if value is not None:
                sheet.cell(down, along, value)


def _bakery() -> bytes:
    """A title, a head of two rows with merged cells, euros and shares; notes below."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Price list"
    _fill(
        sheet,
        [
            ("Bakery price list, spring 2025",),
            (),
            ("Article", "Price", None, "Stock", None, "Margin"),
            (None, "Retail", "Wholesale", "Shop", "Cellar", None),
            ("Rye loaf", 4.2, 3.1, 18, 40, 0.262),
            ("Spelt loaf", 5.6, 4.25, 7, 12, 0.241),
            ("Walnut loaf", 6.4, 4.9, 5, None, 0.234),
            ("Poppy roll", 0.95, 0.6, 120, 260, 0.368),
            ("Sesame roll", 1.05, 0.65, 96, 210, 0.381),
            ("Plum cake", 3.3, None, 14, 6, 0.303),
            ("Cheese cake", 3.8, 2.75, 9, 4, 0.276),
            ("Butter biscuit", 0.4, 0.22, 410, 900, 0.45),
            (),
            ("Wholesale prices are for orders of fifty pieces and more.",),
        ],
    )
    sheet.merge_cells("B3:C3")
    sheet.merge_cells("D3:E3")
    sheet.merge_cells("A3:A4")
    sheet.merge_cells("F3:F4")
    for row in range(5, 13):
        sheet.cell(row, 2).number_format = sheet.cell(row, 3).number_format = '#,##0.00 "€"'
        sheet.cell(row, 6).number_format = "0.0%"
    return _saved(book)


def _members() -> bytes:
    """Lines before the head, semicolons, decimal commas, days first; an older code page."""
    return "\r\n".join(
        [
            "Turnverein Eiche e.V.",
            "Exported on 14.02.2025 by the office",
            "",
            "No;Surname;First name;Born on;Joined;Section;Fee (EUR);Phone;Town",
            "101;Albers;Jutta;12.03.1961;01.09.1988;Handball;84,50;0551 7781;Bovenden",
            "102;Bär;Holger;30.11.1975;15.01.2004;Judo;96,00;0551 2290;Göttingen",
            "103;Czerny;Milena;08.07.1990;01.04.2016;Swimming;112,25;;Rosdorf",
            "104;Dietz;Wolfram;21.05.1948;01.01.1970;Gymnastics;60,00;0551 4417;Göttingen",
            "105;Ebel;Katrin;02.02.1983;10.10.2010;Judo;96,00;0551 9032;Friedland",
            "106;Falk;Jonas;17.08.2001;03.03.2019;Handball;48,25;0551 6150;Dransfeld",
            "107;Gerlach;Ines;29.06.1969;01.07.1995;Swimming;112,25;0551 3308;Bovenden",
            "108;Holt;Bernd;05.12.1957;20.05.1981;Fencing;1.140,00;0551 8824;Göttingen",
            "109;Imhoff;Sabine;14.10.1994;;Gymnastics;60,00;0551 1975;Adelebsen",
            "",
        ]
    ).encode("cp1252")


_ODS = (
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
    '<table:table table:name="Summer">{}</table:table></office:spreadsheet></office:body></office:document-content>'
)


def _ferries() -> bytes:
    rows = [
        ("Route", "Vessel", "Departs", "Arrives", "Fare", "Captain"),
        ("Harlin - Osmund", "Petrel", "06:40", "08:05", "7.50", "Ruth Aske"),
        ("Harlin - Vell", "Gannet", "08:30", "09:50", "9.20", "Olaf Tveit"),
        ("Osmund - Harlin", "Petrel", "17:15", "18:40", "7.50", "Ruth Aske"),
        ("Vell - Kessock", "Dunlin", "11:00", "11:35", "4.00", "Mary Innes"),
        ("Kessock - Vell", "Dunlin", "12:10", "12:45", "4.00", ""),
        ("Harlin - Kessock", "Curlew", "14:20", "16:55", "12.80", "Piers Nash"),
        ("Osmund - Vell", "Avocet", "09:05", "10:20", "", "Greta Solheim"),
    ]
    cells = (
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>'
            if cell
            else "<table:table-cell/>"
            for cell in row
        )
        + "</table:table-row>"
        for row in rows
    )
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", _ODS.format("".join(cells)))
    return file.getvalue()


def _rooms() -> bytes:
    book = docx.Document()
    book.add_heading("Rooms of the adult school", 1)
    book.add_paragraph("Rooms are booked at the front desk. The table says what each of them has.")
    rows = [
        ("Room", "Floor", "Seats", "Projector", "Caretaker", "Extension"),
        ("Linden", "Ground", "24", "yes", "Amir Haddad", "4410"),
        ("Maple", "Ground", "16", "no", "Amir Haddad", "4411"),
        ("Birch", "First", "60", "yes", "Clara Wynn", "4420"),
        ("Rowan", "First", "12", "", "Clara Wynn", "4421"),
        ("Hazel", "Second", "32", "yes", "Tobias Grün", "4430"),
        ("Juniper", "Second", "8", "no", "Tobias Grün", ""),
        ("Great Hall", "Ground", "220", "yes", "Amir Haddad", "4400"),
    ]
    table = book.add_table(rows=0, cols=6)
    for row in rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    book.add_paragraph("The lift is out of order until June.")
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _rivers() -> str:
    rows = [
        ("Tarn", "North", "318", "4,120", "Loch Ure", "1911"),
        ("Ouzel", "North", "96", "880", "Mere End", "1954"),
        ("Sable", "South", "541", "12,700", "Cape Roan", "1899"),
        ("Wend", "South", "207", "2,940", "Sable", "1932"),
        ("Little Wend", "South", "44", "310", "Wend", ""),
        ("Arrow", "West", "163", "", "Cape Roan", "1968"),
    ]
    body = "".join(
        f"<tr><th>{name}</th><td>{part}</td><td>{long}</td><td>{area}</td><td>{mouth}</td><td>{year}</td></tr>"
        for name, part, long, area, mouth, year in rows
    )
    return (
        "<html><head><title>Rivers of Orrin</title></head><body><article><h1>Rivers of Orrin</h1>"
        "<p>The island of Orrin has six rivers that are longer than forty kilometres.</p><table>"
        "<caption>Rivers by length and basin</caption><thead><tr><th rowspan=2>River</th><th rowspan=2>Region</th>"
        "<th colspan=2>Size</th><th rowspan=2>Flows into</th><th rowspan=2>First surveyed</th></tr>"
        "<tr><th>Length (km)</th><th>Basin (km²)</th></tr></thead>"
        f"<tbody>{body}</tbody></table><p>Lengths were measured anew in 2012.</p></article></body></html>"
    )


def _releases() -> str:
    return """# Lantern releases

Lantern is published twice a year. Support ends eighteen months after a release.

| Version | Code name | Released | Supported until | Maintainer | Downloads |
|---------|-----------|---------:|-----------------|------------|----------:|
| 1.0 | Amber | 2021-03-02 | 2022-09-02 | Noor Veldkamp | 1204 |
| 1.1 | Basalt | 2021-09-14 | 2023-03-14 | Noor Veldkamp | 3318 |
| 2.0 | Cobalt | 2022-03-29 | 2023-09-29 | Ivo Petrak | 9027 |
| 2.1 | Dolomite | 2022-10-11 | 2024-04-11 | Ivo Petrak | 8115 |
| 2.2 | Ember | 2023-04-04 | 2024-10-04 | Saoirse Daly | 14560 |
| 3.0 | Flint | 2024-01-23 | 2025-07-23 | Saoirse Daly | |
| 3.1 | Garnet | 2024-08-06 | | Hugo Lang | 21077 |

Versions before 1.0 are not listed.
"""


def _quarters() -> bytes:
    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[5])
    slide.shapes.title.text = "Visitors by branch and quarter, 2024"
    rows = [
        ("Branch", "Q1", "Q2", "Q3", "Q4"),
        ("Harbour museum", "12,480", "18,900", "25,310", "11,045"),
        ("Mill museum", "3,210", "5,870", "7,455", "2,990"),
        ("Planetarium", "8,660", "7,905", "", "9,120"),
        ("Castle", "1,150", "9,430", "14,220", "2,005"),
        ("Toy museum", "", "2,745", "3,015", "6,380"),
    ]
    table = slide.shapes.add_table(len(rows), 5, Inches(1), Inches(2), Inches(8), Inches(3)).table
    for down, row in enumerate(rows):
        for along, text in enumerate(row):
            table.cell(down, along).text = text
    file = io.BytesIO()
    deck.save(file)
    return file.getvalue()


def _flats() -> bytes:
    """Cells are told by their places alone."""
    rows = [
        ("Flat", "Tenant", "Area m2", "Rent", "Deposit", "Since"),
        ("A1", "Pavel Hruby", "54", "610.00", "1830.00", "2014"),
        ("A2", "Dina Osei", "71", "745.50", "2236.50", "2018"),
        ("B1", "Lars Munk", "38", "455.00", "1365.00", "2021"),
        ("B2", "", "66", "702.00", "", ""),
        ("C1", "Rosa Quint", "90", "980.00", "2940.00", "2009"),
        ("C2", "Emil Zander", "47", "530.25", "1590.75", "2016"),
        ("D1", "Ada Voss", "59", "640.00", "1920.00", "2022"),
    ]
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=A4, invariant=1)
    canvas.setFont("Helvetica-Bold", 16)
    canvas.drawString(60, 780, "Flats in Mill Lane")
    canvas.setFont("Helvetica", 10)
    canvas.drawString(60, 750, "The rents are those of January and include heating.")
    for down, row in enumerate(rows):
        for x, text in zip((60, 110, 210, 280, 350, 430), row, strict=True):
            canvas.drawString(x, 715 - 18 * down, text)
    canvas.drawString(60, 540, "Deposits are held by the savings bank.")
    canvas.save()
    return file.getvalue()


MONTHS = NAMES
STATIONS = ("Aldermoor", "Brackwell", "Corriemuir", "Dunholme", "Eastry", "Fennick")


def _rainfall() -> bytes:
    """Wide: rain and days of frost of twelve months side by side, below merged heads."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Weather 2023"
    head: list[object] = ["Station", "Height (m)", "Rain (mm)", *[None] * 11, "Days of frost", *[None] * 11]
    rows: list[list[object]] = [head, [None, None, *MONTHS, *MONTHS]]
    for at, name in enumerate(STATIONS):
        rain: list[object] = [round(20 + (at * 37 + month * 23) % 90 + at / 10, 1) for month in range(12)]
        frost: list[object] = [max(0, 20 - abs(6 - month) * -3 - 18 + at) for month in range(12)]
        rows.append([name, 35 + 61 * at, *rain, *frost])
    rows[4][9] = None  # Corriemuir, rain in August
    _fill(sheet, rows)
    for area in ("A1:A2", "B1:B2", "C1:N1", "O1:Z1"):
        sheet.merge_cells(area)
    return _saved(book)


def _orders() -> str:
    head = "Order,Date,Customer,Item,Quantity,Net,Status"
    return "\n".join([head, *(",".join(row) for row in LEDGER)]) + "\n"


def _indicators() -> bytes:
    """Rows with labels and units, years as columns, values as the sheet formats them."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Indicators"
    rows = [
        ("Town of Ostrow: indicators",),
        ("Source: municipal office of statistics",),
        ("Indicator", "Unit", 2019, 2020, 2021, 2022),
        ("Inhabitants", "persons", 48210, 48655, 49002, 49871),
        ("Unemployment rate", "%", 0.062, 0.079, 0.071, 0.058),
        ("Employment rate of women", "%", 0.651, 0.644, 0.667, 0.69),
        ("Births", "persons", 512, 498, None, 530),
        ("Library loans", "thousand", 141.5, 88.2, 102.7, 139.4),
        ("Debt per head", "EUR", 1843.5, 1921.25, 1904, 1788.75),
        ("Length of cycle paths", "km", 61.2, 64, 70.8, 83.1),
        ("Provisional for 2022.",),
    ]
    _fill(sheet, rows)
    for row in sheet.iter_rows(min_row=4, min_col=3):
        for cell in row:
            label = sheet.cell(cell.row, 1).value
            cell.number_format = (
                "0.0%" if "rate" in str(label) else "#,##0.00" if label == "Debt per head" else "#,##0.##"
            )
    return _saved(book)


def _society() -> bytes:
    """Several tables in one sheet, each below its own title, and a second sheet."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Society"
    _fill(
        sheet,
        [
            ("Staff",),
            ("Name", "Post", "Office", "Start", "Salary"),
            ("Ella Roth", "Archivist", "2.14", datetime.date(2017, 5, 1), 41200),
            ("Yusuf Kaya", "Curator", "2.15", datetime.date(2012, 11, 15), 52750),
            ("Maud Perrin", "Restorer", "0.03", datetime.date(2020, 2, 3), 38900),
            ("Finn Adair", "Porter", None, datetime.date(2008, 8, 18), 29400),
            (),
            ("Suppliers",),
            ("Firm", "Goods", "Contact", "Terms"),
            ("Glanz & Co", "glass", "Ms Ilves", "30 days"),
            ("Northern Paper", "paper", "Mr Achterberg", "14 days"),
            ("Kolb", "crates", None, "on delivery"),
            (),
            ("Opening hours",),
            ("Day", "Opens", "Closes"),
            ("Tuesday", datetime.time(10, 0), datetime.time(17, 30)),
            ("Thursday", datetime.time(12, 0), datetime.time(20, 0)),
            ("Sunday", datetime.time(11, 0), datetime.time(16, 0)),
        ],
    )
    for row in range(3, 7):
        sheet.cell(row, 4).number_format = "d mmmm yyyy"
        sheet.cell(row, 5).number_format = "#,##0"
    for row in range(16, 19):
        sheet.cell(row, 2).number_format = sheet.cell(row, 3).number_format = "hh:mm"
    other = book.create_sheet("Loans")
    _fill(
        other,
        [
            ("Object", "Lent to", "Insured for", "Due back"),
            ("Bronze owl", "Museum Tarnow", 18000, datetime.date(2026, 4, 30)),
            ("Silk banner", "City Hall", 7500, datetime.date(2025, 12, 1)),
            ("Astrolabe", "Planetarium Ried", 64000, None),
        ],
    )
    for row in range(2, 5):
        other.cell(row, 3).number_format = "#,##0"
        other.cell(row, 4).number_format = "yyyy-mm-dd"
    return _saved(book)


_MAKERS: dict[str, Callable[[], bytes | str]] = {
    "bakery.xlsx": _bakery,
    "members.csv": _members,
    "ferries.ods": _ferries,
    "rooms.docx": _rooms,
    "rivers.html": _rivers,
    "releases.md": _releases,
    "visitors.pptx": _quarters,
    "flats.pdf": _flats,
    "weather.xlsx": _rainfall,
    "orders.csv": _orders,
    "indicators.xlsx": _indicators,
    "society.xlsx": _society,
}
