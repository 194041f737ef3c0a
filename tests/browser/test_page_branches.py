"""Nothing of a conversation is lost: versions of a question, edits given up, what is deleted, other tabs, reloads."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from .driving import ask, picture, until
from .test_page_manners import fits, serious

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.xdist_group("browser")

LIT = "When was the lighthouse at Cape Orrin first lit?"
TIDE = "What was the highest tide ever measured at the north quay?"
BOATS = "How many fishing boats does the harbour of Orrin hold?"
SIZES = [(1280, 800, "light"), (390, 844, "dark")]
KEPT = "JSON.parse(localStorage.getItem('footnote.conversations') || '[]')"


def questions(page: Page) -> list[str]:
    """The questions on the page, as they follow each other."""
    return page.locator(".turn h2").all_inner_texts()


def answered(page: Page, number: int, question: str) -> None:
    """Waits until so many turns are on the page, the last one answered and asking this."""
    page.locator(f".turn:nth-of-type({number}).last .acts").wait_for()
    until(page, f"document.querySelector('.turn.last h2').innerText === {json.dumps(question)}")


def edited(page: Page, at: int) -> Any:
    """The field in the place of a question."""
    turn = page.locator(".turn").nth(at)
    turn.hover()
    turn.get_by_role("button", name="Edit this question").click()
    return turn.get_by_role("textbox", name="Edit this question")


@pytest.mark.parametrize(("width", "height", "scheme"), SIZES[1:])
def test_another_version_keeps_the_first_one_and_what_came_after(
    opened: Callable[..., Page], width: int, height: int, scheme: str
) -> None:
    page = opened(width, height, scheme)
    ask(page, LIT)
    ask(page, TIDE)
    field = edited(page, 0)
    assert field.input_value() == LIT
    picture(page, f"editing-{width}-{scheme}")
    assert serious(page) == []
    field.fill(BOATS)
    field.press("Enter")
    answered(page, 1, BOATS)
    assert questions(page) == [BOATS]
    group = page.get_by_role("group", name="Versions of this question")
    assert group.inner_text().split("\n")[-1].strip().endswith("2 / 2")
    assert group.get_by_label("Later version").is_disabled()
    page.wait_for_timeout(350)
    picture(page, f"versions-{width}-{scheme}")
    assert serious(page) == []
    assert fits(page)
    group.get_by_label("Earlier version").click()
    until(page, "document.querySelectorAll('.turn').length === 2")
    assert questions(page) == [LIT, TIDE], "what came after the first version is there with it"
    until(page, "document.activeElement.title === 'Later version'")  # the focus stays where it was used
    page.reload()
    page.wait_for_selector(".turn.last .acts")
    assert questions(page) == [LIT, TIDE], "the version that was shown"
    page.get_by_label("Later version").click()
    until(page, "document.querySelectorAll('.turn').length === 1")
    assert questions(page) == [BOATS]


def test_asking_again_is_another_version_too(opened: Callable[..., Page]) -> None:
    page = opened()
    ask(page, LIT)
    ask(page, TIDE)
    page.locator(".turn").first.get_by_role("button", name="Ask again").click()
    answered(page, 1, LIT)
    page.get_by_label("Earlier version").click()
    until(page, "document.querySelectorAll('.turn').length === 2")
    assert questions(page) == [LIT, TIDE]


@pytest.mark.parametrize("way", ["Escape", "Cancel"])
def test_an_edit_is_given_up_and_the_next_question_is_a_new_one(opened: Callable[..., Page], way: str) -> None:
    page = opened()
    ask(page, LIT)
    field = edited(page, 0)
    field.fill("Something else")
    if way == "Escape":
        field.press("Escape")
    else:
        page.get_by_role("button", name="Cancel").click()
    assert questions(page) == [LIT]
    until(page, "document.activeElement.title === 'Edit this question'")
    ask(page, TIDE)
    answered(page, 2, TIDE)
    assert questions(page) == [LIT, TIDE]


def test_an_abandoned_edit_does_not_swallow_the_next_question(opened: Callable[..., Page]) -> None:
    page = opened()
    ask(page, LIT)
    edited(page, 0).fill("Something else")
    ask(page, TIDE)
    answered(page, 2, TIDE)
    assert page.locator(".turn").count() == 2
    assert page.locator(".versions").count() == 0


def test_an_attempt_without_an_answer_is_no_version(opened: Callable[..., Page]) -> None:
    page = opened()
    page.route("**/page/ask", lambda route: route.abort())
    ask(page, LIT)
    page.unroute("**/page/ask")
    page.get_by_role("button", name="Ask again").click()
    page.wait_for_selector(".turn.last button.chip")
    assert page.locator(".versions").count() == 0


@pytest.mark.parametrize(("width", "height", "scheme"), SIZES)
def test_a_deleted_conversation_comes_back(opened: Callable[..., Page], width: int, height: int, scheme: str) -> None:
    page = opened(width, height, scheme)
    ask(page, LIT)
    page.keyboard.press("Escape")
    page.get_by_label("Conversations").first.click()
    page.get_by_label(f"Delete “{LIT}”").click()
    page.get_by_text("Nothing has been asked yet.").wait_for()
    assert page.evaluate(f"{KEPT}.length") == 0
    page.wait_for_timeout(350)
    picture(page, f"deleted-{width}-{scheme}")
    assert serious(page) == []
    until(page, "document.activeElement.textContent === 'Undo'")
    page.get_by_role("button", name="Undo").click()
    page.locator(".past .pick").wait_for()
    assert page.evaluate(f"{KEPT}.length") == 1
    page.keyboard.press("Escape")
    assert questions(page) == [LIT]


def test_conversations_of_an_earlier_page_are_taken_over(opened: Callable[..., Page]) -> None:
    page = opened()
    ask(page, LIT)
    ask(page, TIDE)
    # As the page kept them before there were versions.
    page.evaluate(
        f"""() => {{
          const kept = {KEPT};
          for (const talk of kept) {{
            delete talk.shown;
            for (const turn of talk.turns) ["id", "parent", "asked"].forEach((name) => delete turn[name]);
          }}
          localStorage.setItem("footnote.conversations", JSON.stringify(kept));
        }}"""
    )
    page.reload()
    page.wait_for_selector(".turn.last .acts")
    assert questions(page) == [LIT, TIDE]
    page.locator(".turn").first.get_by_role("button", name="Ask again").click()
    answered(page, 1, LIT)
    page.get_by_label("Earlier version").click()
    until(page, "document.querySelectorAll('.turn').length === 2")


def test_two_tabs_on_one_conversation_keep_what_both_asked(opened: Callable[..., Page]) -> None:
    one = opened()
    ask(one, LIT)
    other = one.context.new_page()
    other.goto(one.url)
    other.wait_for_selector(".turn.last .acts")
    ask(other, TIDE)
    answered(one, 2, TIDE)
    assert questions(one) == [LIT, TIDE], "what the other tab has asked stands here, too"
    ask(one, BOATS)
    answered(other, 3, BOATS)
    assert one.evaluate(f"{KEPT}[0].turns.length") == 3
    other.get_by_label("Conversations").first.click()
    other.get_by_label(f"Delete “{LIT}”").click()
    one.get_by_text("This conversation was deleted in another tab.").wait_for()
    assert questions(one) == [LIT, TIDE, BOATS]


def test_a_question_outlives_its_page(opened: Callable[..., Page]) -> None:
    page = opened()
    page.route("**/page/ask", lambda route: None)  # the answer never comes
    page.fill("#question", LIT)
    page.keyboard.press("Enter")
    page.wait_for_selector(".reading")
    page.fill("#question", "And what did it")
    page.reload()
    page.get_by_text("You left the page before the answer came.").wait_for()
    page.unroute("**/page/ask")  # not before: what is held back would be let go
    assert page.input_value("#question") == "And what did it", "what is being typed stays"
    page.get_by_role("button", name="Ask again").click()
    page.wait_for_selector(".turn.last button.chip")


@pytest.mark.parametrize(("width", "height", "scheme"), SIZES[1:])
def test_a_reload_opens_at_the_last_turn(opened: Callable[..., Page], width: int, height: int, scheme: str) -> None:
    page = opened(width, height, scheme)
    for question in (LIT, TIDE, BOATS):
        ask(page, question)
        page.keyboard.press("Escape")
    page.reload()
    page.wait_for_selector(".turn.last .acts")
    page.wait_for_timeout(500)
    top = page.locator(".turn.last h2").bounding_box()
    log = page.locator(".log").bounding_box()
    assert top
    assert log
    assert log["y"] <= top["y"] < log["y"] + 120


def test_enter_during_an_answer_waits_for_its_turn_and_escape_stops(opened: Callable[..., Page]) -> None:
    page = opened()
    held: list[Any] = []  # the first two questions wait for ever, or until they are let go
    page.route("**/page/ask", lambda route: held.append(route) if len(held) < 2 else route.continue_())
    page.fill("#question", LIT)
    page.keyboard.press("Enter")
    page.wait_for_selector(".reading")
    page.fill("#question", TIDE)
    page.keyboard.press("Enter")
    assert "Your question will be asked as soon as this answer is ready." in page.locator("#hint").inner_text()
    page.keyboard.press("Escape")
    page.get_by_text("Stopped before the answer was complete.").wait_for()
    assert page.input_value("#question") == TIDE, "stopped is stopped: nothing is asked by itself"
    assert page.locator(".turn").count() == 1
    page.keyboard.press("Enter")
    while len(held) < 2:
        page.wait_for_timeout(50)
    page.fill("#question", BOATS)
    page.keyboard.press("Enter")
    until(page, "document.querySelector('#hint').innerText.includes('as soon as')")
    held[1].continue_()
    answered(page, 3, BOATS)
    assert page.input_value("#question") == ""


def test_the_limit_to_some_sources_outlives_a_reload(opened: Callable[..., Page]) -> None:
    page = opened()
    page.get_by_role("button", name="Sources", exact=True).click()
    page.get_by_label("Ask only The harbour of Orrin").check()
    page.get_by_role("button", name="Ask only this source").click()
    page.reload()
    page.wait_for_selector(".scope:not([hidden])")
    assert page.locator(".scope").inner_text().strip() == "Asking only The harbour of Orrin"
    ask(page, BOATS)
    assert "Asked of harbour.txt only." in page.locator(".turn.last .answer").inner_text()
