"""The files that documents were read from, as they lie on the disk now.

A document's text comes from the index; its file may have changed or be gone since, or a link may stand in its place.
Nothing is shown or handed out but bytes that were read when the index was built, from inside the sources folder; that
is decided on the very bytes, not on what lay there a moment before. This module does not know what is asked.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import IO, Literal, TypeAlias

from rag.language import composed
from rag.types import Snapshot

__all__ = ["Original", "SourceFiles", "file_in", "name_on_disk"]

Original = tuple[Path, Literal["unchanged", "changed"]]
Stamp: TypeAlias = tuple[int, int, int, int, int]  # device, number, size, times of change: of content, of anything
_PIECE = 1 << 20
_IN_MEMORY = 8_000_000  # bytes of a copy that is not written to the disk


def file_in(folder: Path, name: str) -> Path | None:
    """The file of a name in a folder, however the disk writes its accents; None if there is none."""
    file = folder / name
    if file.is_file():
        return file
    here = folder
    for part in PurePosixPath(name).parts:
        here /= name_on_disk(here, part)
    return here if here.is_file() else None


def name_on_disk(folder: Path, name: str) -> str:
    """How the disk writes a name that looks the same, if the folder has one; else the name."""
    if (folder / name).exists():
        return name
    try:
        names = sorted(each.name for each in folder.iterdir())
    except OSError:
        return name
    return next((each for each in names if composed(each) == composed(name)), name)


class SourceFiles:
    """Finds the files of an index's documents, from any number of threads."""

    def __init__(self) -> None:
        self._seen: dict[Path, tuple[Stamp, str]] = {}  # which file it was, and its sha256

    def file(self, snapshot: Snapshot, folder: Path, document_id: str) -> Original | None:
        """A file in `folder` that holds the document, an unchanged one first; None if there is none."""
        sha256, here = self._candidates(snapshot, folder, document_id)
        for path in here:
            if self._sha256(path) == sha256:
                return path, "unchanged"
        return (here[0], "changed") if here else None

    def copy(self, snapshot: Snapshot, folder: Path, document_id: str) -> IO[bytes] | None:
        """A copy of the bytes that were indexed, to be closed; None where no file has them any more."""
        sha256, here = self._candidates(snapshot, folder, document_id)
        for path in here:
            kept: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115  # it is handed on
            with suppress(OSError), _opened(path) as file:
                if _digest(file, kept.write) == sha256:
                    kept.seek(0)
                    return kept
            kept.close()
        return None

    def pdf(self, snapshot: Snapshot, folder: Path, document_id: str) -> bytes | None:
        """The PDF that holds the document; None for other formats, and for a file that is changed or gone."""
        sha256, here = self._candidates(snapshot, folder, document_id)
        for path in here:
            if path.suffix.lower() != ".pdf" or self._sha256(path) != sha256:
                continue
            with suppress(OSError), _opened(path) as file:
                data, stamp = file.read(), _stamp(os.fstat(file.fileno()))
                # What has just been compared need not be again, if nothing has touched it since.
                known = self._seen.get(path)
                if known == (stamp, sha256) or hashlib.sha256(data).hexdigest() == sha256:
                    return data
        return None

    def _candidates(self, snapshot: Snapshot, folder: Path, document_id: str) -> tuple[str | None, list[Path]]:
        """The hash of a document, and the files under its names that lie inside the folder."""
        sha256 = snapshot.sha256(document_id)
        names = snapshot.paths(document_id) if sha256 is not None else []
        return sha256, [path for name in names if (path := file_in(folder, name)) is not None and _inside(folder, path)]

    def _sha256(self, path: Path) -> str:
        """The hash of what lies there; "" where it cannot be read."""
        with suppress(OSError), _opened(path) as file:
            stamp = _stamp(os.fstat(file.fileno()))
            known = self._seen.get(path)
            if known is None or known[0] != stamp:
                known = stamp, _digest(file)
                if _stamp(os.fstat(file.fileno())) == stamp:  # else somebody is writing to it
                    self._seen[path] = known
            return known[1]
        return ""


def _inside(folder: Path, path: Path) -> bool:
    """Whether a file lies in the folder when all links are followed."""
    try:
        return path.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError):  # links in a circle
        return False


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    """An ordinary file, open. Raises OSError, also for a pipe, a socket or a device, none of which is waited for."""
    ways = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(path, ways), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(errno.EINVAL, "It is not an ordinary file")
        yield file


def _digest(file: IO[bytes], also: Callable[[bytes], object] = len) -> str:
    """The hash of the rest of a file, whose pieces are given to `also` as they are read."""
    digest = hashlib.sha256()
    while piece := file.read(_PIECE):
        digest.update(piece)
        also(piece)
    return digest.hexdigest()


def _stamp(facts: os.stat_result) -> Stamp:
    return facts.st_dev, facts.st_ino, facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns
