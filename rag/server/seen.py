"""Under which address somebody sees the page: that of the proxy in front, or this machine's own."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from rag.server.addresses import PublicUrl

__all__ = ["seen_at", "set_cookie"]


def seen_at(request: Request, public: PublicUrl | None) -> PublicUrl:
    """The address of the page as who asks has it."""
    origin = request.headers.get("origin")
    through = public is not None and (
        origin == public.origin
        if origin is not None
        else "x-forwarded-for" in request.headers or request.headers.get("host") == public.host
    )
    if public is not None and through:
        return public
    secure = request.url.scheme == "https" or (origin or "").startswith("https://")
    return PublicUrl("https" if secure else "http", request.headers.get("host", ""), "")


def set_cookie(answer: Response, name: str, value: str, at: PublicUrl, seconds: int | None = None) -> None:
    """Gives a cookie that no script reads, and that goes to this page only, by TLS where the page is seen by TLS."""
    secure, path = at.scheme == "https", at.path or "/"
    answer.set_cookie(name, value, max_age=seconds, httponly=True, samesite="lax", secure=secure, path=path)
