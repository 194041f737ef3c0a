"""Serves the page: binds the address, shows the page at once, loads models and Gradio behind it, guard in front.

This module does not know what is asked or answered.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Mount

from rag.evidence import Viewer
from rag.server.addresses import PublicUrl, ServedNames, is_loopback, parse_public_url
from rag.server.api import Endpoints
from rag.server.build_job import BuildJob
from rag.server.doorkeeper import Doorkeeper, doorkeeper_for
from rag.server.fetching import Fetcher
from rag.server.guard import Guard
from rag.server.listening import bound_address
from rag.server.sign_on import HeaderSignOn, SignOn, check_sign_on
from rag.server.source_pages import source_pages
from rag.server.upload_store import UploadStore
from rag.server.warming import warm_up
from rag.storage import SessionStore

if TYPE_CHECKING:
    from rag.assistant import Assistant

__all__ = ["SESSIONS", "application", "serve", "sweep"]

SWEEP_HOURS = 6.0
SESSIONS = "sessions.db"
"""Beside the file of feedback, or in the folder of collections."""


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
    sign_on: SignOn | None = None,
) -> None:
    """Bind `host:port`, say where the page is, and serve it until interrupted. Raises ConfigProblem."""
    public = parse_public_url(public_url)
    check_sign_on(sign_on, host)
    sessions = SessionStore(feedback.with_name(SESSIONS))
    doorkeeper, viewer = doorkeeper_for(users, sign_on, public, sessions), Viewer(assistant)
    try:
        with bound_address(host, port, public, proxied=isinstance(sign_on, HeaderSignOn)) as listen_to:
            endpoints = Endpoints(viewer, tuple(examples) if examples is not None else None)
            building = BuildJob(assistant.build, endpoints.refresh_examples)
            fetcher = Fetcher() if allow_urls else None
            sources = assistant.sources_folder
            app = application(endpoints, building, sources, host, doorkeeper, feedback, public, fetcher)
            threading.Thread(target=warm_up, args=(endpoints,), daemon=True).start()
            if build:
                building.start()
            listen_to(app)
    finally:
        viewer.close()


def application(
    endpoints: Endpoints,
    building: BuildJob,
    sources: Path,
    host: str = "127.0.0.1",
    doorkeeper: Doorkeeper | None = None,
    feedback: Path = Path("feedback.jsonl"),
    public: PublicUrl | None = None,
    fetcher: Fetcher | None = None,
) -> Starlette:
    """The ASGI application: the page, its files and calls, Gradio's API behind them, and the guard in front.

    Sources can be changed from the page where only this machine reaches it, or where people sign in; by `fetcher` they
    come from the web as well.
    """
    shelf = UploadStore(sources)
    more = doorkeeper.routes() if doorkeeper is not None else []
    pages = source_pages(
        endpoints,
        building,
        shelf,
        feedback,
        may_change=is_loopback(host) or doorkeeper is not None,
        signed_in=doorkeeper is not None,
        fetcher=fetcher,
        public_url=str(public or ""),
        more=more,
    )

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        ended = asyncio.Event()
        holding = asyncio.create_task(pages.programs.hold(ended))
        sweeping = asyncio.create_task(sweep(shelf.sweep, ended))
        yield
        ended.set()
        pages.answering.stop()
        endpoints.readiness.settled.set()
        await asyncio.gather(holding, sweeping)

    guard = Middleware(Guard, names=ServedNames(host, public), doors=pages.doors, doorkeeper=doorkeeper)
    routes = [*pages.routes, *more, Mount("/", pages.programs)]
    return Starlette(routes=routes, middleware=[guard], lifespan=lifespan)


async def sweep(tidy: Callable[[], object], ended: asyncio.Event) -> None:
    """Has sources tidied now, and again and again until the server ends."""
    while not ended.is_set():
        await asyncio.to_thread(tidy)
        with suppress(TimeoutError):
            await asyncio.wait_for(ended.wait(), SWEEP_HOURS * 3600)
