"""Serves the page: binds the address, warms up the models behind it, and puts the guard in front.

This module does not know what is asked or answered.
"""

from __future__ import annotations

import errno
import socket
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.responses import PlainTextResponse, Response

from rag.errors import ConfigProblem, FootnoteError
from rag.ui.endpoints import Endpoints
from rag.ui.guard import Guard, names_of

if TYPE_CHECKING:
    from fastapi import FastAPI

    from rag.assistant import Assistant

__all__ = ["application", "serve"]

STATIC = Path(__file__).parent / "static"
KINDS = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}

WITHOUT_ASKING = 4.0  # seconds until the models are loaded even though nobody has opened the page


def serve(assistant: Assistant, *, host: str, port: int, examples: Sequence[str] | None = None) -> None:
    """Bind `host:port`, say where the page is, and serve it until interrupted. Raises ConfigProblem."""
    bound = _bind(host, port)
    try:
        import uvicorn

        endpoints = Endpoints.over(assistant, examples)
        app = application(endpoints, host)
        config = uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=2, server_header=False)
        threading.Thread(target=warm_up, args=(endpoints,), daemon=True).start()
        shown = f"[{host}]" if ":" in host else host
        bound.listen(128)
        print(f"Footnote is at http://{shown}:{bound.getsockname()[1]} (Ctrl+C stops it)", file=sys.stderr, flush=True)
        uvicorn.Server(config).run(sockets=[bound])
    finally:
        bound.close()


def warm_up(endpoints: Endpoints) -> None:
    """Have the models loaded before the first question; the page shows meanwhile that they are."""
    endpoints.readiness.wanted.wait(WITHOUT_ASKING)
    try:
        endpoints.assistant.warm_up()
        endpoints.readiness.ready = True
    except FootnoteError as problem:
        endpoints.readiness.problem = str(problem)


def application(endpoints: Endpoints, host: str = "127.0.0.1") -> FastAPI:
    """The ASGI application: the page, its files, and the guard in front of them."""
    import fastapi

    from rag.ui.page import mount

    app = fastapi.FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    files = {path.name: path.read_bytes() for path in STATIC.iterdir() if path.suffix in KINDS}

    @app.get("/footnote/{name}")
    def static(name: str) -> Response:
        if name not in files:
            return PlainTextResponse("Not found", 404)
        return Response(files[name], media_type=KINDS[Path(name).suffix], headers={"cache-control": "no-cache"})

    app.add_middleware(Guard, hosts=names_of(host))
    return mount(app, endpoints, host)


def _bind(host: str, port: int) -> socket.socket:
    """A listening socket, so that a taken port is known before anything is loaded."""
    bound: socket.socket | None = None
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        bound = socket.socket(family, kind, protocol)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
    except OSError as problem:
        if bound is not None:
            bound.close()
        if problem.errno == errno.EADDRINUSE:
            raise ConfigProblem(
                f"Port {port} on {host} is taken.", "Stop what runs there, or choose another with --port."
            ) from problem
        raise ConfigProblem(
            f"{host}:{port} cannot be served: {problem.strerror or problem}.", "Check --host and --port."
        ) from problem
    except OverflowError as problem:
        raise ConfigProblem(f"{port} is not a port.", "Ports go from 1 to 65535.") from problem
    return bound
