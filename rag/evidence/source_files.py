"""The files that documents were read from, as they lie on the disk now.

A document's text comes from the index; its file may have changed or be gone since, and no page is shown of a file whose
bytes are not those that were read. This module does not know what is asked.
"""

from __future__ import annotations

import hashlib
from pathlib import Path, PurePosixPath
from typing import Literal

from rag.language import composed
from rag.storage import Snapshot

__all__ = ["Original", "SourceFiles", "file_in", "name_on_disk"]

Original = tuple[Path, Literal["unchanged", "changed"]]


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
        self._seen: dict[Path, tuple[int, int, str]] = {}  # size, time and sha256 as last looked at

    def file(self, snapshot: Snapshot, folder: Path, document_id: str) -> Original | None:
        """A file in `folder` that holds the document, an unchanged one first; None if there is none."""
        sha256 = snapshot.sha256(document_id)
        if sha256 is None:
            return None
        here = [path for name in snapshot.paths(document_id) if (path := file_in(folder, name)) is not None]
        for path in here:
            if self._sha256(path) == sha256:
                return path, "unchanged"
        return (here[0], "changed") if here else None

    def pdf(self, snapshot: Snapshot, folder: Path, document_id: str) -> bytes | None:
        """The PDF that holds the document; None for other formats, and for a file that is changed or gone."""
        found = self.file(snapshot, folder, document_id)
        if found is None or found[1] != "unchanged" or found[0].suffix.lower() != ".pdf":
            return None
        return found[0].read_bytes()

    def _sha256(self, path: Path) -> str:
        stat = path.stat()
        known = self._seen.get(path)
        if known is None or known[:2] != (stat.st_size, stat.st_mtime_ns):
            known = (stat.st_size, stat.st_mtime_ns, hashlib.sha256(path.read_bytes()).hexdigest())
            self._seen[path] = known
        return known[2]
