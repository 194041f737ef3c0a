"""The page's own files: its shell, with who has signed in and what is asked, and the scripts, styles and fonts of it.

This module does not know what the page shows.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from rag.server.auth import user_tag

__all__ = ["CollectionTag", "page_route", "start_route", "static_names", "static_routes"]

STATIC = Path(__file__).parent / "static"
KINDS = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}
PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Footnote</title><meta name="color-scheme" content="light dark">
<!--told-->
<link rel="icon" type="image/svg+xml" href="footnote/favicon.svg">
<link rel="preload" href="footnote/serif-latin.woff2" as="font" type="font/woff2" crossorigin>
<link rel="preload" href="footnote/sans-latin.woff2" as="font" type="font/woff2" crossorigin>
<link rel="stylesheet" href="footnote/fonts.css"><link rel="stylesheet" href="footnote/page.css">
<!--styles-->
<!--modules--><script type="module" src="footnote/<!--script-->"></script>
</head>
<body><div id="footnote"><p class="opening" role="status">Opening…</p></div></body>
</html>
"""
_STYLES = ("talk", "evidence", "sources", "reader", "table", "print")
_TEAM = "team"  # the start page of several collections has a script and styles of its own
_ONLY_TEAM = ("team.js", "manage.js", "people.js")


@dataclass(frozen=True, slots=True)
class CollectionTag:
    """What a collection's page is told of it: its title, its name in addresses, and what may be done."""

    title: str
    name: str
    level: str

    def __str__(self) -> str:
        title, name, level = map(html.escape, (self.title, self.name, self.level))
        return f'<meta name="collection" content="{title}" data-name="{name}" data-level="{level}">'


def page_route(tag: CollectionTag | None = None) -> Route:
    """The page over an open index, at the root of its routes."""
    names = [name for name in static_names() if name.endswith(".js") and name not in _ONLY_TEAM]
    # All are asked for at once, not one after the other.
    modules = "".join(f'<link rel="modulepreload" href="footnote/{name}">\n' for name in names)
    return _shell_route("main.js", _STYLES, str(tag or ""), modules)


def start_route() -> Route:
    """The page from which one goes to one of several collections."""
    return _shell_route(f"{_TEAM}.js", (_TEAM,), "", "")


def static_routes() -> list[Route]:
    """The files of the page, under `footnote/`."""
    return [Route(f"/footnote/{name}", _static) for name in static_names()]


@cache
def static_names() -> tuple[str, ...]:
    """What the page's files are called."""
    return tuple(sorted(_files()))


@cache
def _files() -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in STATIC.rglob("*") if path.suffix in KINDS}


def _shell_route(script: str, styles: Sequence[str], told: str, modules: str) -> Route:
    links = "".join(f'<link rel="stylesheet" href="footnote/{name}.css">' for name in styles)
    shell = PAGE.replace("<!--styles-->", links).replace("<!--modules-->", modules).replace("<!--script-->", script)

    def page(request: Request) -> Response:
        user = user_tag(request.scope.get("user_name"), stays=request.scope.get("user_stays", False))
        shown = shell.replace("<!--told-->", user + told)
        return HTMLResponse(shown, headers={"cache-control": "no-store"})

    return Route("/", page)


def _static(request: Request) -> Response:
    name = PurePosixPath(request.scope["path"]).name
    return Response(_files()[name], media_type=KINDS[Path(name).suffix], headers={"cache-control": "no-cache"})
