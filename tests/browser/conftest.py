"""A real Chromium on a real server over a real index of a few documents written here.

Every page fails its test if it asks for anything beyond this machine, if one of its scripts fails, or if its
Content-Security-Policy had to stop something.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from .driving import write_sources
from .serving import OPEN, PATIENCE, Server, Watch, listen, opened_alone, served

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

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


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """With a test that fails, what its pages show."""
    report = yield
    if report.when == "call" and report.failed:
        for page in OPEN:
            with suppress(Exception):  # a page that can no longer say anything must not hide why
                report.sections.append((f"What {page.url} shows", page.locator("body").inner_text(timeout=5000)))
    if report.when == "teardown":
        OPEN.clear()
    return report


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


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One headless Chromium for the tests of a file: while it is open, no other event loop can run on its thread."""
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

    def new(width: int = 1280, height: int = 800, scheme: Any = "light", path: str = "", locale: str = "en-US") -> Page:
        size: Any = {"width": width, "height": height}
        context = browser.new_context(viewport=size, color_scheme=scheme, has_touch=width < 500, locale=locale)
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        listen(page, server.url, watch)
        page.goto(server.url + path)
        page.wait_for_selector("#question")
        page.wait_for_selector(".warming[hidden]", state="attached")
        return page

    yield new
    for context in contexts:
        context.close()
    assert not watch.faults, watch.faults


@pytest.fixture
def own(tmp_path: Path, browser: Browser) -> Iterator[tuple[Server, Page]]:
    """A server of its own, because its sources change, and a page on it."""
    import rag

    write_sources(tmp_path / "sources")
    rag.build(tmp_path / "sources", tmp_path / "index")
    with opened_alone(browser, tmp_path / "index", tmp_path / "sources") as opened:
        yield opened
