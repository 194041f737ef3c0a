"""Documents, file names and questions are hostile; the page shows them as text, and asks nobody else for anything."""

from __future__ import annotations

import http.client
import re
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from .driving import EVIDENCE, HOSTILE_NAME, ask, picture, unharmed, until
from .serving import ROOT, Server

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.xdist_group("browser")

PAYLOADS = [
    "<script>window.hacked = 5</script>",
    "<img src=x onerror=window.hacked=6>",
    "[press](javascript:window.hacked=7)",
    "![x](https://example.invalid/beacon.png)",
    "<svg/onload=window.hacked=8>",
    "{{constructor.constructor('window.hacked=9')()}} ${window.hacked=10} `window.hacked=11`",
    "</textarea></script><iframe src=https://example.invalid></iframe>",
]


def test_a_hostile_document_is_shown_as_text(opened: Callable[..., Page]) -> None:
    page = opened()
    ask(page, "What does the ticket for the ghost train cost?")
    text = page.locator(".turn.last .answer").inner_text()
    assert "12 crowns" in text
    assert "<img src=x onerror=" in text, "the source's own characters, as characters"
    page.locator(".turn.last button.chip").first.hover()
    page.wait_for_selector(".card:not([hidden])")
    page.locator(".turn.last button.chip").first.click()
    page.wait_for_selector(EVIDENCE)
    assert HOSTILE_NAME in page.locator(".evidence .path").first.inner_text()
    assert "javascript:window.hacked=3" in page.locator(".evidence .excerpt").inner_text()
    page.get_by_role("button", name="Sources", exact=True).click()
    page.wait_for_selector(".source")
    assert "<script>window.hacked = 1</script>" in page.locator(".sources").inner_text()
    picture(page, "hostile-1280-light")
    unharmed(page)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_hostile_question_is_shown_as_text(opened: Callable[..., Page], payload: str) -> None:
    page = opened()
    ask(page, f"What about the lighthouse {payload}?")
    assert payload in page.locator(".turn.last h2").inner_text()
    page.get_by_label("Conversations").first.click()
    assert payload in (page.locator(".past .title").first.text_content() or "")
    unharmed(page)
    page.reload()
    page.wait_for_selector(".turn")
    unharmed(page)


def test_the_policy_stops_markup_that_would_run(opened: Callable[..., Page]) -> None:
    page = opened()
    other = page.context.new_page()  # it breaks the policy on purpose, so nothing watches it
    other.goto(page.url)
    other.wait_for_selector("#question")
    stopped: list[str] = []
    other.on("console", lambda said: stopped.append(said.text))
    other.evaluate(
        """() => {
          const spot = document.querySelector("#footnote").appendChild(document.createElement("div"));
          spot.innerHTML = '<img src="data:," onerror="window.hacked = 1"><a href="javascript:window.hacked=2">x</a>';
          spot.querySelector("a").click();
          const script = document.createElement("script");
          script.textContent = "window.hacked = 3";
          spot.append(script);
          fetch("https://example.invalid/").catch(() => (window.refused = true));
        }"""
    )
    until(other, "window.refused")
    assert other.evaluate("window.hacked") is None
    assert any("Content Security Policy" in said for said in stopped)


def test_the_page_names_no_other_host(server: Server) -> None:
    with urllib.request.urlopen(server.url) as response:
        page = response.read().decode()
        policy = response.headers["content-security-policy"]
    assert "//" not in page
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert not re.search(r"https?:", policy)
    assert set(re.findall(r"(?:src|href)=\"([^\"]+)\"", page)) >= {"footnote/main.js", "footnote/favicon.svg"}
    for file in (ROOT / "rag" / "ui" / "static").glob("*.*"):
        with urllib.request.urlopen(f"{server.url}footnote/{file.name}") as response:
            text = response.read().decode().replace("http://www.w3.org/", "")
        assert not re.search(r"https?://|@import", text), file.name
        for font in re.findall(r"url\(\"?([^)\"]*)", text):
            assert re.fullmatch(r"[a-z-]+\.woff2", font), "the page's letters lie beside it"
            with urllib.request.urlopen(f"{server.url}footnote/{font}") as response:
                assert response.read(4) == b"wOF2"


def test_other_pages_cannot_make_the_browser_change_anything(server: Server) -> None:
    for path in ("page/build", "page/receive?name=a.md", "page/ask", "gradio_api/call/v2/ask"):
        headers = {"content-type": "text/plain", "origin": "https://attacker.example"}
        request = urllib.request.Request(server.url + path, b"{}", headers)
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request)
        with refused.value as answer:
            assert answer.code == 403, path


@pytest.mark.parametrize(
    "path",
    [
        "page/original/../../etc/passwd",
        "page/original/x/y",
        "theme.css",
        "login",
        "gradio_api/file=/etc/passwd",
        "gradio_api/file/etc/passwd",
        "gradio_api/upload",
        "gradio_api/proxy=https://example.invalid/",
        "gradio_api/runs",
        "gradio_api/component_server",
        "gradio_api/vibe-code",
        "monitoring",
        "manifest.json",
        "openapi.json",
        "footnote/../../pyproject.toml",
        "footnote/..%2f..%2fpyproject.toml",
        "assets/../../../../../etc/passwd",
        "assets/..%2f..%2f..%2f..%2f..%2fetc%2fpasswd",
    ],
)
def test_other_doors_are_closed(server: Server, path: str) -> None:
    host = server.url.removeprefix("http://").rstrip("/")
    connection = http.client.HTTPConnection(host, timeout=10)
    connection.request("GET", f"/{path}")
    response = connection.getresponse()
    assert response.status in (403, 404)
    assert b"root:" not in response.read()
    connection.close()


def test_another_name_for_this_machine_is_refused(server: Server) -> None:
    request = urllib.request.Request(server.url, headers={"Host": "attacker.example"})
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request)
    with refused.value as answer:
        assert answer.code == 403


def test_a_taken_port_is_said_in_a_sentence(server: Server, tmp_path: Path) -> None:
    port = server.url.rsplit(":", 1)[1].rstrip("/")
    command = [sys.executable, str(ROOT / "app.py"), "--index", str(server.sources.parent / "index"), "--port", port]
    taken = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert taken.returncode == 1
    assert f"Port {port} on 127.0.0.1 is taken." in taken.stderr
    assert "Traceback" not in taken.stderr
