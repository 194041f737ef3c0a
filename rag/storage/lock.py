"""Who builds keeps others out, in all processes, and is named to them."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rag.errors import IndexLocked

__all__ = ["locked_for_builds"]


@contextmanager
def locked_for_builds(index: Path, patience: float = 0.0) -> Iterator[None]:
    """Keeps builds of an index out, in all processes. Raises IndexLocked where one goes on for `patience` seconds."""
    from filelock import FileLock, Timeout

    index.mkdir(parents=True, exist_ok=True)
    owner = index / "build.owner"
    lock = FileLock(index / "build.lock", timeout=patience)
    try:
        lock.acquire()
    except Timeout as error:
        holder = owner.read_text().strip() if owner.exists() else "another process"
        raise IndexLocked(f"The index is being built by {holder}.", "Wait until it is done, or stop it.") from error
    try:
        owner.write_text(f"process {os.getpid()}, since {time.strftime('%H:%M:%S')}")
        yield
    finally:
        owner.unlink(missing_ok=True)
        lock.release()
