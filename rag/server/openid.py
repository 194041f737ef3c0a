"""Who may see the page: people who have signed in at an OpenID provider, by authorization code with PKCE.

A browser on its way keeps one cookie, from which alone we can make the state, the nonce and the verifier of that way:
nothing is kept here before somebody has signed in. This module does not know the provider's protocol.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import html
import re
import secrets
import time
from hmac import compare_digest
from urllib.parse import quote, urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from rag.server.addresses import PublicUrl
from rag.server.auth import COOKIE, after_signing_in, login_address
from rag.server.provider import Leg, Provider, SignInProblem
from rag.server.seen import seen_at, set_cookie
from rag.server.sign_on import OpenIdSignOn, SignedIn
from rag.storage import SessionStore
from rag.types import Session, Sessions

__all__ = ["SESSION_HOURS", "OpenIdDoorkeeper"]

_ON_THE_WAY = "footnote-way-"
SESSION_HOURS = 12.0  # until who has signed in has to do so again, so that whoever may no longer does not stay
_MINUTES = 10  # that signing in may take
_NO_MEMBER = "Your account is not in the group that may use this page. Ask whoever runs it to add you."
_OLD = "This sign-in took too long, or was begun in another browser. Sign in again."


class OpenIdDoorkeeper:
    """Knows people who have signed in at a provider. Browsers keep a cookie; programs cannot sign in."""

    signs_out = True

    def __init__(
        self, sign_on: OpenIdSignOn, public: PublicUrl | None = None, sessions: Sessions | None = None
    ) -> None:
        """`sessions` are shared with other processes of a server."""
        self._provider, self._public = Provider(sign_on), public
        self._host, self._group = urlsplit(sign_on.issuer).netloc, sign_on.group
        self._sessions: Sessions = sessions or SessionStore()
        self._key = self._sessions.secret()

    def routes(self) -> list[Route]:
        """Signing in, coming back from there, and signing out."""
        return [
            Route("/login", self._login, methods=["GET"]),
            Route("/signed-in", self._back, methods=["GET"]),
            Route("/logout", self._logout, methods=["POST"]),
        ]

    async def person_of(self, request: Request) -> SignedIn | None:
        """Who sends a request, or None."""
        session = await asyncio.to_thread(self._sessions.find, request.cookies.get(COOKIE, ""))
        return SignedIn(session.name, session.groups) if session is not None else None

    def unknown(self, request: Request) -> Response:
        """What is answered to somebody who has not signed in: for the page, the way to the provider."""
        if request.method == "GET" and request.scope["path"] == "/":
            address = login_address(request)
            return RedirectResponse(f"{address}{'&' if '?' in address else '?'}now", 303)
        return PlainTextResponse("Sign in first.", 401)

    async def _login(self, request: Request) -> Response:
        """Leads to the provider: at once where that is asked for, else (after signing out) by a link."""
        to = request.query_params.get("to", "")
        if "now" not in request.query_params:
            return self._page("", 200, to)
        number, value = secrets.token_hex(8), f"{int(time.time())}.{secrets.token_hex(16)}.{quote(to, '+')[:200]}"
        leg = self._leg(number, value, request)
        try:
            answer = RedirectResponse(await self._provider.sign_in_address(leg), 303, {"cache-control": "no-store"})
        except SignInProblem as problem:
            return self._page(problem.message, problem.status, to)
        set_cookie(answer, _ON_THE_WAY + number, value, seen_at(request, self._public), _MINUTES * 60)
        return answer

    async def _back(self, request: Request) -> Response:
        """Lets in whom the provider has sent back with proof of who they are."""
        given = request.query_params
        number = given.get("state", "").partition(".")[0]
        value = request.cookies.get(_ON_THE_WAY + number, "") if re.fullmatch(r"[0-9a-f]{16}", number) else ""
        leg, (begun, _, to) = self._leg(number, value, request), (*value.split("."), "", "", "")[:3]
        right = compare_digest(leg.state.encode(), given.get("state", "").encode())
        if not right or not 0 <= time.time() - int(begun) <= _MINUTES * 60:
            known = await self.person_of(request) is not None  # who goes back in the browser is not signed out by it
            return RedirectResponse("./", 303) if known else self._page(_OLD, 400)
        try:
            if "error" in given:
                raise self._provider.refused(given["error"])
            person, proof = await self._provider.account(leg, given.get("code", ""), given.get("iss"))
            if self._group and self._group not in person.groups:
                raise SignInProblem(_NO_MEMBER, 403)
        except SignInProblem as problem:
            answer = self._page(problem.message, problem.status, to)
        else:
            await asyncio.to_thread(self._sessions.end, request.cookies.get(COOKIE, ""))
            token = await asyncio.to_thread(self._sessions.begin, Session(*person, proof), SESSION_HOURS * 3600)
            answer = RedirectResponse(after_signing_in(to), 303, {"cache-control": "no-store"})
            set_cookie(answer, COOKIE, token, seen_at(request, self._public))
        answer.delete_cookie(_ON_THE_WAY + number, path=seen_at(request, self._public).path or "/")
        return answer

    async def _logout(self, request: Request) -> Response:
        """Ends our session, and leads to where the provider ends its own."""
        session = await asyncio.to_thread(self._sessions.end, request.cookies.get(COOKIE, ""))
        seen = seen_at(request, self._public)
        there = self._provider.sign_out_address(session.proof, f"{seen}/login") if session is not None else ""
        # A page that leads on, since our own policy lets a form lead nowhere else.
        answer: Response = self._leading_to(there) if there else RedirectResponse("login", 303)
        answer.delete_cookie(COOKIE, path=seen.path or "/")
        return answer

    def _leg(self, number: str, value: str, request: Request) -> Leg:
        def made(what: str) -> str:
            digest = hashlib.blake2b(f"{what} {number} {value}".encode(), key=self._key, digest_size=32).digest()
            return base64.urlsafe_b64encode(digest).decode().rstrip("=")

        back_to = f"{seen_at(request, self._public)}/signed-in"
        return Leg(f"{number}.{made('state')}", made("nonce"), made("verifier"), back_to)

    def _page(self, words: str, status: int, to: str = "") -> Response:
        said = f'<p class="problem" role="alert">{html.escape(words)}</p>' if words else ""
        way = f"login?to={quote(to, '')}&now" if to else "login?now"
        return _shown(said + _link(way, "Sign in again" if words else f"Sign in at {self._host}"), status=status)

    def _leading_to(self, address: str) -> Response:
        head = f'<meta http-equiv="refresh" content="0; url={html.escape(address)}">'
        said = '<p role="status">You are signed out here.</p>'
        return _shown(said + _link(address, f"Sign out at {self._host}"), head)


def _link(address: str, words: str) -> str:
    return f'<a class="only" href="{html.escape(address)}">{html.escape(words)}</a>'


def _shown(body: str, head: str = "", status: int = 200) -> Response:
    return HTMLResponse(_PAGE.format(head=head, body=body), status, {"cache-control": "no-store"})


_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">{head}
<title>Footnote</title><meta name="color-scheme" content="light dark">
<link rel="icon" type="image/svg+xml" href="footnote/favicon.svg">
<link rel="stylesheet" href="footnote/fonts.css"><link rel="stylesheet" href="footnote/page.css">
</head>
<body><main id="footnote" class="signing"><section>
<h1>Footnote<sup aria-hidden="true">1</sup></h1>{body}
</section></main></body>
</html>
"""
