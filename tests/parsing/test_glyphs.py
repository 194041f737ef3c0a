"""PDFium's characters: one code point for each, boxes where the font says they are, pages as they are shown."""

from __future__ import annotations

import io

import making
import pytest
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from rag.errors import EncryptedSource, UnreadableSource
from rag.parsing.pdf.pdfium import Pdf


def _hello(canvas: Canvas) -> None:
    making.column(canvas, 72, 700, ["Footnotes are exact.", "Second line"], size=20)


def test_words_lead_to_their_characters() -> None:
    with Pdf(making.pdf(_hello)) as pdf:
        page = pdf.page_text(1)
    words = [page.text[start:end] for start, end in zip(page.starts, page.ends, strict=True)]
    assert words == ["Footnotes", "are", "exact.", "Second", "line"]
    assert (page.width, page.height) == (making.WIDTH, making.HEIGHT)


def test_boxes_are_the_fonts_own() -> None:
    with Pdf(making.pdf(_hello)) as pdf:
        page = pdf.page_text(1)
        alone = pdf.boxes(1, [0])
    left, bottom, right, top = making.box_of("are", 72, 700, 20, before="Footnotes ")
    assert page.boxes[1] == pytest.approx([left, page.height - top, right, page.height - bottom], abs=0.4)
    left, bottom, right, top = making.box_of("F", 72, 700, 20)
    assert alone[0] == pytest.approx([left, page.height - top, right, page.height - bottom], abs=0.4)


def test_indices_that_do_not_exist_have_no_box() -> None:
    with Pdf(making.pdf(_hello)) as pdf:
        assert pdf.boxes(1, [-1, 10_000]).tolist() == [[0, 0, 0, 0], [0, 0, 0, 0]]


def test_text_outside_of_the_page_is_left_out() -> None:
    def draw(canvas: Canvas) -> None:
        _hello(canvas)
        making.column(canvas, 72, -50, ["Nobody sees this"])

    with Pdf(making.pdf(draw)) as pdf:
        page = pdf.page_text(1)
    assert "Nobody" not in [page.text[start:end] for start, end in zip(page.starts, page.ends, strict=True)]


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_size_and_picture_follow_rotation(rotate: int) -> None:
    with Pdf(making.pdf(_hello, size=(400, 200), rotate=rotate)) as pdf:
        picture = Image.open(io.BytesIO(pdf.render(1, 300)))
        width, height = pdf.size(1)
    assert (width, height) == ((400, 200) if rotate % 180 == 0 else (200, 400))
    assert picture.size == (300, round(300 * height / width))


def test_password() -> None:
    with pytest.raises(EncryptedSource):
        Pdf(making.encrypted(making.pdf(_hello), "secret"))
    with Pdf(making.encrypted(making.pdf(_hello), "secret"), "secret") as pdf:
        assert pdf.page_text(1).text.startswith("Footnotes")
    with Pdf(making.encrypted(making.pdf(_hello), "")) as pdf:
        assert pdf.page_count == 1


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7", b"no PDF at all" * 100])
def test_what_is_no_pdf_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableSource):
        Pdf(data)


def test_pages_that_do_not_exist_are_refused() -> None:
    with Pdf(making.pdf(_hello)) as pdf:
        for number in (0, 2, -1):
            with pytest.raises(UnreadableSource):
                pdf.page_text(number)
    with pytest.raises(UnreadableSource):  # closed
        pdf.render(1, 100)
