"""What stands at the edge of PDF pages: heads, feet and page numbers go into the ledger, everything else stays."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import making
import pytest
from reportlab.pdfgen.canvas import Canvas

from rag.parsing import load_bytes
from rag.types import Document

PROSE = (
    "The ferry left the quay at dawn and came back with barley, wool and three letters for the priest.",
    "Nobody had told the miller that his weir was to be measured again before the winter storms began.",
    "A clerk copied the names of all the families into one thick book and locked it into the chest.",
    "Her brother mended clocks in the old chapel, and people brought him bread instead of money.",
    "When the thaw set in, the road to the coast lay under water for the better part of a month.",
    "The schoolmaster planted pear trees along the wall, and only two of them ever bore any fruit.",
)
Place = tuple[float, float, str, float, str]  # x, y from the bottom, text, size, font


def _document(pages: int, edge: Callable[[int], Sequence[Place]]) -> Document:
    """So many pages of prose, with what `edge` gives for the number of each."""

    def page(number: int) -> making.Draw:
        def draw(canvas: Canvas) -> None:
            for x, y, text, size, font in edge(number):
                making.column(canvas, x, y, [text], size=size, font=font)
            making.column(canvas, 60, 600, making.wrapped(PROSE[(number - 1) % len(PROSE)], 430))

        return draw

    loaded = load_bytes(making.pdf(*(page(number) for number in range(1, pages + 1))), "made.pdf")
    making.check(loaded)
    return loaded.document


@pytest.mark.parametrize("pages", [2, 3, 4, 6, 12])
@pytest.mark.parametrize(
    "line",
    [
        "Amount due: {0}7.50 euros",
        "Rechnungsbetrag {0}8,20 EUR",
        "Total £{0}1",
        "Due on {0}.05.2025",
        "Due on 30 June 2025",
        "Fällig am 3. März 2025",
        "Balance 75.55",
        "Invoice {0}",
        "Invoice 10{0}",
        "Article {0}",
        "§ {0} Fees",
        "{0} March 2025",
        "Results of quarter {0}",
        "12 members were present",
        "Customer: R. Meier",
        "Rainfall {0} mm",
    ],
)
def test_what_says_something_stays(line: str, pages: int) -> None:
    text = _document(pages, lambda number: [(60, 800, line.format(number), 10, making.VERA)]).text
    for number in range(1, pages + 1):
        assert text.count(line.format(number)) >= (1 if "{0}" in line else pages)


def test_titles_of_slides_stay() -> None:
    document = _document(4, lambda number: [(60, 790, f"Sales in quarter {number}", 24, making.BOLD)])
    assert [document.text[slice(*block.span)] for block in document.blocks if block.kind == "heading"] == [
        f"Sales in quarter {number}" for number in range(1, 5)
    ]
    assert not document.left


def test_the_same_title_on_each_slide_stays() -> None:
    document = _document(4, lambda number: [(60, 790, "What we found", 24, making.BOLD)])
    assert document.text.count("What we found") == 4


@pytest.mark.parametrize(
    "edge",
    [
        lambda n: [(60, 800, "The River Commission", 9, making.VERA)],
        lambda n: [(60, 800, "The River Commission, 2024", 9, making.VERA)],
        lambda n: [(280, 30, f"Page {n} of 5", 9, making.VERA)],
        lambda n: [(280, 30, f"Seite {n}", 9, making.VERA)],
        lambda n: [(280, 30, f"- {n + 11} -", 9, making.VERA)],
        lambda n: [(280, 30, ("ii", "iii", "iv", "v", "vi")[n - 1], 9, making.VERA)],
        lambda n: [(60, 30, "The River Commission", 9, making.VERA), (500, 30, f"{n}", 9, making.VERA)],
        lambda n: [(60, 30, f"The River Commission | {n}", 9, making.VERA)],
        lambda n: [(60 + 300 * (n % 2), 30, f"Tides {n + 40}" if n % 2 else f"{n + 40} Tides", 9, making.VERA)],
        lambda n: [(60, 810, "29/11/2026, 21:04", 8, making.VERA), (300, 810, "Tides", 8, making.VERA)],
        lambda n: [(60, 20, "https://tides.example/2024-11-29/x", 8, making.VERA), (500, 20, f"{n}/5", 8, "Vera")],
    ],
)
def test_heads_feet_and_page_numbers_go_into_the_ledger(edge: Callable[[int], Sequence[Place]]) -> None:
    document = _document(5, edge)
    assert document.text.replace("\n\n", "\n") == "\n".join(PROSE[:5])
    (left,) = document.left
    assert left.kind == "running head"
    assert left.places == tuple(f"page {number}" for number in range(1, 6))
    assert left.count == 5


def test_two_pages_are_not_enough_for_a_head() -> None:
    document = _document(2, lambda number: [(60, 800, "Office of the Harbour Master", 9, making.VERA)])
    assert document.text.count("Office of the Harbour Master") == 2


def test_the_names_of_a_tables_columns_stay_on_every_page() -> None:
    def page(number: int) -> making.Draw:
        def draw(canvas: Canvas) -> None:
            rows = [("Day", "Ferry", "Fare"), *((f"{at}th", f"boat {at * number}", f"{at}.40") for at in range(5, 9))]
            for at, row in enumerate(rows):
                for x, cell in zip((60, 200, 300), row, strict=True):
                    making.column(canvas, x, 800 - 14 * at, [cell])

        return draw

    text = load_bytes(making.pdf(*map(page, range(1, 5))), "made.pdf").document.text
    assert text.count("Ferry") == 4


def test_years_that_head_the_pages_of_a_chronicle_stay() -> None:
    text = _document(6, lambda number: [(60, 800, str(1900 + number), 10, making.VERA)]).text
    assert all(str(1900 + number) in text for number in range(1, 7))


def test_pages_before_the_first_chapter_have_numbers_of_their_own() -> None:
    numbers = ("", "ii", "1", "2", "3", "4")
    document = _document(6, lambda number: [(280, 30, numbers[number - 1], 9, making.VERA)] if number > 1 else [])
    assert document.text.replace("\n\n", "\n") == "\n".join(PROSE[:6])
    (left,) = document.left
    assert (left.kind, left.count, left.words) == ("running head", 5, 5)
