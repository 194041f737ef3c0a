"""Stands in front of everything the page's server answers, and keeps the page on this machine.

The page is our own and names no other host; a Content-Security-Policy forbids whatever a document might smuggle in.
Routes of Gradio that programs do not need are closed. This module does not know what is asked or answered.
"""

from __future__ import annotations

import ipaddress
import re
from functools import partial
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rag.server.auth import Authenticator

__all__ = ["LOOPBACK", "POLICY", "Guard", "names_of"]

OPEN = re.compile(
    r"/(footnote/[a-z-]+\.(js|css|svg|woff2)|page/[a-z]+|page/original/[^/]+/[^/]+|config/?"
    r"|gradio_api/(info|config|startup-events|cancel|heartbeat/.+|queue/(join|data)|(call|run)/.+"
    r"|mcp/?(sse|schema|http|messages)?/?))?$"
)
WITHOUT_NAME = re.compile(r"/(login|footnote/[a-z-]+\.(css|svg|woff2))$")
LOOPBACK = ("localhost", "127.0.0.1", "::1")
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
SAFE = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"content-security-policy", POLICY.encode()),
]


class Guard:
    """In front of everything: which names, paths and people are answered, and what the browser may do with it."""

    def __init__(self, app: ASGIApp, hosts: frozenset[str] | None, doorkeeper: Authenticator | None = None) -> None:
        self.app, self.hosts, self.doorkeeper = app, hosts, doorkeeper

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request: refuse it, or let it through with the headers added."""
        if scope["type"] == "lifespan":
            return await self.app(scope, receive, send)
        if scope["type"] != "http":
            return await send({"type": "websocket.close", "code": 1008})
        request = Request(scope, receive)
        answer: ASGIApp = self._refusal(request) or await self._unknown(request) or self.app
        if scope["path"].startswith("/config") and answer is self.app:
            return await self._config(scope, receive, send)
        return await answer(scope, receive, _with_headers(send))

    def _refusal(self, request: Request) -> Response | None:
        host = request.headers.get("host", "")
        # Another site's name pointing at this machine would make the browser hand it our answers.
        if self.hosts is not None and _host_name(host) not in self.hosts:
            return PlainTextResponse("This name is not served here.", 403)
        # Another site's page may send us requests, though it cannot read the answers.
        origin = request.headers.get("origin")
        if request.method not in ("GET", "HEAD") and origin is not None and urlsplit(origin).netloc != host:
            return PlainTextResponse("Requests from other pages are not answered.", 403)
        path = request.scope["path"]
        if not OPEN.fullmatch(path) and not (self.doorkeeper and path in ("/login", "/logout")):
            return PlainTextResponse("Not found", 404)
        return None

    async def _unknown(self, request: Request) -> Response | None:
        """What is answered to somebody who has not signed in, where that is asked for."""
        if self.doorkeeper is None or WITHOUT_NAME.fullmatch(request.scope["path"]):
            return None
        user = await self.doorkeeper.user_of(request)
        if user is not None:
            request.scope["user_name"] = user
            return None
        if request.method == "GET" and request.scope["path"] == "/":
            return RedirectResponse("/login", 303)
        # A browser would ask for the password in a window of its own; programs want to be told how to send it.
        challenge = {} if "sec-fetch-mode" in request.headers else {"www-authenticate": 'Basic realm="Footnote"'}
        return PlainTextResponse("Sign in first.", 401, headers=challenge)

    async def _config(self, scope: Scope, receive: Receive, send: Send) -> None:
        # It is rewritten on its way out, so it has to come uncompressed.
        plain = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
        await self.app({**scope, "headers": plain}, receive, partial(_older_protocol, {}, _with_headers(send)))


async def _older_protocol(held: Message, send: Send, message: Message) -> None:
    """Collects Gradio's configuration and sends it on under the older name of the same protocol.

    gradio_client takes every {"path": ...} in an answer for a file to fetch, except under that name; our paths are
    those of sources.
    """
    if message["type"] == "http.response.start":
        held.update(message, body=b"")
        return
    held["body"] += message.get("body", b"")
    if message.get("more_body"):
        return
    body = held.pop("body").replace(b'"protocol":"sse_v3"', b'"protocol":"sse_v2.1"')
    kept = [(name, value) for name, value in held["headers"] if name.lower() != b"content-length"]
    await send({**held, "headers": [*kept, (b"content-length", str(len(body)).encode())]})
    await send({"type": "http.response.body", "body": body})


def _with_headers(send: Send) -> Send:
    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message["headers"], *SAFE]}
        await send(message)

    return sent


def names_of(host: str) -> frozenset[str] | None:
    """The names under which a page bound to `host` may be asked for; None where it is open to the network anyway."""
    return frozenset({*LOOPBACK, host}) if is_loopback(host) else None


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a page bound to `host`."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _host_name(header: str) -> str:
    """`name` of `name:port`, brackets off."""
    return re.sub(r":\d+$", "", header).strip("[]").lower()
