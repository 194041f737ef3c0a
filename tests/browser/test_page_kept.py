"""Conversations beyond one browser: found on another machine, by their words, pinned, gone where they are deleted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from rag.server.users import users_file_line

from .driving import ask, picture, sign_in
from .serving import PATIENCE, Server, Watch, listen, served

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.xdist_group("browser")

SECRET = "a long secret"
LIT = "When was the lighthouse at Cape Orrin first lit?"
BOATS = "How many fishing boats does the harbour of Orrin hold?"


@pytest.fixture(scope="module")
def guarded(index: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    users = tmp_path_factory.mktemp("users") / "users.txt"
    users.write_text(f"{users_file_line('ada', SECRET)}\n{users_file_line('bob', SECRET)}\n")
    with served(*index, "--auth", str(users), kept=users.parent) as running:
        yield running


@contextmanager
def machine(browser: Browser, server: Server, name: str, width: int = 1280) -> Iterator[Page]:
    """The page of somebody who has signed in, in a browser that knows nothing yet."""
    watch = Watch()
    context = browser.new_context(viewport={"width": width, "height": 800})
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    listen(page, server.url, watch)
    sign_in(page, server.url, name, SECRET)
    page.wait_for_selector("#question")
    yield page
    context.close()
    assert not watch.faults, watch.faults


def test_conversations_are_there_on_another_machine_and_for_nobody_else(guarded: Server, browser: Browser) -> None:
    with machine(browser, guarded, "ada") as page:
        ask(page, BOATS)
        page.get_by_role("button", name="New conversation").click()
        ask(page, LIT)
        page.get_by_label("Sign out ada").click()
        page.get_by_label("Password").wait_for()
        assert page.evaluate("Object.keys(localStorage).filter((key) => /conversations|kept/.test(key))") == []
    with machine(browser, guarded, "bob") as page:
        page.get_by_label("Conversations").first.click()
        page.get_by_text("Nothing has been asked yet.").wait_for()
    with machine(browser, guarded, "ada", width=390) as page:
        page.get_by_label("Conversations").first.click()
        page.locator(".past .pick", has_text=BOATS).wait_for()
        page.locator(".past .pick", has_text=LIT).wait_for()
        titles = page.locator(".past .title")
        assert titles.all_inner_texts() == [LIT, BOATS]
        page.get_by_label(f"Pin “{BOATS}”").click()
        assert titles.all_inner_texts() == [BOATS, LIT]
        page.get_by_label("Find in conversations").fill("1871 MAY")
        page.locator(".past .pick", has_text=BOATS).wait_for(state="detached")
        assert titles.all_inner_texts() == [LIT]
        picture(page, "kept-390-light")
        page.get_by_label("Find in conversations").fill("zanzibar")
        page.get_by_text("No conversation contains these words.").wait_for()
        page.get_by_label("Find in conversations").fill("")
        page.get_by_label(f"Delete “{LIT}”").click()
        page.locator(".past .pick", has_text=LIT).wait_for(state="detached")
        page.get_by_role("button", name="Close").first.click()
        page.get_by_label("Sign out ada").click()
        page.get_by_label("Password").wait_for()
    with machine(browser, guarded, "ada") as page:
        page.get_by_label("Conversations").first.click()
        page.locator(".past .pick", has_text=BOATS).wait_for()
        assert page.locator(".past .title").all_inner_texts() == [BOATS]
        assert page.get_by_label(f"Pin “{BOATS}”").get_attribute("aria-pressed") == "true"
        page.locator(".past .pick").click()
        assert "84 fishing boats" in page.locator(".turn.last .answer").inner_text()
