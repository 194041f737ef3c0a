"""Who may see the page: users from a file of password hashes, and the sessions of those who signed in.

A line of the file is `name:scrypt$n$r$p$salt$hash`, salt and hash in base64; `rag password NAME` makes one. Hashes are
scrypt's (RFC 7914) from the standard library. This module does not know what the page shows.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import html
import secrets
import time
from collections.abc import Mapping
from hmac import compare_digest
from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from rag.errors import ConfigProblem

__all__ = ["Authenticator", "read_users", "users_file_line"]

_N, _R, _P = 2**15, 8, 1  # 32 MB and about a tenth of a second for each try
_COOKIE = "footnote"
_HOURS = 12.0  # a session that is not used ends
_SESSIONS = 10_000
_WRONG = 1.0  # seconds a wrong password costs
_AT_ONCE = 2  # passwords looked at side by side


def users_file_line(name: str, password: str) -> str:
    """The line of the users' file for somebody. Raises ConfigProblem for a name or a password that will not do."""
    if not name or ":" in name or not name.isprintable() or name != name.strip() or name.startswith("#"):
        raise ConfigProblem(
            "A user name may not contain a colon, begin with # or have stray spaces.", "Choose another name."
        )
    if len(password) < 8:
        raise ConfigProblem("The password is shorter than 8 characters.", "Choose a longer one.")
    salt = secrets.token_bytes(16)
    key = _derived(password, salt, _N, _R, _P)
    return f"{name}:scrypt${_N}${_R}${_P}${base64.b64encode(salt).decode()}${base64.b64encode(key).decode()}"


def read_users(file: Path) -> dict[str, str]:
    """Name -> hash. Raises ConfigProblem where the file cannot be read, or a line is none of ours."""
    try:
        lines = file.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigProblem(f"The users' file {file} cannot be read: {error}.", "Check --auth.") from error
    users: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        name, _, kept = line.strip().partition(":")
        try:
            _parts(kept)
        except ValueError as error:
            raise ConfigProblem(
                f"Line {number} of {file} is not a user.", "Create the line with: rag password NAME"
            ) from error
        users[name] = kept
    if not users:
        raise ConfigProblem(f"The users' file {file} contains no users.", "Add a line with: rag password NAME")
    return users


def password_matches(password: str, kept: str) -> bool:
    """Whether a password belongs to a hash, in constant time."""
    n, r, p, salt, key = _parts(kept)
    return compare_digest(_derived(password, salt, n, r, p), key)


class Authenticator:
    """Knows users and sessions. Browsers sign in with a form and keep a cookie; programs may send Basic credentials."""

    def __init__(self, users: Mapping[str, str]) -> None:
        self._users = users
        self._stranger = users_file_line("nobody", secrets.token_urlsafe(16)).partition(":")[2]
        self._sessions: dict[str, tuple[str, float]] = {}  # token -> user, last used
        self._seen: dict[bytes, str] = {}  # digest of a Basic header that was right -> user
        self._salt = secrets.token_bytes(16)
        self._turn = asyncio.Semaphore(_AT_ONCE)

    def routes(self) -> list[Route]:
        """Signing in and out."""
        return [
            Route("/login", self._form, methods=["GET"]),
            Route("/login", self._login, methods=["POST"]),
            Route("/logout", self._logout, methods=["POST"]),
        ]

    async def user_of(self, request: Request) -> str | None:
        """Who sends a request, or None."""
        token = request.cookies.get(_COOKIE, "")
        now = time.monotonic()
        user, used = self._sessions.get(token, (None, 0.0))
        if user is not None and now - used < _HOURS * 3600:
            self._sessions[token] = (user, now)
            return user
        self._sessions.pop(token, None)
        return await self._basic(request.headers.get("authorization", ""))

    async def _basic(self, header: str) -> str | None:
        kind, _, value = header.partition(" ")
        if kind.lower() != "basic":
            return None
        digest = hashlib.blake2b(value.encode(), key=self._salt).digest()
        if digest in self._seen:
            return self._seen[digest]
        try:
            name, _, password = base64.b64decode(value, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None
        if not await self._right(name, password):
            return None
        self._seen[digest] = name
        return name

    async def _right(self, name: str, password: str) -> bool:
        async with self._turn:
            # A name that is not known costs as much as one that is.
            kept = self._users.get(name, self._stranger)
            right = await asyncio.to_thread(password_matches, password, kept) and name in self._users
            if not right:
                await asyncio.sleep(_WRONG)
        return right

    async def _form(self, _: Request) -> Response:
        return HTMLResponse(_FORM.format(said=""))

    async def _login(self, request: Request) -> Response:
        async with request.form(max_files=0, max_fields=4, max_part_size=4096) as form:
            name, password = str(form.get("username", "")), str(form.get("password", ""))
        person = "text/html" in request.headers.get("accept", "")
        if not await self._right(name, password):
            said = '<p class="problem" role="alert">Name and password do not fit together.</p>'
            return HTMLResponse(_FORM.format(said=said), 401) if person else JSONResponse({"success": False}, 401)
        token = secrets.token_urlsafe(32)
        while len(self._sessions) >= _SESSIONS:
            del self._sessions[next(iter(self._sessions))]
        self._sessions[token] = (name, time.monotonic())
        answer: Response = RedirectResponse("/", 303) if person else JSONResponse({"success": True})
        secure = request.url.scheme == "https"
        answer.set_cookie(_COOKIE, token, httponly=True, samesite="lax", secure=secure)
        return answer

    async def _logout(self, request: Request) -> Response:
        self._sessions.pop(request.cookies.get(_COOKIE, ""), None)
        answer = RedirectResponse("/login", 303)
        answer.delete_cookie(_COOKIE)
        return answer


def _derived(password: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, n=n, r=r, p=p, maxmem=256 * n * r, dklen=32)


def _parts(kept: str) -> tuple[int, int, int, bytes, bytes]:
    kind, n, r, p, salt, key = kept.split("$")
    if kind != "scrypt" or not 2**14 <= int(n) <= 2**20 or int(n) & (int(n) - 1):
        raise ValueError(kind)
    return int(n), int(r), int(p), base64.b64decode(salt, validate=True), base64.b64decode(key, validate=True)


def user_tag(name: str | None) -> str:
    """The user's name for the head of the page, as markup."""
    return f'<meta name="user" content="{html.escape(name)}">' if name else ""


_FORM = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Footnote</title><meta name="color-scheme" content="light dark">
<link rel="icon" type="image/svg+xml" href="footnote/favicon.svg">
<link rel="stylesheet" href="footnote/fonts.css"><link rel="stylesheet" href="footnote/page.css">
</head>
<body><main id="footnote" class="signing"><form method="post" action="/login">
<h1>Footnote<sup aria-hidden="true">1</sup></h1>{said}
<label>Name<input name="username" autocomplete="username" required autofocus></label>
<label>Password<input name="password" type="password" autocomplete="current-password" required></label>
<button type="submit" class="only">Sign in</button>
</form></main></body>
</html>
"""
