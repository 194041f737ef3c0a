"""Stands in front of everything the page's server answers, and keeps the page on this machine.

Gradio's own page names other hosts (preview pictures, a manifest, a frame script); they are taken out, and a
Content-Security-Policy forbids whatever might be left. Routes of Gradio that the page does not need are closed.
This module does not know what is asked or answered.
"""

from __future__ import annotations

import ipaddress
import re
import secrets
from collections.abc import Callable
from functools import partial
from typing import TypeAlias

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["LOOPBACK", "Guard", "names_of", "policy", "rewrite"]

Change: TypeAlias = Callable[[bytes], tuple[bytes, list[tuple[bytes, bytes]]]]

OPEN = re.compile(
    r"/(footnote/[a-z]+\.(js|css|svg)|theme\.css|assets/.+|config/?"
    r"|gradio_api/(info|config|startup-events|cancel|heartbeat/.+|queue/(join|data)|(call|run)/.+))?$"
)
LOOPBACK = ("localhost", "127.0.0.1", "::1")
SAFE = [(b"x-content-type-options", b"nosniff"), (b"referrer-policy", b"no-referrer"), (b"x-frame-options", b"DENY")]
HEAD = (
    "<title>Footnote</title>"
    '<meta name="color-scheme" content="light dark"><meta name="referrer" content="no-referrer">'
    '<link rel="icon" type="image/svg+xml" href="footnote/favicon.svg">'
    '<link rel="stylesheet" href="footnote/page.css"><link rel="stylesheet" href="footnote/talk.css">'
    '<link rel="stylesheet" href="footnote/evidence.css">'
    '<script type="module" src="footnote/main.js"></script>'
)


class Guard:
    """In front of everything: which names and paths are answered, and what the browser may do with the page."""

    def __init__(self, app: ASGIApp, hosts: frozenset[str] | None) -> None:
        self.app = app
        self.hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request: refuse it, rewrite the page, or let it through with the headers added."""
        await self._answer(scope)(scope, receive, send)

    def _answer(self, scope: Scope) -> ASGIApp:
        if scope["type"] != "http":
            return self.app
        headers = dict(scope["headers"])
        # Another site's name pointing at this machine would make the browser hand it our answers.
        if self.hosts is not None and _host_name(headers.get(b"host", b"").decode("latin-1")) not in self.hosts:
            return PlainTextResponse("This name is not served here.", 403)
        if not OPEN.fullmatch(scope["path"]):
            return PlainTextResponse("Not found", 404)
        if scope["path"] == "/":
            return partial(self._changed, _page)
        return partial(self._changed, _config) if scope["path"].startswith("/config") else self._other

    async def _changed(self, change: Change, scope: Scope, receive: Receive, send: Send) -> None:
        # It is rewritten on its way out, so it has to come uncompressed.
        plain = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
        await self.app({**scope, "headers": plain}, receive, _Rewritten(change, send))

    async def _other(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, _with_headers(send))


class _Rewritten:
    """Collects a response and sends it changed."""

    def __init__(self, change: Change, send: Send) -> None:
        self.change = change
        self.send = send
        self.start: Message = {}
        self.body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.start = message
            return
        self.body += message.get("body", b"")
        if message.get("more_body"):
            return
        body, added = self.change(self.body)
        kept = [(name, value) for name, value in self.start["headers"] if name.lower() != b"content-length"]
        kept += [(b"content-length", str(len(body)).encode()), *added, *SAFE]
        await self.send({**self.start, "headers": kept})
        await self.send({"type": "http.response.body", "body": body})


def _page(body: bytes) -> tuple[bytes, list[tuple[bytes, bytes]]]:
    nonce = secrets.token_urlsafe(16)
    headers = [(b"cache-control", b"no-store"), (b"content-security-policy", policy(nonce).encode())]
    return rewrite(body.decode("utf-8"), nonce).encode("utf-8"), headers


def _config(body: bytes) -> tuple[bytes, list[tuple[bytes, bytes]]]:
    # gradio_client takes every {"path": ...} in an answer for a file to fetch, except under the older name of the
    # same protocol; our paths are those of sources.
    return body.replace(b'"protocol":"sse_v3"', b'"protocol":"sse_v2.1"'), []


def rewrite(page: str, nonce: str) -> str:
    """Gradio's page without anything that names another host, its own scripts marked with `nonce`."""
    page = re.sub(r"<meta\s+(?:property|name)=\"(?:og|twitter):[^>]*>\s*", "", page)
    page = re.sub(r"<link rel=\"manifest\"[^>]*>\s*", "", page)
    page = re.sub(r"<script>(?:(?!</script>).)*iframeResizer\.contentWindow.*?</script>\s*", "", page, flags=re.DOTALL)
    page = re.sub(r"<script(?![^>]*\ssrc=)", f'<script nonce="{nonce}"', page)
    return page.replace("</head>", HEAD + "</head>", 1)


def policy(nonce: str) -> str:
    """Everything from here only. Gradio compiles its templates in the browser (`unsafe-eval`) and writes styles inline;
    scripts in markup, handlers in attributes and `javascript:` links do not run."""
    return (
        f"default-src 'self'; script-src 'self' 'nonce-{nonce}' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'self'; "
        "form-action 'self'; frame-src 'none'; frame-ancestors 'none'"
    )


def _with_headers(send: Send) -> Send:
    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message["headers"], *SAFE]}
        await send(message)

    return sent


def names_of(host: str) -> frozenset[str] | None:
    """The names under which a page bound to `host` may be asked for; None where it is open to the network anyway."""
    try:
        loopback = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = False
    return frozenset({*LOOPBACK, host}) if loopback else None


def _host_name(header: str) -> str:
    """`name` of `name:port`, brackets off."""
    return re.sub(r":\d+$", "", header).strip("[]").lower()
