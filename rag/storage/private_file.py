"""A small SQLite file that only its owner may read, beside what it is about; what is deleted from it is overwritten.

This module does not know what it holds.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw

from rag.errors import ConfigProblem

__all__ = ["PrivateFile"]

_PATIENCE = 10.0  # seconds


class PrivateFile:
    """A file that is made with the first change, for any number of threads and processes."""

    def __init__(self, path: Path, schema: str, hint: str) -> None:
        """`schema` makes its tables where they are missing; `hint` is what to do where it cannot be used."""
        self.path = path
        self._schema, self._hint = schema, hint
        self._lock = threading.Lock()

    @contextmanager
    def reading(self) -> Iterator[apsw.Connection | None]:
        """The file, or None where nothing has ever been kept in it. Raises ConfigProblem."""
        if not self.path.exists():
            yield None
            return
        with self._opened() as file:
            yield file

    @contextmanager
    def changing(self) -> Iterator[apsw.Connection]:
        """The file, in one transaction; its journal, with what was there before, is gone afterwards.

        Raises ConfigProblem.
        """
        with self._lock, self._opened() as file, file:
            yield file

    @contextmanager
    def _opened(self) -> Iterator[apsw.Connection]:
        try:
            self.path.touch(0o600)
            file = apsw.Connection(str(self.path))
            try:
                file.set_busy_handler(_waiting())
                file.transaction_mode = "IMMEDIATE"  # two that read first and then write would wait for each other
                file.execute("PRAGMA secure_delete = ON")
                file.execute(self._schema)
                yield file
            finally:
                file.close()
        except (OSError, apsw.Error) as error:
            raise ConfigProblem(f"{self.path} cannot be used: {error}.", self._hint) from error


def _waiting() -> Callable[[int], bool]:
    """Tries again for a while. SQLite's own way to wait (3.54, built to block on locks) lets threads of one process
    wait for each other until the time is over.
    """
    until = time.monotonic() + _PATIENCE

    def wait(_tries: int) -> bool:
        time.sleep(0.005)
        return time.monotonic() < until

    return wait
