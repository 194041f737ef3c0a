"""A server's address: bound before anything is loaded, said where people look, and listened to until interrupted.

This module does not know what is served.
"""

from __future__ import annotations

import errno
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.types import ASGIApp

from rag.errors import ConfigProblem
from rag.server.addresses import PublicUrl

if TYPE_CHECKING:
    from rag.server.leading import Lead

__all__ = ["BoundAddress", "bound_address"]


@dataclass(frozen=True, slots=True)
class BoundAddress:
    """An address that nobody else can take any more; with `behind_proxy` what a proxy in front says is believed."""

    socket: socket.socket
    shown: str
    behind_proxy: bool

    def serve(self, app: ASGIApp) -> None:
        """Serves an application until interrupted."""
        from rag.server.arenas import share_arenas
        from rag.server.ending import listen

        share_arenas()
        self._begin()
        listen(app, self.socket, behind_proxy=self.behind_proxy)

    def serve_by(self, workers: int, make: Callable[[Lead], ASGIApp]) -> None:
        """Serves what `make` gives, in so many processes, until interrupted; see `listen_by_processes`."""
        from rag.server.processes import listen_by_processes

        self._begin()
        listen_by_processes(make, workers, self.socket, behind_proxy=self.behind_proxy)

    def _begin(self) -> None:
        self.socket.listen(128)
        print(f"Footnote is at {self.shown} (Ctrl+C stops it)", file=sys.stderr, flush=True)


@contextmanager
def bound_address(host: str, port: int, public: PublicUrl | None, *, proxied: bool = False) -> Iterator[BoundAddress]:
    """An address to serve at, behind a proxy where it has a public address or is said to be `proxied`.

    Raises ConfigProblem where it cannot be used.
    """
    with _bind(host, port) as bound:
        named = f"[{host}]" if ":" in host else host
        here = f"http://{named}:{bound.getsockname()[1]}"
        shown = f"{public}/, behind {here}" if public else here
        yield BoundAddress(bound, shown, public is not None or proxied)


def _bind(host: str, port: int) -> socket.socket:
    """A listening socket, so that a taken port is known before anything is loaded."""
    bound: socket.socket | None = None
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        bound = socket.socket(family, kind, protocol)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
    except OSError as problem:
        if bound is not None:
            bound.close()
        if problem.errno == errno.EADDRINUSE:
            raise ConfigProblem(
                f"Port {port} on {host} is taken.", "Stop what runs there, or choose another with --port."
            ) from problem
        raise ConfigProblem(
            f"{host}:{port} cannot be served: {problem.strerror or problem}.", "Check --host and --port."
        ) from problem
    except OverflowError as problem:
        raise ConfigProblem(f"{port} is not a port.", "Ports go from 1 to 65535.") from problem
    return bound
