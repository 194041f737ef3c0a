"""Several processes that serve one page at one address: started, started again where one ends, and ended together.

This module does not know what is served.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.supervisors import Multiprocess

from rag.errors import ConfigProblem
from rag.server.arenas import share_arenas
from rag.server.ending import believing_proxies, end_late, idle_seconds
from rag.server.leading import Lead
from rag.server.metrics import SHARED_COUNTS

__all__ = ["listen_by_processes"]

_LOOK = 0.5  # seconds between two looks at who has started us
_LONGEST = 103  # bytes of the name of a socket, on macOS; Linux has four more
_PATIENCE = 60  # seconds without a sign of life after which a process is taken for stuck

_log = logging.getLogger(__name__)


def listen_by_processes(
    make: Callable[[Lead], ASGIApp], workers: int, bound: socket.socket, *, behind_proxy: bool
) -> None:
    """Serves what `make` gives, in so many processes, until interrupted; `make` is called in each of them.

    Each process opens the index by itself, so `make` is pickled. Raises ConfigProblem where processes cannot do that.
    """
    if not hasattr(socket, "AF_UNIX"):
        raise ConfigProblem("Several processes cannot share a page on this system.", "Leave out --workers.")
    with tempfile.TemporaryDirectory(prefix="footnote-") as folder:
        if len(os.fsencode(folder)) + len("/lead.sock") > _LONGEST:
            raise ConfigProblem(
                "The folder for temporary files has too long a name for processes to speak over a socket in it.",
                "Name a shorter one in the environment: TMPDIR=/tmp",
            )
        os.environ[SHARED_COUNTS] = str(Path(folder, "counts"))  # for the processes that are started
        Path(os.environ[SHARED_COUNTS]).mkdir()
        config = uvicorn.Config(
            partial(_app, make, Path(folder), behind_proxy, os.getpid()),
            factory=True,
            workers=workers,
            log_level="warning",
            timeout_graceful_shutdown=1,
            server_header=False,
            proxy_headers=False,
            timeout_keep_alive=idle_seconds(behind_proxy),
            timeout_worker_healthcheck=_PATIENCE,
        )
        processes = _Processes(config, [bound])
        processes.run()
    if processes.interrupted:
        raise KeyboardInterrupt


def _app(make: Callable[[Lead], ASGIApp], folder: Path, behind_proxy: bool, parent: int) -> ASGIApp:
    """The application of one process, which `parent` has started."""
    logging.basicConfig(level=logging.WARNING, format="%(message)s", stream=sys.stderr)
    share_arenas()
    app = make(Lead(folder))
    return _ending_in_time(believing_proxies(app) if behind_proxy else app, parent)


def _ending_in_time(app: ASGIApp, parent: int) -> ASGIApp:
    """The application of a process that ends when it is told to, whatever it is at, and when who started it is gone."""

    async def follow() -> None:
        while os.getppid() == parent:
            await asyncio.sleep(_LOOK)
        signal.raise_signal(signal.SIGTERM)

    async def ending(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            await app(scope, receive, send)
            return
        following = asyncio.create_task(follow())

        async def told() -> Message:
            message = await receive()
            if message["type"] == "lifespan.shutdown":
                following.cancel()
                end_late(0)
            return message

        await app(scope, told, send)

    return ending


class _Processes(Multiprocess):
    """Uvicorn's supervisor, which says where a process had to be started again."""

    interrupted = False

    def handle_int(self) -> None:
        """Ctrl+C."""
        self.interrupted = True
        super().handle_int()

    def keep_subprocess_alive(self) -> None:
        """Starts again what has ended."""
        before = list(self.processes)
        super().keep_subprocess_alive()
        for old in (each for each in before if each not in self.processes):
            _log.warning(
                "Process %s of the server has ended (%s); another one is started.", old.pid, _ending(old.exitcode)
            )


def _ending(code: int | None) -> str:
    return signal.Signals(-code).name if code is not None and code < 0 else f"exit {code}"
