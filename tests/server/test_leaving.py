"""People who leave: the page's server lets go of a hanging language model, and answers the others meanwhile."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from speaking import Speaker, speaker

QUESTION = "How long is the road to Turbat?"
ROAD = "The road from the port to Turbat is 140 km long."


@pytest.fixture(scope="module")
def model() -> Iterator[Speaker]:
    with speaker() as server:
        yield server


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory, model: Speaker) -> Iterator[int]:
    """The page's server in a process of its own; a model that hangs would be waited for ten minutes."""
    folder = tmp_path_factory.mktemp("leaving")
    (folder / "sources").mkdir()
    (folder / "sources" / "roads.txt").write_text(f"{ROAD}\n\nThe port lies on the sea.\n")
    rag = [sys.executable, "-m", "rag"]
    subprocess.run([*rag, "build"], cwd=folder, check=True, capture_output=True, timeout=180)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    settings = {**os.environ, "FOOTNOTE_LLM": model.setting, "FOOTNOTE_LLM_WAIT": "600", "FOOTNOTE_LLM_CONTEXT": "4096"}
    with subprocess.Popen([*rag, "serve", "--port", str(port)], cwd=folder, env=settings) as process:
        try:
            _wait_for(port, process)
            yield port
        finally:
            process.terminate()
            assert process.wait(60) is not None


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        assert process.poll() is None
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5):
                return
        except OSError:
            time.sleep(0.2)
    raise AssertionError("the page was not served")


def _asking(port: int, **more: str) -> http.client.HTTPConnection:
    """A question that has been put, and nothing of the answer read."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"content-type": "application/json", "origin": f"http://127.0.0.1:{port}"}
    body = {"question": QUESTION, "turns": [], "paths": [], **more}
    connection.request("POST", "/page/ask", json.dumps(body), headers)
    return connection


def _answered(port: int, **more: str) -> list[dict[str, Any]]:
    """All events of an answer."""
    connection = _asking(port, **more)
    answer = connection.getresponse()
    assert answer.status == 200, answer.read()
    found = [json.loads(line) for line in answer]
    connection.close()
    return found


def silent(server: Any) -> None:
    server.server.asked[-1]["left"] = _left(server.connection)


def one_token(server: Any) -> None:
    server.begin()
    server.piece({"content": "The road"})
    server.server.asked[-1]["left"] = _left(server.connection)


def a_sentence(server: Any) -> None:
    server.begin()
    server.piece({"content": f"{ROAD} [1] The port "})
    server.server.asked[-1]["left"] = _left(server.connection)


def _left(connection: socket.socket) -> bool:
    """Waits until the other side hangs up."""
    connection.settimeout(120)
    try:
        return connection.recv(1) == b""
    except TimeoutError:
        return False
    except OSError:
        return True


@pytest.mark.parametrize("says", [silent, one_token, a_sentence])
def test_the_model_is_let_go_when_the_one_who_asked_leaves(port: int, model: Speaker, says: Any) -> None:
    model.says = says
    before = len(model.asked)
    connection = _asking(port)
    answer = connection.getresponse()
    assert json.loads(answer.readline())["event"] == "found"
    if says is a_sentence:
        assert json.loads(answer.readline())["text"] == f"{ROAD} [1]"
    while len(model.asked) == before:
        time.sleep(0.05)
    assert "left" not in model.asked[-1]
    answer.close()
    connection.close()
    for _ in range(200):
        if "left" in model.asked[-1]:
            break
        time.sleep(0.05)
    assert model.asked[-1].get("left"), "the connection to the model is still open"


def test_those_who_leave_take_no_turn_from_the_others(port: int, model: Speaker) -> None:
    """More people than are answered side by side ask a model that hangs, and leave; the next one is answered by it."""
    model.says = silent
    for _ in range(6):
        before = len(model.asked)
        connection = _asking(port)
        answer = connection.getresponse()
        assert json.loads(answer.readline())["event"] == "found"
        while len(model.asked) == before:
            time.sleep(0.05)
        answer.close()
        connection.close()
    model.says = f"{ROAD} [1]"
    (*_, done) = _answered(port)
    assert (done["event"], done["claims"][0]["text"], done["notes"]) == ("done", ROAD, [])


def test_who_asks_without_the_model_does_not_notice_that_it_hangs(port: int, model: Speaker) -> None:
    model.says = silent
    before = len(model.asked)
    hanging = [_asking(port) for _ in range(2)]
    while len(model.asked) < before + 2:
        time.sleep(0.05)
    (*_, done) = _answered(port, llm="")
    assert (done["event"], done["claims"][0]["support"]) == ("done", "quoted")
    (*_, busy) = _answered(port)
    assert "busy with other questions" in busy["notes"][-1]
    for connection in hanging:
        connection.close()
