"""Originals of a build: put into the store before a generation names them, and deleted once none does.

What is there is listed anew by each build, so that one that was lost there is put there again, and one that could not
be deleted is tried again; nothing has to be remembered for that. This module does not know what a store is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

from rag.errors import FootnoteError, IndexMissing
from rag.indexing.plan import FoundFile
from rag.types import (
    FETCHED_LOG,
    NOTED_FETCHED,
    NOTED_ORIGINALS,
    FileRow,
    Index,
    IndexWriter,
    OriginalFile,
    OriginalStore,
    Snapshot,
)

__all__ = ["KeptOriginals", "erase_index", "leftover_originals"]

_NAME = "originals.name"  # in the folder of the index: a first build that is broken off goes on under its name


class KeptOriginals:
    """The originals of one build; of an index without a store there are none."""

    def __init__(self, index: Index, writer: IndexWriter, sources: Path, found: Iterable[FoundFile]) -> None:
        """Nothing is asked of the store yet."""
        self._store, self._files = index.originals, {one.path: Path(one.file) for one in found}
        self._sizes: dict[str, int] | None = None
        self._lost: set[str] = set()
        self._log: OriginalFile | None = None
        self.meta: dict[str, str] = {}
        if self._store is not None:
            self._name = writer.meta(NOTED_ORIGINALS) or _name_in(index.folder)
            self._log = _log_of(sources)
            self.meta = {NOTED_ORIGINALS: self._name, NOTED_FETCHED: self._log.sha256 if self._log else ""}

    def noted(self, writer: IndexWriter) -> bool:
        """Whether the last generation says where its originals are as the next one would."""
        return all((writer.meta(key) or "") == value for key, value in self.meta.items())

    def put(self, rows: Mapping[str, FileRow]) -> None:
        """Puts the originals of some files there that are not there whole. Raises what `OriginalStore` raises."""
        if self._store is None:
            return
        if self._sizes is None:
            self._sizes = self._store.sizes(self._name)
        wanted = {
            row.sha256: OriginalFile(row.sha256, row.size, self._files[path])
            for path, row in rows.items()
            if row.document_id and path in self._files
        }
        if self._log is not None:
            wanted[self._log.sha256] = self._log
        missing = [one for one in wanted.values() if self._sizes.get(one.sha256) != one.size]
        lost = {one.sha256 for one in self._store.put(self._name, missing)}
        self._sizes |= {one.sha256: one.size for one in missing if one.sha256 not in lost}
        self._lost |= lost

    def tidy(self, rows: Iterable[FileRow]) -> list[str]:
        """Deletes what no file names any more, and says in sentences what is not as it should be."""
        if self._store is None:
            return []
        named = _named(rows, self.meta[NOTED_FETCHED])
        notes = []
        if lost := len(self._lost & named):
            notes.append(f"{_counted(lost)} changed while being read, and will be kept in the store by the next build.")
        try:
            left = self._store.remove_others(self._name, named)
        except FootnoteError as problem:  # the generation is committed: only what nobody names is left
            return [*notes, f"Originals could not be deleted: {problem.message} The next build tries again."]
        if left:
            notes.append(f"{_counted(len(left))} could not be deleted from the store; the next build tries again.")
        return notes


def erase_index(index: Index) -> list[str]:
    """Deletes an index with its searches and its originals in a store; gives the hashes of those that are still there.

    Raises as truth, lenses and store do, with what was not yet deleted still there.
    """
    left: list[str] = []
    if index.originals is not None:  # else it need not be read, damaged as it may be
        left = index.originals.remove_others(_name_of(index), ())
    index.truth.drop()  # before the lenses: who asks from now on has no searches written again
    index.lenses.drop()
    return left


def leftover_originals(store: OriginalStore, snapshot: Snapshot) -> list[str]:
    """The hashes that are in the store and that no file of a generation names. Raises as the store does."""
    name = snapshot.meta(NOTED_ORIGINALS)
    return store.leftovers(name, _named(snapshot.files(), snapshot.meta(NOTED_FETCHED) or "")) if name else []


def _named(rows: Iterable[FileRow], log: str) -> set[str]:
    """The hashes that are to stay."""
    return {row.sha256 for row in rows if row.document_id} | ({log} if log else set())


def _name_of(index: Index) -> str:
    """The name that the last generation notes, or that a first build has begun under."""
    with suppress(IndexMissing), index.truth.snapshot() as snapshot:
        return snapshot.meta(NOTED_ORIGINALS) or _name_in(index.folder)
    return _name_in(index.folder)


def _name_in(folder: Path) -> str:
    """A name that no other index has, and that this one will have again until its first generation notes it."""
    file = folder / _NAME
    try:
        return file.read_text("ascii").strip()
    except FileNotFoundError:
        name = uuid4().hex
        folder.mkdir(parents=True, exist_ok=True)
        file.write_text(name, "ascii")
        return name


def _log_of(sources: Path) -> OriginalFile | None:
    """The log of what was fetched from the web, as it is now."""
    try:
        data = (sources / FETCHED_LOG).read_bytes()
    except OSError:  # nothing was ever fetched
        return None
    return OriginalFile(hashlib.sha256(data).hexdigest(), len(data), sources / FETCHED_LOG)


def _counted(number: int) -> str:
    return "1 original" if number == 1 else f"{number:,} originals"
