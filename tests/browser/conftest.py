"""A real Chromium on a real server over a real index of a few documents written here.

Every page fails its test if it asks for anything beyond this machine, if one of its scripts fails, or if its
Content-Security-Policy had to stop something.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from driving import write_sources

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

ROOT = Path(__file__).resolve().parents[2]
REQUIRED = os.environ.get("FOOTNOTE_BROWSER") == "required"
SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE = 20_000  # milliseconds before a page is taken for stuck


@dataclass
class Server:
    """A page being served, and the folder its index was built from."""

    url: str
    sources: Path
    process: subprocess.Popen[str]


@dataclass
class Watch:
    """What went wrong on a page while nobody looked."""

    faults: list[str] = field(default_factory=list)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


@contextmanager
def served(index: Path, sources: Path) -> Iterator[Server]:
    """The page as a process of its own, until the block ends."""
    port = free_port()
    command = [sys.executable, str(ROOT / "app.py"), "--index", str(index), "--port", str(port)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        url = f"http://127.0.0.1:{port}/"
        try:
            deadline = time.monotonic() + 120
            while not answers(url):
                if process.poll() is not None or time.monotonic() > deadline:
                    process.kill()
                    pytest.fail(f"the page was not served: {process.communicate()[0]}")
                time.sleep(0.2)
            yield Server(url, sources, process)
        finally:
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()


@pytest.fixture(scope="session")
def index(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A built index and its sources."""
    import rag

    folder = tmp_path_factory.mktemp("page")
    write_sources(folder / "sources")
    rag.build(folder / "sources", folder / "index")
    return folder / "index", folder / "sources"


@pytest.fixture(scope="session")
def server(index: tuple[Path, Path]) -> Iterator[Server]:
    """The page over that index."""
    with served(*index) as running:
        yield running


def absent(reason: str) -> None:
    if REQUIRED:
        pytest.fail(f"{reason}, and FOOTNOTE_BROWSER=required")
    pytest.skip(reason)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One headless Chromium for all tests."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        absent("playwright is not installed (pip install -e .[dev])")
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        absent("there is no chromium on this machine (Debian: apt-get install chromium)")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=SWITCHES)
        yield started
        started.close()


@pytest.fixture
def opened(browser: Browser, server: Server) -> Iterator[Callable[..., Page]]:
    """Opens the page at a size and in a colour scheme, ready for a question; each call is another person's browser."""
    watch = Watch()
    contexts: list[BrowserContext] = []

    def new(width: int = 1280, height: int = 800, scheme: Any = "light", path: str = "") -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, has_touch=width < 500
        )
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        listen(page, server.url, watch)
        page.goto(server.url + path)
        page.wait_for_selector("#question")
        page.wait_for_selector(".ready[hidden]", state="attached")
        return page

    yield new
    for context in contexts:
        context.close()
    assert not watch.faults, watch.faults


def listen(page: Page, url: str, watch: Watch) -> None:
    """Every fault of a page is written down."""
    here = (url, "data:", "blob:", "about:")
    page.on("request", lambda request: request.url.startswith(here) or watch.faults.append(f"asked {request.url}"))
    page.on("pageerror", lambda error: watch.faults.append(f"script: {error}"))
    page.on(
        "console",
        lambda said: (
            watch.faults.append(f"console: {said.text}")
            if said.type == "error" and "Failed to load" not in said.text
            else None
        ),
    )
