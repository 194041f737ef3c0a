"""Questions of the page: so many are answered side by side, others wait for their turn, and who leaves ends theirs.

This module does not know how an answer is made, nor how it is shown.
"""

from __future__ import annotations

import asyncio
import json
import logging
import threading
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from rag.errors import FootnoteError
from rag.server.calls import Stream
from rag.server.limits import AT_ONCE, MOST_WAITING
from rag.server.request_models import PageRequest, parse_request
from rag.types import JSON

__all__ = ["FAULT", "Answering", "Turns", "refused"]

FAULT = "Something went wrong on the server; its log says what."
_BUSY = "Too many questions are waiting. Ask again in a minute."

R = TypeVar("R", bound=PageRequest)
_log = logging.getLogger(__name__)


def refused(problem: FootnoteError) -> JSONResponse:
    """An expected error as the page reads it."""
    return JSONResponse({"error": str(problem)}, 400)


class Turns:
    """Whose turn it is, of all who ask on one machine. For one event loop."""

    def __init__(self) -> None:
        self.turn = asyncio.Semaphore(AT_ONCE)
        self.asking: set[threading.Event] = set()
        self.threads = ThreadPoolExecutor(2 * AT_ONCE, "answering")


class Answering(Generic[R]):
    """Answers requests by streams of events, a line of JSON each. For one event loop."""

    def __init__(self, call: Stream[R], turns: Turns | None = None) -> None:
        """`turns` are shared with other calls, where they share a machine."""
        self._call, self._turns = call, turns or Turns()
        self._asking: set[threading.Event] = set()  # those of this call

    async def respond(self, request: Request) -> Response:
        """The route: a request that makes no sense is refused, every other is answered line by line."""
        try:
            given = await parse_request(request, self._call.takes)
        except FootnoteError as problem:
            return refused(problem)
        stop = threading.Event()
        return StreamingResponse(self.in_turn(self._call.answers(given, stop), stop), media_type="application/x-ndjson")

    async def in_turn(self, events: Iterator[dict[str, JSON]], stop: threading.Event) -> AsyncIterator[str]:
        """The lines of one answer, once it has its turn, with one that says so where it has to wait; `stop` is set when
        nobody reads on.
        """
        if len(self._turns.asking) >= AT_ONCE + MOST_WAITING:
            yield json.dumps({"event": "problem", "problem": _BUSY}) + "\n"
            return
        self._asking.add(stop)
        self._turns.asking.add(stop)
        try:
            if self._turns.turn.locked():
                yield json.dumps({"event": "waiting"}) + "\n"
            async with self._turns.turn:
                async for line in self._lines(events):
                    yield line
        finally:
            stop.set()
            self._asking.discard(stop)
            self._turns.asking.discard(stop)

    def stop(self) -> None:
        """Ends all questions of this call that are being answered, or wait for it."""
        for each in tuple(self._asking):
            each.set()

    async def _lines(self, events: Iterator[dict[str, JSON]]) -> AsyncIterator[str]:
        try:
            # Who leaves does not wait for the thread that waits for a language model; `stop` ends it.
            while event := await asyncio.get_running_loop().run_in_executor(self._turns.threads, next, events, None):
                yield json.dumps(event, ensure_ascii=False) + "\n"
        except FootnoteError as problem:
            yield json.dumps({"event": "problem", "problem": str(problem)}) + "\n"
        except Exception:
            _log.exception("A question could not be answered.")
            yield json.dumps({"event": "problem", "problem": FAULT}) + "\n"
