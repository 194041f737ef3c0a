"""Where people sign in: nothing without a password, and each finds only their own."""

from __future__ import annotations

import base64
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from rag.server.users import users_file_line

from .driving import ask, picture, sign_in, until
from .serving import PATIENCE, ROOT, Server, Watch, listen, served
from .test_page_manners import serious

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.xdist_group("browser")

SECRET = "a long secret"
LIT = "When was the lighthouse at Cape Orrin first lit?"


@pytest.fixture(scope="module")
def guarded(index: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    users = tmp_path_factory.mktemp("users") / "users.txt"
    users.write_text(f"{users_file_line('ada', SECRET)}\n{users_file_line('bob', 'another secret')}\n")
    with served(*index, "--auth", str(users)) as running:
        yield running


def status(server: Server, path: str, header: str = "") -> int:
    request = urllib.request.Request(server.url + path, headers={"authorization": header} if header else {})
    try:
        with urllib.request.urlopen(request) as response:
            return int(response.status)
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code


def test_nothing_is_answered_without_a_password(guarded: Server) -> None:
    for path in (
        "page/picture?document=x&page=1&width=9",
        "page/cases",
        "config",
        "gradio_api/info",
        "footnote/main.js",
    ):
        assert status(guarded, path) == 401, path
    right = "Basic " + base64.b64encode(f"ada:{SECRET}".encode()).decode()
    wrong = "Basic " + base64.b64encode(b"ada:wrong secret").decode()
    nobody = "Basic " + base64.b64encode(f"eve:{SECRET}".encode()).decode()
    assert status(guarded, "page/cases", right) == 200
    assert status(guarded, "page/cases", wrong) == 401
    assert status(guarded, "page/cases", nobody) == 401


def test_people_sign_in_and_find_only_their_own(guarded: Server, browser: Browser) -> None:
    watch = Watch()
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    listen(page, guarded.url, watch)
    sign_in(page, guarded.url, "ada", "wrong secret")
    page.get_by_text("That name and password do not match.").wait_for()
    picture(page, "signing-1280-light")
    sign_in(page, guarded.url, "ada", SECRET)
    page.wait_for_selector("#question")
    cookie = context.cookies()[0]
    assert cookie["httpOnly"]
    assert cookie["sameSite"] == "Lax"
    ask(page, LIT)
    page.get_by_label("Sign out ada").click()
    page.get_by_label("Password").wait_for()
    sign_in(page, guarded.url, "bob", "another secret")
    page.wait_for_selector("#question")
    page.get_by_label("Conversations").first.click()
    assert LIT not in page.locator(".past").inner_text()
    page.get_by_label("Sign out bob").count()
    context.close()
    assert not watch.faults, watch.faults


@pytest.mark.parametrize(("width", "height", "scheme"), [(1280, 800, "light"), (390, 844, "dark"), (320, 300, "light")])
def test_the_form_and_what_was_wrong_are_seen_whole(
    guarded: Server, browser: Browser, width: int, height: int, scheme: Any
) -> None:
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    sign_in(page, guarded.url, "ada <b>", "wrong secret")
    said = page.get_by_role("alert")
    said.wait_for()
    assert said.inner_text() == "That name and password do not match."
    assert page.get_by_label("Name").input_value() == "ada <b>"
    until(page, "document.activeElement.type === 'password'")
    picture(page, f"signing-{width}-{scheme}")
    for what in (page.locator("h1"), said, page.get_by_label("Password"), page.get_by_role("button")):
        what.scroll_into_view_if_needed()
        box = what.bounding_box()
        assert box
        assert 0 <= box["x"] < box["x"] + box["width"] <= width
        assert 0 <= box["y"] < box["y"] + box["height"] <= height + 1
    assert serious(page) == []
    context.close()


@pytest.mark.parametrize("width", [1280, 390])
def test_a_session_that_ends_says_so_and_keeps_what_was_typed(guarded: Server, browser: Browser, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 844})
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    sign_in(page, guarded.url, "ada", SECRET)
    page.wait_for_selector("#question")
    page.fill("#question", LIT)
    context.clear_cookies(name="footnote")
    page.keyboard.press("Enter")
    page.get_by_text("Your session has ended. What you typed has been kept.").wait_for()
    assert LIT in page.locator(".turn.last h2").inner_text()
    page.fill("#question", "And how far is it")
    picture(page, f"session-ended-{width}-light")
    assert serious(page) == []
    page.locator(".notice").get_by_role("button", name="Sign in").click()
    page.get_by_label("Name").fill("ada")
    page.get_by_label("Password").fill(SECRET)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_selector("#question")
    assert page.input_value("#question") == "And how far is it"
    page.get_by_role("button", name="Ask again").click()
    page.wait_for_selector(".turn.last button.chip")
    context.close()


def test_gradio_client_signs_in(guarded: Server) -> None:
    script = (
        "import sys\n"
        "from gradio_client import Client\n"
        "client = Client(sys.argv[1], auth=('ada', sys.argv[2]), verbose=False, httpx_kwargs={'timeout': 120})\n"
        "print(client.predict(question='lighthouse', k=1, api_name='/search')[0]['path'])\n"
    )
    command = [sys.executable, "-W", "ignore", "-c", script, guarded.url, SECRET]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "lighthouse.md"
