"""The boxes of a span on the picture of its page: exact, one for each line, and never on a wrong one.

Each PDF draws one passage in red and everything else in black. The boxes must hold the red pixels and no black ones,
whatever the page's rotation, crop or unit: the picture is the judge, not a formula that could share our mistake.
"""

from __future__ import annotations

import io
import os
import signal
import sys

import making
import numpy as np
import pytest
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from rag.evidence import pages
from rag.parsing import load_bytes
from rag.types import Box, GlyphRun, LoadedDocument, Span

LINES = ("Nothing to see in this line.", "The quick brown fox jumps over it.", "Nothing more in this one.")


def _red_line(canvas: Canvas) -> None:
    for at, line in enumerate(LINES):
        canvas.setFillColorRGB(1 if at == 1 else 0, 0, 0)
        making.column(canvas, 120, 500 - 40 * at, [line], size=14)


def _span(loaded: LoadedDocument, quote: str) -> Span:
    assert loaded.document.text.count(quote) == 1
    start = loaded.document.text.index(quote)
    return Span(start, start + len(quote))


def _judge(data: bytes, quote: str, page: int = 1, slack: float = 2) -> dict[int, list[Box]]:
    """Asserts that the boxes hold the red ink and no black ink; `slack` pixels for smoothing at the edges."""
    loaded = load_bytes(data, "made.pdf")
    found = pages.boxes(data, loaded.glyphs, _span(loaded, quote))
    picture = np.asarray(Image.open(io.BytesIO(pages.render(data, page, 1000))).convert("RGB")).astype(int)
    height, width, _ = picture.shape
    red = (picture[:, :, 0] - picture[:, :, 1] > 100) & (picture[:, :, 0] - picture[:, :, 2] > 100)
    black = picture.max(axis=2) < 100
    inside = np.zeros((height, width), bool)
    for box in found.get(page, []):
        left, right = box.left * width, box.right * width
        top, bottom = box.top * height, box.bottom * height
        inside[int(top - slack) : int(bottom + slack + 1), int(left - slack) : int(right + slack + 1)] = True
    assert red.sum() > 100, "the page shows no red ink"
    assert red[inside].sum() >= 0.98 * red.sum(), "red ink outside of the boxes"
    assert black[inside].sum() == 0, "black ink inside the boxes"
    rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
    ink_rows, ink_columns = np.flatnonzero(red.any(axis=1)), np.flatnonzero(red.any(axis=0))
    for ours, theirs in ((rows, ink_rows), (columns, ink_columns)):
        assert theirs[0] - 25 < ours[0] < ours[-1] < theirs[-1] + 25, "the boxes are much larger than the ink"
    return found


@pytest.mark.parametrize("crop", [(), (60, 300, 500, 700)], ids=["whole", "cropped"])
@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_rotated_and_cropped(rotate: int, crop: tuple[float, ...]) -> None:
    data = making.pdf(_red_line, rotate=rotate, crop=crop)
    assert len(_judge(data, LINES[1])[1]) == 1


@pytest.mark.parametrize("crop", [(), (60, 300, 500, 700)], ids=["whole", "cropped"])
@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_boxes_against_the_fonts_numbers(rotate: int, crop: tuple[float, ...]) -> None:
    data = making.pdf(_red_line, rotate=rotate, crop=crop)
    loaded = load_bytes(data, "made.pdf")
    (box,) = pages.boxes(data, loaded.glyphs, _span(loaded, "brown fox"))[1]
    known = making.box_of("brown fox", 120, 460, 14, before="The quick ")
    left, bottom, right, top = crop or (0, 0, making.WIDTH, making.HEIGHT)
    across, along = right - left, top - bottom
    x0, x1 = (known[0] - left) / across, (known[2] - left) / across
    y0, y1 = (known[1] - bottom) / along, (known[3] - bottom) / along
    shown = {
        0: (x0, 1 - y1, x1, 1 - y0),
        90: (y0, x0, y1, x1),
        180: (1 - x1, y0, 1 - x0, y1),
        270: (1 - y1, 1 - x1, 1 - y0, 1 - x0),
    }[rotate]
    assert _iou(box, Box(*shown)) >= 0.95


def _iou(one: Box, other: Box) -> float:
    across = min(one.right, other.right) - max(one.left, other.left)
    along = min(one.bottom, other.bottom) - max(one.top, other.top)
    common = max(0.0, across) * max(0.0, along)
    areas = [(box.right - box.left) * (box.bottom - box.top) for box in (one, other)]
    return common / (sum(areas) - common)


def test_user_unit() -> None:
    from pypdf import PdfWriter
    from pypdf.generic import FloatObject, NameObject

    writer = PdfWriter(clone_from=io.BytesIO(making.pdf(_red_line)))
    writer.pages[0][NameObject("/UserUnit")] = FloatObject(2.5)
    _judge(making.written(writer), LINES[1])


@pytest.mark.parametrize("angle", [90, 270])
def test_text_written_upwards_or_downwards(angle: int) -> None:
    def draw(canvas: Canvas) -> None:
        making.column(canvas, 72, 700, ["An ordinary line of text."])
        canvas.saveState()
        canvas.translate(300, 400)
        canvas.rotate(angle)
        canvas.setFillColorRGB(1, 0, 0)
        making.column(canvas, 0, 0, ["Written along the edge"], size=14)
        canvas.restoreState()

    _judge(making.pdf(draw), "Written along the edge")


def test_two_columns() -> None:
    columns = [
        "The first column tells of rivers and hills, of the people who live between them, and of the roads they built. "
        "It goes on to tell of the bridges, which were built long after the roads, when there was money for stone.",
        "The second column tells of towns and markets, of grain that is sold there, and of the price it fetches. "
        "It goes on to tell of the tax on grain, which was raised twice, and of those who did not pay it in the end.",
    ]

    def draw(canvas: Canvas) -> None:
        for number, text in enumerate(columns):
            for at, line in enumerate(making.wrapped(text, 150)):
                canvas.setFillColorRGB(1 if number == 1 and at in (1, 2) else 0, 0, 0)
                making.column(canvas, 72 + 220 * number, 600 - 13 * at, [line])

    data = making.pdf(draw)
    quote = " ".join(making.wrapped(columns[1], 150)[1:3])
    assert len(_judge(data, quote)[1]) == 2
    assert load_bytes(data, "made.pdf").document.text == "\n\n".join(columns)


def test_a_word_broken_between_lines_has_a_box_on_each() -> None:
    def draw(canvas: Canvas) -> None:
        making.column(
            canvas, 72, 600, ["The dam was built by an engi-", "neer whose name is lost to us today."], size=12
        )

    data = making.pdf(draw)
    loaded = load_bytes(data, "made.pdf")
    found = pages.boxes(data, loaded.glyphs, _span(loaded, "engineer"))
    first, second = found[1]
    known = [
        making.box_of("engi", 72, 600, 12, before="The dam was built by an "),
        making.box_of("neer", 72, 600 - 12 * 1.3, 12),
    ]
    for box, (left, bottom, right, top) in zip((first, second), known, strict=True):
        width, height = making.WIDTH, making.HEIGHT
        shown = Box(left / width, 1 - top / height, right / width, 1 - bottom / height)
        assert _iou(box, shown) >= 0.9


def test_a_sentence_across_pages_has_boxes_on_both() -> None:
    def first(canvas: Canvas) -> None:
        making.column(canvas, 72, 200, ["This page ends in the middle of a sentence, because the one who"])

    def second(canvas: Canvas) -> None:
        making.column(canvas, 72, 700, ["wrote it ran out of paper."])

    data = making.pdf(first, second)
    loaded = load_bytes(data, "made.pdf")
    found = pages.boxes(data, loaded.glyphs, _span(loaded, "because the one who wrote it ran out of paper."))
    assert sorted(found) == [1, 2]
    assert [len(boxes) for boxes in found.values()] == [1, 1]
    known = making.box_of("because the one who", 72, 200, 10, before="This page ends in the middle of a sentence, ")
    width, height = making.WIDTH, making.HEIGHT
    shown = Box(known[0] / width, 1 - known[3] / height, known[2] / width, 1 - known[1] / height)
    assert _iou(found[1][0], shown) >= 0.9


def test_repeated_sentences_are_told_apart() -> None:
    def draw(canvas: Canvas) -> None:
        for at in range(3):
            making.column(canvas, 72, 700 - 60 * at, ["All rights are reserved."])

    data = making.pdf(draw)
    loaded = load_bytes(data, "made.pdf")
    text = loaded.document.text
    tops = []
    start = -1
    for _ in range(3):
        start = text.index("All rights", start + 1)
        ((box,),) = pages.boxes(data, loaded.glyphs, Span(start, start + 24)).values()
        tops.append(box.top)
    assert tops == sorted(tops)
    assert tops[2] - tops[0] == pytest.approx(120 / making.HEIGHT, abs=1e-3)


def test_nothing_is_marked_where_nothing_can_be_located() -> None:
    data = making.pdf(_red_line)
    loaded = load_bytes(data, "made.pdf")
    assert pages.boxes(data, (), Span(0, 5)) == {}
    assert pages.boxes(data, loaded.glyphs, Span(0, 0)) == {}
    assert pages.boxes(data, [GlyphRun(0, 9, 0, 5)], Span(0, 5)) == {}
    assert pages.boxes(data, [GlyphRun(0, 1, 90_000, 5)], Span(0, 5)) == {}
    assert pages.boxes(b"no PDF", loaded.glyphs, Span(0, 5)) == {}


def test_a_painter_gives_what_the_functions_give() -> None:
    data = making.pdf(_red_line)
    loaded = load_bytes(data, "made.pdf")
    span = _span(loaded, LINES[1])
    painter = pages.PageRenderer()
    try:
        assert painter.render(data, 1, 300) == pages.render(data, 1, 300)
        assert painter.boxes(data, loaded.glyphs, span) == pages.boxes(data, loaded.glyphs, span) != {}
        assert painter.render(data, 7, 300) is None
        assert painter.render(b"no PDF", 1, 300) is None
        assert painter.boxes(b"no PDF", loaded.glyphs, span) == {}
    finally:
        painter.close()
    assert painter.render(data, 1, 300) is None


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL here")
def test_a_painter_killed_or_hanging_costs_one_page_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    data = making.pdf(_red_line)
    painter = pages.PageRenderer()
    try:
        assert painter.render(data, 1, 300)
        first = _child(painter)
        os.kill(first, signal.SIGKILL)
        assert painter.render(data, 1, 300), "the next page has a child of its own"
        assert _child(painter) != first
        monkeypatch.setattr(pages, "_SECONDS", 1.0)
        os.kill(_child(painter), signal.SIGSTOP)
        assert painter.render(data, 1, 300) is None, "a child that hangs is not waited for"
        monkeypatch.undo()
        assert painter.render(data, 1, 300)
    finally:
        last = _child(painter)
        painter.close()
    with pytest.raises(ProcessLookupError):
        os.kill(last, 0)


def _child(painter: pages.PageRenderer) -> int:
    assert painter._child is not None
    assert painter._child._process is not None
    return painter._child._process.pid
