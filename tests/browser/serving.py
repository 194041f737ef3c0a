"""The page as a process of its own, and a watch over what its pages do."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Request

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 90_000  # milliseconds before a page is taken for stuck


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
def served(index: Path, sources: Path, *more: str, kept: Path | None = None) -> Iterator[Server]:
    """The page over an index, as a process of its own, until the block ends.

    What people leave on the server, their conversations too, lies in the folder `kept`; without one beside the index.
    """
    feedback = {"FOOTNOTE_FEEDBACK": str((kept or index.parent) / "feedback.jsonl")}
    with _process(index.parent / "refused.txt", ["--index", str(index), *more], feedback) as (url, process):
        yield Server(url, sources, process)


@contextmanager
def served_collections(folder: Path, *more: str) -> Iterator[Server]:
    """The page over a folder of collections, as a process of its own, until the block ends."""
    with _process(folder.parent / "refused.txt", ["--collections", str(folder), *more], {}) as (url, process):
        yield Server(url, folder, process)


@contextmanager
def _process(refused: Path, said: list[str], more: dict[str, str]) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """A served page, with the network refused to it: what it tried to reach is written to `refused`."""
    port = free_port()
    fence = [sys.executable, str(Path(__file__).with_name("fenced.py")), str(refused)]
    command = [*fence, str(ROOT / "app.py"), "--port", str(port), *said]
    with subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, **more}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        url = f"http://127.0.0.1:{port}/"
        try:
            deadline = time.monotonic() + 120
            while not answers(f"{url}footnote/page.css"):  # which needs no signing in
                if process.poll() is not None or time.monotonic() > deadline:
                    process.kill()
                    pytest.fail(f"the page was not served: {process.communicate()[0]}")
                time.sleep(0.2)
            yield url, process
        except BaseException:
            process.terminate()
            print("The server said:", process.communicate(timeout=30)[0], sep="\n")
            raise
        finally:
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
    assert not refused.exists(), f"the server tried to reach {refused.read_text()}"


OPEN: list[Page] = []  # the pages of a test, to be told where it fails


def listen(page: Page, url: str, watch: Watch) -> None:
    """Every fault of a page is written down."""
    OPEN.append(page)
    here = (url, "data:", "blob:", "about:")

    def asked(request: Request) -> None:
        if not request.url.startswith(here):
            watch.faults.append(f"asked {request.url}")

    page.on("request", asked)
    page.on("pageerror", lambda error: watch.faults.append(f"script: {error}"))
    page.on(
        "console",
        lambda said: (
            watch.faults.append(f"console: {said.text}")
            if said.type == "error" and "Failed to load" not in said.text
            else None
        ),
    )


@contextmanager
def opened_alone(
    browser: Browser, index: Path, sources: Path, *more: str, width: int = 1280, height: int = 800
) -> Iterator[tuple[Server, Page]]:
    """A page on a server of its own, for tests that change sources or settings. It may have no fault at the end."""
    watch = Watch()
    with served(index, sources, *more) as server:
        context = browser.new_context(viewport={"width": width, "height": height}, locale="en-US")
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        listen(page, server.url, watch)
        page.goto(server.url)
        page.wait_for_selector("#question")
        try:
            yield server, page
        except BaseException:
            print("The page at that time:", page.locator("body").inner_text(), watch.faults, sep="\n")
            raise
        context.close()
    assert not watch.faults, watch.faults
