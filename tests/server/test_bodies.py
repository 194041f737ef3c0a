"""What is sent is looked through before anything else sees it: size, time, depth, number, and whether it is text."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
from standing import Sender, said, standing

from rag.server import bodies
from rag.server.limits import DEEPEST, MOST_BODY, MOST_VALUES

PATHS = ["/page/ask", "/gradio_api/run/ask"]
JSON = {"content-type": "application/json"}


@pytest.fixture(scope="module")
def send() -> Iterator[Sender]:
    with standing() as sending:
        yield sending


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    ("body", "named"),
    [
        (b'{"question": "\\ud800"}', "half a character"),
        (b'{"\\udfff": "a"}', "half a character"),
        (b'{"question": "\xff"}', "not JSON"),
        (b'{"question": ', "not JSON"),
        (b"[" * (DEEPEST + 2) + b"]" * (DEEPEST + 2), "levels"),
        (b"[" * 200_000, "levels"),
        (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "levels"),
        (b"[" + b"1," * (MOST_VALUES + 1) + b"1]", "values"),
    ],
    ids=["surrogate", "surrogate-key", "no-utf8", "cut-off", "deep", "very-deep", "deep-objects", "many"],
)
def test_what_is_no_text_or_too_deep_gets_a_sentence(send: Sender, path: str, body: bytes, named: str) -> None:
    answer = send(path, body, JSON)
    assert answer.status == 400
    assert named in said(answer)
    assert said(answer).endswith(".")


@pytest.mark.parametrize("path", PATHS)
def test_a_body_has_a_size(send: Sender, path: str) -> None:
    whole = b'"' + b"x" * (MOST_BODY - 2) + b'"'
    assert send(path, whole, JSON).status == 200
    for declared in (True, False):
        refused = sent_slowly(send, path, MOST_BODY + 1, declared)
        assert refused.startswith(b"HTTP/1.1 413 ")
        assert b"At most 8,000,000 bytes" in refused


def sent_slowly(send: Sender, path: str, size: int, declared: bool) -> bytes:
    """What is answered to a body that says its size before it is sent, or that comes in pieces of no said number."""
    port = send.port
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        if declared:
            connection.sendall(f"{head}Content-Length: {size}\r\n\r\n".encode())
            return to_the_end(connection)
        connection.sendall(f"{head}Transfer-Encoding: chunked\r\n\r\n".encode())
        try:
            for _ in range(0, size, 100_000):
                connection.sendall(b"186a0\r\n" + b"x" * 100_000 + b"\r\n")
        except OSError:
            pass  # it has hung up already
        return to_the_end(connection)


def to_the_end(connection: socket.socket) -> bytes:
    """What comes until the other side hangs up, or has sent a whole sentence."""
    got = b""
    while not got.endswith(b'."}'):
        piece = connection.recv(65536)
        if not piece:
            break
        got += piece
    return got


def test_a_body_has_to_arrive_in_time_and_leaves_its_place(send: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "BODY_SECONDS", 0.3)
    port = send.port
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.sendall(b"POST /page/ask HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9\r\n\r\n{")
        assert b" 408 " in connection.recv(65536)


def test_bodies_together_have_a_size(send: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "MOST_HELD", 1000)
    answer = send("/page/ask", b'"' + b"x" * 2000 + b'"', JSON)
    assert (answer.status, "busy" in said(answer)) == (503, True)
    assert send("/page/ask", b'"' + b"x" * 900 + b'"', JSON).status == 200
    assert send("/page/ask", b'"' + b"x" * 900 + b'"', JSON).status == 200, "what was held is given back"
