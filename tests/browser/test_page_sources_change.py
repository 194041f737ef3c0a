"""A citation says so when its source has since changed, moved its words, or gone."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from .driving import EVIDENCE, LIGHTHOUSE, ask
from .serving import Server

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.xdist_group("browser")

SENTENCE = "The lighthouse at Cape Orrin was first lit on 14 May 1871."


def verdict(page: Page) -> str:
    """What the panel says of the citation when it is opened now."""
    page.locator(".evidence").get_by_label("Close", exact=True).click()
    page.locator(".turn.last button.chip").first.click()
    page.wait_for_selector(".evidence .verdict")
    page.wait_for_selector(".evidence:not([aria-busy])")
    return page.locator(".evidence .verdict").inner_text()


def test_what_is_said_of_a_source_that_changes_moves_and_goes(own: tuple[Server, Page]) -> None:
    import rag

    server, page = own
    ask(page, "When was the lighthouse at Cape Orrin first lit?")
    file = server.sources / "lighthouse.md"
    index = server.sources.parent / "index"
    assert verdict(page) == "Exact quote"

    file.write_text(LIGHTHOUSE.replace("## History", "## History\n\nA chapel stood there before."), encoding="utf-8")
    assert verdict(page) == "Exact quote, but the file has changed since it was indexed"
    assert page.locator(".evidence mark").inner_text() == SENTENCE

    rag.build(server.sources, index)
    assert verdict(page) == "Exact quote, found again in the changed source"
    assert page.locator(".evidence mark").inner_text() == SENTENCE
    assert "A chapel stood there before." in page.locator(".evidence .excerpt").inner_text()

    file.write_text(LIGHTHOUSE.replace("14 May 1871", "15 May 1871"), encoding="utf-8")
    rag.build(server.sources, index)
    assert verdict(page) == "The source has changed and no longer says this"
    assert page.locator(".evidence mark").count() == 0
    assert SENTENCE in page.locator(".evidence .excerpt").inner_text(), "what was quoted, not lit up"

    file.unlink()
    rag.build(server.sources, index)
    assert verdict(page) == "No longer among the sources: this is what was quoted"
    assert page.locator(".evidence mark").count() == 0


def test_a_source_that_a_newer_reader_reads_otherwise_is_read_anew(own: tuple[Server, Page]) -> None:
    server, page = own
    ask(page, "When was the lighthouse at Cape Orrin first lit?")
    assert verdict(page) == "Exact quote"
    reads = LIGHTHOUSE.replace("## History", "## History\n\nA note in the margin.")
    _read_as(server, reads)
    assert verdict(page) == "Exact quote, found again now that the source has been reread"
    _read_as(server, reads.replace("14 May 1871", "14 [1] May 1871"))
    assert verdict(page) == "Source read again: its text no longer contains this quote"
    page.reload()
    page.wait_for_selector(".turn")
    page.get_by_text("source read again").first.wait_for()


def _read_as(server: Server, text: str) -> None:
    """Puts into the index what another reader would have made of the lighthouse's file."""
    from rag.storage.connect import open_for_writing

    connection = open_for_writing(server.sources.parent / "index" / "corpus.db")
    connection.execute(
        "UPDATE documents SET text = ? WHERE id = (SELECT document_id FROM files WHERE path = 'lighthouse.md')",
        (text.encode(),),
    )
    connection.close()


def test_a_source_that_is_opened_says_what_was_left_out_of_it(own: tuple[Server, Page]) -> None:
    from rag.storage.connect import open_for_writing

    server, page = own
    left = [["running head", 3, ["page 1", "page 2", "page 3"], 12], ["hidden sheet", 1, ["sheet <b>Costs</b>"], 0]]
    connection = open_for_writing(server.sources.parent / "index" / "corpus.db")
    connection.execute(
        "UPDATE documents SET language = 'de', left_out = ?"
        " WHERE id = (SELECT document_id FROM files WHERE path = 'lighthouse.md')",
        (json.dumps([*left, ["doubtful encoding", 1, ["windows-1250"], 0]]),),
    )
    connection.close()
    page.get_by_role("button", name="Sources", exact=True).click()
    row = page.locator(".source", has_text="lighthouse.md")
    row.wait_for()
    row.locator(".amount", has_text="German").wait_for()
    row.locator(".pick").click()
    told = page.locator(".reader .left-out")
    told.wait_for()
    assert told.locator("h3").all_inner_texts() == ["Left out", "In doubt"]
    assert told.locator("li").all_inner_texts() == [
        "3 running heads (pages 1-3, 12 words)",
        "1 hidden sheet (<b>Costs</b>)",
        "the encoding (windows-1250)",
    ]
    page.locator(".source .pick", has_text="harbour.txt").click()
    page.locator(".reader h2", has_text="harbour").wait_for()
    assert told.count() == 0


def test_the_lines_of_a_fact_sheet_stand_below_one_another(own: tuple[Server, Page]) -> None:
    import rag

    server, page = own
    facts = "Area - total: 1,204 sq km\nCoastline: 310 km\nClimate: mild and wet\nFerries: three a day\n"
    (server.sources / "orrinland.md").write_text(f"# Orrinland\n\n## Geography\n\n{facts}", encoding="utf-8")
    rag.build(server.sources, server.sources.parent / "index")
    ask(page, "How long is the coastline of Orrinland?")
    page.locator(".turn.last button.chip").first.click()
    page.wait_for_selector(EVIDENCE)
    assert page.locator(".evidence mark").inner_text().strip() == "Coastline: 310 km"
    assert facts.strip() in page.locator(".evidence .excerpt").inner_text()
