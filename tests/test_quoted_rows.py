"""Rows of a table in text: Markdown that no cell can break, and places that say sheet and range."""

from __future__ import annotations

import json

from markdown_it import MarkdownIt

from rag.evaluate.predictions import Prediction
from rag.types import Answer, Citation, Claim, QuotedRows, Span

HEADS = (("", "2024", "2024"), ("Item", "Q1", "Q2"))
HOSTILE = ("a|b", "<img src=x> **b** [l](javascript:1) `c` _d_ &lt; ~~e~~\\", "two\nlines")


def row(
    number: int, cells: tuple[str, ...], cell: int | None = None, sheet: str = "Costs", document: str = "d"
) -> Claim:
    table = QuotedRows(HEADS, (cells,), None if cell is None else (0, cell), sheet, f"A{number}:C{number}")
    quote = " | ".join(cells)
    citation = Citation(number, document, "p.xlsx", "Prices", None, None, Span(0, len(quote)), quote, table=table)
    return Claim(quote.replace(" | ", " · "), (citation,), "quoted")


def answer(*claims: Claim, **more: object) -> Answer:
    given = {"status": "answered", **more}
    return Answer("q", "q", claims=claims, passages=(), confidence=0.5, **given)  # type: ignore[arg-type]


def cells_of(markdown: str) -> list[list[str]]:
    """The cells of every row as Markdown reads them."""
    rows: list[list[str]] = []
    for token in MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(markdown):
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "inline" and rows:
            kinds = {child.type for child in token.children or ()}
            assert kinds <= {"text", "text_special", "strong_open", "strong_close"}, (token.content, kinds)
            rows[-1].append("".join(child.content for child in token.children or ()))
    return rows


def test_rows_of_one_table_are_one_table_with_its_heads() -> None:
    said = answer(row(1, ("Kettle", "9", "12"), 1), row(2, ("Pan", "", "4"), 1))
    text = "".join(said.pieces())
    assert cells_of(text) == [
        ["Item", "2024 · Q1", "2024 · Q2", ""],
        ["Kettle", "9", "12", "[1]"],
        ["Pan", "—", "4", "[2]"],
    ]
    assert "| **9** |" in text
    assert "| **—** |" in text
    assert str(said).startswith(text)


def test_rows_of_two_sheets_are_two_tables() -> None:
    said = answer(row(1, ("Kettle", "9", "12")), row(2, ("Pan", "", "4"), sheet="Returns"))
    assert "".join(said.pieces()).count("| Item |") == 2


def test_no_cell_becomes_markup_or_a_further_cell() -> None:
    rows = cells_of("".join(answer(row(1, HOSTILE)).pieces()))
    assert rows[1] == [*(" ".join(cell.split()) for cell in HOSTILE), "[1]"]


def test_the_list_of_sources_says_sheet_and_range_and_no_bars() -> None:
    told = str(answer(row(1, ("Kettle", "9", "12"), 1)))
    assert told.endswith("Sources:\n[1] Prices (p.xlsx, Costs, A1:C1)")
    written = Claim("The kettle costs 9.", row(1, ("Kettle", "9", "")).citations, "supported")
    assert str(answer(written)).endswith("(p.xlsx, Costs, A1:C1): Item: Kettle; 2024 · Q1: 9; 2024 · Q2: —")


def test_a_kept_answer_has_its_table_again() -> None:
    said = answer(row(1, HOSTILE, 2))
    kept = json.loads(json.dumps(Prediction.of(said).to_dict()))
    assert Prediction.from_dict(kept).claims == said.claims


def test_what_comes_closest_has_no_cell_set_off() -> None:
    said = answer(row(1, ("Kettle", "9", "12"), 1), status="partly", reason="closest")
    assert "**" not in "".join(said.pieces())
