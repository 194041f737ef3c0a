"""Immutable folders, one for each generation: written aside, sealed with checksums, put in place by one rename.

A folder is either whole or not there, whatever happened while it was written. This module does not know what the
files in it mean.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

__all__ = ["publish", "sealed", "sweep"]

_SEAL = "seal.json"


def publish(root: Path, generation: int, write: Callable[[Path], None]) -> None:
    """Makes `root/<generation>` with what `write` puts into the folder it is given. Raises OSError."""
    fresh = root / f".new-{generation}"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    write(fresh)
    for lock in fresh.glob(".*.lock"):
        lock.unlink()
    sums = {path.name: _sum(path) for path in sorted(fresh.iterdir())}
    (fresh / _SEAL).write_text(json.dumps(sums))
    for path in (*fresh.iterdir(), fresh):
        _sync(path)
    shutil.rmtree(root / str(generation), ignore_errors=True)
    fresh.rename(root / str(generation))
    _sync(root)


def sealed(root: Path, generation: int) -> Path:
    """The folder of a generation, every byte as it was written. Raises OSError if missing, ValueError if damaged."""
    folder = root / str(generation)
    sums = json.loads((folder / _SEAL).read_text())
    if not isinstance(sums, dict):
        raise ValueError(f"{folder / _SEAL} is damaged")
    for name, expected in sums.items():
        if _sum(folder / name) != expected:
            raise ValueError(f"{folder / name} is damaged")
    return folder


def sweep(root: Path, keep: int) -> None:
    """Removes every other generation and whatever a crash left; one still in use elsewhere goes at the next build."""
    with suppress(FileNotFoundError):
        for path in root.iterdir():
            if path.name != str(keep):
                shutil.rmtree(path, ignore_errors=True)


def _sum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
