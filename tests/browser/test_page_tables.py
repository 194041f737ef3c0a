"""Quoted rows on the page: tables with heads and the asked cell, in answers and the evidence, copied as tables."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from openpyxl import Workbook
from pypdf import PdfReader

import rag
from rag.answering.citing import cite
from rag.types import Answer, Claim, Span

from .driving import ask, kept, picture, unharmed, until
from .serving import Server, served

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytestmark = pytest.mark.xdist_group("browser")

NAMES = ["Ada", "Bert", "Cora", "Dirk", "Elsa", "Finn", "Gerd", "Hans", "Ines", "Jana", "Karl", "Lena", "Mona", "Nils"]
HEADS = ["Name", "Extension", "Room", "Department", "Mail", "Since", "Deputy", "Notes"]
TIDES = """# Tides

The tide office measures the water.

| Gauge | Highest tide | Remark |
| --- | --- | --- |
| North quay | 9.4 m | <img src=x onerror="window.hacked = 1"> |
| South quay | 8.8 m | [link](javascript:window.hacked=2) \\| **bold** |
| Skarholm |  | |

The gauge at the mill was removed.
"""


def write_tables(folder: Path) -> None:
    """A workbook with a wide sheet and one under merged heads, and a Markdown file."""
    folder.mkdir()
    book = Workbook()
    costs = book.active
    assert costs is not None
    costs.title = "Costs"
    rows = (
        ["", "2024", "", "2025", ""],
        ["Item", "Units", "Price", "Units", "Price"],
        ["Blue kettle", 12, 9.5, 14, None],
    )
    for row in (*rows, ["Red kettle", 1200, 11, 90, 12]):
        costs.append(row)
    costs.merge_cells("B1:C1")
    costs.merge_cells("D1:E1")
    staff = book.create_sheet("Staff")
    staff.append(HEADS)
    for at, name in enumerate((NAMES * 5)[:60]):
        mail, notes = f"{name.lower()}{at}@works.example", "" if at % 2 else "Works from home on Mondays."
        staff.append([f"{name} Velland {at}", 200 + at, f"B{at}", "Works", mail, 1960 + at, NAMES[at % 7], notes])
    book.save(folder / "works.xlsx")
    (folder / "tides.md").write_text(TIDES, encoding="utf-8")


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, dict[str, rag.types.Document]]]:
    folder = tmp_path_factory.mktemp("tables")
    write_tables(folder / "sources")
    rag.build(folder / "sources", folder / "index")
    with rag.open(folder / "index") as assistant:
        found = {source.path: assistant.document(source.document_id or "") for source in assistant.documents()}
    with served(folder / "index", folder / "sources") as server:
        yield server, {path: document for path, document in found.items() if document is not None}


@pytest.fixture(scope="module")
def server(tables: tuple[Server, Any]) -> Server:
    """The page over the tables."""
    return tables[0]


@pytest.fixture
def opened(opened: Callable[..., Page]) -> Callable[..., Page]:
    """Opens the page at a size and in a colour scheme; it may use the clipboard."""

    def new(width: int = 1280, scheme: Any = "light") -> Page:
        page: Page = opened(width, 844, scheme)
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        return page

    return new


def shown(page: Page, document: rag.types.Document, *wanted: tuple[str, str], **more: Any) -> None:
    """An answer that quotes rows of a document, each told by words of it and the cell that is asked for."""
    claims = []
    for number, (words, cell) in enumerate(wanted, 1):
        at = document.row_at(document.text.index(words))
        assert at is not None
        span = at[0].row(at[1])
        start = document.text.index(cell, span.start) if cell else 0
        citation = cite(number, document, span, Span(start, start + len(cell)) if cell else None)
        claims.append(Claim(citation.quote, (citation,), "quoted"))
    answer = Answer("Which rows?", "Which rows?", "answered", tuple(claims), (), 0.9, shape="cell")
    kept(page, {**answer.to_dict(), "introduction": "", "markdown": str(answer), **more})


def staff(count: int) -> list[tuple[str, str]]:
    return [(f"{name} Velland {at} |", f"{200 + at}") for at, name in enumerate(NAMES * 5)][:count]


def cells(rows: Locator) -> Any:
    return rows.evaluate_all("all => all.map(row => [...row.cells].map(cell => cell.innerText.trim()))")


def clipboard(page: Page, kind: str) -> Any:
    return page.evaluate(
        """async (kind) => {
          const [item] = await navigator.clipboard.read();
          return (await item.getType(kind)).text();
        }""",
        kind,
    )


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_an_answer_from_a_table_is_a_table(opened: Any, width: int, scheme: str) -> None:
    page = opened(width, scheme)
    ask(page, "What is the highest tide at the south quay?")
    grid = page.locator(".turn .grid").first
    assert cells(grid.locator("thead tr")) == [["Gauge", "Highest tide", "Remark", ""]]
    row = grid.locator("tbody tr", has_text="South quay")
    assert cells(row)[0][:3] == ["South quay", "8.8 m", "[link](javascript:window.hacked=2) | **bold**"]
    assert row.locator(".wanted").inner_text() == "8.8 m"
    assert row.locator("th").get_attribute("scope") == "row"
    assert " | " not in page.locator(".turn .answer").inner_text().replace("2) | **", "")
    picture(page, f"table-{width}-{scheme}")
    if width < 1080:
        row.locator(".chip").click()
    lit = page.locator(".evidence tr.lit")
    lit.wait_for()
    assert lit.locator(".wanted").inner_text() == "8.8 m"
    assert page.locator(".evidence tbody tr").count() == 3
    assert "The gauge at the mill was removed." in page.locator(".evidence .body").inner_text()
    picture(page, f"table-evidence-{width}-{scheme}")
    unharmed(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_merged_heads_span_their_columns_and_a_blank_is_said(opened: Any, tables: Any) -> None:
    page = opened()
    shown(page, tables[1]["works.xlsx"], ("Blue kettle", ""), ("Red kettle", "90"))
    grid = page.locator(".turn .grid")
    assert grid.count() == 1, "rows of one table are one table"
    heads = grid.locator("thead tr").first.locator("th")
    assert heads.all_inner_texts() == ["2024", "2025"]
    assert heads.first.get_attribute("colspan") == "2"
    assert heads.first.get_attribute("scope") == "colgroup"
    blank = grid.locator("tbody tr").first.locator("td").nth(3)
    assert blank.locator(".unseen").inner_text() == "blank"
    assert blank.locator(".blank").get_attribute("aria-hidden") == "true"
    assert "2 rows of works, Costs" in grid.locator("caption").text_content()
    assert "Costs, A3:E3, A4:E4" in page.locator(".notes").inner_text()
    assert "Costs, A3:E3" in page.locator(".evidence .meta").inner_text()


def test_a_wide_table_scrolls_in_its_own_box_by_keyboard_too(opened: Any, tables: Any) -> None:
    page = opened(390, "light")
    shown(page, tables[1]["works.xlsx"], ("Ada Velland 0 |", "1960"))
    until(page, "document.querySelector('.turn .grid.wide') !== null")
    box = page.locator(".turn .grid")
    assert (box.get_attribute("tabindex"), box.get_attribute("role")) == ("0", "region")
    until(page, "document.querySelector('.turn .grid').scrollLeft > 0")
    asked, chip, first = (box.locator(each).bounding_box() for each in (".wanted", ".chip", "tbody .first"))
    assert first["x"] >= 0
    assert first["x"] + first["width"] <= asked["x"] + 1, "what the row is about stays in sight"
    assert asked["x"] + asked["width"] <= chip["x"], "and so do the asked cell and the number"
    assert chip["x"] + chip["width"] <= 390
    box.focus()
    before = page.evaluate("document.querySelector('.turn .grid').scrollLeft")
    page.keyboard.press("ArrowRight")
    until(page, f"document.querySelector('.turn .grid').scrollLeft > {before}")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    picture(page, "table-wide-390-light")


def test_many_rows_are_a_screen_and_the_rest_opens(opened: Any, tables: Any) -> None:
    page = opened()
    shown(page, tables[1]["works.xlsx"], *staff(18))
    rows = page.locator(".turn tbody tr:visible")
    assert rows.count() == 12
    assert "Staff, A2:H2, A3:H3, A4:H4, A5:H5 and 14 more" in page.locator(".notes").inner_text()
    page.get_by_role("button", name="and 6 more").click()
    assert rows.count() == 18
    until(page, "document.activeElement.textContent === '13'")


def test_the_evidence_shows_rows_around_and_keeps_the_heads_in_sight(opened: Any, tables: Any) -> None:
    page = opened()
    shown(page, tables[1]["works.xlsx"], (" 39 |", "239"))
    box = page.locator(".evidence .grid")
    box.locator("tr.lit").wait_for()
    assert box.locator("caption").inner_text() == "Rows 30–50 of 60"
    page.get_by_role("button", name="Show more of the source").click()
    until(page, "document.querySelectorAll('.evidence tbody tr').length === 60")
    lit, head, view = (
        page.locator(each).bounding_box() for each in (".evidence tr.lit", ".evidence thead", ".evidence .body")
    )
    assert view["y"] <= head["y"] < lit["y"] < view["y"] + view["height"]
    page.locator(".turn .chip").first.hover()
    page.wait_for_selector(".card:visible")
    assert "Extension" in page.locator(".card .head").all_inner_texts()
    assert "|" not in page.locator(".card").inner_text()


def test_a_table_is_copied_as_rich_text_and_with_tabs(opened: Any, tables: Any) -> None:
    page = opened()
    shown(page, tables[1]["works.xlsx"], ("Blue kettle", ""), ("Red kettle", "90"))
    page.get_by_role("button", name="Copy this table").click()
    until(page, "document.querySelector('.copier.done') !== null")
    assert clipboard(page, "text/plain").split("\n") == [
        "\t2024\t\t2025\t",
        "Item\tUnits\tPrice\tUnits\tPrice",
        "Blue kettle\t12\t9.5\t14\t",
        "Red kettle\t1200\t11\t90\t12",
    ]
    rich = clipboard(page, "text/html")
    assert "<table" in rich
    assert 'colspan="2"' in rich
    assert "button" not in rich


def select(page: Page, start: str, end: str) -> None:
    page.evaluate(
        """([start, end]) => {
          const range = document.createRange();
          range.setStartBefore(document.querySelector(start));
          range.setEndAfter(document.querySelector(end));
          getSelection().removeAllRanges();
          getSelection().addRange(range);
        }""",
        [start, end],
    )


def test_a_row_that_is_selected_is_copied_as_a_row(opened: Any, tables: Any) -> None:
    page = opened()
    shown(page, tables[1]["works.xlsx"], ("Red kettle", "90"))
    page.locator(".evidence tr.lit").wait_for()
    select(page, ".evidence tr.lit > :first-child", ".evidence tr.lit > :last-child")
    page.keyboard.press("Control+c")
    assert clipboard(page, "text/plain") == "Red kettle\t1200\t11\t90\t12"
    assert "<tr><th>Red kettle</th><td>1200</td>" in clipboard(page, "text/html")


def test_an_answer_that_is_selected_is_copied_with_its_numbers_and_notes(opened: Any, tables: Any) -> None:
    page = opened()
    shown(page, tables[1]["tides.md"], ("North", "9.4 m"), ("South", ""))
    select(page, ".turn .answer .grid", ".turn .answer .notes")
    page.keyboard.press("Control+c")
    lines = clipboard(page, "text/plain").split("\n")
    assert lines[0] == "Gauge\tHighest tide\tRemark"
    assert lines[1].split("\t")[1:] == ["9.4 m", '<img src=x onerror="window.hacked = 1">', "[1]"]
    assert lines[-1] == "[1] [2] Tides, tides.md"
    assert "<img" not in clipboard(page, "text/html")


def test_the_copy_button_gives_rich_text_and_markdown(opened: Any, tables: Any) -> None:
    page = opened()
    shown(page, tables[1]["works.xlsx"], *staff(11))
    page.get_by_role("button", name="Copy", exact=True).click()
    page.get_by_text("Copied", exact=True).wait_for()
    assert "| Ada Velland 0 | **200** |" in clipboard(page, "text/plain")
    rich = clipboard(page, "text/html")
    assert "<h2>Which rows?</h2>" in rich
    assert rich.count("<tr>") == 12, "heads and every row, those that are folded too"
    assert "<td> [11]</td>" in rich
    assert "Staff, A2:H2" in rich


def test_the_whole_conversation_is_printed_with_its_notes(opened: Any, tables: Any) -> None:
    page = opened(1280, "dark")
    shown(page, tables[1]["works.xlsx"], *staff(24))
    pages = PdfReader(io.BytesIO(page.pdf(format="A4"))).pages
    written = " ".join(" ".join(each.extract_text() for each in pages).split())
    assert "Which rows?" in written
    assert all(f"{name} Velland {at}" in written for at, name in enumerate((NAMES * 5)[:24])), "also what is folded"
    assert "[24]" in written
    assert "works.xlsx" in written
    for unwanted in ("Ask your sources", "Copy", "Exact quote", "Citation 1 of", "Export"):
        assert unwanted not in written
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.querySelector('.claim')).color") == "rgb(28, 29, 31)"
    picture(page, "print-dark")


def test_blank_cells_at_the_end_of_a_line_of_records_are_not_shown(opened: Callable[..., Page]) -> None:
    said = opened().evaluate(
        """async () => {
          const load = (name) => import(new URL(`footnote/${name}`, document.baseURI));
          const [{ readable }, { excerpt }] = await Promise.all([load("answer.js"), load("excerpt.js")]);
          const found = { media_type: "text/csv", before: "Club;;;\\n", after: "\\nNo;Name;;\\n1;Ash;84,50;x\\n" };
          const node = excerpt(found, "Valid from;01.04.2026;;;", true);
          const whole = node.textContent;
          node.querySelectorAll(".rule").forEach((each) => each.remove());
          return [readable("Valid from;01.04.2026;;;"), whole, node.textContent];
        }"""
    )
    assert said[0] == "Valid from;01.04.2026"
    assert said[1] == "Club;;;\nValid from;01.04.2026;;;\nNo;Name;;\n1;Ash;84,50;x\n"  # it stays in the text
    assert said[2] == "Club\nValid from;01.04.2026\nNo;Name\n1;Ash;84,50;x\n"
