"""Of several processes that serve one page, one leads: it builds, changes sources, looks at passwords and speaks
Gradio's protocol. Any of them answers questions and shows sources; what only the leader can do is handed on to it.

Who leads holds a lock, which ends with the process: then another one leads. They speak HTTP over a socket in a folder
that only their owner may enter. This module does not know what a request is about.
"""

from __future__ import annotations

import asyncio
import json
import re
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx2
import uvicorn
from filelock import FileLock, Timeout
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rag.server.idle import IdleServer
from rag.server.sign_on import FROM_PROXY
from rag.server.waiting import comes_before, pause

__all__ = ["HandingOn", "Lead", "is_led"]

_LOOK = 0.5  # seconds between two looks at who leads
_PATIENCE = 20.0  # seconds that a request waits for a leader
_IDLE = (60.0, 180)  # seconds that a connection is kept by who asks, and by the leader: longer, so that none is lost
_ASKED_BY = b"x-footnote-asked-by"
_OF_A_CONNECTION = (b"connection", b"keep-alive", b"transfer-encoding", b"upgrade", b"expect", b"date")
_LED = re.compile(
    r"/(?:page/(?:build|progress|stop|state|files|remove|restore|receive|fetch)|team/[a-z]+|login|config/?|gradio_api/.+)"
)
_GONE = "The server is starting again. Try again in a moment."


def is_led(path: str, headers: list[tuple[bytes, bytes]]) -> bool:
    """Whether only the leader can answer a request: wrong passwords are counted in one place, too."""
    basic = any(name == b"authorization" and value[:6].lower() == b"basic " for name, value in headers)
    return basic or any(_LED.fullmatch(path, place.start()) for place in re.finditer("/", path))


class Lead:
    """Whether this process leads, and the way to the one that does. For one event loop."""

    def __init__(self, folder: Path) -> None:
        """`folder` is that of all processes of a server."""
        self._lock, self._socket = FileLock(folder / "lead.lock", thread_local=False), folder / "lead.sock"
        self.taken = asyncio.Event()
        kept = httpx2.Limits(max_connections=None, keepalive_expiry=_IDLE[0])
        self.way = httpx2.AsyncHTTPTransport(uds=str(self._socket), trust_env=False, limits=kept)

    async def run(self, app: ASGIApp, ended: asyncio.Event) -> None:
        """Leads as soon as nobody else does, and serves the others with `app`; returns when `ended` is set."""
        while not ended.is_set():
            try:
                self._lock.acquire(timeout=0)
            except Timeout:
                await pause(_LOOK, ended)
            else:
                await self._serve_others(app, ended)
                self._lock.release()
        await self.way.aclose()

    async def when_leading(self, work: Callable[[asyncio.Event], Awaitable[object]], ended: asyncio.Event) -> None:
        """Does something once this process leads, unless it ends before."""
        if await comes_before(self.taken, ended):
            await work(ended)

    async def _serve_others(self, app: ASGIApp, ended: asyncio.Event) -> None:
        self._socket.unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX) as bound:
            bound.bind(str(self._socket))
            self.taken.set()
            config = uvicorn.Config(
                _as_first_asked(app), log_level="warning", lifespan="off", server_header=False, proxy_headers=False
            )
            config.timeout_keep_alive, config.timeout_graceful_shutdown = _IDLE[1], 1
            server = _Inner(config)
            serving = asyncio.create_task(server.serve(sockets=[bound]))
            await ended.wait()
            server.should_exit = True
            await serving


class _Inner(IdleServer):
    """A server beside another one, which is told by the system when to end."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """They are the other one's."""
        yield


class HandingOn:
    """In front of everything, in each process: hands on to the leader what only it can do."""

    def __init__(self, app: ASGIApp, lead: Lead) -> None:
        self._app, self._lead = app, lead

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request: answered here, or by the leader."""
        if scope["type"] != "http" or not is_led(scope["path"], scope["headers"]):
            return await self._app(scope, receive, send)
        until = asyncio.get_running_loop().time() + _PATIENCE
        while not self._lead.taken.is_set():
            relay = _Relay(scope, receive, send)
            try:
                return await relay.run(self._lead.way)
            except httpx2.ConnectError:  # nothing has been sent yet
                if asyncio.get_running_loop().time() > until:
                    return await JSONResponse({"error": _GONE}, 503)(scope, receive, send)
                await asyncio.sleep(_LOOK / 5)
            except httpx2.TransportError:  # the leader is gone in the middle of it
                if not relay.answered:
                    return await JSONResponse({"error": _GONE}, 503)(scope, receive, send)
                return None  # the connection is broken off, and who asks sees that the answer is not whole
        return await self._app(scope, receive, send)


class _Relay:
    """One request that is handed on, and its answer that is handed back."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._scope, self._receive, self._send = scope, receive, send
        self._sent = asyncio.Event()
        self.answered = False

    async def run(self, way: httpx2.AsyncHTTPTransport) -> None:
        """Until the answer is whole, or who asked has left. Raises httpx2.TransportError."""
        tasks = [asyncio.create_task(self._answer(way)), asyncio.create_task(self._left())]
        done, waiting = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for each in waiting:
            each.cancel()
            with suppress(asyncio.CancelledError, httpx2.TransportError):
                await each
        for each in done:
            each.result()

    async def _answer(self, way: httpx2.AsyncHTTPTransport) -> None:
        answer = await way.handle_async_request(self._request())
        try:
            headers = [(name.lower(), value) for name, value in answer.headers.raw]
            headers = [one for one in headers if one[0] not in _OF_A_CONNECTION]
            self.answered = True
            await self._send({"type": "http.response.start", "status": answer.status_code, "headers": headers})
            async for piece in answer.aiter_raw():
                await self._send({"type": "http.response.body", "body": piece, "more_body": True})
            await self._send({"type": "http.response.body", "body": b""})
        finally:
            await answer.aclose()

    def _request(self) -> httpx2.Request:
        scope = self._scope
        target = scope["raw_path"] + (b"?" + scope["query_string"] if scope["query_string"] else b"")
        told = json.dumps([scope["client"], scope["scheme"], scope.get(FROM_PROXY)]).encode()
        headers = [one for one in scope["headers"] if one[0] not in (*_OF_A_CONNECTION, _ASKED_BY)]
        names = {name for name, _ in scope["headers"]}
        body = self._body() if names & {b"content-length", b"transfer-encoding"} else None
        if body is None:
            self._sent.set()
        url = httpx2.URL(scheme="http", host="footnote", raw_path=target)
        return httpx2.Request(scope["method"], url, headers=[*headers, (_ASKED_BY, told)], content=body)

    async def _body(self) -> AsyncIterator[bytes]:
        while True:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                self._sent.set()
                raise httpx2.WriteError("Who sent it has left.")
            yield message["body"]
            if not message.get("more_body"):
                self._sent.set()
                return

    async def _left(self) -> None:
        await self._sent.wait()
        message: Message = {"type": ""}
        while message["type"] != "http.disconnect":
            message = await self._receive()


def _as_first_asked(app: ASGIApp) -> ASGIApp:
    """The application for requests that another process has handed on: as if they had come here."""

    async def told(scope: Scope, receive: Receive, send: Send) -> None:
        said = next(value for name, value in scope["headers"] if name == _ASKED_BY)
        client, scheme, from_proxy = json.loads(said)
        headers = [one for one in scope["headers"] if one[0] != _ASKED_BY]
        first = {"client": client and tuple(client), "scheme": scheme, FROM_PROXY: from_proxy, "headers": headers}
        await app({**scope, **first}, receive, send)

    return told
