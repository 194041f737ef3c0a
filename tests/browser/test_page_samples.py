"""The page over the sample sources: two of them disagree, and both are shown. Takes the README's pictures."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from .driving import EVIDENCE, ask, picture
from .serving import ROOT, Server, served

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.xdist_group("browser")

DEAD = "How many people died in the attack on the Jaffar Express?"
SIDES = {
    "jaffar-express-hijacking.md": (
        "64",
        "In all, 64 people died in the attack on the Jaffar Express, 18 of them soldiers.",
    ),
    "jaffar-express-first-report.txt": (
        "31",
        "According to the official count given on Friday, 31 people were killed by the attackers.",
    ),
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server over the sample sources, in the place of the one over the tests' own documents."""
    import rag

    index = tmp_path_factory.mktemp("samples") / "index"
    rag.build(ROOT / "sources", index)
    with served(index, ROOT / "sources") as running:
        yield running


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844)])
def test_sources_that_disagree_stand_side_by_side(opened: Callable[..., Page], width: int, height: int) -> None:
    page = opened(width, height)
    ask(page, DEAD)
    assert "differ" in page.locator(".turn.last .noted").first.inner_text()
    sides = page.locator(".turn.last .sides section")
    assert sides.count() == 2
    seen = []
    for i in range(2):
        sides.nth(i).locator("button.chip").click()
        page.wait_for_selector(".evidence:not([aria-busy]) mark")
        path = page.locator(".evidence .meta .path").first.inner_text()
        figure, sentence = SIDES[path]
        assert sides.nth(i).locator(".words").inner_text() == figure
        assert " ".join(page.locator(".evidence mark").inner_text().split()) == sentence
        seen.append(path)
        if width < 1080:
            page.keyboard.press("Escape")
    assert sorted(seen) == sorted(SIDES), "each side leads to its own source"
    one, other = (sides.nth(i).bounding_box() for i in range(2))
    assert one
    assert other
    if width >= 1080:
        assert one["y"] == other["y"], "side by side"
    else:
        assert other["y"] >= one["y"] + one["height"], "one below the other"
        assert other["x"] + other["width"] <= width
    picture(page, f"differing-samples-{width}-light")


def test_the_pictures_of_the_readme(opened: Callable[..., Page]) -> None:
    page = opened(1280, 800, "light")
    ask(page, DEAD)
    page.wait_for_selector(EVIDENCE)
    page.wait_for_timeout(600)  # what moves has come to rest
    picture(page, "page-light")
    page = opened(1280, 800, "dark")
    ask(page, "Who operates the port of Gwadar?")
    page.wait_for_selector(".sheet.ready .quoted")
    page.wait_for_selector(".turn.last .following")
    page.wait_for_timeout(600)
    picture(page, "page-dark")


def test_a_quoted_row_of_a_table_is_lit_up_among_its_rows(opened: Callable[..., Page]) -> None:
    page = opened()
    ask(page, "What was the length of the siege of the Jaffar Express?")
    row = page.locator(".turn.last .grid tbody tr").first
    assert row.locator("th, td").all_inner_texts()[:2] == ["Length of the siege", "two days"]
    page.locator(".turn.last button.chip").first.click()
    page.wait_for_selector(".evidence tr.lit")
    assert page.locator(".evidence tr.lit > *").all_inner_texts() == ["Length of the siege", "two days"]
    assert page.locator(".evidence .grid tr").count() >= 4
    picture(page, "table-samples-1280-light")
