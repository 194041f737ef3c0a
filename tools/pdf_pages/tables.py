"""Pages of the golden set with tables and forms: figures, blank cells, two tables side by side, filled-in fields."""

from __future__ import annotations

from tools.pdf_pages.prose import Prose
from tools.pdf_pages.sheet import STRONG, Sheet, wrapped

__all__ = ["pages"]


def pages() -> dict[str, Sheet]:
    """All of them by name."""
    return {
        "table-of-figures": _figures(),
        "table-with-blank-cells": _blanks(),
        "two-tables-side-by-side": _side_by_side(),
        "table-with-wrapped-cells": _wrapped_cells(),
        "form-filled-in": _form(),
        "form-flat": _flat(),
        "glossary": _glossary(),
        "invoice": _invoice(),
        "contents": _contents(),
    }


def _figures() -> Sheet:
    """A statement of income between two paragraphs."""
    sheet, prose = Sheet("sources/lyft_2021"), Prose(111)
    y = sheet.paragraph(60, 80, 470, prose.paragraph(3))
    rows = [
        ("", "2019", "2020", "2021"),
        ("Revenue from tolls", "3,615", "2,364", "3,208"),
        ("Cost of repairs", "(2,176)", "(1,447)", "(1,702)"),
        ("Wages and pensions", "(1,505)", "(909)", "(911)"),
        ("Net income (loss)", "(66)", "8", "595"),
    ]
    y = sheet.table((60, 300, 380, 460), y + 20, rows)
    sheet.paragraph(60, y + 20, 470, prose.paragraph(3))
    return sheet


def _blanks() -> Sheet:
    """A ruled table in which cells are empty; the golden text marks no place, only the filled ones."""
    sheet = Sheet("unstructured/single_table")
    sheet.line(60, 80, "Members present", 13, STRONG)
    sheet.type("Members present")
    rows = [
        ("Member", "Spring", "Summer", "Autumn", "Winter"),
        ("Edda Bruun", "yes", "", "yes", ""),
        ("Ivo Marsh", "", "yes", "", "ill"),
        ("Signe Falk", "yes", "yes", "", "yes"),
        ("Tobias Renn", "", "", "away", ""),
    ]
    places = (65, 200, 280, 360, 440)
    sheet.table(places, 110, rows)
    for at in range(len(rows) + 1):
        sheet.rule(60, 98 + 15.3 * at, 520)
    for x in (60, 195, 275, 355, 435, 520):
        sheet.canvas.line(x, sheet.size[1] - 98, x, sheet.size[1] - 98 - 15.3 * len(rows))
    return sheet


def _side_by_side() -> Sheet:
    """Two tables of their own beside each other, each read to its end."""
    sheet = Sheet("unstructured/korean-text-with-tables")
    left = [("Ferry", "Fare"), ("Adult", "4.20"), ("Child", "2.10"), ("Bicycle", "1.50"), ("Horse", "7.00")]
    right = [("Tide", "High"), ("Monday", "06:14"), ("Tuesday", "07:02"), ("Wednesday", "07:55"), ("Thursday", "08:51")]
    for x, name, rows in ((60, "Fares in crowns", left), (330, "Hours of the tide", right)):
        sheet.line(x, 80, name, 11, STRONG)
        sheet.type(name)
        sheet.table((x, x + 110), 105, rows)
    return sheet


def _wrapped_cells() -> Sheet:
    """A table whose last column holds sentences on two or three lines."""
    sheet, prose = Sheet("pypdf/interface-config-guide"), Prose(121)
    sheet.line(60, 80, "Works and reasons", 13, STRONG)
    sheet.type("Works and reasons")
    y = 110.0
    for name, year in (("Weir", "1911"), ("Viaduct", "1923"), ("Granary", "1937")):
        reason = prose.paragraph(1)
        sheet.line(60, y, name, 9)
        sheet.line(150, y, year, 9)
        y = sheet.lines(230, y, wrapped(reason, 290, 9), 9) + 8
        sheet.type(f"{name} {year} {reason}")
    return sheet


def _form() -> Sheet:
    """Fields with values, each read at its place."""
    sheet = Sheet("pypdf/form, pdfjs/160F-2019")
    sheet.line(60, 80, "Application for a fishing licence", 14, STRONG)
    sheet.type("Application for a fishing licence")
    form, y = sheet.canvas.acroForm, 120
    for label, value in (
        ("Name", "Maren Voss"),
        ("Parish", "Holmgard"),
        ("Date of birth", "3 May 1961"),
        ("Boats", "2"),
    ):
        sheet.line(60, y, label, 10)
        form.textfield(
            name=label, value=value, x=180, y=sheet.size[1] - y - 4, width=200, height=16, fontSize=10, borderWidth=0
        )
        sheet.type(f"{label} {value}")
        y += 30
    sheet.paragraph(60, y + 10, 450, "I have read the rules of the river board and will keep them in every season.")
    return sheet


def _flat() -> Sheet:
    """Pairs of a label and a value, two on each row, as printed forms are."""
    sheet = Sheet("pdfjs/SF424_page2")
    sheet.line(60, 80, "Registration of a vessel", 14, STRONG)
    sheet.type("Registration of a vessel")
    pairs = [("Vessel:", "Brackwater Lass", "Built:", "1934"), ("Owner:", "Lewis Thorn", "Port:", "Ravensea")]
    pairs += [("Length:", "14.2 metres", "Crew:", "5"), ("Engine:", "none", "Insured:", "until June 2031")]
    sheet.table((60, 130, 320, 400), 115, pairs, 10)
    return sheet


def _glossary() -> Sheet:
    """A term on the left, what it means on the right, on two lines."""
    sheet, prose = Sheet("sources/GeoBase_NHNC1"), Prose(131)
    sheet.line(60, 80, "Terms used", 13, STRONG)
    sheet.type("Terms used")
    y = 110.0
    for term in ("Headwater", "Sluice", "Tailrace", "Penstock", "Spillway"):
        meaning = prose.paragraph(1)
        sheet.line(60, y, term, 10, STRONG)
        y = sheet.lines(170, y, wrapped(meaning, 350, 10), 10) + 6
        sheet.type(f"{term} {meaning}")
    return sheet


def _invoice() -> Sheet:
    """An address, three lines at the top, items, a total."""
    sheet = Sheet("pypdf/libreoffice invoices")
    head = ("Invoice 2214", "Amount due: 148.60 crowns", "Due on 14 June 2031")
    sheet.lines(60, 50, head, 10, leading=1.6)
    sheet.lines(60, 140, ("Piers Colley", "9 Chapel Lane", "Penhallow"), 10)
    sheet.type(*head, "Piers Colley", "9 Chapel Lane", "Penhallow")
    rows = [
        ("Item", "Quantity", "Price", "Sum"),
        ("Oak boards", "12", "8.30", "99.60"),
        ("Brass hinges", "7", "7.00", "49.00"),
        ("Total", "", "", "148.60"),
    ]
    sheet.table((60, 240, 330, 420), 220, rows, 10)
    return sheet


def _contents() -> Sheet:
    """A table of contents with leaders; nobody types the dots."""
    sheet = Sheet("pypdf/pdflatex-outline")
    sheet.line(60, 80, "Contents", 16, STRONG)
    sheet.type("Contents")
    y = 115.0
    for number, (name, page) in enumerate(
        (("The founding of the mill", 3), ("Wheels and races", 19), ("Millers and their wages", 44), ("Decline", 71)), 1
    ):
        end = sheet.line(60, y, f"{number} {name}", 10)
        while end < 480:
            end = sheet.line(end, y, " .", 10)
        sheet.line(500, y, str(page), 10)
        sheet.type(f"{number} {name} {page}")
        y += 18
    return sheet
