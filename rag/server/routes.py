"""What the page asks of its server: JSON in, JSON, pictures and files out.

Every value of a request is checked here before it is used. Whatever a person may change - sources, feedback - is
changed by POST with JSON or with a file; the guard has seen by then that it comes from our own page. This module does
not know how the page looks.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import threading
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import wraps
from pathlib import PurePosixPath
from typing import IO, Any, TypeAlias, TypeVar
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from rag.assistant import MAX_QUESTION
from rag.errors import ConfigProblem, FootnoteError
from rag.evidence import FeedbackEntry, FeedbackStore, make_pack, make_word
from rag.server.api import Endpoints
from rag.server.asking import FAULT, Answering, refused
from rag.server.build_job import Builds
from rag.server.calls import Call, Stream, Told
from rag.server.fetching import Fetcher
from rag.server.limits import ORIGINALS_AT_ONCE
from rag.server.reading import Reading
from rag.server.request_models import (
    AddressRequest,
    AskRequest,
    CitationStatusRequest,
    EvidenceRequest,
    FeedbackRequest,
    FindRequest,
    OwnRequest,
    PackRequest,
    PageRequest,
    PartRequest,
    PathRequest,
    RemoveRequest,
    RestoreRequest,
    SearchRequest,
    SuggestionsRequest,
    parse_request,
)
from rag.server.upload_store import MOST_BYTES, UploadStore
from rag.types import Span

__all__ = ["Noted", "PageRoutes", "call_route", "json_route", "nothing_noted"]

Noted: TypeAlias = Callable[[str, str, str], None]
"""Is told who did what to which source."""
_T = TypeVar("_T", bound=PageRequest)
_TURNS = 50
_PIECE = 256 * 1024
_INLINE = {"application/pdf": "application/pdf", "text/plain": "text/plain", "text/markdown": "text/plain"}
_log = logging.getLogger(__name__)


def nothing_noted(who: str, did: str, what: str) -> None:
    """Where nobody asks who did it."""


@dataclass(frozen=True, slots=True)
class PageRoutes:
    """The page's calls over one open assistant. `may_change` says whether sources may be changed from the page,
    `fetcher` fetches them from the web where that is allowed, and `noted` is told of every change. With `only_reads`
    the sources lie on another machine, and are changed there.
    """

    endpoints: Endpoints
    shelf: UploadStore
    building: Builds
    feedback: FeedbackStore
    may_change: bool = True
    fetcher: Fetcher | None = None  # None: nothing is fetched
    noted: Noted = nothing_noted
    only_reads: bool = False
    _suggesting: threading.Lock = field(default_factory=threading.Lock)
    _handing: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(ORIGINALS_AT_ONCE))

    def ask(self) -> Stream[AskRequest]:
        """The call that is answered by events."""
        return Stream("ask", AskRequest, self.endpoints.ask, "agents")

    def calls(self) -> tuple[Call[Any], ...]:
        """All calls with one answer."""
        reading = Reading(self.endpoints.viewer)
        return (
            Call("search", SearchRequest, self.endpoints.search, "agents"),
            Call("sources", PageRequest, self.endpoints.sources, "agents"),
            Call("build", PageRequest, self._changing(self._build), "programs"),
            Call("progress", PageRequest, self._progress, "programs"),
            Call("stop", PageRequest, self._changing(self._stop), "programs"),
            Call("state", PageRequest, self._state),
            Call("files", PageRequest, lambda _: list(self.endpoints.page_sources())),
            Call("evidence", EvidenceRequest, self._evidence),
            Call("overview", PathRequest, lambda given: reading.overview(given.path)),
            Call("part", PartRequest, lambda given: list(reading.part(given.document_id, Span(*given.span)))),
            Call("find", FindRequest, lambda given: reading.find(given.document_id, given.words)),
            Call("questions", PathRequest, lambda given: list(reading.questions(given.path))),
            Call("standing", CitationStatusRequest, self._standing),
            Call("writers", PageRequest, lambda _: list(self.endpoints.language_models())),
            Call("suggest", SuggestionsRequest, self._suggest),
            Call("remark", FeedbackRequest, self._remark),
            Call("forget", OwnRequest, self._forget),
            Call("pack", PackRequest, self._pack),
            Call("word", PackRequest, self._word),
            Call("remove", RemoveRequest, self._changing(self._remove)),
            Call("restore", RestoreRequest, self._changing(self._restore)),
        )

    def routes(self, calls: Iterable[Call[Any]], answering: Answering[AskRequest]) -> list[Route]:
        """All of `calls`, under `/page/`, with what comes and goes as files."""
        return [
            *map(call_route, calls),
            Route("/page/ask", answering.respond, methods=["POST"]),
            Route("/page/receive", self._receive, methods=["POST"]),
            Route("/page/fetch", self._fetch, methods=["POST"]),
            Route("/page/cases", self._cases, methods=["GET"]),
            Route("/page/picture", self._picture, methods=["GET"]),
            Route("/page/original/{document_id}/{name}", self._original, methods=["GET"]),
        ]

    def _build(self, _: PageRequest) -> Told:
        """Have the index brought up to date with the sources, in the background; `progress` says how far it is."""
        self.building.start()
        return {}

    def _stop(self, _: PageRequest) -> Told:
        """Have the build end after the step it is at; what it has done is kept."""
        self.building.stop()
        return {}

    def _progress(self, _: PageRequest) -> Told:
        """How far the build is.

        That is: state, stopping, stage, done, total, detail, pending, the report of the last one, problem, number,
        published.
        """
        return self.building.to_dict()

    def _remove(self, given: RemoveRequest) -> Told:
        token = self.shelf.remove(given.path)
        self.noted(given.user, "removed", given.path)
        self.endpoints.disk.forget()
        self.building.start()
        return {"token": token}

    def _restore(self, given: RestoreRequest) -> Told:
        path = self.shelf.restore(given.token)
        self.noted(given.user, "restored", path)
        self.endpoints.disk.forget()
        self.building.start()
        return {"path": path}

    def _changing(self, change: Callable[[_T], Told]) -> Callable[[_T], Told]:
        @wraps(change)
        def checked(given: _T) -> Told:
            self._check_change()
            return change(given)

        return checked

    def _check_change(self) -> None:
        self._check_allowed()
        if self.only_reads:
            raise ConfigProblem(
                "Sources are not added or removed at this server, which only reads.",
                "Do it at the one that has the sources folder: all show what it builds.",
            )

    def _check_allowed(self) -> None:
        if not self.may_change:
            raise ConfigProblem(
                "Sources cannot be changed from this page.",
                "The page is open to the network: start it with --auth to allow changes.",
            )

    def _state(self, _: PageRequest) -> Told:
        return {
            **self.endpoints.state(),
            "may_change": self.may_change and not self.only_reads,
            "may_fetch": self.may_change and not self.only_reads and self.fetcher is not None,
            "most_bytes": MOST_BYTES,
            "building": self.building.to_dict(),
        }

    def _evidence(self, given: EvidenceRequest) -> Told:
        return self.endpoints.evidence(
            given.document_id,
            Span(*given.span),
            given.quote,
            given.path,
            None if given.answer is None else Span(*given.answer),
            given.around,
        )

    def _standing(self, given: CitationStatusRequest) -> Told:
        asked = [(each.document_id, Span(*each.span), each.quote, each.path) for each in given.citations or ()]
        return list(self.endpoints.citation_status(asked))

    def _suggest(self, given: SuggestionsRequest) -> Told:
        if not self._suggesting.acquire(blocking=False):  # a courtesy, for which no answer should have to wait
            return []
        try:
            cited = [(each.document_id, Span(*each.span)) for each in given.cited or ()]
            return list(self.endpoints.suggest(given.question, given.asked or [], cited, given.paths or None))
        finally:
            self._suggesting.release()

    def _remark(self, given: FeedbackRequest) -> Told:
        self.feedback.add(
            FeedbackEntry(
                kind=given.kind,
                question=given.question[:MAX_QUESTION],
                status=given.status,
                reason=given.reason,
                turns=tuple(each.value() for each in (given.turns or ())[:_TURNS]),
                answers=tuple((given.answers or ())[:_TURNS]),
                citations=tuple(each.value() for each in (given.citations or ())[:_TURNS]),
                wrong=tuple(int(each) for each in given.wrong or () if str(each).isdecimal()),
                expected=given.expected[:MAX_QUESTION].strip(),
                user=given.user,
            )
        )
        return {}

    def _forget(self, given: OwnRequest) -> Told:
        self._check_allowed()
        return {"deleted": self.feedback.delete(given.user)}

    def _pack(self, given: PackRequest) -> Told:
        return {"html": make_pack(self.endpoints.viewer, given.title, given.answers)}

    def _word(self, given: PackRequest) -> Told:
        return {"docx": b64encode(make_word(self.endpoints.viewer, given.title, given.answers)).decode("ascii")}

    async def _cases(self, request: Request) -> Response:
        """The remarks as cases for `rag eval`: all of them on one's own machine, one's own where people sign in."""
        user = request.scope.get("user_name")
        if user is None and not self.may_change:
            return PlainTextResponse("Not found", 404)
        cases = await run_in_threadpool(self.feedback.cases, user)
        lines = "".join(json.dumps(case, ensure_ascii=False) + "\n" for case in cases)
        saved = {"content-disposition": 'attachment; filename="cases.jsonl"', "cache-control": "no-store"}
        return Response(lines, media_type="application/x-ndjson", headers=saved)

    async def _receive(self, request: Request) -> Response:
        size = request.headers.get("content-length", "")
        try:
            self._check_change()
            path = await self.shelf.receive(
                request.query_params.get("name", ""), int(size) if size.isdecimal() else None, request.stream()
            )
            await run_in_threadpool(self.noted, request.scope.get("user_name") or "", "added", path)
        except FootnoteError as problem:
            return refused(problem)
        except ClientDisconnect:
            return PlainTextResponse("", 400)
        return JSONResponse({"path": path})

    async def _fetch(self, request: Request) -> Response:
        """Keeps what an address gives as a source, with a line in the log of what was fetched."""
        try:
            given = await parse_request(request, AddressRequest)
            self._check_change()
            if self.fetcher is None:
                raise ConfigProblem("Sources are not fetched from the web.", "The setting allow_urls allows it.")
            path = await self.shelf.keep(await self.fetcher.fetch(given.address))
            await run_in_threadpool(self.noted, given.user, "fetched", path)
        except FootnoteError as problem:
            return refused(problem)
        return JSONResponse({"path": path})

    async def _picture(self, request: Request) -> Response:
        asked = request.query_params
        try:
            page, width = int(asked.get("page", "")), int(asked.get("width", ""))
        except ValueError:
            return PlainTextResponse("Not found", 404)
        try:
            png = await run_in_threadpool(self.endpoints.picture, asked.get("document", ""), page, width)
        except FootnoteError as problem:
            return PlainTextResponse(str(problem), 503)
        if png is None:
            return PlainTextResponse("Not found", 404)
        return Response(png, media_type="image/png", headers={"cache-control": "private, max-age=600"})

    async def _original(self, request: Request) -> Response:
        """The file of an indexed document; only what cannot run in a browser is shown there, all else is saved."""
        try:
            async with self._handing:
                found = await run_in_threadpool(self.endpoints.original, request.path_params["document_id"])
        except FootnoteError as problem:
            return PlainTextResponse(str(problem), 503)
        if found is None:
            return PlainTextResponse("This file is no longer among the sources.", 404)
        document, content = found
        if content is None:
            return PlainTextResponse("This file has changed since it was read. Build the index again.", 409)
        kind = _INLINE.get(document.media_type)
        name = quote(PurePosixPath(document.path).name, safe="")
        headers = {
            "content-disposition": f"{'inline' if kind else 'attachment'}; filename*=utf-8''{name}",
            "cache-control": "no-store",
            "content-length": str(content.seek(0, os.SEEK_END)),
        }
        media_type = f"{kind}; charset=utf-8" if kind == "text/plain" else kind or "application/octet-stream"
        return StreamingResponse(_pieces(content), media_type=media_type, headers=headers)


def _pieces(content: IO[bytes]) -> Iterator[bytes]:
    with content:
        content.seek(0)
        while piece := content.read(_PIECE):
            yield piece


def call_route(call: Call[_T]) -> Route:
    """A call under `/page/`."""
    return json_route(f"/page/{call.name}", call.takes, lambda given, _: call.answers(given))


def json_route(path: str, takes: type[_T], answers: Callable[[_T, Request], Told]) -> Route:
    """A call by POST of JSON: an expected error becomes its sentence and hint, any other is logged."""

    async def answered(request: Request) -> Response:
        try:
            given = await parse_request(request, takes)
            told = await run_in_threadpool(answers, given, request)
        except FootnoteError as problem:
            return refused(problem)
        except Exception:
            _log.exception("The call %s failed.", path)
            return JSONResponse({"error": FAULT}, 500)
        return JSONResponse({"error": "Not found."}, 404) if told is None else JSONResponse(told)

    return Route(path, answered, methods=["POST"])
