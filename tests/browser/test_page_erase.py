"""Delete all my data does: in the browser, of the feedback, and on the server. After signing out no address tells."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from rag.server.users import users_file_line

from .driving import ask, opened_on_lighthouse, picture, sign_in, until
from .serving import PATIENCE, Server, served
from .test_page_manners import fits, serious

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.xdist_group("browser")

LIT = "When was the lighthouse at Cape Orrin first lit?"
SECRET = "correct horse"
SIZES = [(1280, 800, "light"), (390, 844, "dark")]
LEFT = "JSON.stringify([Object.entries(localStorage), Object.entries(sessionStorage)])"


@pytest.fixture(scope="module")
def guarded(index: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Path]]:
    """A page for two people, and the folder of what they leave on the server."""
    users = tmp_path_factory.mktemp("users") / "users.txt"
    users.write_text(f"{users_file_line('ada', SECRET)}\n{users_file_line('bob', SECRET)}\n")
    with served(*index, "--auth", str(users), kept=users.parent) as running:
        yield running, users.parent


def signed_in(browser: Browser, server: Server, name: str) -> Page:
    page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
    page.set_default_timeout(PATIENCE)
    sign_in(page, server.url, name, SECRET)
    page.wait_for_selector("#question")
    return page


def say_and_type(page: Page) -> None:
    """An answer, a word on it, and a question that is being typed."""
    ask(page, LIT)
    page.keyboard.press("Escape")
    page.locator(".turn.last").get_by_label("Helpful").click()
    page.get_by_text("Noted, on this machine only.").wait_for()
    page.fill("#question", "And what did the lighthouse cost")


def erase(page: Page) -> None:
    page.get_by_label("Conversations").first.click()
    page.get_by_role("button", name="Delete all my data", exact=True).click()
    page.get_by_role("button", name="Delete everything").click()
    page.wait_for_selector(".welcome")
    page.wait_for_selector("dialog.erasing:not([open])", state="attached")


@pytest.mark.parametrize(("width", "height", "scheme"), SIZES[1:])
def test_nothing_stays_in_the_browser_and_no_feedback(
    tmp_path: Path, browser: Browser, width: int, height: int, scheme: str
) -> None:
    with opened_on_lighthouse(browser, tmp_path, width, height, scheme) as (server, page):
        say_and_type(page)
        assert "lighthouse" in page.evaluate(LEFT)
        page.get_by_label("Conversations").first.click()
        page.get_by_role("button", name="Delete all my data", exact=True).click()
        page.wait_for_timeout(350)
        picture(page, f"erasing-{width}-{scheme}")
        assert serious(page) == []
        assert fits(page)
        until(page, "document.activeElement.textContent === 'Cancel'")
        page.keyboard.press("Enter")
        assert "lighthouse" in page.evaluate(LEFT), "nothing is deleted unasked"
        assert "lighthouse" in (tmp_path / "feedback.jsonl").read_text()
        if width < 1280:
            page.keyboard.press("Escape")
        erase(page)
        assert "lighthouse" not in page.evaluate(LEFT)
        assert page.input_value("#question") == ""
        assert "#" not in page.url
        assert (tmp_path / "feedback.jsonl").read_text() == ""
        assert (server.sources / "lighthouse.md").exists()
        page.reload()
        page.wait_for_selector(".welcome")


def test_the_server_keeps_nothing_of_who_deletes_and_everything_of_others(
    guarded: tuple[Server, Path], browser: Browser
) -> None:
    server, folder = guarded
    bob = signed_in(browser, server, "bob")
    say_and_type(bob)
    ada = signed_in(browser, server, "ada")
    say_and_type(ada)
    until(ada, "Object.values(JSON.parse(localStorage['footnote.kept.ada'] ?? '{}')).some((each) => each.sent)")
    until(bob, "Object.values(JSON.parse(localStorage['footnote.kept.bob'] ?? '{}')).some((each) => each.sent)")
    erase(ada)
    elsewhere = signed_in(browser, server, "ada")
    elsewhere.wait_for_selector(".welcome")
    elsewhere.get_by_text("Nothing has been asked yet.").wait_for()
    there = signed_in(browser, server, "bob")
    there.locator(".past .pick", has_text=LIT).wait_for()
    told = (folder / "feedback.jsonl").read_text()
    assert '"bob"' in told
    assert '"ada"' not in told
    for page in (bob, ada, elsewhere, there):
        page.context.close()


def test_what_cannot_be_deleted_on_the_server_stays_everywhere(guarded: tuple[Server, Path], browser: Browser) -> None:
    page = signed_in(browser, guarded[0], "ada")
    ask(page, LIT)
    page.route("**/page/discard-all", lambda route: route.abort())
    page.get_by_role("button", name="Delete all my data", exact=True).click()
    page.get_by_role("button", name="Delete everything").click()
    page.locator(".erasing .problem").wait_for()
    assert "lighthouse" in page.evaluate(LEFT)
    page.context.close()


def test_after_signing_out_no_address_tells_what_was_open(guarded: tuple[Server, Path], browser: Browser) -> None:
    server, _ = guarded
    page = signed_in(browser, server, "ada")
    other = page.context.new_page()
    other.set_default_timeout(PATIENCE)
    ask(page, LIT)
    assert "#talk=" in page.url
    other.goto(page.url)
    other.wait_for_selector(".turn")
    held: list[Any] = []
    page.route("**/logout", lambda route: held.append(route))  # the session lasts longer than what the browser keeps
    page.get_by_label("Sign out ada").evaluate("button => button.click()")  # a click of a person waits for the answer
    other.get_by_label("Password").wait_for()
    while not held:
        page.wait_for_timeout(50)
    held[0].continue_()
    for each in (page, other):
        each.get_by_label("Password").wait_for()
        assert "talk" not in each.url
        assert "lighthouse" not in each.evaluate(LEFT)
    page.context.close()
