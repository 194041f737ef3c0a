"""The truth of one collection in a PostgreSQL database.

A snapshot is one transaction that only reads; a writer's lock is the server's own and ends with its connection. What
a question may lose is its connection: it is told so, and the next question has a new one.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager

from rag.errors import IndexMissing
from rag.rows import UNNAMED, unnamed_rows
from rag.shared.address import Address
from rag.shared.connect import ConnectionPool, translated_errors
from rag.shared.kept import counted
from rag.shared.lock import locked
from rag.shared.schema import DEAD, dropped
from rag.shared.snapshot import PostgresSnapshot
from rag.shared.writer import PATIENCE, PostgresWriter
from rag.types import Remains

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

    def remains(self) -> list[Remains]:
        """As `Truth` has it."""
        if not self.exists():
            return []
        with translated_errors(self.address), self._readers.reading() as connection:
            unnamed, vectors = (counted(connection, query) for query in UNNAMED)
            dead = connection.execute(DEAD, {"schema": self.address.schema}).fetchone()
        rows = int(dead[0]) if dead else 0
        said = f"{rows:,} to be vacuumed, by the next build or by the server itself" if rows else "all vacuumed"
        return [
            unnamed_rows("PostgreSQL, rows", unnamed, vectors),
            Remains("PostgreSQL, erased rows", not rows, said),
        ]

    def drop(self) -> None:
        """As `Truth` has it."""
        with translated_errors(self.address), closing(locked(self.address, PATIENCE)) as connection:
            connection.execute(dropped(self.address.schema))
            connection.execute(dropped(self.address.people.schema))  # conversations quote the sources

    @contextmanager
    def writer(self) -> Iterator[PostgresWriter]:
        """As `Truth` has it."""
        with translated_errors(self.address), PostgresWriter(self.address) as writer:
            yield writer
