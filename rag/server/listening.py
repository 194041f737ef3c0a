"""A server's address: bound before anything is loaded, said where people look, and listened to until interrupted.

This module does not know what is served.
"""

from __future__ import annotations

import errno
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from starlette.types import ASGIApp

from rag.errors import ConfigProblem
from rag.server.addresses import PublicUrl

__all__ = ["bound_address"]


@contextmanager
def bound_address(
    host: str, port: int, public: PublicUrl | None, *, proxied: bool = False
) -> Iterator[Callable[[ASGIApp], None]]:
    """What serves an application at an address until interrupted, behind a proxy where it has a public address or is
    said to be `proxied`. Raises ConfigProblem where it cannot be used.
    """
    bound = _bind(host, port)

    def listen_to(app: ASGIApp) -> None:
        from rag.server.arenas import share_arenas
        from rag.server.ending import listen

        share_arenas()
        bound.listen(128)
        shown = f"[{host}]" if ":" in host else host
        here = f"http://{shown}:{bound.getsockname()[1]}"
        where = f"{public}/, behind {here}" if public else here
        print(f"Footnote is at {where} (Ctrl+C stops it)", file=sys.stderr, flush=True)
        listen(app, bound, behind_proxy=public is not None or proxied)

    try:
        yield listen_to
    finally:
        bound.close()


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
