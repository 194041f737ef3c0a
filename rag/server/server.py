"""Serves the page: binds the address, shows the page at once, loads models and Gradio behind it, guard in front.

This module does not know what is asked or answered.
"""

from __future__ import annotations

import asyncio
import errno
import socket
import sys
import threading
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount, Route

from rag.errors import ConfigProblem, FootnoteError
from rag.evidence import FeedbackStore, Viewer
from rag.server.addresses import PublicUrl, ServedNames, is_loopback, parse_public_url
from rag.server.api import Endpoints
from rag.server.asking import Answering
from rag.server.auth import Authenticator, user_tag
from rag.server.build_job import BuildJob
from rag.server.calls import Call, Stream
from rag.server.conversations import conversation_routes
from rag.server.doors import Doors
from rag.server.fetching import Fetcher
from rag.server.gradio_api import GradioProxy
from rag.server.guard import Guard
from rag.server.routes import PageRoutes
from rag.server.upload_store import UploadStore
from rag.server.users import UsersFile
from rag.storage import ConversationStore

if TYPE_CHECKING:
    from rag.assistant import Assistant

__all__ = ["application", "serve"]

STATIC = Path(__file__).parent / "static"
KINDS = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}
PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Footnote</title><meta name="color-scheme" content="light dark">
<!--user-->
<link rel="icon" type="image/svg+xml" href="footnote/favicon.svg">
<link rel="preload" href="footnote/serif-latin.woff2" as="font" type="font/woff2" crossorigin>
<link rel="preload" href="footnote/sans-latin.woff2" as="font" type="font/woff2" crossorigin>
<link rel="stylesheet" href="footnote/fonts.css"><link rel="stylesheet" href="footnote/page.css">
<link rel="stylesheet" href="footnote/talk.css"><link rel="stylesheet" href="footnote/evidence.css">
<link rel="stylesheet" href="footnote/sources.css"><link rel="stylesheet" href="footnote/reader.css">
<link rel="stylesheet" href="footnote/table.css"><link rel="stylesheet" href="footnote/print.css">
<!--modules--><script type="module" src="footnote/main.js"></script>
</head>
<body><div id="footnote"><p class="opening" role="status">Opening…</p></div></body>
</html>
"""
SWEEP_HOURS = 6.0
WARM_UP_DELAY = 4.0  # seconds until the models are loaded even though nobody has opened the page


def serve(
    assistant: Assistant,
    *,
    host: str,
    port: int,
    examples: Sequence[str] | None = None,
    users: Mapping[str, str] | Path | None = None,
    feedback: Path = Path("feedback.jsonl"),
    build: bool = False,
    public_url: str = "",
    allow_urls: bool = False,
) -> None:
    """Bind `host:port`, say where the page is, and serve it until interrupted. Raises ConfigProblem."""
    public = parse_public_url(public_url)
    bound, viewer = _bind(host, port), Viewer(assistant)
    try:
        from rag.server.arenas import share_arenas
        from rag.server.ending import listen

        share_arenas()
        endpoints = Endpoints(viewer, tuple(examples) if examples is not None else None)
        building = BuildJob(assistant.build, endpoints.refresh_examples)
        app = application(endpoints, building, host, users, feedback, public, Fetcher() if allow_urls else None)
        threading.Thread(target=warm_up, args=(endpoints,), daemon=True).start()
        if build:
            building.start()
        shown = f"[{host}]" if ":" in host else host
        bound.listen(128)
        here = f"http://{shown}:{bound.getsockname()[1]}"
        where = f"{public}/, behind {here}" if public else here
        print(f"Footnote is at {where} (Ctrl+C stops it)", file=sys.stderr, flush=True)
        listen(app, bound, behind_proxy=public is not None)
    finally:
        viewer.close()
        bound.close()


def warm_up(endpoints: Endpoints) -> None:
    """Have the models loaded before the first question; the page shows meanwhile that they are."""
    endpoints.readiness.wanted.wait(WARM_UP_DELAY)
    try:
        endpoints.assistant.warm_up()
        endpoints.readiness.ready = True
        endpoints.find_examples()
    except FootnoteError as problem:
        endpoints.readiness.problem = str(problem)
    finally:
        endpoints.readiness.settled.set()


def application(
    endpoints: Endpoints,
    building: BuildJob,
    host: str = "127.0.0.1",
    users: Mapping[str, str] | Path | None = None,
    feedback: Path = Path("feedback.jsonl"),
    public: PublicUrl | None = None,
    fetcher: Fetcher | None = None,
) -> Starlette:
    """The ASGI application: the page, its files and calls, Gradio's API behind them, and the guard in front.

    Sources can be changed from the page where only this machine reaches it, or where people sign in; by `fetcher` they
    come from the web as well.
    """
    files = {path.name: path.read_bytes() for path in STATIC.rglob("*") if path.suffix in KINDS}
    scripts = sorted(name for name in files if name.endswith(".js"))
    modules = "".join(f'<link rel="modulepreload" href="footnote/{name}">\n' for name in scripts)
    shell = PAGE.replace("<!--modules-->", modules)  # all are asked for at once, not one after the other
    doorkeeper = Authenticator(_current(users), public) if users else None
    may_change = is_loopback(host) or doorkeeper is not None
    shelf = UploadStore(endpoints.assistant.sources_folder)
    page_routes = PageRoutes(endpoints, shelf, building, FeedbackStore(feedback), may_change, fetcher)
    asking, calls = page_routes.ask(), page_routes.calls()
    answering = Answering(asking)
    for_programs: list[Call[Any] | Stream[Any]] = [asking, *(call for call in calls if call.audience != "page")]
    programs = GradioProxy(for_programs, endpoints.readiness, str(public or ""))

    def page(request: Request) -> Response:
        shown = shell.replace("<!--user-->", user_tag(request.scope.get("user_name")))
        return HTMLResponse(shown, headers={"cache-control": "no-store"})

    def static(request: Request) -> Response:
        name = PurePosixPath(request.url.path).name
        return Response(files[name], media_type=KINDS[Path(name).suffix], headers={"cache-control": "no-cache"})

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        ended = asyncio.Event()
        holding = asyncio.create_task(programs.hold(ended))
        sweeping = asyncio.create_task(_sweep(shelf, ended))
        yield
        ended.set()
        answering.stop()
        endpoints.readiness.settled.set()
        await asyncio.gather(holding, sweeping)

    routes = [Route("/", page), *(Route(f"/footnote/{name}", static) for name in files)]
    routes += page_routes.routes(calls, answering)
    if doorkeeper is not None:
        kept = ConversationStore(feedback.with_name("conversations.db"))
        routes += [*doorkeeper.routes(), *conversation_routes(kept)]
    doors = Doors(routes, [call.name for call in for_programs])
    guard = Middleware(Guard, names=ServedNames(host, public), doors=doors, doorkeeper=doorkeeper)
    return Starlette(routes=[*routes, Mount("/", programs)], middleware=[guard], lifespan=lifespan)


async def _sweep(shelf: UploadStore, ended: asyncio.Event) -> None:
    """Tidies the sources folder now, and again and again until the server ends."""
    while not ended.is_set():
        await asyncio.to_thread(shelf.sweep)
        with suppress(TimeoutError):
            await asyncio.wait_for(ended.wait(), SWEEP_HOURS * 3600)


def _current(users: Mapping[str, str] | Path) -> Callable[[], Mapping[str, str]]:
    """Who may sign in, as it is known now."""
    return UsersFile(users).current if isinstance(users, Path) else lambda: users


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
