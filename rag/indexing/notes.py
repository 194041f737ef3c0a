"""What builds and copies both do: what they note, and how they tell of a disk that refuses."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rag.errors import IndexUnwritable

__all__ = ["LENSES", "SOURCES", "writable"]

LENSES = "lenses"
"""The note of the version of both lenses; not kept before version 3."""
SOURCES = "sources"
"""The note of the folder of sources, as the way there from the index."""


@contextmanager
def writable(index: Path) -> Iterator[None]:
    """What the disk refuses, in words. Sources are read by others; every OSError here is the index's."""
    try:
        yield
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG) or "os error 28" in str(error)
        reason = "its disk is full" if full else error.strerror or str(error)
        hint = (
            "Free some space" if full else "Check the disk and the folder's permissions, or name another with --index"
        )
        raise IndexUnwritable(
            f"The index in {index} cannot be written: {reason}.", f"{hint}, then build again: what was done is kept."
        ) from error
