"""Serves a folder of collections: the list of them at the root, each below an address of its own, guard in front.

This module does not know what is asked or answered.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from collections.abc import Collection as AnyOf
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Receive, Scope, Send

from rag.collections import CollectionFolder, OpenCollections
from rag.config import Config
from rag.errors import ConfigProblem
from rag.server.addresses import PublicUrl, ServedNames, is_loopback, parse_public_url
from rag.server.doorkeeper import Doorkeeper, current_users, doorkeeper_for
from rag.server.doors import Doors
from rag.server.fetching import Fetcher
from rag.server.guard import Guard
from rag.server.kept import SESSIONS
from rag.server.listening import bound_address
from rag.server.metrics import Metrics
from rag.server.server import led, sweep
from rag.server.shell import start_route, static_routes
from rag.server.sign_on import HeaderSignOn, SignOn, check_sign_on
from rag.server.team.calls import TeamCalls
from rag.server.team.pages import CollectionPages
from rag.server.team.rights import Rights
from rag.storage import SessionStore, TeamStore

if TYPE_CHECKING:
    from rag.server.leading import Lead

__all__ = ["serve_collections", "team_application"]

_NO_FOLDER = "The folder of collections is gone."
_NOBODY = "Nobody may use a collection yet. Let somebody in: rag collections grant NAME manage"


def serve_collections(
    root: Path, config: Config, users: Mapping[str, str] | Path | None = None, sign_on: SignOn | None = None
) -> None:
    """Serve the collections in a folder until interrupted. Raises ConfigProblem where the address cannot be used."""
    public = parse_public_url(config.public_url)
    if public is not None and public.path.split("/")[1:2] in (["c"], ["team"]):
        raise ConfigProblem("The path of public_url may not begin with /c or /team.", "Collections have those paths.")
    check_sign_on(sign_on, config.host)
    folder = CollectionFolder(root)
    with bound_address(config.host, config.port, public, proxied=isinstance(sign_on, HeaderSignOn)) as address:
        if (users or sign_on) and not TeamStore(folder.rights).has_grants():
            print(_NOBODY, file=sys.stderr)
        if config.workers > 1:
            address.serve_by(config.workers, partial(_application, root, config, users, sign_on))
        else:
            address.serve(_application(root, config, users, sign_on))


def _application(
    root: Path,
    config: Config,
    users: Mapping[str, str] | Path | None,
    sign_on: SignOn | None,
    lead: Lead | None = None,
) -> Starlette:
    """What one process serves."""
    public, sessions = parse_public_url(config.public_url), SessionStore(root / SESSIONS)
    doorkeeper = doorkeeper_for(users, sign_on, public, sessions)
    names: Callable[[], AnyOf[str]] = current_users(users) if users else tuple
    opened = OpenCollections(CollectionFolder(root), config)
    return team_application(opened, config, doorkeeper, names, public, lead)


def team_application(
    opened: OpenCollections,
    config: Config,
    doorkeeper: Doorkeeper | None,
    users: Callable[[], AnyOf[str]],
    public: PublicUrl | None = None,
    lead: Lead | None = None,
) -> Starlette:
    """The ASGI application. Where nobody signs in, who reaches this machine may everything, and others only ask.

    `opened` is closed in the end. `lead` is given to one of several processes.
    """
    rights = Rights(TeamStore(opened.folder.rights), _alone(config.host, doorkeeper))
    fetcher = Fetcher() if config.allow_urls else None
    metrics, known = Metrics(), str(public or "")
    pages = CollectionPages(
        opened, rights, signed_in=doorkeeper is not None, fetcher=fetcher, public_url=known, metrics=metrics
    )
    calls = TeamCalls(opened.folder, pages, rights, users)
    watched = metrics.routes(lambda: (opened.folder.root.is_dir(), _NO_FOLDER), open_counts=config.metrics)
    routes = [start_route(), *static_routes(), *calls.routes(), *watched]
    if doorkeeper is not None:
        routes += doorkeeper.routes()

    guard = Middleware(
        Guard,
        names=ServedNames(config.host, public),
        doors=Doors(routes, ()),
        doorkeeper=doorkeeper,
        collections=True,
    )

    async def end() -> None:
        await pages.end()
        opened.close()

    return led(routes, [guard, Middleware(_Dispatch, pages=pages)], partial(sweep, pages.sweep), end, lead)


class _Dispatch:
    """Hands on what is for a collection to its pages."""

    def __init__(self, app: ASGIApp, pages: CollectionPages) -> None:
        self._app, self._pages = app, pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await (self._pages if "collection" in scope else self._app)(scope, receive, send)


def _alone(host: str, doorkeeper: Doorkeeper | None) -> Literal["ask", "manage"] | None:
    if doorkeeper is not None:
        return None
    return "manage" if is_loopback(host) else "ask"
