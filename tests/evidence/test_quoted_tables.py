"""Rows of tables as evidence: the table around them, and packs that show tables and are checked by what they show."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from building import build
from openpyxl import Workbook
from words import WordEncoder

from rag.answering.citing import cite
from rag.assistant import Assistant
from rag.config import Config
from rag.evidence import PackedAnswer, Viewer, make_pack, table_around, verify_pack
from rag.types import Citation, Claim, Document, QuotedRows, Span

CSV = """Station;Opened;Note
Orrin;1871;"the ""old"" one; north"
Skarholm;1934;
<script>alert(1)</script>;1950;<b>x</b>
"""
TIDES = "# Tides\n\nMeasured.\n\n| Gauge | Tide |\n| --- | --- |\n| North | 9.4 m |\n| South | 8.8 m |\n\nThe end.\n"


def workbook(path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Costs"
    for row in (["", "2024", "", "2025", ""], ["Item", "Units", "Price", "Units", "Price"]):
        sheet.append(row)
    sheet.merge_cells("B1:C1")
    sheet.merge_cells("D1:E1")
    for at in range(60):
        sheet.append([f"Kettle {at}", at, at + 0.5, at + 1, None if at == 30 else at + 1.5])
    staff = book.create_sheet("Staff")
    for cells in (["Name", "Room"], ["Ada", "B1"], ["Bert", "B2"]):
        staff.append(cells)
    book.save(path)


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Assistant, Path]]:
    tmp_path = tmp_path_factory.mktemp("tables")
    sources = tmp_path / "sources"
    sources.mkdir()
    workbook(sources / "prices.xlsx")
    (sources / "stations.csv").write_text(CSV)
    (sources / "tides.md").write_text(TIDES)
    encoder = WordEncoder()
    build(sources, tmp_path / "index", encoder=encoder, size=200, overlap=1)
    with Assistant(Config(sources=sources, index=tmp_path / "index"), encoder) as assistant:
        yield assistant, sources


def document_of(assistant: Assistant, path: str) -> Document:
    (source,) = [each for each in assistant.documents() if each.path == path]
    document = assistant.document(source.document_id or "")
    assert document is not None
    return document


def row(document: Document, words: str, number: int = 1, wanted: str = "") -> Citation:
    """A citation of the row that holds some words, and what is asked for in it."""
    at = document.text.index(words)
    found = document.row_at(at)
    assert found is not None
    span = found[0].row(found[1])
    start = document.text.index(wanted, span.start) if wanted else 0
    return cite(number, document, span, Span(start, start + len(wanted)) if wanted else None)


def test_the_table_around_a_row_has_its_heads_and_so_many_neighbours(opened: tuple[Assistant, Path]) -> None:
    document = document_of(opened[0], "prices.xlsx")
    citation = row(document, "Kettle 30 ", wanted="30.5")
    view = table_around(document, citation.span, citation.answer, rows=3)
    assert view is not None
    assert view.heads == (("", "2024", "2024", "2025", "2025"), ("Item", "Units", "Price", "Units", "Price"))
    assert [cells[0] for cells in view.rows] == [f"Kettle {at}" for at in range(27, 34)]
    assert view.rows[3] == ("Kettle 30", "30", "30.5", "31", "")
    assert (view.lit, view.cell, view.above, view.below) == ((3, 4), (3, 2), 27, 26)
    assert (view.sheet, view.cells) == ("Costs", "A33:E33")
    assert view.quoted == citation.table


def test_the_first_row_the_last_row_and_the_heads_are_shown_as_such(opened: tuple[Assistant, Path]) -> None:
    document = document_of(opened[0], "tides.md")
    first, last = (table_around(document, row(document, word).span, rows=9) for word in ("North", "South"))
    assert first is not None
    assert last is not None
    assert (first.rows, first.lit, first.above, first.below) == ((("North", "9.4 m"), ("South", "8.8 m")), (0, 1), 0, 0)
    assert last.lit == (1, 2)
    assert document.text[slice(*last.span)].startswith("| Gauge")
    head = table_around(document, row(document, "Gauge").span, rows=1)
    assert head is not None
    assert (head.heads, head.rows[slice(*head.lit)]) == ((), (("Gauge", "Tide"),))
    assert table_around(document, Span(document.text.index("Measured"), document.text.index("Measured") + 8)) is None


def test_the_text_about_a_table_ends_at_the_next_one_and_its_name(opened: tuple[Assistant, Path]) -> None:
    document = document_of(opened[0], "prices.xlsx")
    view = table_around(document, row(document, "Kettle 59").span, rows=99)
    assert view is not None
    assert document.text[slice(*view.room)].strip() == document.text[slice(*view.span)]


class Shown(HTMLParser):
    """The text of the tables and list items that a browser would show."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.said = ""
        self._within = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
            self._within += 1
        assert tag not in ("script", "b") or not self._within

    def handle_endtag(self, tag: str) -> None:
        self._within -= tag in ("td", "th")

    def handle_data(self, data: str) -> None:
        self.said += data
        if self._within:
            self.rows[-1][-1] += data


def packed(assistant: Assistant, *citations: Citation, **more: object) -> str:
    claims = tuple(Claim(each.quote, (each,), "quoted") for each in citations)
    with Viewer(assistant) as viewer:
        return make_pack(viewer, "Tables", [PackedAnswer("Which?", claims, **more)])  # type: ignore[arg-type]


def check(text: str, sources: Path) -> list[tuple[str, str]]:
    pack = sources.parent / "pack.html"
    pack.write_text(text, encoding="utf-8", newline="")
    return [(verdict.standing, verdict.said) for verdict in verify_pack(pack, sources)]


@pytest.fixture(scope="module")
def pack(opened: tuple[Assistant, Path]) -> tuple[str, Path]:
    assistant, sources = opened
    prices, stations, tides = (document_of(assistant, each) for each in ("prices.xlsx", "stations.csv", "tides.md"))
    blank = row(prices, "Kettle 30 ", 1)
    assert blank.table is not None
    blank = replace(blank, table=replace(blank.table, cell=(0, 4)))
    cited = [blank, row(stations, "Orrin", 2), row(stations, "<script>", 3), row(tides, "South", 4, "8.8 m")]
    return packed(assistant, *cited), sources


def test_a_pack_shows_rows_as_tables_and_is_found_unchanged(pack: tuple[str, Path]) -> None:
    text, sources = pack
    shown = Shown()
    shown.feed(text)
    assert ["Item", "2024 · Units", "2024 · Price", "2025 · Units", "2025 · Price", ""] in shown.rows
    assert ["Kettle 30", "30", "30.5", "31", "—", "1"] in shown.rows
    assert ["Orrin", "1871", 'the "old" one; north'] in shown.rows
    assert ["<script>alert(1)</script>", "1950", "<b>x</b>"] in shown.rows
    assert "prices.xlsx, Costs, A33:E33" in shown.said
    assert " | " not in shown.said
    assert "<strong>8.8 m</strong>" in text
    assert text.count('<strong><span aria-label="blank">—</span></strong>') == 2, "in the answer and in the exhibit"
    assert check(text, sources) == [("unchanged", "")] * 4


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (
            'class="lit"><th scope="row">South</th><td><strong>8.8',
            'class="lit"><th scope="row">South</th><td><strong>9.9',
        ),
        ('Tide</th></tr></thead><tbody><tr><th scope="row">N', 'Wind</th></tr></thead><tbody><tr><th scope="row">N'),
        ('<tr class="lit"><th scope="row">South', '<tr class="lot"><th scope="row">South'),
        ('data-quote="| South | 8.8 m |"', 'data-quote="| South | 9.9 m |"'),
    ],
)
def test_a_pack_whose_table_was_altered_is_found_out(pack: tuple[str, Path], old: str, new: str) -> None:
    text, sources = pack
    assert text.count(old) == 1
    found = check(text.replace(old, new), sources)
    assert [standing for standing, _ in found] == ["unchanged"] * 3 + ["changed"]
    assert "altered" in found[3][1]


def test_a_row_that_moved_is_found_and_one_under_other_heads_is_not(pack: tuple[str, Path], tmp_path: Path) -> None:
    text, kept = pack
    sources = tmp_path / "sources"
    shutil.copytree(kept, sources)
    (sources / "tides.md").write_text(TIDES.replace("Measured.", "Measured by the office, every hour."))
    assert check(text, sources)[3][0] == "moved"
    (sources / "tides.md").write_text(TIDES.replace("| Tide |", "| Wind |"))
    assert check(text, sources)[3][0] == "changed"


def test_a_pack_shows_what_the_source_has_whatever_it_is_given(opened: tuple[Assistant, Path]) -> None:
    assistant, sources = opened
    citation = row(document_of(assistant, "tides.md"), "South")
    false = QuotedRows((("Gauge", "Depth"),), (("South", "99 m"),), (7, 9), "Elsewhere", "Z1")
    text = packed(assistant, replace(citation, table=false))
    assert "99 m" not in text
    assert "Depth" not in text
    assert "Elsewhere" not in text
    assert check(text, sources) == [("unchanged", "")]


def test_rows_that_are_gone_are_kept_as_pairs_and_not_vouched_for(opened: tuple[Assistant, Path]) -> None:
    assistant, sources = opened
    citation = row(document_of(assistant, "tides.md"), "South")
    text = packed(assistant, replace(citation, span=Span(0, len(citation.quote))))
    assert "not vouched for" in text
    assert "<blockquote>Gauge: South; Tide: 8.8 m</blockquote>" in text
    assert not re.search(r"<blockquote>[^<]*\|", text)
    assert check(text, sources) == []
