"""What is sent to the server, read and looked through before anything else sees it.

A body has a size, a time to arrive in, a depth and a number of values, and its text can be written down; what has not
is refused with a sentence. Files among the sources are the one exception: they are counted where they are stored. This
module does not know what is asked for.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Message, Receive

from rag.server.limits import BODY_SECONDS, DEEPEST, MOST_BODY, MOST_FORM, MOST_HELD, MOST_VALUES

__all__ = ["BodyReader", "BodyRefused", "complaint"]

_FILES = "/page/receive"
_FORMS = ("/login", "/logout")
_ASIDE = 100_000  # bytes from which a body is looked through beside the others' requests


class BodyRefused(Exception):
    """A body that is not read: the status of the answer, and why."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status, self.why = status, why

    def response(self) -> Response:
        """As the page and programs read it; what is still on its way is not waited for."""
        return JSONResponse({"error": self.why}, self.status, {"connection": "close"})


class BodyReader:
    """Reads bodies, all of them together within a limit of memory. For one event loop."""

    def __init__(self) -> None:
        self._held = 0

    @contextmanager
    def receiving(self, request: Request) -> Iterator[Waiting]:
        """Keeps account of a body for as long as its request is answered."""
        waiting = Waiting(self, request)
        try:
            yield waiting
        finally:
            self._held -= waiting.size

    def take(self, size: int) -> None:
        """Counts so many bytes more. Raises BodyRefused where there are too many."""
        if self._held + size > MOST_HELD:
            raise BodyRefused(503, "The server is busy with other requests. Try again in a minute.")
        self._held += size


class Waiting:
    """The body of one request; `size` is what has been counted for it."""

    def __init__(self, reader: BodyReader, request: Request) -> None:
        self._reader, self._request, self.size = reader, request, 0

    async def checked(self) -> Receive:
        """What hands on the body to the application. Raises BodyRefused, ClientDisconnect."""
        request, path = self._request, self._request.scope["path"]
        if request.method in ("GET", "HEAD", "OPTIONS") or path == _FILES:
            return request.receive
        form = path in _FORMS
        most = MOST_FORM if form else MOST_BODY
        try:
            body = await asyncio.wait_for(self._read(most), BODY_SECONDS)
        except TimeoutError as error:
            raise BodyRefused(408, f"What was sent did not arrive within {BODY_SECONDS:.0f} seconds.") from error
        if body and not form:
            look = run_in_threadpool(complaint, body) if len(body) > _ASIDE else None
            wrong = await look if look is not None else complaint(body)
            if wrong:
                raise BodyRefused(400, f"Invalid request: {wrong}.")
        return _handing_on(body, request.receive)

    async def _read(self, most: int) -> bytes:
        declared = self._request.headers.get("content-length", "")
        if declared.isdecimal() and (len(declared) > 12 or int(declared) > most):
            raise _too_long(most)
        pieces: list[bytes] = []
        async for piece in self._request.stream():
            self._reader.take(len(piece))
            self.size += len(piece)
            if self.size > most:
                raise _too_long(most)
            pieces.append(piece)
        return b"".join(pieces)


def complaint(body: bytes) -> str:
    """What is wrong with a body that should be JSON; "" if nothing is."""
    if sum(body.count(mark) for mark in (b",", b"[", b"{")) > MOST_VALUES:
        return f"more than {MOST_VALUES:,} values"
    try:
        given = json.loads(body)
    except RecursionError:
        return f"more than {DEEPEST} levels"
    except ValueError:  # also what is no UTF-8
        return "body is not JSON"
    level = [given]
    for _ in range(DEEPEST):
        inner: list[object] = []
        for one in level:
            if isinstance(one, str) and not _is_text(one):
                return "half a character (a lone surrogate)"
            if isinstance(one, dict):
                inner += [*one, *one.values()]
            elif isinstance(one, list):
                inner += one
        if not inner:
            return ""
        level = inner
    return f"more than {DEEPEST} levels"


def _is_text(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _too_long(most: int) -> BodyRefused:
    return BodyRefused(413, f"Invalid request: body too long. At most {most:,} bytes may be sent.")


def _handing_on(body: bytes, rest: Receive) -> Receive:
    """The body that has been read, then whatever comes after it."""
    told = False

    async def receive() -> Message:
        nonlocal told
        if told:
            return await rest()
        told = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receive
