"""Boxes against known glyph places, and real pages read back from their own boxes.

The places are computed from the font's own numbers, with the formulas of the PDF reference for units and rotation; the
boxes must cover them with an intersection over union of at least 0.9, one box a line and none elsewhere.
"""

from __future__ import annotations

import io
import random
import re
import unicodedata
from pathlib import Path

import making
import pytest
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from rag.errors import SourceError
from rag.evidence import pages
from rag.language import sentences
from rag.parsing import load_bytes
from rag.parsing.pdf.pdfium import Pdf
from rag.types import Box, LoadedDocument, Span

SHARED = Path(__file__).resolve().parents[3] / "shared"
DEJAVU = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")
W, H = making.WIDTH, making.HEIGHT


def shown(place: tuple[float, float, float, float]) -> Box:
    """A place in points from the bottom left as a box in fractions from the top left."""
    left, bottom, right, top = place
    return Box(left / W, 1 - top / H, right / W, 1 - bottom / H)


def overlap(one: Box, other: Box) -> float:
    """Intersection over union."""
    across = max(0.0, min(one.right, other.right) - max(one.left, other.left))
    along = max(0.0, min(one.bottom, other.bottom) - max(one.top, other.top))
    areas = [(box.right - box.left) * (box.bottom - box.top) for box in (one, other)]
    return across * along / (sum(areas) - across * along)


def boxes_of(data: bytes, quote: str) -> dict[int, list[Box]]:
    loaded = load_bytes(data, "made.pdf")
    text = loaded.document.text
    assert text.count(quote) == 1, text
    start = text.index(quote)
    return pages.boxes(data, loaded.glyphs, Span(start, start + len(quote)))


def fits(found: dict[int, list[Box]], known: dict[int, list[Box]]) -> None:
    assert sorted(found) == sorted(known)
    for page, places in known.items():
        assert len(found[page]) == len(places), "one box for each line"
        for box, place in zip(found[page], places, strict=True):
            assert overlap(box, place) >= 0.9, (box, place)


def test_user_units() -> None:
    from pypdf import PdfWriter
    from pypdf.generic import FloatObject, NameObject

    line = "The quick brown fox jumps over it."
    writer = PdfWriter(
        clone_from=io.BytesIO(
            making.pdf(lambda c: making.column(c, 90, 500, ["Before.", line, "After."], size=14) and None)
        )
    )
    writer.pages[0][NameObject("/UserUnit")] = FloatObject(2.5)
    known = making.box_of("brown fox", 90, 500 - 14 * 1.3, 14, before="The quick ")
    fits(boxes_of(making.written(writer), "brown fox"), {1: [shown(known)]})


def test_two_columns() -> None:
    left = making.wrapped(
        "The first column tells of rivers and hills, of the people who live between them, and of the roads they built. "
        "It goes on to tell of the bridges, which were built long after the roads, when there was money for stone.",
        150,
    )
    right = making.wrapped(
        "The second column tells of towns and markets, of grain that is sold there, and of the price it fetches. "
        "It goes on to tell of the tax on grain, which was raised twice, and of those who did not pay it in the end.",
        150,
    )

    def draw(canvas: Canvas) -> None:
        making.column(canvas, 72, 600, left)
        making.column(canvas, 320, 600, right)

    quote = " ".join(right)
    known = [shown(making.box_of(line, 320, 600 - 13 * at, 10)) for at, line in enumerate(right)]
    fits(boxes_of(making.pdf(draw), quote), {1: known})


def test_ligatures() -> None:
    lines = ["Nothing here.", "The \ufb01rst \ufb01nal o\ufb03ce was shut.".replace("\ufb03", "\ufb01"), "Nor here."]

    def draw(canvas: Canvas) -> None:
        making.column(canvas, 72, 600, lines, size=12)

    loaded = load_bytes(making.pdf(draw), "made.pdf")
    shape = next(form for form in ("\ufb01nal", "final") if form in loaded.document.text)
    known = making.box_of("\ufb01nal", 72, 600 - 12 * 1.3, 12, before="The \ufb01rst ")
    fits(boxes_of(making.pdf(draw), shape), {1: [shown(known)]})


@pytest.mark.skipif(
    not DEJAVU.exists(), reason="DejaVu (Debian: fonts-dejavu-core) has the Hebrew letters, Vera has not"
)
def test_right_to_left() -> None:
    pdfmetrics.registerFont(TTFont("DejaVu", str(DEJAVU)))
    words = [
        "\u05e9\u05dc\u05d5\u05dd",
        "\u05e2\u05d5\u05dc\u05dd",
        "\u05d2\u05d3\u05d5\u05dc",
    ]  # in the order they are read
    drawn = " ".join(word[::-1] for word in reversed(words))  # as they stand, from the left

    def draw(canvas: Canvas) -> None:
        making.column(canvas, 72, 640, ["A line before it."])
        canvas.setFont("DejaVu", 16)
        canvas.drawString(200, 600, drawn)
        making.column(canvas, 72, 560, ["A line after it."])

    left = 200 + pdfmetrics.stringWidth(words[2] + " ", "DejaVu", 16)
    right = left + pdfmetrics.stringWidth(words[1], "DejaVu", 16)
    bottom, top = (600 + move("DejaVu", 16) for move in (pdfmetrics.getDescent, pdfmetrics.getAscent))
    fits(boxes_of(making.pdf(draw), words[1]), {1: [shown((left, bottom, right, top))]})


def test_sizes_mixed_on_one_line() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont(making.VERA, 24)
        canvas.drawString(72, 600, "Great")
        canvas.setFont(making.VERA, 9)
        canvas.drawString(72 + pdfmetrics.stringWidth("Great ", making.VERA, 24), 600, "and small words.")

    start = 72 + pdfmetrics.stringWidth("Great ", making.VERA, 24)
    fits(
        boxes_of(making.pdf(draw), "small words."),
        {1: [shown(making.box_of("small words.", start, 600, 9, before="and "))]},
    )


def test_a_hyphenated_word_and_a_sentence_across_pages() -> None:
    def first(canvas: Canvas) -> None:
        making.column(canvas, 72, 200, ["Something else stands here.", "The dam was built by an engi-"], size=12)

    def second(canvas: Canvas) -> None:
        making.column(canvas, 72, 700, ["neer whose name is lost. More stands here."], size=12)

    data = making.pdf(first, second)
    found = boxes_of(data, "The dam was built by an engineer whose name is lost.")
    known = {
        1: [shown(making.box_of("The dam was built by an engi", 72, 200 - 12 * 1.3, 12))],
        2: [shown(making.box_of("neer whose name is lost.", 72, 700, 12))],
    }
    fits(found, known)


def squeezed(text: str) -> str:
    """Letters and digits only: line ends, spaces and hyphens are the layout's."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text))


def read_back(data: bytes, loaded: LoadedDocument, span: Span) -> str:
    """The page's own characters whose middle lies in a box of the span, in the page's order."""
    said = ""
    found = pages.boxes(data, loaded.glyphs, span)
    with Pdf(data) as pdf:
        for page, boxes in found.items():
            text = pdf.page_text(page).text
            width, height = pdf.size(page)
            for char, (left, top, right, bottom) in zip(text, pdf.boxes(page, range(len(text))).tolist(), strict=True):
                x, y = (left + right) / 2 / width, (top + bottom) / 2 / height
                if right > left and any(b.left <= x <= b.right and b.top <= y <= b.bottom for b in boxes):
                    said += char
    return said


@pytest.mark.skipif(not SHARED.is_dir(), reason="the real reports and files lie in ../shared, which is not here")
@pytest.mark.parametrize(("folder", "count"), [("sources/reports", 100), ("files", 100)])
def test_random_sentences_of_real_pages_are_read_back(folder: str, count: int) -> None:
    rng = random.Random(7)
    files = sorted((SHARED / folder).rglob("*.pdf"))
    rng.shuffle(files)
    places: list[tuple[bytes, LoadedDocument, Span]] = []
    each = max(5, count // min(len(files), 40))
    for file in files:
        data = file.read_bytes()
        try:
            loaded = load_bytes(data, file.name)
        except SourceError:
            continue
        long = [span for span in sentences(loaded.document) if len(squeezed(loaded.document.text[slice(*span)])) >= 12]
        places += [(data, loaded, span) for span in rng.sample(long, min(each, len(long)))]
        if len(places) >= count:
            break
    assert len(places) >= count
    wrong, lost = [], 0
    for data, loaded, span in places[:count]:
        quote = squeezed(loaded.document.text[slice(*span)])
        back = squeezed(read_back(data, loaded, span))
        lost += not back  # not located, and the page says so; that may be, but another place may not be lit up
        if back and sorted(back) != sorted(quote):
            wrong.append((loaded.document.text[slice(*span)], back))
    print(f"{folder}: {count - len(wrong) - lost} of {count} read back, {lost} not located")
    assert not wrong, wrong[:5]
    assert lost <= count // 50
