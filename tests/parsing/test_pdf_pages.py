"""The golden set of PDF pages: each is read as a person would type it, with the way back to its glyphs."""

from __future__ import annotations

from pathlib import Path

import making
import pytest

from benchmarks.pdf_text import FOLDER, by_pdfium, compare, words_of
from rag.parsing import load_bytes
from rag.parsing.ledger import word_count

NAMES = sorted(path.stem for path in FOLDER.glob("*.pdf"))
PICTURES = {"scanned"}  # read by OCR, which this process does not do
FORMS = {"form-filled-in": 0.03}  # PDFium's own text has no values of fields
WORST = {"article-printed": (0.08, 0.08)}  # a browser draws the box before the text around it


@pytest.mark.parametrize("name", [name for name in NAMES if name not in PICTURES])
def test_a_page_is_read_as_it_would_be_typed(name: str) -> None:
    data = (FOLDER / f"{name}.pdf").read_bytes()
    loaded = load_bytes(data, f"{name}.pdf")
    making.check(loaded)
    making.check_glyphs(data, loaded)
    errors = compare((FOLDER / f"{name}.txt").read_text("utf-8"), loaded.document.text)
    word, order = WORST.get(name, (0.0, 0.0))
    assert errors.word_error <= word
    assert errors.order_error <= order


@pytest.mark.parametrize("name", [name for name in NAMES if name not in {*PICTURES, *FORMS}])
def test_every_word_is_in_the_text_or_in_the_ledger(name: str) -> None:
    path = FOLDER / f"{name}.pdf"
    document = load_bytes(path.read_bytes(), path.name).document
    if document.text.isascii():  # PDFium breaks words of other scripts
        told = word_count(document.text) + sum(left.words for left in document.left)
        broken = by_pdfium(path).replace("\ufffe\r\n", "").replace("-\r\n", "")
        assert told == pytest.approx(len(words_of(broken)), rel=0.01)


def test_errors_are_counted_by_hand(tmp_path: Path) -> None:
    assert compare("one two three four", "one two three four")[1:] == (0, 0)
    assert compare("one two three four", "one three two four five").word_error == 3 / 4
    assert compare("one two three four", "two three four one").order_error == pytest.approx(1 / 4)
    assert compare("held 12,500³ people", "held 12,500 3 people").word_error == 0
    assert compare("held 12,500 3 people", "held 12,5003 people").word_error == 2 / 5
