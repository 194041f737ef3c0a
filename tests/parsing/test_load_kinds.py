"""The further kinds of file: slides, sheets, tables, books, letters, notebooks."""

from __future__ import annotations

import io
import json
import zipfile

import making
import openpyxl
import pptx
import pytest

from rag.errors import SourceError
from rag.parsing import load_bytes
from rag.types import LoadedDocument


def _read(data: bytes, name: str) -> LoadedDocument:
    loaded = load_bytes(data, name)
    making.check(loaded)
    return loaded


def _zip(parts: dict[str, str]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return file.getvalue()


def test_slides_are_pages() -> None:
    deck = pptx.Presentation()
    for title in ("Roads", "Bridges"):
        slide = deck.slides.add_slide(deck.slide_layouts[1])
        slide.shapes.title.text = title
        slide.placeholders[1].text = f"{title} are old.\nThey were built in 1887."
    deck.slides.add_slide(deck.slide_layouts[6])
    file = io.BytesIO()
    deck.save(file)
    loaded = _read(file.getvalue(), "deck.pptx")
    assert [page.label for page in loaded.document.pages] == ["slide 1", "slide 2", "slide 3"]
    assert loaded.pages_without_text == (3,)
    page = loaded.document.page_at(loaded.document.text.index("Bridges are old."))
    assert page is not None
    assert page.number == 2


def test_rows_of_sheets() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Roads"
    for row in (["Year", "Paved"], [2023, 4000.0], [2024, 4100.5]):
        sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    assert _read(file.getvalue(), "roads.xlsx").document.text == "Roads\n\nYear | Paved\n2023 | 4000\n2024 | 4100.5"


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_records_of_tables_stay_as_they_are(end: str) -> None:
    text = end.join(["Year,Note", '2023,"two', 'lines, ""quoted"""', "2024,none", ""])
    document = _read(text.encode(), "table.csv").document
    assert document.text == text
    assert [text[slice(*block.span)] for block in document.blocks][1] == f'2023,"two{end}lines, ""quoted"""'
    assert [block.heading for block in document.blocks] == [(), ("Year,Note",), ("Year,Note",)]


def test_a_book_is_read_in_the_order_of_its_spine() -> None:
    chapter = "<html><body><h1>{0}</h1><p>Text of {0}.</p></body></html>"
    package = (
        '<package><metadata><title>Of Roads</title></metadata><manifest><item id="b" href="b.xhtml"/>'
        '<item id="a" href="a%20a.xhtml"/><item id="c" href="gone.xhtml"/></manifest>'
        '<spine><itemref idref="b"/><itemref idref="c"/><itemref idref="a"/></spine></package>'
    )
    data = _zip(
        {
            "META-INF/container.xml": '<container><rootfile full-path="in/p.opf"/></container>',
            "in/p.opf": package,
            "in/a a.xhtml": chapter.format("Last"),
            "in/b.xhtml": chapter.format("First"),
        }
    )
    document = _read(data, "book.epub").document
    assert (document.title, document.text) == ("Of Roads", "First\n\nText of First.\n\nLast\n\nText of Last.")


def test_open_document() -> None:
    spaces = 'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:office="o"'
    body = (
        f"<office:document {spaces}><office:body><office:text><text:h text:outline-level='1'>Roads</text:h>"
        "<text:p>They<text:s/>are <text:span>old</text:span>.</text:p><text:list><text:list-item><text:p>one</text:p>"
        "</text:list-item></text:list></office:text></office:body></office:document>"
    )
    document = _read(_zip({"content.xml": body}), "roads.odt").document
    assert [(block.kind, document.text[slice(*block.span)]) for block in document.blocks] == [
        ("heading", "Roads"),
        ("paragraph", "They are old."),
        ("list", "one"),
    ]


def test_rich_text() -> None:
    assert _read(b"{\\rtf1\\ansi Caf\\'e9 in 1887.\\par Second.}", "a.rtf").document.text == "Café in 1887.\n\nSecond."


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_letter(encoding: str) -> None:
    text = "From: a@example.org\nTo: b@example.org\nSubject: Of roads\n\nThe roads are old.\n"
    document = _read(text.encode(encoding), "letter.eml").document
    assert document.title == "Of roads"
    assert document.text.endswith("To: b@example.org\n\nThe roads are old.")


def test_a_notebook() -> None:
    cells = [
        {"cell_type": "markdown", "source": ["# Of Roads\n", "\n", "They are old.\n"]},
        {"cell_type": "code", "source": "1 + 1", "outputs": [{"data": {"text/plain": ["2"], "text/html": "<b>2</b>"}}]},
    ]
    document = _read(json.dumps({"cells": cells}).encode(), "roads.ipynb").document
    assert document.title == "Of Roads"
    assert [(block.kind, document.text[slice(*block.span)]) for block in document.blocks] == [
        ("heading", "Of Roads"),
        ("paragraph", "They are old."),
        ("code", "1 + 1"),
        ("code", "2"),
    ]


@pytest.mark.parametrize("suffix", ["pptx", "xlsx", "epub", "odt", "rtf", "eml", "ipynb", "csv"])
@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 and no more", bytes(range(256)) * 4], ids=["empty", "cut", "noise"])
def test_what_is_none_of_them_is_refused(suffix: str, data: bytes) -> None:
    with pytest.raises(SourceError):
        load_bytes(data, f"broken.{suffix}")
