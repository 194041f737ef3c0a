"""The page in the language of the browser: its own words are translated, what the sources say is not."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from .driving import ask

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.xdist_group("browser")

SENTENCE = "The lighthouse at Cape Orrin was first lit on 14 May 1871."


@pytest.mark.parametrize(
    ("locale", "language", "field", "verdict"),
    [
        ("de-AT", "de", "Fragen Sie Ihre Quellen", "Wörtliches Zitat"),
        ("pl-PL", "en", "Ask your sources", "Exact quote"),
    ],
)
def test_the_page_speaks_german_to_a_german_browser_and_english_to_others(
    opened: Callable[..., Page], locale: str, language: str, field: str, verdict: str
) -> None:
    page = opened(locale=locale)
    assert page.locator("html").get_attribute("lang") == language
    assert page.locator("#question").get_attribute("placeholder") == field
    ask(page, "When was the lighthouse at Cape Orrin first lit?")
    assert SENTENCE in page.locator(".turn.last .claim").first.inner_text()  # as it stands in the source
    page.wait_for_selector(".evidence .verdict")
    assert page.locator(".evidence .verdict").inner_text() == verdict
    assert page.locator(".seal").inner_text().startswith(verdict)
