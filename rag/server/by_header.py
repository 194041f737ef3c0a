"""Who may see the page: people whom a proxy in front has signed in, and names in a header.

Whoever reaches the page past its proxy can send that header as well, so it counts only from the address of a proxy.
This module does not know how the proxy signs people in.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from rag.server.sign_on import FROM_PROXY, HeaderSignOn, SignedIn
from rag.server.users import is_user_name

__all__ = ["HeaderDoorkeeper"]

_MOST_GROUPS = 200


class HeaderDoorkeeper:
    """Knows people by what their proxy says of each request; nothing is kept."""

    signs_out = False  # only the proxy can do that

    def __init__(self, sign_on: HeaderSignOn) -> None:
        self._header, self._groups_header = sign_on.header, sign_on.groups_header

    def routes(self) -> list[Route]:
        """None: people sign in and out at the proxy."""
        return []

    async def person_of(self, request: Request) -> SignedIn | None:
        """Who sends a request, or None."""
        if _problem(request, self._header):
            return None
        return SignedIn(_values(request, self._header)[0], self._groups(request))

    def unknown(self, request: Request) -> Response:
        """What is answered to somebody whom no proxy names."""
        return PlainTextResponse(_problem(request, self._header), 401)

    def _groups(self, request: Request) -> tuple[str, ...]:
        """Groups that have a usable name; a header that was sent twice says nothing."""
        sent = _values(request, self._groups_header) if self._groups_header else []
        if len(sent) != 1:
            return ()
        names = [name.strip() for name in sent[0].split(",")]
        return tuple(dict.fromkeys(filter(is_user_name, names)))[:_MOST_GROUPS]


def _problem(request: Request, header: str) -> str:
    """Why a request names nobody; "" for one that does."""
    if request.scope.get(FROM_PROXY) is not True:
        return "This page is reached through the proxy in front of it, which says who is asking."
    sent = _values(request, header)
    if not any(sent):
        return "The proxy in front of this page did not say who is asking. Sign in there first."
    if len(sent) > 1:  # a proxy that adds its header to the visitor's, instead of putting it in its place
        return "The proxy in front of this page sent more than one name."
    return "" if is_user_name(sent[0]) else "The name that the proxy in front of this page sent cannot be used."


def _values(request: Request, header: str) -> list[str]:
    """What was sent under a header, in the order it came."""
    wanted = header.lower().encode()
    return [_text(value) for name, value in request.scope["headers"] if name == wanted]


def _text(value: bytes) -> str:
    """A header as text; what is no UTF-8 is one that no name has."""
    try:
        return value.decode()
    except UnicodeDecodeError:
        return "\0"
