"""The evidence column is as wide as a person wants it, by the pointer and by the keyboard, also after a reload."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from .driving import EVIDENCE, ask, picture
from .test_page_manners import fits, serious

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.xdist_group("browser")

LIT = "When was the lighthouse at Cape Orrin first lit?"


def width(page: Page) -> int:
    return int(page.evaluate("document.querySelector('.evidence').offsetWidth"))


def test_the_evidence_is_drawn_wider_and_narrower(opened: Callable[..., Page]) -> None:
    page = opened(1280, 800)
    ask(page, LIT)
    page.wait_for_selector(EVIDENCE)
    edge = page.get_by_role("separator", name="Width of the evidence")
    begun = width(page)
    box = edge.bounding_box()
    assert box
    x = box["x"] + box["width"] / 2
    page.mouse.move(x, 400)
    page.mouse.down()
    page.mouse.move(x - 60, 410)
    page.mouse.move(x - 120, 420)
    page.mouse.up()
    drawn = width(page)
    assert abs(drawn - begun - 120) <= 4
    picture(page, "edge-1280-light")
    assert serious(page) == []
    assert fits(page)
    page.mouse.move(x - 300, 400)
    assert width(page) == drawn, "let go is let go"

    edge.focus()
    page.keyboard.press("ArrowRight")
    assert width(page) == drawn - 32
    assert page.locator(".evidence .place .chip").inner_text() == "1", "the arrows are the edge's here"
    assert edge.get_attribute("aria-valuenow") == str(drawn - 32)
    page.keyboard.press("End")
    assert width(page) == int(edge.get_attribute("aria-valuemax") or 0)
    talk = page.locator(".talk").bounding_box()
    assert talk
    assert talk["width"] >= 350, "the conversation keeps room enough"
    page.keyboard.press("Home")
    assert width(page) == int(edge.get_attribute("aria-valuemin") or 0)
    page.reload()
    page.wait_for_selector(EVIDENCE)
    assert width(page) == 320, "it stays as it was left"
    page.set_viewport_size({"width": 1100, "height": 800})
    assert fits(page)
    page.set_viewport_size({"width": 1280, "height": 800})
    page.get_by_role("separator", name="Width of the evidence").dblclick()
    assert abs(width(page) - begun) <= 1


def test_a_sheet_from_below_has_no_edge_to_draw(opened: Callable[..., Page]) -> None:
    page = opened(390, 844)
    ask(page, LIT)
    page.locator(".turn.last button.chip").first.click()
    page.wait_for_selector(EVIDENCE)
    assert not page.locator(".evidence .edge").is_visible()
    assert width(page) == 390
