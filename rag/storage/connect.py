"""Connections to the file of the truth, and SQLite's own errors in words a person can use.

SQLite does not notice by itself when a disk returns other bytes than were written. With its checksum extension, which
APSW brings along, every page carries a checksum that is verified whenever the page is read.
"""

from __future__ import annotations

import errno
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

import apsw
import apsw.sqlite_extra

from rag.errors import IndexDamaged, IndexMissing

__all__ = ["ConnectionPool", "open_for_writing", "translated_errors"]

_CHECKSUM_BYTES = 8  # of each page; the extension takes no other number
_PATIENCE_MS = 30_000
_CACHE_KB = 8_000  # of pages that a reader keeps: with SQLite's own 2,000 a question reads most of its pages again


class ConnectionPool:
    """Read-only connections to one file, each used by one thread at a time.

    Up to `idle` of those given back are kept for whoever reads next: the pages they hold need not be read and compared
    with their checksums again. SQLite sees by itself that another has written, but not that another file has taken the
    place of the one it opened; that is looked at here.
    """

    def __init__(self, path: Path, idle: int) -> None:
        self._path, self._most = path, idle
        self._lock = threading.Lock()
        self._idle: list[tuple[tuple[int, int], apsw.Connection]] = []  # with the file each has opened

    @contextmanager
    def reading(self) -> Iterator[apsw.Connection]:
        """A connection in a transaction: it shows one state of the file, from first to last. Raises apsw.Error."""
        file, lasts = _identity(self._path), True
        connection = self._kept(file)
        if connection is None:
            connection, lasts = _to_read(self._path)
        try:
            connection.execute("BEGIN")
            yield connection
            connection.execute("ROLLBACK")
        except BaseException:
            connection.close()
            raise
        with self._lock:
            if lasts and len(self._idle) < self._most:
                self._idle.append((file, connection))
                return
        connection.close()

    def close(self) -> None:
        """Closes those that are kept, and keeps no more."""
        with self._lock:
            self._most, idle, self._idle = 0, self._idle, []
        for _, connection in idle:
            connection.close()

    def _kept(self, file: tuple[int, int]) -> apsw.Connection | None:
        """The one given back last that has opened this file; those of a file that is gone are closed."""
        with self._lock:
            gone = [connection for opened, connection in self._idle if opened != file]
            self._idle = [one for one in self._idle if one[0] == file]
            found = self._idle.pop()[1] if self._idle else None
        for connection in gone:
            connection.close()
        return found


def _identity(path: Path) -> tuple[int, int]:
    """Device and number; a number is not given to another file while a connection holds this one open."""
    facts = path.stat()
    return facts.st_dev, facts.st_ino


def _to_read(path: Path) -> tuple[apsw.Connection, bool]:
    """A read-only connection, and whether it sees what is written from now on.

    Readers share a small file that SQLite makes beside the log. Where it cannot be made - the folder is read-only, the
    disk is full - SQLite must be told that nobody writes, which is only true while there is no log.
    """
    _with_checksums()
    address = path.resolve().as_uri()
    flags = apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI
    try:
        return _tried(apsw.Connection(f"{address}?mode=ro", flags=flags)), True
    except (apsw.CantOpenError, apsw.ReadOnlyError, apsw.FullError, apsw.IOError) as error:
        log = Path(f"{path}-wal")
        if getattr(error, "extendedresult", 0) == _CHECKSUM_WRONG or (log.exists() and log.stat().st_size):
            raise
        return _tried(apsw.Connection(f"{address}?mode=ro&immutable=1", flags=flags)), False


def open_for_writing(path: Path) -> apsw.Connection:
    """A connection that keeps a log, reaches the disk with every commit, and overwrites what it deletes."""
    _with_checksums()
    connection = apsw.Connection(str(path))
    try:
        connection.set_busy_timeout(_PATIENCE_MS)
        connection.reserve_bytes(None, _CHECKSUM_BYTES)
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "secure_delete = ON"):
            connection.execute(f"PRAGMA {pragma}")
    except BaseException:
        connection.close()
        raise
    return connection


@contextmanager
def translated_errors(path: Path) -> Iterator[None]:
    """Turns SQLite's errors into IndexMissing, IndexDamaged, or OSError where the disk or its permissions refuse."""
    try:
        yield
    except (apsw.FullError, apsw.ReadOnlyError, apsw.CantOpenError, apsw.PermissionsError) as error:
        number = errno.ENOSPC if isinstance(error, apsw.FullError) else errno.EACCES
        raise OSError(number, str(error), str(path)) from error
    except apsw.BusyError as error:
        raise OSError(errno.EBUSY, "another program has locked it", str(path)) from error
    except apsw.Error as error:
        if getattr(error, "extendedresult", 0) in _REFUSED:
            raise OSError(errno.EIO, str(error), str(path)) from error
        if "no such table" in str(error):
            raise IndexMissing(f"The index in {path.parent} is incomplete.", "Run: rag build") from error
        raise IndexDamaged(
            f"The index file {path} cannot be read ({error}).",
            "Remove the index folder and build again; your sources are not touched.",
        ) from error


_CHECKSUM_WRONG = apsw.SQLITE_IOERR_DATA
_REFUSED = {
    apsw.SQLITE_IOERR_WRITE,
    apsw.SQLITE_IOERR_FSYNC,
    apsw.SQLITE_IOERR_DIR_FSYNC,
    apsw.SQLITE_IOERR_TRUNCATE,
    apsw.SQLITE_IOERR_SHMOPEN,
    apsw.SQLITE_IOERR_SHMSIZE,
    apsw.SQLITE_IOERR_NOMEM,
}


def _tried(connection: apsw.Connection) -> apsw.Connection:
    try:
        connection.set_busy_timeout(_PATIENCE_MS)
        connection.execute(f"PRAGMA cache_size = -{_CACHE_KB}")
        connection.execute("SELECT 1 FROM meta").fetchone()
    except BaseException:
        connection.close()
        raise
    return connection


@lru_cache(maxsize=1)
def _with_checksums() -> None:
    """Loads the extension; from then on every connection of this process has it."""
    connection = apsw.Connection(":memory:")
    apsw.sqlite_extra.load(connection, "cksumvfs")
    connection.close()
