"""Pages of the golden set out of offices: slides, statutes, bills, diaries, letters, scans, other scripts."""

from __future__ import annotations

import io

from PIL import Image, ImageDraw, ImageFont
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont

from tools.pdf_pages.prose import Prose
from tools.pdf_pages.sheet import STRONG, Sheet, wrapped

__all__ = ["pages"]


def pages() -> dict[str, Sheet]:
    """All of them by name."""
    return {
        "slides": _slides(),
        "statute": _statute(),
        "bills": _bills(),
        "diary": _diary(),
        "report-with-running-heads": _running_heads(),
        "letter": _letter(),
        "raised-marks": _raised(),
        "hyphens": _hyphens(),
        "turned-page": _turned(),
        "scanned": _scanned(layer=False),
        "scanned-with-text-layer": _scanned(layer=True),
        "japanese": _japanese(),
        "picture-with-caption": _caption(),
    }


def _slides() -> Sheet:
    """Four slides: their titles are alike but for a number."""
    sheet = Sheet("slides", (720.0, 540.0))
    for quarter, sold, spare in ((1, 120, 40), (2, 310, 55), (3, 280, 60), (4, 90, 35)):
        title = f"Boats hired in quarter {quarter}"
        points = [
            f"• Rowing boats: {sold}",
            f"• Sailing boats: {spare}",
            f"• Busiest weekend: number {3 * quarter + 1}",
        ]
        sheet.line(60, 70, title, 30, STRONG)
        sheet.lines(80, 160, points, 20, leading=1.8)
        sheet.type(title, *points)
        sheet.turn()
    return sheet


def _statute() -> Sheet:
    """An article on each page, its number at the top."""
    sheet, prose = Sheet("statutes"), Prose(211)
    for number in range(1, 5):
        sheet.line(60, 60, f"Article {number}", 12, STRONG)
        sheet.type(f"Article {number}")
        sheet.paragraph(60, 130, 470, prose.paragraph(3))
        sheet.turn()
    return sheet


def _bills() -> Sheet:
    """A bill on each page, the amount at its top, the office at its foot."""
    sheet = Sheet("bills")
    for at, name in enumerate(("Hilda Stroud", "Jonas Pike", "Karin Oakes")):
        top = [f"Bill no. {7300 + at}", f"Amount to pay: {31 * at + 18}.75 crowns", f"Due on {at + 4} March 2031"]
        sheet.lines(60, 45, top, 10, leading=1.6)
        text = (
            f"Dear {name}, thank you for the order of {('tea', 'rope', 'ink')[at]}. Please name the bill when you pay."
        )
        sheet.type(*top)
        sheet.paragraph(60, 240, 450, text)
        sheet.turn()
    return sheet


def _diary() -> Sheet:
    sheet, prose = Sheet("diaries"), Prose(221)
    for day in range(3, 7):
        sheet.line(60, 60, f"{day} March 1931", 14, STRONG)
        sheet.type(f"{day} March 1931")
        sheet.paragraph(60, 140, 460, prose.paragraph(2))
        sheet.turn()
    return sheet


def _running_heads() -> Sheet:
    """Six pages with a head and a page number, which nobody types."""
    sheet, prose = Sheet("sources/lyft_2021"), Prose(231)
    for number in range(1, 7):
        sheet.line(60, 40, "Annual report of the river commission", 8)
        sheet.line(280, 815, f"Page {number} of 6", 8)
        sheet.paragraph(60, 100, 470, prose.paragraph(5))
        sheet.turn()
    return sheet


def _letter() -> Sheet:
    sheet, prose = Sheet("pypdf/fake-memo"), Prose(241)
    head = ("Office of the Harbour Master", "Quay 4, Ravensea")
    sheet.lines(330, 60, head, 10)
    opening = ("Paula Greer", "12 Mill Street", "Wexcombe")
    sheet.lines(60, 130, opening, 10)
    sheet.line(60, 200, "Dear Mrs Greer,", 10)
    sheet.type(*head, *opening, "Dear Mrs Greer,")
    y = sheet.paragraph(60, 225, 460, prose.paragraph(4))
    y = sheet.paragraph(60, y + 12, 460, prose.paragraph(4))
    sheet.lines(60, y + 20, ("Yours faithfully,", "Oscar Blythe"), 10, leading=3)
    sheet.type("Yours faithfully,", "Oscar Blythe")
    return sheet


def _raised() -> Sheet:
    """Marks of footnotes and raised units."""
    sheet = Sheet("pypdf/pdflatex notes")
    y = sheet.raised(60, 80, (("In 1901 the parish had 12,500", "3"), (" inhabitants and 940", "4"), (" houses.", "")))
    y = sheet.raised(60, y, (("Its fields cover 86 km", "2"), (", the lake holds 10", "6"), (" litres.", "")))
    y = sheet.raised(60, y, (("The school was closed.", "5"), (" Nobody asked why.", "")))
    sheet.raised(60, 700, (("", "3"), (" Census of the crown, vol. 7.", "")), 8)
    sheet.raised(60, 712, (("", "4"), (" Counted by Nadia Quist.", "")), 8)
    sheet.type("In 1901 the parish had 12,500 3 inhabitants and 940 4 houses.")
    sheet.type("Its fields cover 86 km 2, the lake holds 10 6 litres. The school was closed. 5 Nobody asked why.")
    sheet.type("3 Census of the crown, vol. 7.", "4 Counted by Nadia Quist.")
    return sheet


def _hyphens() -> Sheet:
    """Words broken at the ends of lines, in German."""
    sheet = Sheet("pdfjs/german-umlaut")
    lines = (
        "Die Gemeinde ließ im Jahr 1903 eine neue Brü-",
        "cke über die Ache bauen, weil die alte Holz-",
        "brücke den Wagen der Händler nicht mehr ge-",
        "wachsen war. Der Brückenzoll wurde 1911 ab-",
        "geschafft, nachdem die Müller sich geweigert hat-",
        "ten, ihn für jedes Fuhrwerk zu zahlen.",
    )
    sheet.lines(60, 80, lines, 11)
    sheet.type(
        "Die Gemeinde ließ im Jahr 1903 eine neue Brücke über die Ache bauen, weil die alte Holzbrücke den Wagen der "
        "Händler nicht mehr gewachsen war. Der Brückenzoll wurde 1911 abgeschafft, nachdem die Müller sich geweigert "
        "hatten, ihn für jedes Fuhrwerk zu zahlen."
    )
    return sheet


def _turned() -> Sheet:
    """Set across: the paper stands upright, the text on its side."""
    sheet, prose = Sheet("pypdf/rotated-page-90"), Prose(251)
    sheet.canvas.rotate(90)
    sheet.canvas.translate(0, -sheet.size[1])
    text = prose.paragraph(5)
    sheet.type("Plan of the lower quay", text)
    sheet.lines(80, 280, ["Plan of the lower quay"], 16, STRONG)
    sheet.lines(80, 310, wrapped(text, 600, 11), 11)
    return sheet


def _scanned(layer: bool) -> Sheet:
    """A picture of a page; with a layer of invisible text, as programs for OCR write it, or without."""
    sheet, prose = (
        Sheet("pypdf/Seige_of_Vicksburg_Sample_OCR" if layer else "unstructured/non_text_searchable"),
        Prose(261),
    )
    size, scale = 12, 150 / 72
    lines = wrapped(text := prose.paragraph(7), 450, size)
    picture = Image.new("L", (round(595 * scale), round(842 * scale)), 255)
    font = ImageFont.truetype(pdfmetrics.getFont("Vera").face.filename, round(size * scale))
    for at, line in enumerate(lines):
        ImageDraw.Draw(picture).text((70 * scale, (88 + 18 * at) * scale), line, fill=20, font=font)
    file = io.BytesIO()
    picture.convert("1").save(file, "PNG")
    sheet.image(0, 0, 595, 842, file.getvalue())
    if layer:
        for at, line in enumerate(lines):
            hidden = sheet.canvas.beginText(70, 842 - (100 + 18 * at))
            hidden.setFont("Vera", size)
            hidden.setTextRenderMode(3)
            hidden.textLine(line)
            sheet.canvas.drawText(hidden)
    sheet.type(text)
    return sheet


def _japanese() -> Sheet:
    """Characters by the reader's own maps: the font is not in the file."""
    sheet = Sheet("pdfjs/noembed-identity")
    pdfmetrics.registerFont(UnicodeCIDFont("HeiseiMin-W3"))
    lines = ("村の水車は一九二三年に建てられた。", "川の水は春に多く、秋に少ない。", "橋の通行料は毎年上がった。")
    sheet.lines(60, 90, lines, 14, "HeiseiMin-W3")
    sheet.type(*lines)
    return sheet


def _caption() -> Sheet:
    """A picture between two paragraphs, its caption under it."""
    sheet, prose = Sheet("unstructured/embedded-images"), Prose(271)
    y = sheet.paragraph(60, 80, 470, prose.paragraph(3))
    picture, file = Image.new("RGB", (120, 80), (180, 200, 190)), io.BytesIO()
    picture.save(file, "PNG")
    sheet.image(60, y + 10, 240, 160, file.getvalue())
    y = sheet.paragraph(60, y + 190, 470, "Figure 1. The weir at Uldale in the spring of 1931.", 8)
    sheet.paragraph(60, y + 14, 470, prose.paragraph(3))
    return sheet
