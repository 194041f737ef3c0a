"""An index is copied from one truth to another as it is kept: nothing is read or embedded again.

What is copied is seen by nobody until one transaction at the target, in which all of it is read back and compared
first. After a stop it begins anew; what was left is written over, or erased. The source is only read, in one snapshot,
and may be asked and built meanwhile. This module does not know what kind of place either truth is.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from rag.errors import ConfigProblem, IndexDamaged, IndexMissing
from rag.indexing.builder import rebuild_lenses
from rag.indexing.notes import LENSES, SOURCES, writable
from rag.rows import chunk_row, document_row, file_row, words_row
from rag.types import (
    JSON,
    NOTED_FETCHED,
    NOTED_ORIGINALS,
    Index,
    IndexWriter,
    KeptRows,
    Keys,
    Progress,
    ProgressCallback,
    ShownLenses,
    Snapshot,
    StoredDocument,
    Vectors,
)

__all__ = ["Migrated", "migrate"]

_SEARCHES = 20  # asked of both sides in the end
_DEPTH = 20  # hits compared
_OFF = 1e-5  # that the scores of two engines may differ by


@dataclass(frozen=True, slots=True)
class Migrated:
    """What was copied. Of `searches` asked of both sides `same` brought the same passages; 0 where the source's search
    files are not here.
    """

    files: int
    documents: int
    passages: int
    searches: int
    same: int
    digest: str  # of all that was copied, as it was read back
    seconds: float

    def to_dict(self) -> dict[str, JSON]:
        """JSON-ready, the keys being the field names."""
        return asdict(self)


def migrate(
    source: Index,
    target: Index,
    *,
    sources: Path | None = None,
    replace: bool = False,
    mend: bool = True,
    progress: ProgressCallback | None = None,
) -> Migrated:
    """Copies the last generation of `source` to `target`. `sources` is the folder of its files where they are not where
    the source has noted.

    With `replace` it takes the place of what is there, at its commit; until then that goes on answering, but with the
    source's reading of a document that both have and that was read otherwise. With `mend`
    search files of the source that are missing on this machine are written, as for a question. KeyboardInterrupt stops
    it. Raises ConfigProblem where something is there, IndexProblem; the target is then as it was.
    """
    began, tell = time.monotonic(), progress or _silent
    with source.truth.snapshot() as snapshot, writable(target.folder), target.truth.writer() as writer:
        if writer.generation and not replace:
            raise ConfigProblem("There is an index at the target already.", "Name another, or replace it: --replace")
        documents = list(dict.fromkeys(row.document_id for row in snapshot.files() if row.document_id))
        copied = _Copy(snapshot, writer, documents, tell)
        digest = copied.all()
        # Each index has originals of its own in a store: what one deletes there is not another's.
        own = {key: writer.meta(key) or "" for key in (NOTED_ORIGINALS, NOTED_FETCHED)}
        notes = {**snapshot.notes(), **own, LENSES: target.lenses.version}
        if folder := sources or (SOURCES in notes and source.folder / notes[SOURCES]):
            notes[SOURCES] = os.path.relpath(folder, target.folder)
        here = {row.path for row in snapshot.files()}
        gone = [row.path for row in writer.files() if row.path not in here]
        with writer.next_generation(snapshot.files(), gone, snapshot.recipe, notes) as new:
            if copied.digest_of(writer) != digest:
                raise IndexDamaged(
                    "What was read back from the target is not what was written to it.",
                    "Nothing was changed there. Look at its disk, then begin again.",
                )
            tell(Progress("writing", 0, 1))
            target.lenses.publish(new)
            tell(Progress("writing", 1, 1))
        target.lenses.remove_others(writer.generation)
        searches, same = _compared(source, target, snapshot, mend=mend)
        return Migrated(
            files=len(here),
            documents=len(documents),
            passages=writer.count_chunks(),
            searches=searches,
            same=same,
            digest=digest,
            seconds=time.monotonic() - began,
        )


class _Copy:
    """The documents of a snapshot on their way to a writer."""

    def __init__(
        self, snapshot: Snapshot, writer: IndexWriter, documents: Sequence[str], progress: ProgressCallback
    ) -> None:
        self._snapshot, self._writer, self._documents, self._tell = snapshot, writer, documents, progress

    def all(self) -> str:
        """Copies them, unseen; the digest of all. What the target shows already, just so, is not written again."""
        recipe, digest = self._snapshot.recipe, _begun(self._snapshot)
        shown = self._writer.recipe == recipe
        for at, one in enumerate(self._documents):
            self._tell(Progress("copying", at, len(self._documents)))
            stored = self._snapshot.stored(one)
            if stored is None:
                raise IndexDamaged("The source names a document that it does not hold.", "Build it again: rag build")
            vectors = list(self._snapshot.packed(_ids(stored)))
            said = _document(stored, recipe, vectors)
            digest.update(said)
            if not (shown and _digest_in(self._writer, one) == said):
                self._writer.put_packed(vectors)
                self._writer.put_document(stored.loaded, recipe, stored.chunks)
        self._tell(Progress("copying", len(self._documents), len(self._documents)))
        return digest.hexdigest()

    def digest_of(self, rows: KeptRows) -> str:
        """The digest of the same documents and files as a target holds them."""
        digest = _begun(rows)
        for at, one in enumerate(self._documents):
            self._tell(Progress("checking", at, len(self._documents)))
            digest.update(_digest_in(rows, one))
        self._tell(Progress("checking", len(self._documents), len(self._documents)))
        return digest.hexdigest()


def _begun(rows: KeptRows) -> hashlib._Hash:
    """The digest of the files."""
    digest = hashlib.sha256()
    for row in rows.files():
        digest.update(_bytes(file_row(row)))
    return digest


def _document(stored: StoredDocument, recipe: str, vectors: Iterable[tuple[bytes, ...]]) -> bytes:
    """The digest of a document with all that is kept of it."""
    loaded, digest = stored.loaded, hashlib.sha256()
    digest.update(_bytes(document_row(loaded, recipe)))
    digest.update(_bytes(words_row(loaded, recipe)))
    for one in stored.chunks:
        digest.update(_bytes(chunk_row(loaded.document, recipe, *one)))
    for row in vectors:
        digest.update(_bytes(row))
    return digest.digest()


def _bytes(row: Iterable[object]) -> bytes:
    """A row for comparing. PostgreSQL's texts have no character 0 and no half characters; what is quoted is bytes."""
    said = [one.replace("\0", "\ufffd").encode("utf-8", "replace") if isinstance(one, str) else one for one in row]
    return repr(said).encode()


def _ids(stored: StoredDocument) -> list[bytes]:
    return list(dict.fromkeys(one for _, _, one in stored.chunks))


def _digest_in(rows: KeptRows, document_id: str) -> bytes:
    """The digest of a document where it is; empty where it is not."""
    stored = rows.stored(document_id)
    return _document(stored, rows.recipe, rows.packed(_ids(stored))) if stored else b""


def _compared(source: Index, target: Index, snapshot: Snapshot, *, mend: bool) -> tuple[int, int]:
    """How many searches were asked of both sides, and how many brought the same."""
    with_text = [one for one, _ in snapshot.documents()]
    step = max(1, len(with_text) // _SEARCHES)
    chosen = with_text[::step][:_SEARCHES]
    lenses = _shown(source, snapshot, mend=mend)
    if lenses is None:
        return 0, 0
    same = 0
    with target.truth.snapshot() as copied:
        theirs = target.lenses.of(copied)
        for one in chosen:
            text, vector = next(snapshot.texts([one])).body[:300], snapshot.vectors([one])[1][0]
            near = _agree(lenses.dense.search(vector, _DEPTH), theirs.dense.search(vector, _DEPTH))
            same += near and _agree(lenses.lexical.search(text, _DEPTH), theirs.lexical.search(text, _DEPTH))
    return len(chosen), same


def _shown(index: Index, snapshot: Snapshot, *, mend: bool) -> ShownLenses | None:
    try:
        return index.lenses.of(snapshot)
    except (OSError, ValueError):
        if not mend:
            return None
    try:
        rebuild_lenses(index)
        return index.lenses.of(snapshot)
    except (OSError, ValueError, IndexMissing):  # another generation has come meanwhile
        return None


def _agree(ours: tuple[Keys, Vectors], theirs: tuple[Keys, Vectors]) -> bool:
    """Whether two engines found the same, but for the order of hits that score alike and the last of those."""
    if len(ours[0]) != len(theirs[0]) or not np.allclose(ours[1], theirs[1], rtol=0, atol=_OFF * _most(ours[1])):
        return False
    if not len(ours[0]):
        return True
    sure = ours[1] > ours[1][-1] + 2 * _OFF * _most(ours[1])
    return set(ours[0][sure].tolist()) <= set(theirs[0].tolist())


def _most(scores: Vectors) -> float:
    """What scores are measured by: BM25's have no bound."""
    return max(1.0, float(scores.max(initial=0.0)))


def _silent(_: Progress) -> None:
    pass
