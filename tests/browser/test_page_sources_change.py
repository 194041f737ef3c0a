"""A citation says so when its source has since changed, moved its words, or gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .driving import LIGHTHOUSE, ask
from .serving import Server

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.xdist_group("browser")

SENTENCE = "The lighthouse at Cape Orrin was first lit on 14 May 1871."


def verdict(page: Page) -> str:
    """What the panel says of the citation when it is opened now."""
    page.get_by_label("Close", exact=True).first.click()
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


def test_the_lines_of_a_fact_sheet_stand_below_one_another(own: tuple[Server, Page]) -> None:
    import rag

    server, page = own
    facts = "Area - total: 1,204 sq km\nCoastline: 310 km\nClimate: mild and wet\nFerries: three a day\n"
    (server.sources / "orrinland.md").write_text(f"# Orrinland\n\n## Geography\n\n{facts}", encoding="utf-8")
    rag.build(server.sources, server.sources.parent / "index")
    ask(page, "How long is the coastline of Orrinland?")
    page.locator(".turn.last button.chip").first.click()
    page.wait_for_selector(".evidence mark")
    assert page.locator(".evidence mark").inner_text().strip() == "Coastline: 310 km"
    assert facts.strip() in page.locator(".evidence .excerpt").inner_text()
