"""Where people sign in: nothing without a password, and each finds only their own."""

from __future__ import annotations

import base64
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from rag.server.users import users_file_line

from .driving import ask, picture, sign_in
from .serving import PATIENCE, ROOT, Server, Watch, listen, served

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
    page.get_by_text("Name and password do not fit together.").wait_for()
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
