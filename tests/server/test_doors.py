"""Every route of the server, Gradio's among them: what docs/api.md names is there, and nothing else is."""

from __future__ import annotations

import base64
import json
import re
import subprocess
import sys
from collections.abc import Iterator

import pytest
from paths import ROOT
from standing import Sender

SERVE = ROOT / "tests" / "serving_all.py"
NAMES = "ask|search|sources|build|progress|stop"
SIGNED_IN = {"authorization": "Basic " + base64.b64encode(b"ada:a long password").decode()}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Sender, list[tuple[str, str]]]]:
    """The whole server with Gradio loaded, and the method and path of every address in it."""
    command = [sys.executable, str(SERVE), str(tmp_path_factory.mktemp("doors"))]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        port, asked = json.loads(server.stdout.readline())
        yield Sender(port), [(method, path) for method, path in asked]
        server.kill()


def documented() -> list[str]:
    """The addresses that docs/api.md names, as patterns."""
    section = (ROOT / "docs" / "api.md").read_text("utf-8").partition("## Addresses")[2]
    rows = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    paths = [path.replace("{name}", f"({NAMES})") for row in rows for path in re.findall(r"`([^`]+)`", row)]
    return [re.sub(r"{\w+}", "[^/]+", path) for path in paths]


def is_documented(path: str) -> bool:
    return any(re.fullmatch(one, path) for one in documented())


def body(method: str) -> bytes | None:
    return b"{}" if method == "POST" else None


def test_what_the_docs_do_not_name_is_not_there(served: tuple[Sender, list[tuple[str, str]]]) -> None:
    send, asked = served
    unnamed = [(method, path) for method, path in asked if not is_documented(path)]
    assert len(unnamed) > 60, "Gradio's routes are among them"
    for method, path in unnamed:
        for headers in ({}, SIGNED_IN):
            assert send(path, body(method), headers, method=method).status == 404, (method, path, headers)


def test_what_the_docs_name_is_there_and_asks_who_it_is(served: tuple[Sender, list[tuple[str, str]]]) -> None:
    send, asked = served
    named = [(method, path) for method, path in asked if is_documented(path)]
    for method, path in named:
        status = send(path, body(method), method=method).status
        expected = (401,) if re.match(r"/(page|config|gradio_api)", path) else (200, 303, 401, 405)
        assert status in expected, (method, path, status)
    for pattern in set(documented()) - {"/signed-in"}:  # that is there where an OpenID provider signs people in
        assert any(re.fullmatch(pattern, path) for _, path in named), f"{pattern} is no route"


def test_a_call_is_the_same_by_the_page_and_by_gradio(served: tuple[Sender, list[tuple[str, str]]]) -> None:
    send, _ = served
    kind = {**SIGNED_IN, "content-type": "application/json"}
    page = send("/page/search", b'{"question": "words", "k": 1}', kind)
    gradio = send("/gradio_api/run/search", b'{"data": ["words", 1, null]}', kind)
    assert page.status == gradio.status == 200
    assert json.loads(page.body) == json.loads(gradio.body)["data"][0]
    assert json.loads(page.body)[0]["path"] == "a.txt"
