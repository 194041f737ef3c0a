"""The cell that a question asks for, told by the head of its column."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import rag
from rag.answering.cells import blank_note, with_cell
from rag.answering.citing import QuotedSpan
from rag.parsing.formats import load_bytes
from rag.types import Span

STOCK = "Product | Price | Stock\nBlue kettle | 39 | 120\nRed kettle | 45 |\nGreen kettle | | 7"
ROWS = [[cell.strip() for cell in line.split("|")] for line in STOCK.split("\n")]
IN_MARKDOWN = "\n".join(
    [f"| {' | '.join(ROWS[0])} |", "|---|---|---|", *(f"| {' | '.join(row)} |" for row in ROWS[1:])]
)
IN_CSV = "\n".join(";".join(f'"{cell}"' if " " in cell else cell for cell in row) for row in ROWS)
IN_HTML = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in ROWS)
FORMS = ["md", "html", "csv"]


def row(name: str, form: str) -> QuotedSpan:
    """The row of a product, in a table of one form."""
    page = f"<html><body><article><h1>Kettles</h1><table>{IN_HTML}</table></article></body></html>"
    data, path = {
        "md": (f"# Kettles\n\n{IN_MARKDOWN}\n", "kettles.md"),
        "html": (page, "kettles.html"),
        "csv": (IN_CSV, "kettles.csv"),
    }[form]
    document = load_bytes(data.encode(), path).document
    (span,) = (block.span for block in document.blocks if name in document.text[slice(*block.span)])
    return QuotedSpan(document, span, Span(span.start, span.start + 3))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("question", "product", "words"),
    [
        ("What is the price of the blue kettle?", "Blue", "39"),
        ("How many blue kettles are in stock?", "Blue", "120"),
        ("Which product has the price 45?", "Red", "Red kettle"),
        ("What does the blue kettle say?", "Blue", None),  # no column is named: what was found stays
        ("What is the price and the stock of the blue kettle?", "Blue", None),
    ],
)
def test_the_asked_cell_is_told_by_the_head_of_its_column(
    question: str, product: str, words: str | None, form: str
) -> None:
    place = row(product, form)
    found, blank = with_cell(place, question)
    assert blank == ""
    assert found.answer is not None
    assert (found == place) if words is None else (place.document.text[slice(*found.answer)] == words)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("question", "product", "head"),
    [
        ("What is the price of the green kettle?", "Green", "Price"),
        ("What is the stock of red kettles?", "Red", "Stock"),
    ],
)
def test_a_blank_cell_is_blank_and_no_other_value_stands_in_its_place(
    question: str, product: str, head: str, form: str
) -> None:
    found, blank = with_cell(row(product, form), question)
    assert (found.answer, blank) == (None, head)


def test_the_head_itself_and_prose_are_left_as_they_are() -> None:
    for name in ("Product", "Kettles"):
        place = row(name, "md")
        assert with_cell(place, "What is the price?") == (place, "")


def test_an_answer_says_that_a_cell_is_blank(tmp_path: Path) -> None:
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "kettles.md").write_text(f"# Kettles in the shop\n\n{IN_MARKDOWN}\n", "utf-8")
    rag.build(tmp_path / "sources", tmp_path / "index")
    with rag.open(tmp_path / "index") as assistant:
        answer = assistant.ask("What is the price of the green kettle?")
        (claim,) = answer.claims
        assert claim.answer is None
        assert "Green kettle" in claim.text
        assert answer.notes == (blank_note("Price"),)
        (claim, *_) = assistant.ask("What is the price of the blue kettle?").claims
        assert claim.answer is not None
        assert claim.text[slice(*claim.answer)] == "39"


def test_a_mark_in_quotes_parts_no_fields() -> None:
    document = load_bytes(b'Part,Use,Price\n"Lid, large",for pots,"1,200"\n', "parts.csv").document
    found, _ = with_cell(QuotedSpan(document, document.blocks[1].span), "What is the price of the large lid?")
    assert found.answer is not None
    assert document.text[slice(*found.answer)] == "1,200"


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[rag.Assistant]:
    """400 vouchers, most of them far below the head of their columns, and staff in a file of records."""
    place = tmp_path_factory.mktemp("ledger")
    (place / "sources").mkdir()
    rows = [f"| V-{n} | {('Archive', 'Kitchen', 'Yard')[n % 3]} | {n * 3}.10 | {n * 4}.25 |" for n in range(200, 600)]
    head = "| Voucher | Cost centre | Net | Gross |\n|---|---|---|---|"
    (place / "sources" / "ledger.md").write_text("# Ledger of 2024\n\n" + "\n".join([head, *rows]) + "\n", "utf-8")
    staff = "\n".join(f"S{n},{('Tom', 'Pia', 'Ulla')[n % 3]},{('Elm', 'Ash')[n % 2]},{9000 + n}" for n in range(6))
    (place / "sources" / "staff.csv").write_text(f"No,First name,Surname,Extension\n{staff}\n", "utf-8")
    rag.build(place / "sources", place / "index")
    with rag.open(place / "index") as opened:
        yield opened


@pytest.mark.parametrize(
    ("question", "row", "cell"),
    [
        ("What is the gross amount of voucher V-517?", "V-517", "2068.25"),
        ("What is the net of V-204?", "V-204", "612.10"),
        ("Which cost centre has voucher V-431?", "V-431", "Yard"),
        ("what is the extension of pia elm", "S4", "9004"),
    ],
)
def test_a_value_is_looked_up_by_its_row_and_its_column(
    ledger: rag.Assistant, question: str, row: str, cell: str
) -> None:
    answer = ledger.ask(question)
    assert (answer.status, answer.shape) == ("answered", "cell")
    (claim,) = answer.claims
    (citation,) = claim.citations
    assert row in citation.quote
    assert claim.answer is not None
    assert claim.text[slice(*claim.answer)] == cell


@pytest.mark.parametrize(
    "question",
    [
        "What is the gross amount of voucher V-999?",  # no such row
        "What is the extension of Tom?",  # two rows
        "What is the extension of Bob Elm?",
        "What is the gross amount of voucher V-517 in 2019?",  # of another year
        "What is the gross of the voucher before V-517?",
        "What is the gross weight of the ship of V-517?",
    ],
)
def test_what_no_row_or_more_than_one_says_is_not_looked_up(ledger: rag.Assistant, question: str) -> None:
    assert ledger.ask(question).shape != "cell"
