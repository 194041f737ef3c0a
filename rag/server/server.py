"""Serves the page: binds the address, shows the page at once, loads models and Gradio behind it, guard in front.

This module does not know what is asked or answered.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Mount, Route

from rag.errors import FootnoteError
from rag.evidence import Viewer
from rag.server.addresses import PublicUrl, ServedNames, is_loopback
from rag.server.api import Endpoints
from rag.server.build_job import BuildJob
from rag.server.doorkeeper import Doorkeeper, doorkeeper_for
from rag.server.fetching import Fetcher
from rag.server.guard import Guard
from rag.server.kept import KeptOfPeople, kept_beside, kept_in
from rag.server.listening import bound_address
from rag.server.metrics import Metrics
from rag.server.sign_on import HeaderSignOn, SignOn, check_sign_on
from rag.server.source_pages import source_pages
from rag.server.upload_store import UploadStore
from rag.server.waiting import pause
from rag.server.warming import warm_up

if TYPE_CHECKING:
    from rag.assistant import Assistant
    from rag.config import Config
    from rag.server.leading import Lead

__all__ = ["PageSettings", "application", "led", "serve", "serve_by_processes", "sweep"]

SWEEP_HOURS = 6.0


@dataclass(frozen=True, slots=True)
class PageSettings:
    """What the page is served with; `launch` says what each of them is."""

    host: str
    public: PublicUrl | None
    feedback: Path
    users: Mapping[str, str] | Path | None = None
    sign_on: SignOn | None = None
    allow_urls: bool = False
    build: bool = False
    examples: tuple[str, ...] | None = None
    metrics: bool = False

    @property
    def proxied(self) -> bool:
        """Whether people come through a proxy that names them."""
        return isinstance(self.sign_on, HeaderSignOn)


def serve(assistant: Assistant, port: int, settings: PageSettings) -> None:
    """Bind the address, say where the page is, and serve it until interrupted. Raises ConfigProblem."""
    check_sign_on(settings.sign_on, settings.host)
    viewer = Viewer(assistant)
    try:
        with bound_address(settings.host, port, settings.public, proxied=settings.proxied) as address:
            address.serve(_page(viewer, settings))
    finally:
        viewer.close()


def serve_by_processes(config: Config, settings: PageSettings) -> None:
    """As `serve`, in several processes, as `config` says, each of which opens the index. Raises ConfigProblem."""
    check_sign_on(settings.sign_on, settings.host)
    with bound_address(settings.host, config.port, settings.public, proxied=settings.proxied) as address:
        address.serve_by(config.workers, partial(_worker, config, settings))


def _worker(config: Config, settings: PageSettings, lead: Lead) -> Starlette:
    """What one of several processes serves; what it has opened is closed when the process ends."""
    from rag.assistant import open_index

    return _page(Viewer(open_index(config=config)), settings, lead)


def _page(viewer: Viewer, settings: PageSettings, lead: Lead | None = None) -> Starlette:
    """The application over an open index, and what runs behind it: models are loaded, the index is built if wished."""
    assistant = viewer.assistant
    kept = kept_beside(assistant.database, settings.feedback)
    doorkeeper = doorkeeper_for(settings.users, settings.sign_on, settings.public, kept.sessions)
    metrics = Metrics()
    endpoints = Endpoints(viewer, settings.examples, counted=metrics.answered)
    building = BuildJob(assistant.build, endpoints.refresh_examples, counted=metrics.built)
    fetcher = Fetcher() if settings.allow_urls else None
    app = application(
        endpoints,
        building,
        assistant.sources_folder,
        settings.host,
        doorkeeper,
        settings.feedback,
        settings.public,
        fetcher,
        build=settings.build,
        lead=lead,
        only_reads=assistant.only_reads,
        kept=kept,
        watched=metrics.routes(endpoints.standing, open_counts=settings.metrics),
    )
    threading.Thread(target=warm_up, args=(endpoints,), daemon=True).start()
    return app


def application(
    endpoints: Endpoints,
    building: BuildJob,
    sources: Path,
    host: str = "127.0.0.1",
    doorkeeper: Doorkeeper | None = None,
    feedback: Path = Path("feedback.jsonl"),
    public: PublicUrl | None = None,
    fetcher: Fetcher | None = None,
    *,
    build: bool = False,
    lead: Lead | None = None,
    watched: Sequence[Route] = (),
    only_reads: bool = False,
    kept: KeptOfPeople | None = None,
) -> Starlette:
    """The ASGI application: the page, its files and calls, Gradio's API behind them, and the guard in front.

    Sources can be changed from the page where only this machine reaches it, or where people sign in; by `fetcher` they
    come from the web as well. With `build` the index is brought up to date at once. `lead` is given to one of several
    processes: only the one that leads builds, and speaks Gradio's protocol. `watched` are routes for whoever runs it.
    With `only_reads` the sources lie on another machine. `kept` is of people, if not beside the file of feedback.
    """
    shelf, kept = UploadStore(sources), kept or kept_in(feedback)
    more = [*(doorkeeper.routes() if doorkeeper is not None else []), *watched]
    pages = source_pages(
        endpoints,
        building,
        shelf,
        kept,
        may_change=is_loopback(host) or doorkeeper is not None,
        signed_in=doorkeeper is not None,
        fetcher=fetcher,
        public_url=str(public or ""),
        more=more,
        only_reads=only_reads,
    )

    def tidy() -> None:
        shelf.sweep()
        with suppress(FootnoteError):  # the index cannot be asked just now: later
            endpoints.viewer.sweep()

    async def lead_it(ended: asyncio.Event) -> None:
        if build:
            building.start()
        await asyncio.gather(pages.programs.hold(ended), sweep(tidy, ended))

    async def end() -> None:
        pages.answering.stop()
        endpoints.readiness.settled.set()
        kept.close()

    guard = Middleware(Guard, names=ServedNames(host, public), doors=pages.doors, doorkeeper=doorkeeper)
    routes = [*pages.routes, *more, Mount("/", pages.programs)]
    return led(routes, [guard], lead_it, end, lead)


def led(
    routes: Sequence[BaseRoute],
    middleware: Sequence[Middleware],
    lead_it: Callable[[asyncio.Event], Awaitable[object]],
    end: Callable[[], Awaitable[None]],
    lead: Lead | None,
) -> Starlette:
    """An application beside which `lead_it` runs until its event is set, in one process of several if `lead` is given;
    `end` has everything else end.
    """

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        ended = asyncio.Event()
        beside = [lead_it(ended)] if lead is None else [lead.run(app, ended), lead.when_leading(lead_it, ended)]
        tasks = [asyncio.ensure_future(each) for each in beside]
        yield
        ended.set()
        await asyncio.gather(end(), *tasks)

    if lead is not None:
        from rag.server.leading import HandingOn  # what it needs is loaded where there are several processes

        middleware = [Middleware(HandingOn, lead=lead), *middleware]
    return Starlette(routes=routes, middleware=middleware, lifespan=lifespan)


async def sweep(tidy: Callable[[], object], ended: asyncio.Event) -> None:
    """Has sources tidied now, and again and again until the server ends."""
    while not ended.is_set():
        await asyncio.to_thread(tidy)
        await pause(SWEEP_HOURS * 3600, ended)
