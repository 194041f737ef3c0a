"""Tells who sends a request, in whichever way people sign in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from rag.server.addresses import PublicUrl
from rag.server.auth import Authenticator
from rag.server.by_header import HeaderDoorkeeper
from rag.server.sign_on import HeaderSignOn, SignedIn, SignOn
from rag.server.users import UsersFile
from rag.types import Sessions

__all__ = ["Doorkeeper", "current_users", "doorkeeper_for"]


class Doorkeeper(Protocol):
    """Knows people."""

    @property
    def signs_out(self) -> bool:
        """Whether people can sign out here."""

    def routes(self) -> list[Route]:
        """Signing in and out."""

    async def person_of(self, request: Request) -> SignedIn | None:
        """Who sends a request, or None."""

    def unknown(self, request: Request) -> Response:
        """What is answered to somebody who has not signed in."""


def doorkeeper_for(
    users: Mapping[str, str] | Path | None,
    sign_on: SignOn | None,
    public: PublicUrl | None,
    sessions: Sessions | None = None,
) -> Doorkeeper | None:
    """Who tells people apart; None where nobody has to sign in. `sessions` are those of other processes as well."""
    if isinstance(sign_on, HeaderSignOn):
        return HeaderDoorkeeper(sign_on)
    if sign_on is not None:
        from rag.server.openid import OpenIdDoorkeeper  # what it needs is not always installed

        return OpenIdDoorkeeper(sign_on, public, sessions)
    return Authenticator(current_users(users), public, sessions) if users else None


def current_users(users: Mapping[str, str] | Path) -> Callable[[], Mapping[str, str]]:
    """Who may sign in, as it is known now."""
    return UsersFile(users).current if isinstance(users, Path) else lambda: users
