"""The pages of each collection below `/c/NAME/`, and of several as one below `/c/A+B/`, made when they are first asked.

Who has no right to a collection gets what anybody gets for one that is not there. This module does not know what the
page shows.
"""

from __future__ import annotations

import asyncio
import logging
import math
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.responses import PlainTextResponse
from starlette.routing import Router
from starlette.types import Receive, Scope, Send

from rag.collections import Collection, OpenCollections, names_in
from rag.errors import FootnoteError
from rag.server.api import Endpoints
from rag.server.asking import Turns
from rag.server.build_job import BuildJob, Builds, WatchedBuilds
from rag.server.fetching import Fetcher
from rag.server.gradio_api import GradioProxy
from rag.server.kept import kept_in
from rag.server.metrics import Metrics
from rag.server.shell import CollectionTag
from rag.server.source_pages import SourcePages, source_pages
from rag.server.team.rights import Rights, person_of
from rag.server.upload_store import UploadStore
from rag.server.waiting import pause
from rag.server.warming import warm_up
from rag.storage import Level

__all__ = ["CollectionPages"]

_LOOK = 5.0  # seconds between two looks at which collections are still there
_MOST = 200  # pages that are kept ready; the longest unused go first

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Place:
    """What runs behind the pages of one collection, whoever looks at it, or behind those of several."""

    key: tuple[tuple[str, int], ...]
    endpoints: Endpoints
    building: Builds
    shelf: UploadStore
    warming: threading.Thread
    pages: dict[tuple[str, str], tuple[SourcePages, Router]] = field(default_factory=dict)  # by title and level

    def end(self) -> None:
        """Ends what goes on, after the step it is at; nobody will ask."""
        self.building.stop()
        for pages, _ in self.pages.values():
            pages.answering.stop()
        self.endpoints.readiness.settled.set()
        self.endpoints.readiness.wanted.set()


class CollectionPages:
    """An ASGI application for requests that the guard has found to be for a collection. For one event loop."""

    def __init__(
        self,
        opened: OpenCollections,
        rights: Rights,
        *,
        signed_in: bool,
        fetcher: Fetcher | None = None,
        public_url: str = "",
        metrics: Metrics | None = None,
    ) -> None:
        self._metrics = metrics or Metrics()
        self._opened, self._rights, self._signed_in = opened, rights, signed_in
        self._fetcher, self._public_url = fetcher, public_url
        self._turns = Turns()
        self._lock = threading.RLock()
        self._places: OrderedDict[tuple[str, ...], _Place] = OrderedDict()
        self._ended = asyncio.Event()
        self._programs, self._held = set[GradioProxy](), set[asyncio.Task[None]]()
        self._following: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request to a collection, or to several."""
        self._following = self._following or asyncio.create_task(self._follow_folders())
        found = await run_in_threadpool(self._asked, scope)
        if found is None:
            return await PlainTextResponse("Not found", 404)(scope, receive, send)
        names, level = found
        try:
            pages, router = await run_in_threadpool(self._pages, names, level)
        except FootnoteError as problem:
            return await PlainTextResponse(str(problem), 409)(scope, receive, send)
        if not pages.doors.lead_somewhere(scope["path"]):
            return await PlainTextResponse("Not found", 404)(scope, receive, send)
        self._hold(pages)
        front = f"{scope.get('root_path', '')}/c/{scope['collection']}"
        inner = {**scope, "root_path": front, "path": front + scope["path"]}
        return await router({**inner, "raw_path": quote(inner["path"]).encode()}, receive, send)

    def known(self, name: str) -> Collection | None:
        """A collection that can be asked: one that is there, and not put aside."""
        found = self._opened.folder.get(name)
        return None if found is None or found.archived else found

    def shelf(self, name: str) -> UploadStore:
        """The sources of a collection, to be changed. Raises what opening it raises."""
        return self._place((name,)).shelf

    def rebuild(self, name: str) -> None:
        """Has a collection brought up to date with its sources, behind whatever comes next."""
        place = self._place((name,))
        place.endpoints.disk.forget()
        place.building.start()

    def build_of(self, name: str) -> tuple[bool, str]:
        """Whether a collection is being built, and why the last build failed; one that nobody has opened is not."""
        place = self._places.get((name,))
        told = place.building.to_dict() if place else {}
        return told.get("state") in ("running", "waiting"), str(told.get("problem") or "")

    def drop(self, name: str) -> None:
        """Ends all that runs over a collection, alone or with others, and closes it."""
        with self._lock:
            dropped = [self._places.pop(names) for names in list(self._places) if name in names]
        for place in dropped:
            place.end()
        self._opened.close(name)

    def delete(self, name: str) -> None:
        """Ends all that runs over a collection, and deletes it for good. Raises ConfigProblem."""
        self.drop(name)
        self._opened.delete(name)

    async def end(self) -> None:
        """Ends all of it."""
        self._ended.set()
        for place in self._places.values():
            place.end()
        for place in self._places.values():
            await asyncio.to_thread(place.warming.join)
        await asyncio.gather(*self._held, *filter(None, [self._following]))

    def sweep(self) -> None:
        """Tidies the sources of every collection that is open, and has those built that never have been."""
        for place in tuple(self._places.values()):
            if len(place.key) == 1:
                place.shelf.sweep()
        for each in self._opened.folder.all():
            if not each.archived and not each.index.exists() and each.files():
                try:
                    self._place((each.name,))
                except FootnoteError as problem:
                    _log.warning("%s cannot be built: %s", each.title, problem)

    def _asked(self, scope: Scope) -> tuple[tuple[str, ...], Level] | None:
        names = names_in(scope["collection"])
        level = self._rights.level(person_of(scope), names) if names else None
        return (names, level) if names and level and all(map(self.known, names)) else None

    def _pages(self, names: tuple[str, ...], level: Level) -> tuple[SourcePages, Router]:
        place = self._place(names)
        title = " + ".join(each.title for name in names if (each := self.known(name)))
        with self._lock:
            if (title, level) not in place.pages:
                pages = self._made(place, names, CollectionTag(title, "+".join(names), level))
                place.pages[title, level] = pages, pages.router()
            return place.pages[title, level]

    def _made(self, place: _Place, names: Sequence[str], tag: CollectionTag) -> SourcePages:
        store = self._rights.store
        return source_pages(
            place.endpoints,
            place.building,
            place.shelf,
            kept_in(self._opened.folder.beside(names) / "feedback.jsonl"),
            may_change=tag.level != "ask",
            signed_in=self._signed_in,
            fetcher=self._fetcher,
            public_url=f"{self._public_url}/c/{tag.name}" if self._public_url else "",
            tag=tag,
            turns=self._turns,
            noted=partial(store.note, names[0]),
        )

    def _place(self, names: tuple[str, ...]) -> _Place:
        """What runs behind some collections; anew where one of them is another folder by now."""
        key = tuple((name, _number(self._opened.folder.root / name)) for name in names)
        with self._lock:
            found = self._places.get(names)
            if found is None or found.key != key:
                for name, _ in set(found.key) - set(key) if found is not None else ():
                    self.drop(name)  # deleted and made again, by another process
                found = self._places[names] = self._begun(names, key)
                found.warming.start()
            self._places.move_to_end(names)
            while len(self._places) > _MOST:
                self._places.popitem(last=False)
            return found

    def _begun(self, names: tuple[str, ...], key: tuple[tuple[str, int], ...]) -> _Place:
        if len(names) > 1:  # nothing is changed through several
            building: Builds = WatchedBuilds([self._place((name,)).building for name in names])
            endpoints = Endpoints(self._opened.joined(names), counted=self._metrics.answered)
            shelf = UploadStore(self._opened.folder.beside(names))
        else:
            (name,) = names
            endpoints = Endpoints(self._opened.viewer(name), counted=self._metrics.answered)
            build = partial(self._opened.build, name)
            building = BuildJob(build, endpoints.refresh_examples, math.inf, self._metrics.built)
            sources = self._opened.folder.root / name / "sources"
            shelf = UploadStore(sources, partial(self._rights.store.quota, name))
            if not endpoints.assistant.documents():
                building.start()  # what was put there while nobody looked
        warming = threading.Thread(target=warm_up, args=(endpoints,), daemon=True)
        return _Place(key, endpoints, building, shelf, warming)

    async def _follow_folders(self) -> None:
        """Closes collections that another process has deleted or put aside, so that nothing of them stays."""
        while not self._ended.is_set():
            await pause(_LOOK, self._ended)
            await asyncio.to_thread(self._close_gone)

    def _close_gone(self) -> None:
        for place in list(self._places.values()):
            for name, number in place.key:
                known = self.known(name)
                if known is None or _number(known.folder) != number:
                    self.drop(name)

    def _hold(self, pages: SourcePages) -> None:
        """Has Gradio loaded for the programs of a collection, once one of them asks for something."""
        if pages.programs not in self._programs:
            self._programs.add(pages.programs)
            holding = asyncio.create_task(pages.programs.hold_once_asked(self._ended))
            self._held.add(holding)
            holding.add_done_callback(self._held.discard)


def _number(folder: Path) -> int:
    """What tells a folder from one of the same name; 0 for one that is not there."""
    try:
        return folder.stat().st_ino
    except OSError:
        return 0
