"""Stands in front of everything the page's server answers, and keeps the page on this machine.

The page is our own and names no other host; a Content-Security-Policy forbids whatever a document might smuggle in.
What no registered route stands for is closed. This module does not know what is asked or answered.
"""

from __future__ import annotations

import re
from urllib.parse import quote

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rag.errors import FootnoteError
from rag.server.addresses import ServedNames
from rag.server.bodies import BodyReader, BodyRefused
from rag.server.doorkeeper import Doorkeeper
from rag.server.doors import Doors

__all__ = ["POLICY", "Guard"]

FORWARDING = re.compile(rb"(x-forwarded-(?!for$).*|x-original-.*|x-rewrite-url|forwarded)$", re.IGNORECASE)
IN_COLLECTION = re.compile(r"/c/(?P<name>[^/]+)(?P<rest>/.*)")
WITHOUT_NAME = re.compile(r"/(login|logout|signed-in|health|ready|metrics|footnote/[a-z-]+\.(css|svg|woff2))$")
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
SAFE = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"content-security-policy", POLICY.encode()),
    (b"x-accel-buffering", b"no"),  # a proxy hands on each line of an answer as it comes
]

_SET = "If this page has an address of its own, for instance behind a proxy, name it in the setting public_url."


class Guard:
    """In front of everything: which names, paths and people are answered, and what the browser may do with it."""

    def __init__(
        self,
        app: ASGIApp,
        names: ServedNames,
        doors: Doors,
        doorkeeper: Doorkeeper | None = None,
        *,
        collections: bool = False,
    ) -> None:
        """With `collections` a request below `/c/NAME/` has that name in `scope["collection"]`, and its path is that
        within the collection, whose own doors count.
        """
        self.app, self.names, self.doors, self.doorkeeper = app, names, doors, doorkeeper
        self.collections = collections
        self.bodies = BodyReader()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request: refuse it, or let it through with the headers added."""
        if scope["type"] == "lifespan":
            return await self.app(scope, receive, send)
        if scope["type"] != "http":
            return await send({"type": "websocket.close", "code": 1008})
        request = Request(self._as_asked(scope), receive)
        try:
            refusal = self._refusal(request) or await self._unknown(request)
        except FootnoteError as problem:  # who asks cannot be told while what is kept of people cannot be read
            refusal = _refused(request.scope["path"], str(problem), 503)
        if refusal is not None:
            return await refusal(request.scope, receive, _with_headers(send))
        with self.bodies.receiving(request) as waiting:
            try:
                receive = await waiting.checked()
            except BodyRefused as refused:
                return await refused.response()(request.scope, receive, _with_headers(send))
            except ClientDisconnect:
                return None
            return await self.app(_without_forwarding(request.scope), receive, _with_headers(send))

    def _as_asked(self, scope: Scope) -> Scope:
        """A request under our own paths, whether or not a proxy has taken away the path in front of them."""
        path = scope["path"]
        inner = None if self._known(path) else self.names.inner_path(path)
        found = IN_COLLECTION.fullmatch(inner or path) if self.collections else None
        if found is None:
            return _at(scope, inner) if inner else scope
        return {**_at(scope, found["rest"]), "collection": found["name"]}

    def _known(self, path: str) -> bool:
        return self.doors.lead_somewhere(path) or (self.collections and path.startswith("/c/"))

    def _refusal(self, request: Request) -> Response | None:
        host, path = request.headers.get("host", ""), request.scope["path"]
        # Another site's name pointing at this machine would make the browser hand it our answers.
        if not self.names.serves(host):
            return _refused(path, f"This name is not served here. {_SET}")
        # Another site's page may send us requests, though it cannot read the answers.
        if request.method not in ("GET", "HEAD") and not self._from_here(request, host):
            return _refused(path, f"Requests from other pages are not answered. {_SET}")
        public = self.names.public
        if public is not None and path == public.path != "":
            return RedirectResponse(f"{path}/", 308)
        known = "collection" in request.scope or self.doors.lead_somewhere(path)
        return None if known else PlainTextResponse("Not found", 404)

    def _from_here(self, request: Request, host: str) -> bool:
        """Whether a request that changes something was sent by our own page, or by a program."""
        origin = request.headers.get("origin")
        if origin is not None:
            return self.names.is_own(origin, host)
        return request.headers.get("sec-fetch-site", "none") in ("none", "same-origin")

    async def _unknown(self, request: Request) -> Response | None:
        """What is answered to somebody who has not signed in, where that is asked for."""
        collection = request.scope.get("collection")
        if self.doorkeeper is None or (collection is None and WITHOUT_NAME.fullmatch(request.scope["path"])):
            return None
        person = await self.doorkeeper.person_of(request)
        if person is None:
            return self.doorkeeper.unknown(request)
        request.scope["user_name"], request.scope["user_groups"] = person
        request.scope["user_stays"] = not self.doorkeeper.signs_out
        return None


def _at(scope: Scope, path: str) -> Scope:
    return {**scope, "path": path, "raw_path": quote(path).encode()}


def _with_headers(send: Send) -> Send:
    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            # Gradio would let any origin read along; nothing here is for the pages of others.
            own = [one for one in message["headers"] if not one[0].lower().startswith(b"access-control-")]
            message = {**message, "headers": [*own, *SAFE]}
        await send(message)

    return sent


def _without_forwarding(scope: Scope) -> Scope:
    """A request without what it says of other addresses, so that nothing inside can repeat it."""
    return {**scope, "headers": [one for one in scope["headers"] if not FORWARDING.match(one[0])]}


def _refused(path: str, said: str, status: int = 403) -> Response:
    """A refusal as the page reads it, or in plain text."""
    return JSONResponse({"error": said}, status) if path.startswith("/page/") else PlainTextResponse(said, status)
