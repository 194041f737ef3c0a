"""Listens until it is told to end, and then ends in time, whatever a question or a library is at.

This module does not know what is served.
"""

from __future__ import annotations

import os
import signal
import socket
import threading
from types import FrameType

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from rag.server.idle import IdleServer
from rag.server.limits import END_SECONDS
from rag.server.sign_on import FROM_PROXY, PROXIES

__all__ = ["believing_proxies", "end_late", "idle_seconds", "listen"]

_PROXY_IDLE = 180  # seconds; a proxy that keeps a connection longer than we do sends requests into one that is closed


class _Server(IdleServer):
    """Ends after `END_SECONDS` at the latest: a thread that computes cannot be stopped from outside.

    Nothing is lost by it: the index changes in transactions, and files arrive under another name.
    """

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.late: threading.Timer | None = None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """The first wish to end starts the clock."""
        if self.late is None:
            self.late = end_late(130 if sig == signal.SIGINT else 128 + sig)
        super().handle_exit(sig, frame)


def listen(app: ASGIApp, bound: socket.socket, *, behind_proxy: bool) -> None:
    """Serves an application on a listening socket until interrupted."""
    config = uvicorn.Config(
        believing_proxies(app) if behind_proxy else app,
        log_level="warning",
        timeout_graceful_shutdown=1,
        server_header=False,
        proxy_headers=False,  # ours notes whom it believed, too
        timeout_keep_alive=idle_seconds(behind_proxy),
    )
    server = _Server(config)
    try:
        server.run(sockets=[bound])
    finally:
        if server.late is not None:
            server.late.cancel()


def end_late(code: int) -> threading.Timer:
    """Has the process end after `END_SECONDS` with that exit code, whatever it is at, unless it is cancelled."""
    late = threading.Timer(END_SECONDS, os._exit, (code,))
    late.daemon = True
    late.start()
    return late


def idle_seconds(behind_proxy: bool) -> int:
    """For how long a connection is kept on which nothing is asked."""
    return _PROXY_IDLE if behind_proxy else 5


def believing_proxies(app: ASGIApp) -> ASGIApp:
    """The application, told by its proxies which address asks, and told which requests came from them."""
    believing = ProxyHeadersMiddleware(app, os.environ.get(PROXIES, "127.0.0.1,::1"))  # type: ignore[arg-type]

    async def noting(scope: Scope, receive: Receive, send: Send) -> None:
        sender = scope.get("client")
        scope[FROM_PROXY] = sender is not None and sender[0] in believing.trusted_hosts
        await believing(scope, receive, send)  # type: ignore[arg-type]

    return noting
