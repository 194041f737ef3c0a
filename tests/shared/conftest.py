"""One PostgreSQL server for the tests of this folder."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from itertools import count

import pytest
from postgres import PostgresServer

_NUMBERS = count()


@pytest.fixture(scope="session")
def server() -> Iterator[PostgresServer]:
    """It lets people in who know their password, over TCP; through its socket anybody."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    running = PostgresServer("listen_addresses=127.0.0.1", "fsync=off", port=port).start()
    yield running
    running.remove()


@pytest.fixture
def url(server: PostgresServer) -> str:
    """The address of a collection that nobody has had before."""
    return server.url(f"c{next(_NUMBERS)}")
