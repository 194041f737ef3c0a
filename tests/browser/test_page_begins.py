"""From nothing at all to a cited answer, as a newcomer comes to it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from .driving import EVIDENCE, LIGHTHOUSE, ask, drop, picture, until, write_sources
from .serving import opened_alone

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.xdist_group("browser")

LIT = "When was the lighthouse at Cape Orrin first lit?"
SENTENCE = "The lighthouse at Cape Orrin was first lit on 14 May 1871."


def test_from_an_empty_folder_to_a_cited_answer(tmp_path: Path, browser: Browser) -> None:
    sources, index = tmp_path / "sources", tmp_path / "index"
    with opened_alone(browser, index, sources, "--sources", str(sources)) as (server, page):
        page.wait_for_selector(".welcome .landing")
        assert "Add your first sources." in page.locator(".welcome").inner_text()
        picture(page, "nothing-yet-1280-light")
        page.fill("#question", LIT)
        page.keyboard.press("Enter")
        assert page.locator("#hint").inner_text() == "There is nothing to ask yet: add files first."
        assert page.locator(".turn").count() == 0

        drop(page, "lighthouse.md", LIGHTHOUSE)
        page.locator(".arrival[data-state=ready]", has_text="lighthouse.md").wait_for()
        assert (server.sources / "lighthouse.md").read_text() == LIGHTHOUSE
        page.keyboard.press("Escape")
        until(page, "document.querySelector('.welcome').innerText.includes('your 1 source')")
        page.locator(".welcome .examples button").first.wait_for()
        ask(page, LIT)
        page.locator(".turn.last button.chip").first.click()
        page.wait_for_selector(EVIDENCE)
        assert page.locator(".evidence mark").inner_text() == SENTENCE


def test_sources_that_were_never_read_are_read_behind_the_page(tmp_path: Path, browser: Browser) -> None:
    sources, index = tmp_path / "sources", tmp_path / "index"
    write_sources(sources)
    with opened_alone(browser, index, sources, "--sources", str(sources)) as (_, page):
        until(page, "document.querySelector('.welcome')?.innerText.includes('your 4 sources')")
        assert page.locator(".bar .count").inner_text() == "4"
        ask(page, LIT)
        assert SENTENCE in page.locator(".turn.last .answer").inner_text()
