"""A server that speaks OpenAI's protocol and Ollama's dialect over a real socket, and does what a test wants."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Speaker(ThreadingHTTPServer):
    """`says` is what the model answers, or what is done with the request; `asked` are the bodies that came."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.says: str | Callable[[_Handler], None] = "Nothing."
        self.rewrites = ""
        self.models = ["tiny"]
        self.shown: dict[str, Any] = {}
        self.running: list[dict[str, Any]] = []
        self.row: dict[str, Any] = {}
        self.asked: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.paths: list[str] = []
        self.gone = threading.Event()  # the one who asked has hung up

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    @property
    def setting(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1#tiny"

    @property
    def prompt(self) -> str:
        """All that the last question for an answer said."""
        bodies = [body for body in self.asked if "Rewrite" not in body["messages"][0]["content"]]
        return "\n".join(message["content"] for message in bodies[-1]["messages"])


class _Handler(BaseHTTPRequestHandler):
    server: Speaker
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.server.paths.append(self.path)
        rows = [{"id": name, "object": "model", **self.server.row} for name in self.server.models]
        if self.path == "/v1/models":
            self.json({"object": "list", "data": rows})
        elif self.path == "/api/tags":
            self.json({"models": [{"name": name, "model": name} for name in self.server.models]})
        elif self.path == "/api/ps":
            self.json({"models": self.server.running})
        else:
            self.json({"error": "not found"}, 404)

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.server.paths.append(self.path)
        if self.path == "/api/show":
            self.json(self.server.shown, 200 if self.server.shown else 404)
            return
        self.server.asked.append(body)
        self.server.headers.append(dict(self.headers))
        says = self.server.says
        if "Rewrite" in body["messages"][0]["content"]:
            self.speak(self.server.rewrites)
        elif callable(says):
            says(self)
        else:
            self.speak(says)

    def speak(self, text: str, *, end: bool = True, pause: float = 0.0, size: int = 3) -> None:
        """The text in small pieces, as a model streams it."""
        self.begin()
        for at in range(0, len(text), size):
            self.piece({"content": text[at : at + size]})
            time.sleep(pause)
        if end:
            self.piece({}, finish="stop")
            self.raw(b"data: [DONE]\n\n")
        self.close_connection = True

    def begin(self) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("connection", "close")
        self.end_headers()

    def piece(self, delta: dict[str, Any], finish: str | None = None) -> None:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        self.raw(
            b"data: "
            + json.dumps(
                {"id": "1", "object": "chat.completion.chunk", "created": 0, "model": "tiny", "choices": [choice]}
            ).encode()
            + b"\n\n"
        )

    def raw(self, data: bytes) -> None:
        try:
            self.wfile.write(data)
            self.wfile.flush()
        except OSError:
            self.server.gone.set()
            raise

    def json(self, value: object, status: int = 200) -> None:
        data = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def cut(self) -> None:
        """Hangs up in the middle, without an end."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
        self.connection.close()

    def log_message(self, *_: object) -> None:
        pass

    def handle(self) -> None:
        try:
            super().handle()
        except OSError:
            self.server.gone.set()

    def finish(self) -> None:
        with suppress(OSError, ValueError):
            super().finish()


@contextmanager
def speaker(port: int = 0) -> Iterator[Speaker]:
    """A running server, stopped in the end."""
    server = Speaker(port)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
