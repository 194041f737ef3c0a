"""Raised marks, text from right to left, and what a PDF has beside its text."""

from __future__ import annotations

import io

import making
import pytest
from reportlab.pdfgen.canvas import Canvas

from rag.language import RIGHT_TO_LEFT
from rag.parsing import load_bytes
from rag.parsing.pdf.backwards import word_order
from rag.types import Document

PROSE = "The ferry left the quay at dawn and came back with barley, wool and three letters for the priest."


def _document(data: bytes) -> Document:
    loaded = load_bytes(data, "made.pdf")
    making.check(loaded)
    making.check_glyphs(data, loaded)
    return loaded.document


def _raised(*parts: tuple[str, str], down: bool = False) -> str:
    def draw(canvas: Canvas) -> None:
        text = canvas.beginText(60, 700)
        for plain, mark in parts:
            text.setFont(making.VERA, 11)
            text.textOut(plain)
            text.setFont(making.VERA, 6.5)
            text.setRise(-2 if down else 4)
            text.textOut(mark)
            text.setRise(0)
        canvas.drawText(text)

    return _document(making.pdf(draw)).text


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        ((("It had 12,500", "3"), (" houses.", "")), "It had 12,500 ³ houses."),
        ((("It had 940", "12"), (", or more.", "")), "It had 940 ¹², or more."),
        ((("The school closed.", "5"), (" Nobody came.", "")), "The school closed. ⁵ Nobody came."),
        ((("Total revenue", "a"), (" rose.", "")), "Total revenue ᵃ rose."),
        ((("It covers 86 km", "2"), (" of land.", "")), "It covers 86 km² of land."),
        ((("It holds 10", "6"), (" litres.", "")), "It holds 10⁶ litres."),
        ((("On the 21", "st"), (" of May.", "")), "On the 21st of May."),
        ((("", "1"), ("Census of the crown.", "")), "¹ Census of the crown."),
    ],
)
def test_a_raised_mark_is_no_part_of_a_figure(parts: tuple[tuple[str, str], ...], text: str) -> None:
    assert _raised(*parts) == text


def test_a_lowered_figure_is_no_mark() -> None:
    assert _raised(("It breathes CO", "2"), (" at night.", ""), down=True) == "It breathes CO2 at night."


def test_words_from_right_to_left_keep_others_among_them() -> None:
    import numpy as np

    texts = ["قال", "Ada", "Lovelace", "عام", "1843"]
    boxes = np.array([[right - 9, 0, right, 9] for right in (100, 70, 90, 60, 50)], np.float32)
    order = [texts[at] for at in word_order(texts, boxes)]
    assert order == ["قال", "Ada", "Lovelace", "عام", "1843"]
    assert RIGHT_TO_LEFT.match(order[0])


def test_comments_attachments_and_pictures_are_told() -> None:
    from PIL import Image
    from pypdf import PdfWriter
    from pypdf.annotations import Text
    from reportlab.lib.utils import ImageReader

    def draw(canvas: Canvas) -> None:
        making.column(canvas, 60, 700, making.wrapped(PROSE, 430))
        canvas.drawImage(ImageReader(Image.new("RGB", (40, 40), (90, 120, 90))), 60, 300, 300, 200)
        canvas.drawImage(ImageReader(Image.new("RGB", (40, 40), (90, 20, 90))), 500, 30, 20, 20)

    writer = PdfWriter(
        clone_from=io.BytesIO(making.pdf(lambda canvas: making.column(canvas, 60, 700, [PROSE[:40]]), draw))
    )
    writer.add_annotation(1, Text(rect=(60, 600, 80, 620), text="Ask the harbour master"))
    writer.add_attachment("tides.csv", b"a,b")
    document = _document(making.written(writer))
    told = {left.kind: (left.count, left.places, left.words) for left in document.left}
    assert told == {
        "comment": (1, ("page 2",), 4),
        "picture": (1, ("page 2",), 0),
        "attachment": (1, ("attachment tides.csv",), 0),
    }


def test_a_scan_under_its_own_text_is_no_picture_left_out() -> None:
    from PIL import Image
    from reportlab.lib.utils import ImageReader

    def draw(canvas: Canvas) -> None:
        canvas.drawImage(ImageReader(Image.new("L", (60, 80), 230)), 0, 0, making.WIDTH, making.HEIGHT)
        text = canvas.beginText(60, 700)
        text.setFont(making.VERA, 10)
        text.setTextRenderMode(3)
        text.textOut(PROSE)
        canvas.drawText(text)

    document = _document(making.pdf(draw))
    assert document.text == PROSE
    assert not document.left


@pytest.mark.parametrize("line", ["(cid:12)(cid:7)(cid:31)(cid:4)", "#$%&'()*+,!", "\ue001\ue002\ue003\ue004"])
def test_codes_instead_of_letters_are_not_read(line: str) -> None:
    def codes(canvas: Canvas) -> None:
        for at in range(12):
            making.column(canvas, 60, 700 - 14 * at, [f"{line} {line} {line}"])

    data = making.pdf(lambda canvas: making.column(canvas, 60, 700, making.wrapped(PROSE, 430)), codes)
    loaded = load_bytes(data, "made.pdf")
    assert loaded.document.text == PROSE
    assert loaded.pages_without_text == (2,)  # which OCR reads, where it is installed
    if any(map(str.isalnum, line)):
        assert [(left.kind, left.places) for left in loaded.document.left] == [("unreadable text", ("page 2",))]
