"""Who may see the page: people who have signed in with a name and a password of the users' file.

A session belongs to the password it was begun with: another line in the file ends all sessions of that name. This
module does not know what the page shows.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import html
import secrets
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from hmac import compare_digest
from typing import TypeVar
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from rag.collections import names_in
from rag.server.addresses import PublicUrl
from rag.server.seen import seen_at, set_cookie
from rag.server.sign_on import SignedIn
from rag.server.throttle import Attempts, network_of
from rag.server.users import password_matches
from rag.storage import SessionStore
from rag.types import Session, Sessions

__all__ = ["COOKIE", "Authenticator", "after_signing_in", "login_address", "user_tag"]

_K = TypeVar("_K")
_V = TypeVar("_V")
COOKIE, _KNOWN = "footnote", "footnote-known"
_HOURS = 12.0  # a session that is not used ends
_DAYS = 180  # that a browser is known as one in which somebody has signed in
_MOST = 10_000  # Basic headers that were right
_LONGEST = 1024  # characters of a name or a password
_AT_ONCE = 2  # passwords looked at side by side: 32 MB each
_WAIT = "Too many wrong passwords were tried. Try again later."
_WRONG = "That name and password do not match."


class Authenticator:
    """Knows users and sessions. Browsers sign in with a form and keep a cookie; programs may send Basic credentials."""

    signs_out = True

    def __init__(
        self,
        users: Callable[[], Mapping[str, str]],
        public: PublicUrl | None = None,
        sessions: Sessions | None = None,
    ) -> None:
        """`users` gives name -> hash as they are now; `sessions` are shared with other processes of a server."""
        self._users, self._public = users, public
        self._sessions: Sessions = sessions or SessionStore()
        self._seen: dict[bytes, tuple[str, str]] = {}  # digest of a Basic header that was right -> user, hash
        self._salt = secrets.token_bytes(16)
        self._attempts = Attempts()
        self._turn = asyncio.Semaphore(_AT_ONCE)
        self._known_turn = asyncio.Semaphore(1)  # who has been here does not queue behind strangers
        self._names: defaultdict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(1))

    def routes(self) -> list[Route]:
        """Signing in and out."""
        return [
            Route("/login", self._form, methods=["GET"]),
            Route("/login", self._login, methods=["POST"]),
            Route("/logout", self._logout, methods=["POST"]),
        ]

    async def person_of(self, request: Request) -> SignedIn | None:
        """Who sends a request, or None."""
        user = await self._user_of(request)
        return SignedIn(user) if user is not None else None

    def unknown(self, request: Request) -> Response:
        """What is answered to somebody who has not signed in."""
        if request.method == "GET" and request.scope["path"] == "/":
            return RedirectResponse(login_address(request), 303)
        # A browser would ask for the password in a window of its own; programs want to be told how to send it.
        challenge = {} if "sec-fetch-mode" in request.headers else {"www-authenticate": 'Basic realm="Footnote"'}
        return PlainTextResponse("Sign in first.", 401, headers=challenge)

    async def _user_of(self, request: Request) -> str | None:
        token = request.cookies.get(COOKIE, "")
        session = await asyncio.to_thread(self._sessions.find, token, _HOURS * 3600) if token else None
        if session is not None:
            if compare_digest(session.proof, _proof(self._users().get(session.name, ""))):
                return session.name
            await asyncio.to_thread(self._sessions.end, token)
        return await self._basic(request)

    async def _basic(self, request: Request) -> str | None:
        kind, _, value = request.headers.get("authorization", "").partition(" ")
        if kind.lower() != "basic":
            return None
        # Only from where it was right before: elsewhere it would tell guesses apart without a wait.
        digest = hashlib.blake2b(f"{_address(request)} {value}".encode(), key=self._salt).digest()
        user, kept = self._seen.get(digest, ("", ""))
        if user and self._users().get(user) == kept:
            return user
        try:
            name, _, password = base64.b64decode(value, validate=True).decode().partition(":")
        except (binascii.Error, ValueError):
            return None
        if await self._refusal(request, name, password) is not None:
            return None
        _add(self._seen, digest, (name, self._users().get(name, "")))
        return name

    async def _refusal(self, request: Request, name: str, password: str) -> tuple[int, str, float] | None:
        """None for a password that is right; else status, sentence and seconds to wait. What is wrong waits here."""
        kept, known = self._users().get(name), self._known_browser(request, name)
        place = known or _address(request)
        wait = self._attempts.must_wait(name, place)
        if wait > 0:
            return 429, _WAIT, wait
        began = time.monotonic()
        if kept is not None and len(password) <= _LONGEST and await self._matches(name, password, kept, bool(known)):
            self._attempts.was_right(name, place)
            return None
        # A name that is not known is answered as late as one that is; neither holds a place meanwhile.
        wait = self._attempts.was_wrong(name, place)
        await asyncio.sleep(max(0.0, wait - (time.monotonic() - began)))
        return 401, _WRONG, 0.0

    async def _matches(self, name: str, password: str, kept: str, known: bool) -> bool:
        if known:
            async with self._known_turn:
                return await asyncio.to_thread(password_matches, password, kept)
        async with self._names[name], self._turn:  # many tries for one name take one place from the others
            return await asyncio.to_thread(password_matches, password, kept)

    def _known_browser(self, request: Request, name: str) -> str:
        """What a browser is called in which this name has signed in with its present password; "" for others."""
        number, _, mark = request.cookies.get(_KNOWN, "").partition(".")
        kept = self._users().get(name)
        right = kept is not None and compare_digest(mark.encode(), _mark(name, kept, number).encode())
        return f"browser {number}" if right else ""

    async def _form(self, _: Request) -> Response:
        return HTMLResponse(_form_page(), headers={"cache-control": "no-store"})

    async def _login(self, request: Request) -> Response:
        async with request.form(max_files=0, max_fields=4, max_part_size=4096) as form:
            name, password = str(form.get("username", ""))[:_LONGEST], str(form.get("password", ""))
        person = "text/html" in request.headers.get("accept", "")
        refusal = await self._refusal(request, name, password)
        if refusal is not None:
            status, words, wait = refusal
            after = {"retry-after": str(int(wait) + 1)} if wait else {}
            if person:
                return HTMLResponse(_form_page(words, name), status, after)
            return JSONResponse({"success": False, "error": words}, status, after)
        kept = self._users().get(name, "")
        token = await asyncio.to_thread(self._sessions.begin, Session(name, proof=_proof(kept)), _HOURS * 3600)
        answer: Response = (
            RedirectResponse(after_signing_in(request.query_params.get("to", "")), 303)
            if person
            else JSONResponse({"success": True})
        )
        seen = seen_at(request, self._public)
        set_cookie(answer, COOKIE, token, seen)
        number = secrets.token_hex(16)
        known = f"{number}.{_mark(name, kept, number)}"
        set_cookie(answer, _KNOWN, known, seen, _DAYS * 24 * 3600)
        return answer

    async def _logout(self, request: Request) -> Response:
        await asyncio.to_thread(self._sessions.end, request.cookies.get(COOKIE, ""))
        answer = RedirectResponse("login", 303)
        answer.delete_cookie(COOKIE, path=seen_at(request, self._public).path or "/")
        return answer


def login_address(request: Request) -> str:
    """Where somebody signs in who has asked for the page, or for that of a collection."""
    collection = request.scope.get("collection")
    return f"../../login?to={quote(collection, '')}" if collection else "login"


def user_tag(name: str | None, *, stays: bool = False) -> str:
    """The user's name for the head of the page, as markup; with `stays` they cannot sign out here."""
    return f'<meta name="user" content="{html.escape(name)}"{" data-stays" if stays else ""}>' if name else ""


def _form_page(words: str = "", name: str = "") -> str:
    """The form as it is shown first, or again with what was wrong and the name that was typed."""
    said = f'<p class="problem" role="alert">{words}</p>' if words else ""
    first, second = ("", " autofocus") if name else (" autofocus", "")
    return _FORM.format(said=said, name=html.escape(name), first=first, second=second)


def after_signing_in(to: str) -> str:
    """Where a person goes who has signed in now: to the collection they wanted, or to the first page."""
    return f"c/{to}/" if names_in(to) else "./"


def _address(request: Request) -> str:
    return network_of(request.client.host) if request.client else ""


def _mark(name: str, kept: str, number: str) -> str:
    """What shows that we have given a number to a browser: nobody without the hash can make it."""
    key = hashlib.sha256(kept.encode()).digest()
    return hashlib.blake2b(f"{number} {name}".encode(), key=key, digest_size=16).hexdigest()


def _proof(kept: str) -> str:
    """What a session shows to belong to a password: another one makes another."""
    return hashlib.sha256(kept.encode()).hexdigest() if kept else ""


def _add(kept: dict[_K, _V], key: _K, value: _V) -> None:
    """Adds to what is kept; the oldest gives way."""
    while len(kept) >= _MOST:
        del kept[next(iter(kept))]
    kept[key] = value


_FORM = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Footnote</title><meta name="color-scheme" content="light dark">
<link rel="icon" type="image/svg+xml" href="footnote/favicon.svg">
<link rel="stylesheet" href="footnote/fonts.css"><link rel="stylesheet" href="footnote/page.css">
</head>
<body><main id="footnote" class="signing"><form method="post">
<h1>Footnote<sup aria-hidden="true">1</sup></h1>{said}
<label>Name<input name="username" value="{name}" autocomplete="username" required{first}></label>
<label>Password<input name="password" type="password" autocomplete="current-password" required{second}></label>
<button type="submit" class="only">Sign in</button>
</form></main></body>
</html>
"""
