"""A Milvus server for the tests: Milvus Lite in a process of its own, or the one at the address in FOOTNOTE_MILVUS.

Milvus Lite is other code than a cluster. Whoever has a cluster has the same tests look at it:

    FOOTNOTE_MILVUS=milvus://localhost:19530 python -m pytest tests/seam tests/engines -k milvus
"""

from __future__ import annotations

import atexit
import importlib.util
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from rag.lenses import MilvusLenses
from rag.lenses.milvus.address import address_of

if TYPE_CHECKING:
    from pymilvus import MilvusClient  # type: ignore[import-untyped]

__all__ = ["LiteServer", "address", "client_of", "lenses", "lite", "new_name"]

_PREFIX = f"test_{secrets.token_hex(4)}"


class LiteServer:
    """Milvus Lite on a port of this machine, which it keeps when it is started again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self.process = self._started()

    @property
    def url(self) -> str:
        return f"milvus://127.0.0.1:{self.port}"

    def kill(self) -> None:
        """As a power cut would."""
        self.process.kill()
        self.process.wait()

    def start_again(self) -> None:
        self.process = self._started()

    def _started(self) -> subprocess.Popen[bytes]:
        asked = ["server", "--data-dir", str(self.folder), "--host", "127.0.0.1", "--port", str(self.port)]
        process = subprocess.Popen([sys.executable, "-m", "milvus_lite", *asked], stdout=subprocess.DEVNULL)
        for _ in range(600):
            assert process.poll() is None, "Milvus Lite has ended"
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return process
            except OSError:
                time.sleep(0.05)
        raise AssertionError("Milvus Lite does not answer")


def lite(folder: Path) -> LiteServer:
    """A server of a test's own; skips where it is not installed, and fails where everything has to be."""
    if importlib.util.find_spec("milvus_lite") is None:
        assert os.environ.get("FOOTNOTE_ENCLOSED") != "required", "Milvus Lite is not installed"
        pytest.skip("Milvus Lite is not installed")
    return LiteServer(folder)


@cache
def address() -> str:
    """The URL of the server that the tests of this process share."""
    if named := os.environ.get("FOOTNOTE_MILVUS"):
        atexit.register(_drop_all, named)
        return named
    folder = Path(tempfile.mkdtemp(prefix="milvus-"))
    server = lite(folder)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    atexit.register(server.kill)
    return server.url


def new_name() -> str:
    """A name for an index that no other has."""
    return f"{_PREFIX}_{secrets.token_hex(4)}"


def lenses() -> MilvusLenses:
    """Lenses of a new index."""
    return MilvusLenses(address(), new_name())


def client_of(url: str) -> MilvusClient:
    """The library's own client, to look at what lies there and to put it out of order."""
    from pymilvus import MilvusClient, MilvusException

    place = address_of(url, "any")
    for left in reversed(range(3)):
        try:
            return MilvusClient(uri=place.uri, token=place.token, db_name=place.database)
        except MilvusException:  # Lite sends a connection away that it finds too lively
            if not left:
                raise
            time.sleep(1)
    raise AssertionError


def _drop_all(url: str) -> None:
    client = client_of(url)
    for name in client.list_collections():
        if name.startswith(f"footnote_{_PREFIX}_"):
            client.drop_collection(name)
