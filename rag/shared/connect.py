"""Connections to the database, and PostgreSQL's own errors in words a person can use."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, LiteralString, TypeAlias

import psycopg
from psycopg import errors, sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from rag.errors import ConfigProblem, FootnoteError, IndexDamaged, IndexMissing, IndexUnreachable, IndexUnwritable
from rag.shared.address import Address

__all__ = ["Connection", "ConnectionPool", "connected", "storable", "translated_errors"]

Connection: TypeAlias = psycopg.Connection[tuple[Any, ...]]

_BACK = "Start it again or wait until it is back, then ask again."
_OURS = {  # a server that is gone must be noticed, a network that is cut too
    "connect_timeout": "10",
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "tcp_user_timeout": "60000",
    "client_encoding": "utf8",
}
_READ = "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"
_CHANGE = "BEGIN TRANSACTION ISOLATION LEVEL READ COMMITTED READ WRITE"


class ConnectionPool:
    """Connections to one collection, each used by one thread at a time; up to `idle` are kept for the next."""

    def __init__(self, address: Address, idle: int) -> None:
        self._address, self._most = address, idle
        self._lock = threading.Lock()
        self._idle: list[Connection] = []

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection in a transaction: it shows one state, that of its first query. Raises psycopg.Error."""
        with self._lent(_READ) as connection:
            yield connection
            with suppress(psycopg.Error):  # whoever has read all that was wanted loses nothing with the connection
                connection.execute("ROLLBACK")

    @contextmanager
    def changing(self) -> Iterator[Connection]:
        """A connection in a transaction that is committed in the end. Raises psycopg.Error."""
        with self._lent(_CHANGE) as connection:
            yield connection
            connection.execute("COMMIT")

    @contextmanager
    def alone(self) -> Iterator[Connection]:
        """A connection without a transaction, for what cannot be in one. Raises psycopg.Error."""
        with self._lent("SELECT 1") as connection:
            yield connection

    @contextmanager
    def _lent(self, begin: LiteralString) -> Iterator[Connection]:
        """A connection that is closed after an error, and kept for the next otherwise."""
        connection = self._begun(begin)
        try:
            yield connection
        except BaseException:
            connection.close()
            raise
        with self._lock:
            if not connection.closed and len(self._idle) < self._most:
                self._idle.append(connection)
                return
        connection.close()

    def close(self) -> None:
        """Closes those that are kept, and keeps no more."""
        with self._lock:
            self._most, idle, self._idle = 0, self._idle, []
        for connection in idle:
            connection.close()

    def _begun(self, begin: LiteralString) -> Connection:
        """After its first statement. One that was kept may have been cut off meanwhile: nothing was asked of it yet."""
        while True:
            with self._lock:
                connection = self._idle.pop() if self._idle else None
            if connection is None:
                connection = connected(self._address)
                connection.execute(begin)
                return connection
            with suppress(psycopg.OperationalError, psycopg.InterfaceError):
                connection.execute(begin)
                return connection
            connection.close()


def connected(address: Address) -> Connection:
    """A new connection that finds the tables of the address' collection, without a transaction.

    Raises ConfigProblem where the server refuses it, IndexUnreachable where there is none.
    """
    name = f"footnote process {os.getpid()} on {socket.gethostname()}, since {time.strftime('%H:%M:%S')}"
    try:
        given = conninfo_to_dict(address.url)
    except psycopg.Error:
        raise ConfigProblem(
            f"The address of {address.shown} has options that PostgreSQL does not know.", "Correct what stands behind ?"
        ) from None
    try:
        wanted = make_conninfo(address.url, **{**_OURS, **given, "application_name": name[:63]})
        connection: Connection = psycopg.connect(wanted, autocommit=True)
    except (psycopg.Error, UnicodeError) as error:
        raise _refused(address, str(error), getattr(error, "pgconn", None)) from None  # it may say the address
    try:
        connection.execute(sql.SQL("SET search_path TO {}").format(sql.Identifier(address.schema)))
        if connection.info.parameter_status("server_encoding") != "UTF8":
            raise ConfigProblem(
                f"The database of {address.shown} is not kept in UTF-8.",
                "Make another: createdb --template template0 --encoding UTF8 NAME",
            )
    except BaseException:
        connection.close()
        raise
    return connection


def _refused(address: Address, said: str, attempt: psycopg.pq.abc.PGconn | None) -> FootnoteError:
    """Why there is no connection. The driver gives no code for it, so its words are looked through, never repeated."""
    if attempt is not None and attempt.needs_password:
        return ConfigProblem(
            f"The server of {address.shown} asks for a password.",
            "Write user:password@ before the host, or keep it in ~/.pgpass or PGPASSWORD.",
        )
    if "password authentication failed" in said:
        return ConfigProblem(
            f"The server of {address.shown} refuses the user or the password.", "Correct them in the address."
        )
    if "database" in said and "does not exist" in said:
        return ConfigProblem(f"The database of {address.shown} does not exist.", "Make it: createdb NAME")
    if any(words in said for words in ("role ", "pg_hba.conf", "authentication failed", "permission denied")):
        return ConfigProblem(
            f"The server of {address.shown} does not let this user in.", "Correct the user, or let it in (pg_hba.conf)."
        )
    if "starting up" in said or "shutting down" in said or "recovery" in said:
        return IndexUnreachable(f"The server of {address.shown} is starting or stopping.", _BACK)
    if "too many" in said or "remaining connection slots" in said:
        return IndexUnreachable(f"The server of {address.shown} has too many connections.", _BACK)
    return IndexUnreachable(f"The server of {address.shown} cannot be reached.", _BACK)


@contextmanager
def translated_errors(address: Address) -> Iterator[None]:
    """Turns PostgreSQL's errors into those of `rag.errors`. What it says of a statement names no password."""
    try:
        yield
    except (errors.UndefinedTable, errors.InvalidSchemaName) as error:
        raise IndexMissing(f"There is no index at {address.shown}.", "Build it first: rag build") from error
    except errors.InsufficientPrivilege as error:
        raise ConfigProblem(
            f"The server of {address.shown} does not allow this user what is needed: {_first_line(error)}.",
            "Who builds must own the collection's schema; who only asks needs USAGE of it and SELECT on its tables.",
        ) from error
    except (errors.DiskFull, errors.ReadOnlySqlTransaction) as error:
        raise IndexUnwritable(
            f"The index at {address.shown} cannot be written: {_first_line(error)}.",
            "Correct that on the server, then build again: what was done is kept.",
        ) from error
    except (errors.DataCorrupted, errors.IndexCorrupted) as error:
        raise IndexDamaged(
            f"The index at {address.shown} cannot be read ({_first_line(error)}).",
            "Restore the database from its backup, or drop the collection's schema and build again.",
        ) from error
    except (psycopg.OperationalError, psycopg.InterfaceError, psycopg.InternalError) as error:
        if (error.sqlstate or "08").startswith(("08", "57P")):
            raise IndexUnreachable(f"The connection to the server of {address.shown} was lost.", _BACK) from error
        raise IndexUnreachable(f"The server of {address.shown} gave up: {_first_line(error)}.", _BACK) from error


def storable(value: object) -> object:
    """What a text column takes: no character 0 and no halves of surrogates. Nothing that is quoted is kept as text."""
    if isinstance(value, list):
        return [storable(one) for one in value]
    if isinstance(value, str):
        return value.replace("\0", "\ufffd").encode("utf-8", "replace").decode()
    return value


def _first_line(error: psycopg.Error) -> str:
    return (error.diag.message_primary or str(error)).splitlines()[0].rstrip(".")
