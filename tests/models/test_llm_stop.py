"""Stopping: whatever a language model's server does, its connection is let go of at once."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from rag.models.llm.setting import open_llm
from rag.models.llm.timeouts import Timeouts, stream_with_timeouts
from rag.types import Turn

ASKED = [Turn("user", "How long is the road?")]
PATIENT = Timeouts(120, 120, 240)
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n"
PIECE = b'data: {"id":"1","object":"chat.completion.chunk","created":0,"model":"m","choices":[{"index":0,"delta":'
PIECE += b'{"content":"The road"},"finish_reason":null}]}\n\n'


class Wire:
    """One connection to a server that says something at first, and nothing from then on."""

    def __init__(self, says: bytes) -> None:
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.asked, self.gone = threading.Event(), threading.Event()
        self._says = says
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def setting(self) -> str:
        return f"http://127.0.0.1:{self.listening.getsockname()[1]}/v1#m"

    def _serve(self) -> None:
        connection, _ = self.listening.accept()
        with connection:
            received = connection.recv(65536)
            self.asked.set()
            connection.sendall(self._says)
            while received:
                try:
                    received = connection.recv(65536)
                except OSError:
                    break
        self.gone.set()


@contextmanager
def wire(says: bytes) -> Iterator[Wire]:
    made = Wire(says)
    try:
        yield made
    finally:
        made.listening.close()


@pytest.mark.parametrize("says", [b"", HEAD, HEAD + PIECE], ids=["nothing", "headers", "one token"])
def test_setting_stop_from_another_thread_hangs_up_at_once(says: bytes) -> None:
    with wire(says) as server:
        stop = threading.Event()
        pieces = stream_with_timeouts(open_llm(server.setting, wait=120), "Answer.", ASKED, 20, PATIENT, stop)
        found: list[str] = []
        reading = threading.Thread(target=lambda: found.extend(pieces), daemon=True)
        reading.start()
        assert server.asked.wait(30)
        while says.endswith(PIECE) and not found:
            time.sleep(0.02)
        assert not server.gone.is_set()
        stop.set()
        assert server.gone.wait(10), "the connection is still open"
        reading.join(10)
        assert not reading.is_alive()
        assert found == (["The road"] if says.endswith(PIECE) else [])
        assert not _waiting(server.setting), "a thread still waits for the model"


def test_a_model_that_has_finished_is_heard_to_the_end_by_a_slow_listener() -> None:
    end = b'data: {"id":"1","object":"chat.completion.chunk","created":0,"model":"m","choices":[{"index":0,"delta":{},'
    end += b'"finish_reason":"stop"}]}\n\n'
    with wire(HEAD + 3 * PIECE + end) as server:
        found = []
        for piece in stream_with_timeouts(open_llm(server.setting), "Answer.", ASKED, 99, PATIENT):
            time.sleep(0.3)
            found.append(piece)
        assert "".join(found) == 3 * "The road"


def test_closing_the_iterator_hangs_up_at_once() -> None:
    with wire(HEAD + PIECE) as server:
        pieces = stream_with_timeouts(open_llm(server.setting, wait=120), "Answer.", ASKED, 20, PATIENT)
        assert next(pieces) == "The road"
        pieces.close()
        assert server.gone.wait(10), "the connection is still open"
        assert not _waiting(server.setting), "a thread still waits for the model"


def _waiting(setting: str) -> list[threading.Thread]:
    """Threads that deal with a model and do not end."""
    found = [one for one in threading.enumerate() if one.name.endswith(setting)]
    for one in found:
        one.join(10)
    return [one for one in found if one.is_alive()]
