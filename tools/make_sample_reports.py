"""Sets the two sample reports that are not plain text: `gas-water-and-a-port.pdf` and `security-review-2024.docx`.

    python tools/make_sample_reports.py [FOLDER]

The words stand in `tools/sample_reports/*.md`, in a small part of Markdown: headings, paragraphs, lists with `-`,
tables, and `[chart]`. The files go to `sources/` unless a folder is named. Dates and ids are fixed, so the same words
give the same bytes. Needs reportlab, pyphen and python-docx. This file does not know how the sources are read again.
"""

from __future__ import annotations

import io
import os
import sys
import zipfile
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

import docx
import pyphen
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from reportlab.graphics.shapes import Drawing, Rect, String
from reportlab.lib.colors import Color, HexColor
from reportlab.lib.enums import TA_JUSTIFY
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import cm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    HRFlowable,
    NextPageTemplate,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
    TableStyle,
)
from reportlab.platypus.tableofcontents import TableOfContents

TEXTS = Path(__file__).parent / "sample_reports"
SOURCES = Path(__file__).parent.parent / "sources"

FRONT = 2  # pages before the one that is numbered 1
INK, QUIET, ACCENT, PALE = HexColor("#222222"), HexColor("#666666"), HexColor("#1F4E5A"), HexColor("#DCE7E8")
WIDTH, HEIGHT = A4
LEFT, RIGHT, TOP, BOTTOM, GUTTER = 2.4 * cm, 2.4 * cm, 2.6 * cm, 2.5 * cm, 0.75 * cm
MEASURE = WIDTH - LEFT - RIGHT
COLUMN = (MEASURE - GUTTER) / 2
READERS = [("Iran (2016)", 81.0), ("Pakistan (2021)", 48.5), ("Balochistan", 27.0), ("Afghanistan (2022)", 26.6)]


class Part(NamedTuple):
    """A piece of the text: `h1` to `h3`, `paragraph`, `item` or `row`; a row's cells are parted by `|`."""

    kind: str
    text: str


def parts(path: Path) -> Iterator[Part]:
    """The pieces of a text file in order; the line under a table's head is left out."""
    for line in path.read_text(encoding="utf-8").replace("'", "’").splitlines():
        mark, _, rest = line.partition(" ")
        if set(mark) == {"#"}:
            yield Part(f"h{len(mark)}", rest)
        elif mark == "-":
            yield Part("item", rest)
        elif line.startswith("|"):
            if not set(line) <= set("|- "):
                yield Part("row", line.removeprefix("|").removesuffix("|"))
        elif line:
            yield Part("paragraph", line)


def cells(row: Part) -> list[str]:
    """The cells of a table row."""
    return [cell.strip() for cell in row.text.split("|")]


# --- the PDF ----------------------------------------------------------------------------------------------------------


def style(name: str, size: float, leading: float, font: str = "Times-Roman", **more: Any) -> ParagraphStyle:
    """A paragraph style in the report's ink."""
    return ParagraphStyle(name, fontName=font, fontSize=size, leading=leading, **{"textColor": INK, **more})


ENGLISH = pyphen.Pyphen(lang="en_GB", left=3, right=3)


def breaks(word: str) -> Iterator[tuple[str, str]]:
    """Where a word may be broken, last place first; never inside the parts of "north-west"."""
    return iter(()) if "-" in word else ENGLISH.iterate(word)


SET: dict[str, Any] = {
    "alignment": TA_JUSTIFY,
    "hyphenationLang": breaks,
    "hyphenationMinWordLength": 6,
    "embeddedHyphenation": 1,
    "allowWidows": 0,
    "allowOrphans": 0,
}
BULLET: dict[str, Any] = {"bulletIndent": 2, "bulletFontName": "Times-Roman", "bulletFontSize": 11}
BODY = style("body", 10, 13.4, **SET)
NEXT = style("next", 10, 13.4, firstLineIndent=11, **SET)
WIDE = style("wide", 11, 15.8, spaceAfter=7, **SET)
ITEM = style("item", 11, 15.8, leftIndent=18, spaceAfter=6, **SET, **BULLET)
NOTE = style("note", 9, 12.2, textColor=QUIET, **SET)
CAPTION = style("caption", 8.6, 11.2, "Times-Italic", textColor=QUIET, spaceBefore=4, spaceAfter=12)
H2 = style("h2", 12.6, 16, "Helvetica-Bold", textColor=ACCENT, spaceBefore=13, spaceAfter=5, keepWithNext=1)
H3 = style("h3", 10, 13.4, "Helvetica-Bold", spaceBefore=8, spaceAfter=2, keepWithNext=1)
CELL, HEAD = style("cell", 9.6, 12.4, "Helvetica"), style("head", 9.6, 12.4, "Helvetica-Bold", textColor=ACCENT)


def column(number: int) -> Frame:
    """One of the two columns, from the left."""
    return Frame(LEFT + number * (COLUMN + GUTTER), BOTTOM, COLUMN, HEIGHT - TOP - BOTTOM, 0, 0, 0, 0)


PRINTED = datetime(2025, 7, 1, tzinfo=UTC)


class Report(BaseDocTemplate):  # type: ignore[misc]
    """Running heads and feet, page labels (i, ii, then 1, 2 …), an outline, and entries for the table of contents."""

    def __init__(self, target: io.BytesIO, title: str, author: str) -> None:
        super().__init__(
            target, pagesize=A4, title=title, author=author, subject="Sample report", lang="en-GB", invariant=1
        )
        self.running = title
        whole = Frame(LEFT, BOTTOM, MEASURE, HEIGHT - TOP - BOTTOM, 0, 0, 0, 0)
        self.addPageTemplates(
            [
                PageTemplate("cover", [whole], onPage=self.cover, pagesize=A4),
                PageTemplate("page", [whole], onPage=self.furniture, pagesize=A4),
                PageTemplate("columns", [column(0), column(1)], onPage=self.furniture, pagesize=A4),
            ]
        )

    def cover(self, canvas: Canvas, _: BaseDocTemplate) -> None:
        """The band of colour on the first page, and the labels of all of them."""
        canvas.addPageLabel(0, "ROMAN_LOWER", 1)
        canvas.addPageLabel(FRONT, "ARABIC", 1)
        canvas.showOutline()
        canvas.setFillColor(ACCENT)
        canvas.rect(0, HEIGHT - 1.1 * cm, WIDTH, 1.1 * cm, stroke=0, fill=1)

    def furniture(self, canvas: Canvas, document: BaseDocTemplate) -> None:
        """Head and foot: the even pages mirror the odd ones."""
        label = ["i", "ii"][document.page - 1] if document.page <= FRONT else str(document.page - FRONT)
        canvas.setStrokeColor(QUIET)
        canvas.setLineWidth(0.4)
        canvas.line(LEFT, HEIGHT - TOP + 16, WIDTH - RIGHT, HEIGHT - TOP + 16)
        canvas.setFillColor(QUIET)
        canvas.setFont("Helvetica", 8)
        left, right = ("Frontier Notes", self.running) if document.page % 2 else (self.running, "Frontier Notes")
        canvas.drawString(LEFT, HEIGHT - TOP + 22, left)
        canvas.drawRightString(WIDTH - RIGHT, HEIGHT - TOP + 22, right)
        canvas.drawCentredString(WIDTH / 2, BOTTOM - 28, label)

    def afterFlowable(self, flowable: Flowable) -> None:  # noqa: N802 - the library's name
        """A heading that was set goes into the outline and the table of contents."""
        if not (isinstance(flowable, Paragraph) and flowable.style.name in {"h2", "h3"}):
            return
        level, text = int(flowable.style.name == "h3"), flowable.getPlainText()
        key = f"{text}-{self.page}"
        self.canv.bookmarkPage(key)
        self.canv.addOutlineEntry(text, key, level)
        if self.page > FRONT:
            self.notify("TOCEntry", (level, text, self.page - FRONT, key))


def table(rows: list[Part], widths: list[float]) -> Table:
    """A table with a ruled head; the first column names the rows."""
    first, *rest = [cells(row) for row in rows]
    lines = [[Paragraph(text, HEAD) for text in first]]
    lines += [[Paragraph(text, HEAD if not column else CELL) for column, text in enumerate(row)] for row in rest]
    look = [
        ("LINEABOVE", (0, 0), (-1, 0), 1, ACCENT),
        ("LINEBELOW", (0, 0), (-1, 0), 0.6, ACCENT),
        ("LINEBELOW", (0, 1), (-1, -1), 0.25, HexColor("#BBBBBB")),
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ("LEFTPADDING", (0, 0), (-1, -1), 4),
        ("TOPPADDING", (0, 0), (-1, -1), 4.5),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 4.5),
    ]
    return Table(lines, widths, style=TableStyle(look), spaceBefore=8, hAlign="LEFT")


def chart(width: float) -> list[Flowable]:
    """Female literacy as four bars, with the caption under them."""
    bar, names = 15.0, 88.0
    scale = (width - names - 26) / 100
    drawing = Drawing(width, bar * len(READERS) + 8)
    for position, (place, percent) in enumerate(READERS):
        y = bar * (len(READERS) - 1 - position) + 4
        colour: Color = ACCENT if place == "Balochistan" else HexColor("#8FB0B5")
        drawing.add(String(0, y + 2.5, place, fontName="Helvetica", fontSize=8, fillColor=INK))
        drawing.add(Rect(names, y, percent * scale, bar - 5, fillColor=colour, strokeColor=None))
        end = names + percent * scale + 4
        drawing.add(String(end, y + 2.5, f"{percent:g}", fontName="Helvetica", fontSize=8, fillColor=INK))
    caption = "Figure 1. Women who can read and write, in percent. The figure for Balochistan is not tied to one year."
    return [Spacer(1, 5), drawing, Paragraph(caption, CAPTION)]


def columns(section: Iterable[Part]) -> Iterator[Flowable]:
    """Sections as they are set in two columns: the first paragraph after a heading flush, the others indented."""
    flush = True
    for part in section:
        if part.text == "[chart]":
            yield from chart(COLUMN)
        elif part.kind == "paragraph":
            yield Paragraph(part.text, BODY if flush else NEXT)
        else:
            yield Paragraph(part.text, H2 if part.kind == "h2" else H3)
        flush = part.kind != "paragraph" or part.text == "[chart]"


def full_width(section: list[Part]) -> Iterator[Flowable]:
    """Sections as they are set across the page; a list is numbered."""
    for kind, run in groupby(section, key=lambda part: part.kind):
        group = list(run)
        if kind == "row":
            yield table(group, [5.1 * cm, 4.2 * cm, 3.6 * cm, MEASURE - 12.9 * cm])
        elif kind == "item":
            yield from (Paragraph(part.text, ITEM, bulletText=f"{n}.") for n, part in enumerate(group, 1))
        elif kind == "h2":
            yield from (Paragraph(part.text, H2) for part in group)
        else:
            small = {True: CAPTION, False: WIDE}
            yield from (Paragraph(part.text, small[part.text.startswith("Table ")]) for part in group)


def front_matter(title: str, subtitle: str) -> Iterator[Flowable]:
    """The cover and the table of contents."""
    yield Spacer(1, 6.2 * cm)
    yield Paragraph("FRONTIER NOTES &nbsp;·&nbsp; REPORT NO. 3", style("series", 9.5, 14, "Helvetica", textColor=QUIET))
    yield Spacer(1, 0.4 * cm)
    yield Paragraph(title, style("title", 33, 38, "Times-Bold", textColor=ACCENT))
    yield Spacer(1, 0.5 * cm)
    yield HRFlowable(width=3 * cm, thickness=2, color=ACCENT, hAlign="LEFT", spaceAfter=14)
    yield Paragraph(subtitle, style("subtitle", 15, 21))
    yield Spacer(1, 10.6 * cm)
    imprint = style("imprint", 9.5, 14, textColor=QUIET)
    yield Paragraph("July 2025", imprint)
    yield Paragraph("A sample report written for Footnote. It may be copied freely.", imprint)
    yield NextPageTemplate("page")
    yield PageBreak()
    yield Paragraph("Contents", style("contents", 12.6, 16, "Helvetica-Bold", textColor=ACCENT, spaceAfter=6))
    levels = [style("toc1", 10.4, 16.5), style("toc2", 9.6, 14.5, leftIndent=14, textColor=QUIET)]
    yield TableOfContents(levelStyles=levels, dotsMinLevel=-1, rightColumnWidth=24)
    yield Spacer(1, 0.5 * cm)


def make_pdf(text: Path) -> bytes:
    """The report as a PDF: cover, contents and summary; one wide page; two columns; one wide page."""
    title, subtitle, *rest = parts(text)
    starts = [at for at, part in enumerate(rest) if part.kind == "h2"] + [len(rest)]
    sections = [rest[start:end] for start, end in pairwise(starts)]
    summary, figures, *middle, advice, notes = sections
    out = io.BytesIO()
    story: list[Flowable] = [*front_matter(title.text, subtitle.text), *full_width(summary), PageBreak()]
    story += [*full_width(figures), NextPageTemplate("columns"), PageBreak()]
    story += [*columns(part for section in middle for part in section), NextPageTemplate("page"), PageBreak()]
    story += [*full_width(advice), Spacer(1, 0.6 * cm), *full_width(notes[:1])]
    story += [Paragraph(part.text, NOTE) for part in notes[1:]]
    with patch.dict(os.environ, SOURCE_DATE_EPOCH=str(int(PRINTED.timestamp()))):  # where reportlab looks for the date
        Report(out, title.text, "Frontier Notes").multiBuild(story)
    return out.getvalue()


# --- the DOCX ---------------------------------------------------------------------------------------------------------

WHEN = datetime(2025, 1, 27, 9, 0, tzinfo=UTC)


def dress(document: Any) -> None:
    """Fonts, margins, head and foot, and fixed dates."""
    for name, font, size, colour in [
        ("Normal", "Georgia", 10.5, "222222"),
        ("Title", "Georgia", 22, "1F4E5A"),
        ("Heading 1", "Arial", 14, "1F4E5A"),
        ("Heading 2", "Arial", 11.5, "222222"),
    ]:
        look = document.styles[name]
        look.font.name, look.font.size, look.font.color.rgb = font, Pt(size), RGBColor.from_string(colour)
        fonts = look.element.get_or_add_rPr().get_or_add_rFonts()
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)  # a theme's font would win over the one that is named
    document.styles["Normal"].paragraph_format.space_after = Pt(8)
    document.styles["Normal"].paragraph_format.line_spacing = 1.25
    page = document.sections[0]
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.left_margin = page.right_margin = Cm(2.6)
    page.header.paragraphs[0].text = "Frontier Notes · Report No. 2"
    page.footer.paragraphs[0].text = "A sample report written for Footnote. It may be copied freely."
    about = document.core_properties
    about.author = about.last_modified_by = "Frontier Notes"
    about.created = about.modified = WHEN
    about.revision, about.language, about.comments = 1, "en-GB", ""


def make_docx(text: Path) -> bytes:
    """The report as a Word document with real headings, lists and tables."""
    document = docx.Document()
    dress(document)
    for kind, run in groupby(parts(text), key=lambda part: part.kind):
        group = list(run)
        if kind == "row":
            grid = document.add_table(0, len(cells(group[0])), style="Light Shading")
            grid.alignment = WD_TABLE_ALIGNMENT.CENTER
            for row in group:
                for cell, content in zip(grid.add_row().cells, cells(row), strict=True):
                    cell.text = content
                    cell.paragraphs[0].paragraph_format.space_after = Pt(2)
            document.add_paragraph()
            continue
        for part in group:
            if kind == "h1":
                document.add_heading(part.text, 0)
                document.core_properties.title = part.text
            elif kind in {"h2", "h3"}:
                document.add_heading(part.text, int(kind[1]) - 1)
            else:
                document.add_paragraph(part.text, "List Bullet" if kind == "item" else None)
    out = io.BytesIO()
    document.save(out)
    return undated(out.getvalue())


def undated(package: bytes) -> bytes:
    """The same zip with one date on every entry."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            entry = zipfile.ZipInfo(name, WHEN.timetuple()[:6])
            entry.compress_type, entry.external_attr, entry.create_system = zipfile.ZIP_DEFLATED, 0o644 << 16, 3
            new.writestr(entry, old.read(name))
    return out.getvalue()


def main(folder: Path = SOURCES) -> None:
    """Writes both files and says how large they are."""
    for name, content in [
        ("gas-water-and-a-port.pdf", make_pdf(TEXTS / "gas-water-and-a-port.md")),
        ("security-review-2024.docx", make_docx(TEXTS / "security-review-2024.md")),
    ]:
        (folder / name).write_bytes(content)
        print(f"{folder / name}: {len(content):,} bytes")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:2]))
