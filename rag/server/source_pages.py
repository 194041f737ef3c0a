"""What is served over one open index, or over several as one: the page, its calls, and the same calls for programs.

This module does not know under which address it is served, nor to whom.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from starlette.routing import Mount, Route, Router

from rag.evidence import FeedbackStore
from rag.server.api import Endpoints
from rag.server.asking import Answering, Turns
from rag.server.build_job import Builds
from rag.server.calls import Call, Stream
from rag.server.conversations import conversation_routes
from rag.server.doors import Doors
from rag.server.fetching import Fetcher
from rag.server.gradio_api import GradioProxy
from rag.server.kept import KeptOfPeople
from rag.server.request_models import AskRequest
from rag.server.routes import Noted, PageRoutes, nothing_noted
from rag.server.shell import CollectionTag, page_route, static_routes
from rag.server.upload_store import UploadStore

__all__ = ["SourcePages", "source_pages"]


@dataclass(frozen=True, slots=True)
class SourcePages:
    """Routes, the addresses that are answered, and what runs behind them."""

    routes: tuple[Route, ...]
    doors: Doors
    programs: GradioProxy
    answering: Answering[AskRequest]

    def router(self) -> Router:
        """All of it as one application."""
        return Router([*self.routes, Mount("/", self.programs)])


def source_pages(
    endpoints: Endpoints,
    building: Builds,
    shelf: UploadStore,
    kept: KeptOfPeople,
    *,
    may_change: bool,
    signed_in: bool,
    fetcher: Fetcher | None = None,
    public_url: str = "",
    tag: CollectionTag | None = None,
    turns: Turns | None = None,
    noted: Noted = nothing_noted,
    more: Sequence[Route] = (),
    only_reads: bool = False,
) -> SourcePages:
    """The pages over the sources of `endpoints`, which can be changed where `may_change`.

    Where people have signed in, their conversations are in `kept` as well. `turns` are shared with other pages of
    the same machine; `noted` is told who changed what; `more` are routes beside them that are answered as well. With
    `only_reads` the sources are changed at another server.
    """
    page_routes = PageRoutes(
        endpoints, shelf, building, FeedbackStore(kept.remarks), may_change, fetcher, noted, only_reads
    )
    asking, calls = page_routes.ask(), page_routes.calls()
    answering = Answering(asking, turns)
    for_programs: list[Call[Any] | Stream[Any]] = [asking, *(call for call in calls if call.audience != "page")]
    routes = [page_route(tag), *static_routes(), *page_routes.routes(calls, answering)]
    if signed_in:
        routes += conversation_routes(kept.conversations)
    programs = GradioProxy(for_programs, endpoints.readiness, public_url)
    doors = Doors([*routes, *more], [call.name for call in for_programs])
    return SourcePages(tuple(routes), doors, programs, answering)
