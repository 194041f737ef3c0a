"""Scanned pages: pictures of text in a PDF, read by the real engine, and cited at their place on the page."""

from __future__ import annotations

import io
from pathlib import Path

import making
import numpy as np
import pytest
from building import build
from PIL import Image, ImageFilter
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas
from words import WordEncoder

from rag.assistant import Assistant
from rag.config import load_config
from rag.errors import EmptySource
from rag.evidence import Viewer
from rag.parsing import Limits, load_files, ocr_engine
from rag.parsing.pdf.pdfium import Pdf
from rag.types import BuildReport, LoadedDocument, OcrProgress, Span

needs_engine = pytest.mark.skipif(
    not ocr_engine("eng"), reason="OCR is not installed (pip install 'footnote-rag[ocr]')"
)

LEFT = (
    "The harbour at Gwadar was opened in 2007.",
    "Its cranes lift forty containers an hour.",
    "A railway to the north was planned but",
    "never built, for want of money. Ships",
    "wait outside the bay when the wind is",
    "strong, as they did for nine days in the",
    "spring of that year. The tugs are small",
    "and old. In the free zone forty firms",
    "have rented land, of which eleven work.",
    "Water comes by tanker from the hills.",
)
RIGHT = (
    "Fishermen protested in November 2021.",
    "They asked for fewer checkpoints and for",
    "an end to trawling near the coast.",
    "Thirty-two days later the talks ended.",
    "The minister signed what they had asked",
    "for and flew home in the evening. Some",
    "of it was done within a month, and most",
    "of it was not done at all. The boats of",
    "the trawlers came back after the winter.",
    "A second protest began the next autumn.",
)


def _columns(canvas: Canvas) -> None:
    making.column(canvas, 60, 760, ["A report on the harbour"], size=20, font=making.BOLD)
    making.column(canvas, 60, 700, LEFT, size=10)
    making.column(canvas, 320, 700, RIGHT, size=10)


def _scan(page: bytes, *, dpi: int = 200, turn: float = 0.3) -> Image.Image:
    """A page as a scanner sees it: a little askew, soft, and with noise."""
    with Pdf(page) as pdf:
        width, _ = pdf.size(1)
        drawn = Image.open(io.BytesIO(pdf.render(1, round(width * dpi / 72)))).convert("L")
    drawn = drawn.rotate(turn, fillcolor=255).filter(ImageFilter.GaussianBlur(0.5))
    noise = np.random.default_rng(1).normal(0, 10, (drawn.height, drawn.width))
    return Image.fromarray((np.asarray(drawn, float) + noise).clip(0, 255).astype(np.uint8))


def _picture(canvas: Canvas, image: Image.Image) -> None:
    canvas.drawImage(ImageReader(image), 0, 0, making.WIDTH, making.HEIGHT)


@pytest.fixture(scope="module")
def scan() -> Image.Image:
    return _scan(making.pdf(_columns))


@pytest.fixture(scope="module")
def mixed(scan: Image.Image) -> bytes:
    """Three pages: one with text of its own, one scanned, one blank."""
    return making.pdf(
        lambda canvas: making.column(canvas, 60, 700, ["This page has text of its own."]) and None,
        lambda canvas: _picture(canvas, scan),
        lambda canvas: None,
    )


def _read(tmp_path: Path, data: bytes, languages: str = "eng") -> LoadedDocument | EmptySource:
    (tmp_path / "scan.pdf").write_bytes(data)
    results = list(load_files([(tmp_path / "scan.pdf", "scan.pdf")], languages=languages, limits=Limits()))
    assert [path for path, _ in results] == ["scan.pdf"] * len(results)
    assert all(isinstance(result, OcrProgress) for _, result in results[:-1])
    return results[-1][1]  # type: ignore[return-value]


@needs_engine
def test_a_scanned_page_is_read_in_the_order_of_its_columns(tmp_path: Path, mixed: bytes) -> None:
    loaded = _read(tmp_path, mixed)
    assert isinstance(loaded, LoadedDocument)
    text = " ".join(loaded.document.text.split())
    assert "This page has text of its own." in text
    assert " ".join(LEFT) in text
    assert " ".join(RIGHT) in text
    assert text.index("never built") < text.index("Fishermen")
    assert loaded.pages_without_text == (3,)
    assert [page.number for page in loaded.document.pages] == [1, 2, 3]
    at = loaded.document.text.index("Fishermen")
    page = loaded.document.page_at(at)
    assert page is not None
    assert page.number == 2
    making.check(loaded)


@needs_engine
def test_every_word_read_leads_back_to_its_ink(tmp_path: Path, mixed: bytes, scan: Image.Image) -> None:
    """The box of each word holds dark pixels, and painting all boxes white leaves next to none on the page."""
    loaded = _read(tmp_path, mixed)
    assert isinstance(loaded, LoadedDocument)
    text = loaded.document.text
    dark = np.asarray(scan) < 120
    height, width = dark.shape
    assert dark.sum() > 1000
    left = dark.copy()
    covered = 0
    for word in loaded.words:
        assert word.page == 2
        box = word.box
        x, y = (
            slice(int(box.left * width), int(box.right * width) + 1),
            slice(int(box.top * height), int(box.bottom * height) + 1),
        )
        assert dark[y, x].sum() > 5, text[word.start : word.start + word.length]
        left[y, x] = False
        covered += word.length
    assert left.sum() < 0.01 * dark.sum()
    page = loaded.document.pages[1]
    assert covered == sum(not char.isspace() for char in text[page.span.start : page.span.end])


def _index(place: Path, mixed: bytes) -> BuildReport:
    (place / "sources").mkdir(exist_ok=True)
    (place / "sources" / "scan.pdf").write_bytes(mixed)
    return build(place / "sources", place / "index", encoder=WordEncoder(), size=40, overlap=1, workers=1)


def _open(place: Path) -> Assistant:
    return Assistant(load_config(sources=place / "sources", index=place / "index", chunk_tokens=40), WordEncoder())


@needs_engine
def test_a_citation_of_a_scan_points_at_its_line_on_the_picture(tmp_path: Path, mixed: bytes) -> None:
    _index(tmp_path, mixed)
    with _open(tmp_path) as assistant, Viewer(assistant) as viewer:
        (source,) = assistant.documents()
        assert (source.status, source.pages, source.pages_without_text) == ("indexed", 3, (3,))
        assert source.reason.startswith("Page 3 holds no text")
        document = assistant.document(source.document_id or "")
        assert document is not None
        start = document.text.index("Fishermen protested")
        span = Span(start, document.text.index("2021.", start) + 5)
        boxes = viewer.page_boxes(document.id, span)
        assert list(boxes) == [2]
        (line,) = boxes[2]
        drawn = 700 / making.HEIGHT  # where the test drew that line, from below
        assert 320 / making.WIDTH - 0.02 < line.left < 320 / making.WIDTH + 0.02
        assert line.top < 1 - drawn < line.bottom + 0.01
        assert line.bottom - line.top < 0.03
        assert list(viewer.page_boxes(document.id, Span(0, 4))) == [1]
        across = viewer.page_boxes(document.id, Span(0, start + 4))
        assert list(across) == [1, 2]
        assert viewer.page_picture(document.id, 2, 400)


@needs_engine
def test_installing_the_engine_reads_what_was_listed_before(
    tmp_path: Path, mixed: bytes, scan: Image.Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "whole.pdf").write_bytes(making.pdf(lambda canvas: _picture(canvas, scan)))
    (tmp_path / "sources" / "plain.txt").write_text("No scan at all.")
    with monkeypatch.context() as patch:
        patch.setattr("rag.indexing.builder.ocr_engine", lambda languages: "")
        report = _index(tmp_path, mixed)
        assert [failure.path for failure in report.no_text] == ["whole.pdf"]
        assert "footnote-rag[ocr]" in report.no_text[0].hint
        with _open(tmp_path) as assistant:
            found = {source.path: source for source in assistant.documents()}
        assert found["scan.pdf"].pages_without_text == (2, 3)
        assert found["scan.pdf"].reason == "Pages 2-3 hold no text."
        assert "footnote-rag[ocr]" in found["scan.pdf"].hint
        assert found["whole.pdf"].pages_without_text == (1,)
        assert _index(tmp_path, mixed).chunks_embedded == 0
    report = _index(tmp_path, mixed)
    assert report.no_text == ()
    assert report.chunks_embedded > 0
    with _open(tmp_path) as assistant:
        paths = {passage.document.path for passage in assistant.search("Fishermen protested in November", 8)}
        assert paths >= {"scan.pdf", "whole.pdf"}
    assert _index(tmp_path, mixed).chunks_embedded == 0


@needs_engine
def test_what_ocr_read_goes_with_the_file(tmp_path: Path, mixed: bytes) -> None:
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "other.txt").write_text("Something else.")
    _index(tmp_path, mixed)
    (tmp_path / "sources" / "scan.pdf").unlink()
    build(tmp_path / "sources", tmp_path / "index", encoder=WordEncoder(), size=40, overlap=1, workers=1)
    raw = b"".join(path.read_bytes() for path in (tmp_path / "index").rglob("*") if path.is_file())
    assert b"Fishermen" not in raw
    assert b"fishermen" not in raw


@needs_engine
def test_pictures_without_text_give_none(tmp_path: Path) -> None:
    noise = Image.fromarray(np.random.default_rng(3).integers(0, 255, (800, 600), np.uint8))
    smooth = noise.filter(ImageFilter.GaussianBlur(8))
    draws = [lambda canvas, image=image: canvas.drawInlineImage(image, 0, 0, 150, 200) for image in (noise, smooth)]
    result = _read(tmp_path, making.pdf(*draws, size=(150, 200)))
    assert isinstance(result, EmptySource)
    assert result.pages == (1, 2)
    assert "OCR" in result.message


def test_without_the_engine_a_scan_is_listed_with_its_pages_and_a_hint(tmp_path: Path, mixed: bytes) -> None:
    loaded = _read(tmp_path, mixed, languages="")
    assert isinstance(loaded, LoadedDocument)
    assert loaded.pages_without_text == (2, 3)
    assert loaded.words == ()
    assert ocr_engine("tlh") == ""  # no data for it anywhere
