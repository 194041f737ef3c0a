"""The truth of one collection in a PostgreSQL database.

A snapshot is one transaction that only reads; a writer's lock is the server's own and ends with its connection. What
a question may lose is its connection: it is told so, and the next question has a new one.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rag.errors import IndexMissing
from rag.shared.address import Address
from rag.shared.connect import ConnectionPool, translated_errors
from rag.shared.snapshot import PostgresSnapshot
from rag.shared.writer import PostgresWriter

__all__ = ["PostgresTruth"]


class PostgresTruth:
    """A `Truth` at an address. Every snapshot and writer has a connection of its own; up to `idle` of those that read
    are kept open for the next snapshot.

    Beside what `Truth` raises, each method raises IndexUnreachable where the server is gone, IndexUnwritable where it
    takes nothing, and ConfigProblem where it does not let us in.
    """

    def __init__(self, address: Address, idle: int = 0) -> None:
        self.address = address
        self._readers = ConnectionPool(address, idle)

    def close(self) -> None:
        """Closes the connections that nobody uses now; those in use close when their snapshot ends."""
        self._readers.close()

    def exists(self) -> bool:
        """As `Truth` has it."""
        with translated_errors(self.address), self._readers.reading() as connection:
            ((found,),) = connection.execute("SELECT to_regclass('meta') IS NOT NULL").fetchall()
        return bool(found)

    @contextmanager
    def snapshot(self) -> Iterator[PostgresSnapshot]:
        """As `Truth` has it."""
        with translated_errors(self.address), self._readers.reading() as connection:
            snapshot = PostgresSnapshot(connection)
            if snapshot.generation == 0:
                raise IndexMissing(f"The index at {self.address.shown} is incomplete.", "Run: rag build")
            yield snapshot

    @contextmanager
    def writer(self) -> Iterator[PostgresWriter]:
        """As `Truth` has it."""
        with translated_errors(self.address), PostgresWriter(self.address) as writer:
            yield writer
