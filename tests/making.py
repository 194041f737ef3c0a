"""Files made for the tests: PDFs with known glyph places, small Word documents.

`VERA` comes with reportlab and is embedded, so its ascent and descent are known to everybody who measures.
"""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

import reportlab
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from rag.parsing.pdf.pdfium import Pdf
from rag.types import LoadedDocument

VERA, BOLD = "Vera", "VeraBd"
WIDTH, HEIGHT = 595.0, 842.0

for _name in (VERA, BOLD):
    pdfmetrics.registerFont(TTFont(_name, str(Path(reportlab.__file__).parent / "fonts" / f"{_name}.ttf")))

Draw = Callable[[Canvas], object]


def pdf(
    *pages: Draw, size: tuple[float, float] = (WIDTH, HEIGHT), rotate: int = 0, crop: Sequence[float] = ()
) -> bytes:
    """A PDF of the pages drawn; `crop` is left, bottom, right, top in the page's own coordinates."""
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=size, invariant=1)
    for draw in pages:
        if crop:
            canvas.setCropBox(tuple(crop))
        draw(canvas)
        canvas.showPage()
    canvas.save()
    if not rotate:
        return file.getvalue()
    from pypdf import PdfWriter
    from pypdf.generic import NameObject, NumberObject

    writer = PdfWriter(clone_from=file)  # reportlab's own rotation turns the paper as well
    for page in writer.pages:
        page[NameObject("/Rotate")] = NumberObject(rotate)
    return written(writer)


def column(
    canvas: Canvas, x: float, y: float, lines: Sequence[str], *, size: float = 10, font: str = VERA, leading: float = 0
) -> float:
    """Draws lines downwards from baseline `y` and returns the next baseline."""
    canvas.setFont(font, size)
    for line in lines:
        canvas.drawString(x, y, line)
        y -= leading or size * 1.3
    return y


def justified(canvas: Canvas, x: float, y: float, width: float, lines: Sequence[str], *, size: float = 10) -> float:
    """Like `column`, with every line but the last stretched to `width` by its word spaces."""
    canvas.setFont(VERA, size)
    for at, line in enumerate(lines):
        spare = width - pdfmetrics.stringWidth(line, VERA, size)
        spaces = line.count(" ")
        text = canvas.beginText(x, y)
        # Word spacing has no effect on embedded fonts with two-byte codes, so the words are set one by one.
        if at < len(lines) - 1 and spaces:
            gap = spare / spaces + pdfmetrics.stringWidth(" ", VERA, size)
            place = x
            for word in line.split(" "):
                canvas.drawString(place, y, word)
                place += pdfmetrics.stringWidth(word, VERA, size) + gap
        else:
            text.textOut(line)
            canvas.drawText(text)
        y -= size * 1.3
    return y


def wrapped(text: str, width: float, size: float = 10) -> list[str]:
    """`text` broken into lines that fit, as a word processor would."""
    lines, line = [], ""
    for word in text.split():
        longer = f"{line} {word}".strip()
        if line and pdfmetrics.stringWidth(longer, VERA, size) > width:
            lines.append(line)
            line = word
        else:
            line = longer
    return [*lines, line] if line else lines


def box_of(text: str, x: float, y: float, size: float, before: str = "") -> tuple[float, float, float, float]:
    """Left, bottom, right, top of `text` on baseline `y`, after `before` drawn from `x`: by Vera's own numbers."""
    left = x + pdfmetrics.stringWidth(before, VERA, size)
    right = left + pdfmetrics.stringWidth(text, VERA, size)
    return left, y + pdfmetrics.getDescent(VERA, size), right, y + pdfmetrics.getAscent(VERA, size)


def with_labels(data: bytes, *styles: tuple[int, str, str]) -> bytes:
    """The PDF with page labels: from each page index on, a style (`/r`, `/D`) and a prefix."""
    from pypdf import PdfWriter
    from pypdf.generic import ArrayObject, DictionaryObject, NameObject, NumberObject, TextStringObject

    writer = PdfWriter(clone_from=io.BytesIO(data))
    numbers = ArrayObject()
    for index, style, prefix in styles:
        entry = DictionaryObject({NameObject("/S"): NameObject(style)})
        if prefix:
            entry[NameObject("/P")] = TextStringObject(prefix)
        numbers += [NumberObject(index), entry]
    writer.root_object[NameObject("/PageLabels")] = DictionaryObject({NameObject("/Nums"): numbers})
    return written(writer)


def written(writer: object) -> bytes:
    """The bytes of a pypdf writer."""
    file = io.BytesIO()
    writer.write(file)  # type: ignore[attr-defined]
    return file.getvalue()


def encrypted(data: bytes, user: str, owner: str = "owner") -> bytes:
    """The PDF with a user password, perhaps empty."""
    from pypdf import PdfWriter

    writer = PdfWriter(clone_from=io.BytesIO(data))
    writer.encrypt(user, owner, algorithm="AES-256")
    return written(writer)


def check(loaded: LoadedDocument) -> None:
    """What holds for every document: blocks and pages in order, in the text, and every visible character in one."""
    document = loaded.document
    text = document.text
    assert text.strip()
    text.encode()  # no lone surrogates
    end = 0
    for block in document.blocks:
        assert end <= block.span.start < block.span.end <= len(text), block
        assert not text[end : block.span.start].strip(), "visible characters between blocks"
        assert text[block.span.start : block.span.end].strip() == text[block.span.start : block.span.end]
        assert all(heading.strip() for heading in block.heading)
        end = block.span.end
    assert not text[end:].strip(), "visible characters after the last block"
    if document.pages:
        assert [page.number for page in document.pages] == list(range(1, len(document.pages) + 1))
        assert all(page.label for page in document.pages)
        assert all(one.span.end == other.span.start for one, other in pairwise(document.pages))
        assert document.pages[0].span.start == 0
        assert document.pages[-1].span.end == len(text)
        empty = tuple(page.number for page in document.pages if page.span.start == page.span.end)
        assert loaded.pages_without_text == empty
    end = 0
    for run in loaded.glyphs:
        assert run.start >= end
        assert run.length > 0
        page = document.page_at(run.start)
        assert page is not None
        assert page.number == run.page
        end = run.start + run.length
    assert end <= len(text)


def check_glyphs(data: bytes, loaded: LoadedDocument) -> None:
    """Every visible character of a PDF's text leads to a character of the page that is the same, or a hyphen there."""
    text = loaded.document.text
    covered = bytearray(len(text))
    with Pdf(data) as opened:
        wanted = sorted({run.page for run in loaded.glyphs})  # others may be damaged
        pages = {number: opened.page_text(number).text for number in wanted}
    for run in loaded.glyphs:
        mine, theirs = text[run.start : run.start + run.length], pages[run.page][run.index : run.index + run.length]
        shown = theirs.replace("\x02", "-").replace("\xad", "-")
        form = run.length == 1 and mine in unicodedata.normalize("NFKC", shown)  # a letter of an Arabic ligature
        assert mine == shown or form, (mine, theirs)
        covered[run.start : run.start + run.length] = b"\x01" * run.length
    assert all(covered[at] or char.isspace() or char == "|" for at, char in enumerate(text))  # bars between cells
