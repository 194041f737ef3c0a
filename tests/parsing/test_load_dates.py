"""The date that a source gives itself, from the facts in each kind of file and from the line at its head."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from datetime import datetime

import docx
import openpyxl
import pptx
import pytest
from reportlab.pdfgen.canvas import Canvas

from rag.language import dateline
from rag.parsing import load_bytes
from rag.parsing.dates import date_at_head, date_of

THEN = datetime(2024, 5, 3, 9, 30)  # as office files keep it


@pytest.mark.parametrize(
    ("told", "date"),
    [
        ("D:20220411093000-07'00'", "2022-04-11"),
        ("2025-03-11T05:00:00Z", "2025-03-11"),
        ("Tue, 1 Jul 2025 10:00:00 +0000", "2025-07-01"),
        ("Sept. 3, 2024", "2024-09-03"),
        ("2021", "2021"),
        ("March 2021", "2021-03"),
        (THEN, "2024-05-03"),
        ("2025-13-45", ""),
        ("31 February 2025", ""),
        ("12024", ""),
        ("soon", ""),
        (None, ""),
    ],
)
def test_dates_of_facts(told: object, date: str) -> None:
    assert date_of([None, told]) == date


@pytest.mark.parametrize(
    ("head", "date"),
    [
        ("# A title\n\n*Frontier Notes, 30 June 2025. Where justice is slow.*\n", "2025-06-30"),
        ("Published on 3 May 2024 by Ann Lee\n", "2024-05-03"),
        ("By Ann Lee | March 5, 2024\n\nText.", "2024-03-05"),
        ("11 March 2025 — Quetta\n", "2025-03-11"),
        ("SPRINGFIELD, March 3, 2024 -- The council met.", "2024-03-03"),
        ("On 11 March 2025 fighters blew up the track.", ""),
        ("11 March 2025 saw the worst attack.", ""),
        ("Annual report 2021\n", ""),
        ("\n".join(["A line."] * 9) + "\n11 March 2025\n", ""),
    ],
)
def test_dates_at_the_head_of_a_text(head: str, date: str) -> None:
    assert date_at_head(head) == date
    assert load_bytes(head.encode(), "a.md").document.date == date


def _word() -> bytes:
    document = docx.Document()
    document.add_paragraph("The mill was built of stone.")
    document.core_properties.modified = THEN
    return _saved(document.save)


def _slides() -> bytes:
    deck = pptx.Presentation()
    deck.slides.add_slide(deck.slide_layouts[1]).shapes.title.text = "Roads"
    deck.core_properties.modified = THEN
    return _saved(deck.save)


def _sheet() -> bytes:
    book = openpyxl.Workbook()
    book.active.append(["Year", "Paved"])
    book.properties.created = book.properties.modified = THEN
    return _saved(book.save)


def _pdf() -> bytes:
    file = io.BytesIO()
    canvas = Canvas(file, invariant=1)
    canvas.drawString(72, 700, "The mill was built of stone.")
    canvas.save()
    return file.getvalue()


def _saved(save: Callable[[io.BytesIO], object]) -> bytes:
    file = io.BytesIO()
    save(file)
    return file.getvalue()


def test_dates_of_files() -> None:
    files = {
        "a.html": b"<meta property='article:published_time' content='2024-05-03T10:00'><p>The mill was built of stone.",
        "b.html": b"<meta name='DC.Date' content='2024-05-03'><p>The mill was built of stone.",
        "c.html": b"<script type='application/ld+json'>{'x': 1, \"datePublished\": \"2024-05-03\"}</script><p>Mills.",
        "d.html": b"<article><time datetime='2024-05-03'>May</time><p>The mill was built of stone.</p></article>",
        "a.md": b"---\ntitle: Mills\ndate: '2024-05-03'\n---\nThe mill was built of stone.",
        "a.docx": _word(),
        "a.pptx": _slides(),
        "a.eml": b"Subject: Mills\nDate: Fri, 3 May 2024 10:00:00 +0200\n\nThe mill was built of stone.",
    }
    dates = {name: load_bytes(data, name).document.date for name, data in files.items()}
    assert dates == dict.fromkeys(files, "2024-05-03")
    assert load_bytes(_sheet(), "a.xlsx").document.date[:4] >= "2024"  # its library writes the hour of saving
    assert (
        load_bytes(_pdf(), "a.pdf").document.date == "2000-01-01"
    )  # as its library writes where it must always write the same
    assert load_bytes(b"<p>The mill was built of stone.", "e.html").document.date == ""


@pytest.mark.parametrize("line", ["f" * 100_000, "a-" * 50_000, "A-1b-2c " * 12_000, "A. B-" * 20_000, "0f" * 50_000])
def test_a_line_without_end_has_no_date_and_takes_no_time(line: str) -> None:
    started = time.thread_time()
    assert dateline(line) == ""
    assert time.thread_time() - started < 5, "of a processor: a pattern that tries everything takes minutes"


@pytest.mark.parametrize(
    "name", ["Reuters-", "AP - ", "COVID-19 Task Force, ", "By Jean-Paul Sartre – ", "The Bank of X | "]
)
def test_a_date_may_follow_a_name(name: str) -> None:
    assert dateline(f"{name}5 May 2025") == "2025-05-05"
