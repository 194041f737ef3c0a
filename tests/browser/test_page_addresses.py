"""Every conversation, answer, citation, source and page has a link that opens it, and Back leads where it should."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

import pytest

from .driving import EVIDENCE, ask, until

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from .serving import Server

LIT = "When was the lighthouse at Cape Orrin first lit?"
BOATS = "How many fishing boats does the harbour of Orrin hold?"
SIZES = pytest.mark.parametrize("width", [390, 1280])


def place(page: Page) -> dict[str, str]:
    """What the address bar says, by name."""
    return {name: found[0] for name, found in parse_qs(page.url.partition("#")[2], keep_blank_values=True).items()}


@SIZES
def test_a_conversation_an_answer_and_a_citation_have_links_that_open_them(
    opened: Callable[..., Page], server: Server, width: int
) -> None:
    page = opened(width)
    assert place(page) == {}
    ask(page, LIT)
    ask(page, BOATS)
    talk = place(page)
    assert set(talk) == {"talk"}
    assert page.title() == f"{LIT} – Footnote"
    page.locator(".turn").first.locator("button.chip").first.click()
    page.wait_for_selector(EVIDENCE)
    cited = page.url
    turn = page.locator(".turn").first.get_attribute("data-turn")
    assert place(page) == {**talk, "turn": turn, "note": "1", "source": "lighthouse.md", "at": place(page)["at"]}
    page.go_back()
    until(page, "!document.querySelector('.turn .chip.open') || !document.querySelector('dialog:modal')")
    assert place(page) == talk

    page.get_by_role("button", name="New conversation").click()
    until(page, "!location.hash")
    assert page.title() == "Footnote"
    page.go_back()
    page.wait_for_selector(".turn")
    assert page.locator(".turn h2").all_inner_texts() == [LIT, BOATS]
    page.go_forward()
    until(page, "!document.querySelector('.turn')")

    page.goto("about:blank")
    page.goto(cited)
    page.wait_for_selector(EVIDENCE)
    assert "14 May 1871" in page.locator(".evidence mark").inner_text()
    assert page.locator(".turn").first.locator(".chip.open").count() == 1


def test_a_strangers_link_opens_what_it_cites_or_the_sources(opened: Callable[..., Page], server: Server) -> None:
    page, other = opened(), opened()
    ask(page, LIT)
    talk = page.url
    page.locator(".turn button.chip").first.click()
    until(page, "location.hash.includes('note=1')")
    cited = page.url
    other.goto("about:blank")
    other.goto(cited)
    other.wait_for_selector(".reader mark")
    assert "14 May 1871" in other.locator(".reader mark").inner_text()
    assert other.locator(".turn").count() == 0
    other.goto("about:blank")
    other.goto(talk)
    other.get_by_text("kept in another browser").first.wait_for()
    other.locator(".source", has_text="lighthouse.md").wait_for()
    assert other.locator(".turn").count() == 0
    assert "sources" in place(other)


@SIZES
def test_a_source_and_a_page_of_it_have_links(opened: Callable[..., Page], server: Server, width: int) -> None:
    page = opened(width)
    page.goto("about:blank")
    page.goto(f"{server.url}#source=reports%2Ftides.pdf&page=3")
    page.wait_for_selector(".reader .sheet.ready")
    assert page.locator(".reader h2").inner_text() == "Foreword"
    assert page.get_by_label("Go to page").input_value() == "1", "the third page calls itself 1"
    assert page.title() == "Foreword, page 1 – Footnote"
    page.get_by_label("Page before").click()
    until(page, "location.hash.includes('page=2')")
    assert page.title() == "Foreword, page ii – Footnote"
    page.goto("about:blank")
    page.goto(f"{server.url}#source=no%2Fsuch.pdf")
    page.locator(".reader [role=alert]", has_text="no longer here").wait_for()
    page.get_by_label("Back to the conversation").click()
    page.wait_for_selector(".reader[hidden]", state="attached")
    assert page.locator("#question").is_visible()
