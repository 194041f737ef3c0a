"""Pages of the golden set that are set in columns: papers, newsletters, sidebars, an index."""

from __future__ import annotations

from tools.pdf_pages.prose import Prose
from tools.pdf_pages.sheet import STRONG, Sheet, wrapped

__all__ = ["pages"]


def pages() -> dict[str, Sheet]:
    """All of them by name."""
    return {
        "paper-two-columns": _paper(by_rows=False),
        "paper-two-columns-by-rows": _paper(by_rows=True),
        "newsletter-three-columns": _newsletter(by_rows=False),
        "newsletter-three-columns-by-rows": _newsletter(by_rows=True),
        "minutes-two-columns-ragged": _minutes(),
        "sidebar": _sidebar(),
        "index-in-columns": _index(),
        "footnotes-under-columns": _footnotes(),
        "columns-around-a-table": _around(),
    }


def _paper(by_rows: bool) -> Sheet:
    """A title over both columns, an abstract, two headings."""
    sheet, prose = Sheet("pdfjs/tracemonkey"), Prose(11 + by_rows)
    title = "On the Grinding of Barley in Small Places"
    sheet.line(90, 80, title, 18, STRONG)
    sheet.line(200, 105, "Agnes Dahl and Otto Lindqvist", 10)
    sheet.type(title, "Agnes Dahl and Otto Lindqvist")
    left = ["Abstract", *wrapped(first := prose.paragraph(6), 225, 9)]
    right = ["1. Introduction", *wrapped(second := prose.paragraph(6), 225, 9)]
    sheet.type("Abstract", first, "1. Introduction", second)
    if by_rows:
        sheet.by_rows((60, 310), 150, (left, right))
    else:
        for x, lines in ((60, left), (310, right)):
            sheet.line(x, 150, lines[0], 9, STRONG)
            sheet.lines(x, 150 + 11.7, lines[1:], 9)
    return sheet


def _newsletter(by_rows: bool) -> Sheet:
    sheet, prose = Sheet("pypdf/multicolumn"), Prose(21 + by_rows)
    sheet.line(60, 80, "The Marrow and Quillby Messenger", 20, STRONG)
    sheet.type("The Marrow and Quillby Messenger")
    texts = [prose.paragraph(6) for _ in range(3)]
    sheet.type(*texts)
    columns = [wrapped(text, 145, 9) for text in texts]
    if by_rows:
        sheet.by_rows((50, 220, 390), 130, columns)
    else:
        for x, lines in zip((50, 220, 390), columns, strict=True):
            sheet.lines(x, 130, lines, 9)
    return sheet


def _minutes() -> Sheet:
    """Short columns, drawn row by row, with ragged ends and one subject in each."""
    sheet, prose = Sheet("scanners and printer drivers"), Prose(31)
    sheet.line(60, 70, "Minutes of the bridge board", 13, STRONG)
    sheet.type("Minutes of the bridge board")
    left, right = prose.paragraph(5), prose.paragraph(5)
    sheet.type(left, right)
    sheet.by_rows((60, 320), 110, (wrapped(left, 200, 10), wrapped(right, 190, 10)), size=10)
    return sheet


def _sidebar() -> Sheet:
    """Prose with a narrow box of short lines beside it, at another pitch."""
    sheet, prose = Sheet("newsletters"), Prose(41)
    sheet.line(60, 80, "A summer on the river", 16, STRONG)
    first, second = prose.paragraph(6), prose.paragraph(5)
    side = [
        "Opening hours",
        "Monday 9 to 12",
        "Tuesday 10 to 16",
        "Friday 13 to 18",
        "Telephone 555 0142",
        "Ring twice",
    ]
    y = sheet.lines(60, 120, wrapped(first, 320, 10), 10)
    sheet.lines(60, y + 8, wrapped(second, 320, 10), 10)
    sheet.canvas.rect(410, sheet.size[1] - 240, 140, 135)
    sheet.line(420, 122, side[0], 9, STRONG)
    sheet.lines(420, 138, side[1:], 9, leading=1.6)
    sheet.type("A summer on the river", first, second, *side)
    return sheet


def _index() -> Sheet:
    sheet = Sheet("the index of a report")
    words = [
        "Acorns",
        "Bells",
        "Boats",
        "Bridges",
        "Candles",
        "Carts",
        "Chalk",
        "Cider",
        "Cisterns",
        "Clay",
        "Clocks",
        "Dams",
        "Eels",
        "Fairs",
        "Feathers",
        "Fences",
        "Flax",
        "Floods",
        "Gates",
        "Geese",
        "Glue",
        "Hedges",
        "Honey",
        "Hops",
        "Ice",
        "Inns",
        "Iron",
        "Ivy",
        "Kilns",
        "Lace",
        "Lime",
        "Locks",
    ]
    entries = [f"{word}, {7 * at % 83 + 3}, {11 * at % 89 + 101}" for at, word in enumerate(words)]
    sheet.line(60, 80, "Index of subjects", 14, STRONG)
    sheet.type("Index of subjects")
    for at in range(0, 32, 16):
        sheet.lines(60 + 240 * (at // 16), 110, entries[at : at + 16], 9)
    sheet.type(*entries)
    return sheet


def _footnotes() -> Sheet:
    """Two columns, the notes of each under it in small print, marks raised in the text."""
    sheet, prose = Sheet("pdfjs/tracemonkey"), Prose(51)
    for number, x in enumerate((60.0, 310.0), 1):
        before, after = prose.paragraph(4), prose.paragraph(3)
        mark = str(number)
        y = sheet.lines(x, 80, wrapped(before, 225, 9), 9)
        y = sheet.raised(x, y, ((f"The tax brought {number},400", mark), (" crowns.", "")), 9)
        sheet.lines(x, y, wrapped(after, 225, 9), 9)
        note = f"From the ledger of {('Ivo Marsh', 'Ruth Abara')[number - 1]}, folio {41 * number}."
        sheet.rule(x, 640, x + 80)
        sheet.raised(x, 655, (("", mark), (" " + note, "")), 7)
        sheet.type(f"{before} The tax brought {number},400 {mark} crowns. {after}", f"{mark} {note}")
    return sheet


def _around() -> Sheet:
    """Two columns above and below a table as wide as the page."""
    sheet, prose = Sheet("pdfjs/issue pages with tables"), Prose(61)
    for x in (60.0, 310.0):
        sheet.type(text := prose.paragraph(4))
        sheet.lines(x, 80, wrapped(text, 225, 9), 9)
    rows = [("Village", "1901", "1911", "1921"), ("Uldale", "412", "398", "377"), ("Vessby", "1,203", "1,240", "1,309")]
    sheet.table((90, 250, 350, 450), 250, rows)
    for x in (60.0, 310.0):
        sheet.type(text := prose.paragraph(4))
        sheet.lines(x, 330, wrapped(text, 225, 9), 9)
    return sheet
