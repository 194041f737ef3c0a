"""The connection to a Milvus server: made when first used, with its errors in words.

This module does not know what is asked.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from rag.errors import ConfigProblem, IndexProblem
from rag.lenses.milvus.address import Address

if TYPE_CHECKING:
    from pymilvus import MilvusClient  # type: ignore[import-untyped]

__all__ = ["LONG", "SECONDS", "Server"]

SECONDS = 30.0
"""That one call may take."""
LONG = 300.0
"""Seconds of one that has the server write or read a whole collection."""
_CONNECT = 5.0  # seconds
_UNREACHABLE, _NO_COLLECTION, _NOT_LOADED = 2, 100, 101  # codes of its errors
_T = TypeVar("_T")


class Server:
    """A server and the account there. For any number of threads."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._lock = threading.Lock()
        self._connected: MilvusClient | None = None

    def close(self) -> None:
        """Lets go of the connection."""
        with self._lock:
            client, self._connected = self._connected, None
        if client is not None:
            client.close()

    def call(self, ask: Callable[[MilvusClient], _T], name: str = "") -> _T:
        """What a call brings; a collection that the server has not ready, as after its start, is loaded first.

        A connection that is lost is made anew once: so a call may come twice, and must be one that may.
        Raises IndexProblem where the server cannot be reached, FileNotFoundError for a collection that is not there,
        OSError for all else that it says.
        """
        client, fresh = self._client()
        try:
            return ask(client)
        except Exception as error:
            code = _code(error)
            if name and code == _NOT_LOADED:
                client.load_collection(name, timeout=LONG)
                return self.call(ask)
            if _is_unreachable(code):
                self._forget(client)
                if not fresh:
                    return self.call(ask, name)
            raise self._told(error) from error

    def _client(self) -> tuple[MilvusClient, bool]:
        """The client, and whether it was made now."""
        with self._lock:
            if self._connected is not None:
                return self._connected, False
            library, place = _library(), self._address
            try:
                self._connected = library(
                    uri=place.uri, token=place.token, db_name=place.database, timeout=_CONNECT, dedicated=True
                )
            except Exception as error:
                raise self._told(error) from error
            return self._connected, True

    def _forget(self, client: MilvusClient) -> None:
        """Does without a client from now on; another thread may have another one already."""
        with self._lock:
            if self._connected is client:
                self._connected = None
        client.close()

    def _told(self, error: Exception) -> Exception:
        """An error of the library in this program's words; any other as it is."""
        code, place = _code(error), self._address.place
        if code is None:
            return error
        if code == _NO_COLLECTION:
            return FileNotFoundError(f"a collection of Milvus at {place} is missing")
        if _is_unreachable(code):
            return IndexProblem(
                f"The Milvus server at {place} cannot be reached.",
                "Start it, or correct the setting lenses; the sources and what was read of them are not touched.",
            )
        if getattr(code, "name", "") == "DEADLINE_EXCEEDED":
            return IndexProblem(
                f"The Milvus server at {place} does not answer in time.",
                "Ask again; where it stays so, look whether it has enough memory and processors.",
            )
        if getattr(code, "name", "") in ("UNAUTHENTICATED", "PERMISSION_DENIED") or "auth check failure" in str(error):
            return IndexProblem(
                f"The Milvus server at {place} does not let this program in.",
                "Give user and password in the setting lenses: milvus://user:password@host:19530",
            )
        return OSError(f"Milvus at {place} says: {getattr(error, 'message', error)}")


def _code(error: Exception) -> object:
    """The code of an error of the library or of grpc, a number or a name; None for any other error."""
    code = getattr(error, "code", None)
    return code() if callable(code) else code


def _is_unreachable(code: object) -> bool:
    return code == _UNREACHABLE or getattr(code, "name", "") == "UNAVAILABLE"


def _library() -> type[MilvusClient]:
    """The library's client. Raises ConfigProblem where it is not installed.

    It would read a file `.env` above its own folder into the environment, and write the trace of every error to the
    terminal: neither is its affair.
    """
    before = os.environ.get("PYTHON_DOTENV_DISABLED")
    os.environ["PYTHON_DOTENV_DISABLED"] = "1"
    try:
        from pymilvus import MilvusClient
    except ImportError as error:
        raise ConfigProblem(
            "Searching in Milvus needs a part of the program that is not installed.",
            "Install it: pip install 'footnote-rag[shared]'",
        ) from error
    finally:
        if before is None:
            del os.environ["PYTHON_DOTENV_DISABLED"]
        else:
            os.environ["PYTHON_DOTENV_DISABLED"] = before
    logging.getLogger("pymilvus").setLevel(logging.CRITICAL)
    return MilvusClient  # type: ignore[no-any-return]
