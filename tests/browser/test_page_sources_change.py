"""A citation says so when its source has since changed, moved its words, or gone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from .driving import LIGHTHOUSE, ask, write_sources
from .serving import PATIENCE, Server, Watch, listen, served

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.xdist_group("browser")

SENTENCE = "The lighthouse at Cape Orrin was first lit on 14 May 1871."


@pytest.fixture
def own(tmp_path: Path, browser: Browser) -> Iterator[tuple[Server, Page]]:
    """A server of its own, because its sources change, and a page that has asked."""
    import rag

    write_sources(tmp_path / "sources")
    rag.build(tmp_path / "sources", tmp_path / "index")
    watch = Watch()
    with served(tmp_path / "index", tmp_path / "sources") as server:
        context = browser.new_context(viewport={"width": 1280, "height": 800})
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        listen(page, server.url, watch)
        page.goto(server.url)
        page.wait_for_selector("#question")
        ask(page, "When was the lighthouse at Cape Orrin first lit?")
        yield server, page
        context.close()
    assert not watch.faults, watch.faults


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
