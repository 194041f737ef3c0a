"""How the page behaves: sizes, colours, keyboard, stillness while an answer comes, and words when things fail."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from .driving import EVIDENCE, ask, picture, until

if TYPE_CHECKING:
    from playwright.sync_api import FilePayload, Page

pytestmark = pytest.mark.xdist_group("browser")

LIT = "When was the lighthouse at Cape Orrin first lit?"


def fits(page: Page) -> bool:
    """Whether nothing hangs over the edge of the window."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def serious(page: Page) -> list[str]:
    """What axe-core finds that is serious or critical."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-core is not installed")
    found = axe.Axe().run(page, context="#footnote").response["violations"]
    return [
        f"{each['id']}: {[node['html'][:120] for node in each['nodes']]}"
        for each in found
        if each["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize(("width", "height", "scheme"), [(1280, 800, "light"), (390, 844, "dark")])
def test_every_view_fits_and_can_be_used_by_everyone(
    opened: Callable[..., Page], width: int, height: int, scheme: str
) -> None:
    page = opened(width, height, scheme)
    name = f"{width}-{scheme}"

    def looked_at(view: str) -> None:
        page.wait_for_timeout(350)  # let the movement end: axe measures colours
        picture(page, f"{view}-{name}")
        assert fits(page), view
        assert serious(page) == [], view

    bar = page.locator(".bar nav").bounding_box()
    assert bar
    assert bar["x"] + bar["width"] <= width
    looked_at("empty")
    ask(page, LIT)
    looked_at("answer")
    page.locator(".turn.last button.chip").first.click()
    page.wait_for_selector(EVIDENCE)
    looked_at("evidence")
    page.keyboard.press("Escape")
    page.locator(".turn.last").get_by_label("Something is wrong").click()
    page.locator(".menu summary").click()
    looked_at("menu")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Sources", exact=True).click()
    page.wait_for_selector(".source")
    virus: FilePayload = {"name": "virus.exe", "mimeType": "x/y", "buffer": b"MZ"}
    page.set_input_files(".adding input", virus)
    page.wait_for_selector(".arrival[data-state=failed]")
    looked_at("sources")
    page.keyboard.press("Escape")
    page.get_by_label("Conversations").first.click()
    looked_at("conversations")
    page.keyboard.press("Escape")
    ask(page, "Who won the chess championship in Reykjavik?")
    looked_at("not-found")


@pytest.mark.parametrize("width", [390, 640, 1024, 1080, 1440, 1920])
def test_widths_in_between(opened: Callable[..., Page], width: int) -> None:
    page = opened(width, 900)
    ask(page, LIT)
    assert fits(page)
    page.locator(".turn.last button.chip").first.click()
    page.wait_for_selector(EVIDENCE)
    assert fits(page)
    panel = page.locator(".evidence").bounding_box()
    assert panel
    assert panel["x"] >= 0
    assert panel["x"] + panel["width"] <= width


def test_the_panel_stands_beside_on_a_wide_window_and_is_a_sheet_on_a_phone(opened: Callable[..., Page]) -> None:
    wide, phone = opened(1280, 800), opened(390, 844)
    for page in (wide, phone):
        ask(page, LIT)
        page.locator(".turn.last button.chip").first.click()
        page.wait_for_selector(EVIDENCE)
    beside, talk = wide.locator(".evidence").bounding_box(), wide.locator(".talk").bounding_box()
    assert beside
    assert talk
    assert beside["x"] >= talk["x"] + talk["width"] - 1
    phone.wait_for_timeout(300)
    sheet = phone.locator(".evidence").bounding_box()
    assert sheet
    assert sheet["x"] == 0
    assert sheet["width"] == 390
    assert sheet["y"] > 80
    assert abs(sheet["y"] + sheet["height"] - 844) < 2
    phone.locator(".evidence").get_by_label("Close").click()
    assert not phone.locator(".evidence").is_visible()


def test_a_window_that_changes_its_width_keeps_the_evidence(opened: Callable[..., Page]) -> None:
    page = opened(1280, 800)
    ask(page, LIT)
    page.wait_for_selector(EVIDENCE)
    page.set_viewport_size({"width": 600, "height": 800})
    page.wait_for_selector(".evidence:modal mark")
    page.set_viewport_size({"width": 1280, "height": 800})
    page.wait_for_selector(".evidence:not(:modal) mark")


def test_everything_can_be_done_from_the_keyboard(opened: Callable[..., Page]) -> None:
    page = opened(390, 844)
    page.keyboard.press("/")
    until(page, "document.activeElement.id === 'question'")
    page.keyboard.type("When was the lighthouse")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("at Cape Orrin first lit?")
    assert page.input_value("#question").count("\n") == 1
    assert page.locator(".turn").count() == 0
    page.keyboard.press("Enter")
    page.wait_for_selector(".turn.last .acts")
    for _ in range(12):
        page.keyboard.press("Shift+Tab")
        if page.evaluate("document.activeElement.classList.contains('chip')"):
            break
    until(page, "document.activeElement.classList.contains('chip')")
    page.wait_for_selector(".card:not([hidden])")
    assert "1871" in page.locator(".card").inner_text()
    page.keyboard.press("Enter")
    page.wait_for_selector(EVIDENCE)
    page.keyboard.press("Escape")
    page.wait_for_selector(".evidence", state="hidden")
    until(page, "document.activeElement.classList.contains('chip')")  # the focus comes back


def test_a_chip_shows_its_quote_on_hover(opened: Callable[..., Page]) -> None:
    page = opened()
    ask(page, LIT)
    page.locator(".turn.last button.chip").first.hover()
    page.wait_for_selector(".card:not([hidden])")
    card = page.locator(".card").inner_text()
    assert "14 May 1871" in card
    assert "The lighthouse at Cape Orrin" in card
    page.mouse.move(5, 500)
    page.wait_for_selector(".card", state="hidden")


def test_nothing_jumps_while_the_answer_comes(opened: Callable[..., Page]) -> None:
    page = opened()
    page.evaluate(
        """() => {
          window.places = [];
          const look = () => {
            const heading = document.querySelector(".turn.last h2");
            if (heading) {
              const { left, top, width } = heading.getBoundingClientRect();
              window.places.push([left, top, width].map(Math.round).join());
            }
            requestAnimationFrame(look);
          };
          look();
        }"""
    )
    ask(page, LIT)
    page.wait_for_selector(EVIDENCE)
    page.wait_for_timeout(300)
    places = page.evaluate("window.places")
    assert len(places) > 5
    assert len(set(places)) == 1, set(places)


def test_the_colours_can_be_chosen_and_are_kept(opened: Callable[..., Page]) -> None:
    page = opened(scheme="light")
    ground = "getComputedStyle(document.querySelector('#footnote')).backgroundColor"
    light = page.evaluate(ground)
    button = page.get_by_label("Colours: system")
    button.click()
    page.get_by_label("Colours: light").click()
    page.get_by_label("Colours: dark").wait_for()
    dark = page.evaluate(ground)
    assert dark != light
    page.reload()
    page.get_by_label("Colours: dark").wait_for()
    assert page.evaluate(ground) == dark


def test_an_empty_question_and_one_too_long_get_a_sentence(opened: Callable[..., Page]) -> None:
    page = opened()
    page.fill("#question", "   ")
    page.keyboard.press("Enter")
    assert page.locator("#hint").inner_text() == "Type a question first."
    page.fill("#question", "lighthouse " * 2000)
    page.keyboard.press("Enter")
    assert "too long. Please shorten it." in page.locator("#hint").inner_text()
    assert page.locator(".turn").count() == 0


def test_stop_ends_the_answer(opened: Callable[..., Page]) -> None:
    page = opened()
    page.route("**/page/ask", lambda route: None)  # the answer never comes
    page.fill("#question", LIT)
    page.keyboard.press("Enter")
    page.wait_for_selector(".reading")
    page.get_by_role("button", name="Stop").click()
    page.wait_for_selector(".turn.last .acts")
    assert "Stopped before the answer was complete." in page.locator(".turn.last .answer").inner_text()
    page.unroute("**/page/ask")
    page.get_by_role("button", name="Ask again").click()
    page.wait_for_selector(".turn.last button.chip")


def test_a_server_that_is_gone_is_said_in_a_sentence(opened: Callable[..., Page]) -> None:
    page = opened()
    page.route("**/page/ask", lambda route: route.abort())
    ask(page, LIT)
    assert "The server is not answering." in page.locator(".turn.last .problem").inner_text()
    page.unroute("**/page/ask")
    page.get_by_role("button", name="Ask again").click()
    page.wait_for_selector(".turn.last button.chip")
