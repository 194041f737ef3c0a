"""The guard, the doorkeeper and a small application behind them, served for real; and people who send things."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from rag.server.addresses import PublicUrl, ServedNames
from rag.server.doorkeeper import doorkeeper_for
from rag.server.doors import Doors
from rag.server.ending import believing_proxies
from rag.server.guard import Guard
from rag.server.sign_on import SignOn


class Answered(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes
    cookies: tuple[str, ...] = ()


@dataclass
class Sender:
    """Sends to a port of this machine."""

    port: int

    def __call__(
        self,
        path: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        wait: float = 60,
        method: str = "",
    ) -> Answered:
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=wait)) as connection:
            connection.request(method or ("GET" if body is None else "POST"), path, body, dict(headers or {}))
            with connection.getresponse() as answer:
                found = {name.lower(): value for name, value in answer.getheaders()}
                cookies = tuple(answer.headers.get_all("set-cookie") or ())
                return Answered(answer.status, found, answer.read(), cookies)


@contextmanager
def standing(
    users: Path | None = None,
    bound: str = "127.0.0.1",
    public: PublicUrl | None = None,
    sign_on: SignOn | None = None,
) -> Iterator[Sender]:
    """Sends one request to the application, which says how many bytes came and who sent them."""

    async def echo(request: Request) -> Response:
        body = await request.body()
        who = {"user": request.scope.get("user_name"), "groups": request.scope.get("user_groups")}
        return JSONResponse({"bytes": len(body), **who})

    keeper = doorkeeper_for(users, sign_on, public)
    routes = [Route(path, echo, methods=["GET", "POST"]) for path in ("/", "/page/ask", "/gradio_api/run/ask")]
    routes += keeper.routes() if keeper else []
    guard = Middleware(Guard, names=ServedNames(bound, public), doors=Doors(routes, []), doorkeeper=keeper)
    app = Starlette(routes=routes, middleware=[guard])
    with serving(app) as send:
        yield send


@contextmanager
def serving(app: ASGIApp) -> Iterator[Sender]:
    """Sends one request to an application."""
    config = uvicorn.Config(
        believing_proxies(app), port=0, log_level="critical", proxy_headers=False, timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.01)
    port = int(server.servers[0].sockets[0].getsockname()[1])

    try:
        yield Sender(port)
    finally:
        server.should_exit = True
        thread.join(20)
        assert not thread.is_alive()


def said(answer: Answered) -> str:
    """The sentence of a refusal."""
    found = json.loads(answer.body)["error"]
    assert isinstance(found, str)
    return found
