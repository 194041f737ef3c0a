"""The lock that keeps all builders but one out of a collection, and what it tells after a lost connection."""

from __future__ import annotations

import time
from contextlib import closing, suppress

import psycopg
from psycopg import errors

from rag.errors import IndexLocked, IndexUnreachable
from rag.shared.address import Address
from rag.shared.connect import Connection, connected
from rag.shared.reader import PostgresReader

__all__ = ["locked", "settled"]

_STEP = 1.0  # seconds between two looks whether the lock is free
_RETURN = 60.0  # seconds in which a lost server may come back to say what it has committed
_SETTINGS = """
SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off';
SELECT set_config('tcp_keepalives_idle', '30', false), set_config('tcp_keepalives_interval', '10', false),
       set_config('tcp_keepalives_count', '3', false);
"""
_LOOKS_AT_US = "SET client_connection_check_interval TO '10s'"  # also in the midst of a statement; not on every system


def locked(address: Address, patience: float) -> Connection:
    """A connection that holds the collection's lock. Raises IndexLocked where another one has it for so long."""
    connection = connected(address)
    try:
        connection.execute(_SETTINGS)
        with suppress(errors.InvalidParameterValue):
            connection.execute(_LOOKS_AT_US)
        connection.execute("SELECT set_config('lock_timeout', %s, false)", (f"{int(patience * 1000)}ms",))
        connection.execute("SELECT pg_advisory_lock(%s)", (address.lock,))
        connection.execute("SET lock_timeout TO 0")
    except BaseException as error:
        with closing(connection):
            if not isinstance(error, errors.LockNotAvailable):
                raise
            holder = _holder(connection, address)
        raise IndexLocked(f"The index is being built by {holder}.", "Wait until it is done, or stop it.") from error
    return connection


def _holder(connection: Connection, address: Address) -> str:
    """Who has the lock, as it calls itself; others than the server's owner may not be told."""
    row = connection.execute(
        "SELECT application_name FROM pg_locks JOIN pg_stat_activity USING (pid)"
        " WHERE locktype = 'advisory' AND granted"
        " AND pg_locks.database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        " AND (classid::bigint << 32) | objid::bigint = %s AND objsubid = 1",
        (address.lock,),
    ).fetchone()
    return str(row[0]).removeprefix("footnote ") if row and row[0] else "another process"


def settled(address: Address, number: int, mark: str) -> Connection:
    """A new connection with the lock, after a commit whose answer never came and which was found to be done.

    Whoever gets the lock knows that the session that asked for the commit has ended. Raises IndexUnreachable where it
    was not done, or where that cannot be told.
    """
    until = time.monotonic() + _RETURN
    while True:
        try:
            connection = locked(address, _STEP)
            break
        except (IndexUnreachable, IndexLocked, psycopg.OperationalError) as error:
            if time.monotonic() > until:
                raise IndexUnreachable(
                    f"The server of {address.shown} was lost while the new state was being committed.",
                    "Whether it was is not known; once the server is back, build again: nothing is wrong then.",
                ) from error
            time.sleep(0.2)
    try:
        reader = PostgresReader(connection)
        if (reader.generation, reader.meta("commit")) == (number, mark):
            return connection
        raise IndexUnreachable(
            f"The server of {address.shown} was lost while the new state was being committed.",
            "It was not committed. Build again: what was read is kept."
            if reader.generation < number
            else "Another build has committed since. Build again.",
        )
    except BaseException:
        connection.close()
        raise
