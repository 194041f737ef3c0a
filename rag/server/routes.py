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
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import IO, Any, TypeAlias, TypeVar
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from rag.assistant import MAX_QUESTION
from rag.errors import ConfigProblem, FootnoteError
from rag.evidence import FeedbackEntry, FeedbackStore, make_pack
from rag.server.api import Endpoints
from rag.server.build_job import BuildJob
from rag.server.limits import AT_ONCE, MOST_WAITING, ORIGINALS_AT_ONCE
from rag.server.request_models import (
    AskRequest,
    CitationStatusRequest,
    EvidenceRequest,
    FeedbackRequest,
    PackRequest,
    PageRequest,
    PathRequest,
    RestoreRequest,
    SuggestionsRequest,
    parse_request,
)
from rag.server.upload_store import MOST_BYTES, UploadStore
from rag.types import JSON, Span

__all__ = ["PageRoutes"]

Told: TypeAlias = "JSON | list[dict[str, JSON]] | list[str]"

Endpoint: TypeAlias = Callable[[Request], Coroutine[Any, Any, Response]]
_T = TypeVar("_T", bound=PageRequest)
_TURNS = 50
_PIECE = 256 * 1024
_INLINE = {"application/pdf": "application/pdf", "text/plain": "text/plain", "text/markdown": "text/plain"}
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PageRoutes:
    """The page's calls over one open assistant. `may_change` says whether sources may be changed from the page."""

    endpoints: Endpoints
    shelf: UploadStore
    building: BuildJob
    feedback: FeedbackStore
    may_change: bool = True
    _suggesting: threading.Lock = field(default_factory=threading.Lock)
    _turn: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))
    _asking: set[threading.Event] = field(default_factory=set)
    _handing: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(ORIGINALS_AT_ONCE))
    _threads: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(2 * AT_ONCE, "answering"))

    def routes(self) -> list[Route]:
        """All of them, under `/page/`."""
        calls = {
            "state": _answered(PageRequest, self._state),
            "sources": _answered(PageRequest, lambda _: list(self.endpoints.sources())),
            "evidence": _answered(EvidenceRequest, self._evidence),
            "standing": _answered(CitationStatusRequest, self._standing),
            "writers": _answered(PageRequest, lambda _: list(self.endpoints.language_models())),
            "progress": _answered(PageRequest, lambda _: self.building.to_dict()),
            "suggest": _answered(SuggestionsRequest, self._suggest),
            "remark": _answered(FeedbackRequest, self._remark),
            "pack": _answered(PackRequest, self._pack),
            "build": self._change(PageRequest, lambda _: self._started()),
            "stop": self._change(PageRequest, lambda _: self.building.stop()),
            "remove": self._change(
                PathRequest, lambda given: {"token": self.shelf.remove(given.path), **self._started()}
            ),
            "restore": self._change(
                RestoreRequest, lambda given: {"path": self.shelf.restore(given.token), **self._started()}
            ),
        }
        return [
            *(Route(f"/page/{name}", call, methods=["POST"]) for name, call in calls.items()),
            Route("/page/ask", self._ask, methods=["POST"]),
            Route("/page/receive", self._receive, methods=["POST"]),
            Route("/page/cases", self._cases, methods=["GET"]),
            Route("/page/picture", self._picture, methods=["GET"]),
            Route("/page/original/{document_id}/{name}", self._original, methods=["GET"]),
        ]

    def _started(self) -> dict[str, JSON]:
        self.building.start()
        return {}

    def _change(self, kind: type[_T], change: Callable[[_T], Told]) -> Endpoint:
        def checked(given: _T) -> Told:
            self._check_change()
            return change(given)

        return _answered(kind, checked)

    def _check_change(self) -> None:
        if not self.may_change:
            raise ConfigProblem(
                "Sources cannot be changed from this page.",
                "The page is open to the network: start it with --auth to allow changes.",
            )

    def _state(self, _: PageRequest) -> Told:
        return {
            **self.endpoints.state(),
            "may_change": self.may_change,
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

    def _pack(self, given: PackRequest) -> Told:
        conversation = [each.value() for each in given.conversation or ()]
        return {"html": make_pack(self.endpoints.viewer, given.title, conversation)}

    async def _cases(self, request: Request) -> Response:
        """The remarks as cases for `rag eval`: all of them on one's own machine, one's own where people sign in."""
        user = request.scope.get("user_name")
        if user is None and not self.may_change:
            return PlainTextResponse("Not found", 404)
        cases = await run_in_threadpool(self.feedback.cases, user)
        lines = "".join(json.dumps(case, ensure_ascii=False) + "\n" for case in cases)
        saved = {"content-disposition": 'attachment; filename="cases.jsonl"', "cache-control": "no-store"}
        return Response(lines, media_type="application/x-ndjson", headers=saved)

    async def _ask(self, request: Request) -> Response:
        try:
            given = await parse_request(request, AskRequest)
            turns = [{"role": each.role, "text": each.text} for each in given.turns or ()]
            stop = threading.Event()
            events = self.endpoints.ask_interruptible(given.question, turns, given.paths, given.llm, stop)
        except FootnoteError as problem:
            return _refused(problem)
        return StreamingResponse(self._in_turn(events, stop), media_type="application/x-ndjson")

    async def _in_turn(self, events: Iterator[dict[str, JSON]], stop: threading.Event) -> AsyncIterator[str]:
        if len(self._asking) >= AT_ONCE + MOST_WAITING:
            yield json.dumps({"event": "problem", "problem": _BUSY}) + "\n"
            return
        self._asking.add(stop)
        try:
            async with self._turn:
                async for line in self._lines(events):
                    yield line
        finally:
            stop.set()
            self._asking.discard(stop)

    def stop(self) -> None:
        """Ends all questions that are being answered, or wait for it."""
        for each in tuple(self._asking):
            each.set()

    async def _lines(self, events: Iterator[dict[str, JSON]]) -> AsyncIterator[str]:
        """The events of one answer, a line each."""
        try:
            # Who leaves does not wait for the thread that waits for a language model; `stop` ends it.
            while event := await asyncio.get_running_loop().run_in_executor(self._threads, next, events, None):
                yield json.dumps(event, ensure_ascii=False) + "\n"
        except FootnoteError as problem:
            yield json.dumps({"event": "problem", "problem": str(problem)}) + "\n"
        except Exception:
            _log.exception("A question could not be answered.")
            yield json.dumps({"event": "problem", "problem": _FAULT}) + "\n"

    async def _receive(self, request: Request) -> Response:
        size = request.headers.get("content-length", "")
        try:
            self._check_change()
            path = await self.shelf.receive(
                request.query_params.get("name", ""), int(size) if size.isdecimal() else None, request.stream()
            )
        except FootnoteError as problem:
            return _refused(problem)
        except ClientDisconnect:
            return PlainTextResponse("", 400)
        return JSONResponse({"path": path})

    async def _picture(self, request: Request) -> Response:
        asked = request.query_params
        try:
            page, width = int(asked.get("page", "")), int(asked.get("width", ""))
        except ValueError:
            return PlainTextResponse("Not found", 404)
        png = await run_in_threadpool(self.endpoints.picture, asked.get("document", ""), page, width)
        if png is None:
            return PlainTextResponse("Not found", 404)
        return Response(png, media_type="image/png", headers={"cache-control": "private, max-age=600"})

    async def _original(self, request: Request) -> Response:
        """The file of an indexed document; only what cannot run in a browser is shown there, all else is saved."""
        async with self._handing:
            found = await run_in_threadpool(self.endpoints.original, request.path_params["document_id"])
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


_BUSY = "Too many questions wait to be answered. Ask again in a minute."
_FAULT = "Something went wrong on the server; its log says what."


def _refused(problem: FootnoteError) -> JSONResponse:
    return JSONResponse({"error": str(problem)}, 400)


def _answered(kind: type[_T], call: Callable[[_T], Told]) -> Endpoint:
    """A call as a route: an expected error becomes its sentence and hint, any other is logged."""

    async def answered(request: Request) -> Response:
        try:
            return JSONResponse(await run_in_threadpool(call, await parse_request(request, kind)))
        except FootnoteError as problem:
            return _refused(problem)
        except Exception:
            _log.exception("The page's call %s failed.", request.url.path)
            return JSONResponse({"error": _FAULT}, 500)

    return answered
