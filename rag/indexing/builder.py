"""Sources become the next generation of the index: plan, read, chunk, embed what is new, commit, report.

Everything read and embedded is stored as it comes, unseen; the last step makes all of it visible in one transaction.
So a build may be stopped at any moment: the last generation goes on answering and the next build takes up the rest.
This module does not know how a question is answered.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from rag.errors import SourcesMissing
from rag.indexing.local import LocalWorkers
from rag.indexing.notes import LENSES, SOURCES, writable
from rag.indexing.originals import KeptOriginals
from rag.indexing.plan import FoundFile, Plan, make_plan, missing_text, scan
from rag.parsing import VERSION as LOAD_VERSION
from rag.parsing import ocr_engine
from rag.types import (
    BuildReport,
    ChunkEmbedding,
    ChunkInput,
    Encoder,
    Failure,
    FileResult,
    FileRow,
    Index,
    IndexWriter,
    OcrProgress,
    Progress,
    ProgressCallback,
    ReadFile,
    ReadSettings,
    Snapshot,
    SourceStatus,
    Unread,
    Workers,
)

__all__ = ["build", "create_empty_index", "made_by_this_reader", "rebuild_lenses", "recipe_of"]

_CHUNK_VERSION = "4"
_READER = "reader"  # the version of reading that made the rows; not kept before version 3
_RENEWED = "The search files were rewritten by a newer version; the sources were not read again."
_CHECKPOINT = 64  # embeddings stored in one go
_EARLY = 2.0  # seconds of a build before what has been read is made visible; each further time waits twice as long


def recipe_of(encoder: Encoder, size: int, overlap: int) -> str:
    """What makes the rows of an index: the versions of reading and chunking, the chunk settings, the encoder."""
    parts = (LOAD_VERSION, _CHUNK_VERSION, size, overlap, encoder.fingerprint)
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def made_by_this_reader(rows: IndexWriter | Snapshot) -> bool:
    """Whether what an index holds was read by the readers of this version."""
    return rows.meta(_READER) == LOAD_VERSION


def build(
    sources: Path,
    index: Index,
    *,
    encoder: Encoder,
    size: int,
    overlap: int,
    languages: str = "eng",
    page_seconds: float = 60.0,
    progress: ProgressCallback | None = None,
    workers: Workers | None = None,
    early: bool = False,
) -> BuildReport:
    """Brings the index up to date with the sources folder. One bad file is reported, never raised.

    With `early` a file that takes its time does not keep the others waiting: they can be asked before it is read.
    `workers` read, chunk and embed; without any this machine does.

    Reading a file, or a page of a PDF, may cost `page_seconds` of the processor. Pages without text are read by OCR in
    `languages` where its engine is installed. Raises SourcesMissing, IndexLocked, IndexDamaged, IndexUnwritable,
    ModelProblem, WorkersProblem. KeyboardInterrupt stops it cleanly and keeps what was done.
    """
    started, scanned_ns = time.monotonic(), time.time_ns()
    found = scan(sources, index.folder)
    if not found and not index.truth.exists():
        raise SourcesMissing(f"The sources folder {sources} is empty.", "Put articles or reports into it, then build.")
    recipe, engine = recipe_of(encoder, size, overlap), ocr_engine(languages)
    with writable(index.folder), index.truth.writer() as writer:
        before = {row.path: row for row in writer.files()}
        older = bool(before) and not made_by_this_reader(writer)
        sees_more = bool(engine) and engine != writer.meta("ocr")
        scanned = int(writer.meta("scanned_ns") or 0)
        plan = make_plan(found, before, scanned, fresh=writer.recipe != recipe, sees_more=sees_more)
        tell = progress or _silent
        asked = languages if engine else ""
        how = ReadSettings(recipe, size, overlap, asked, page_seconds)
        work = _Work(writer, workers or LocalWorkers(encoder), how, encoder.fingerprint, tell)
        originals = KeptOriginals(index, writer, sources, found)
        meta = _meta(sources, index, encoder) | {"scanned_ns": str(scanned_ns), "ocr": engine} | originals.meta
        as_written = writer.meta(LENSES) == index.lenses.version
        usual = writer.recipe == recipe and not older and not sees_more and as_written
        commit = _Commits(writer, index, originals, before, recipe, meta, tell)

        def publish(unread: Iterable[str]) -> None:
            commit([*plan.keep.values(), *work.rows, *(before[path] for path in unread if path in before)])

        work.read_all(plan, publish if early and usual else None)
        same = plan.idle and writer.generation > 0 and writer.recipe == recipe and not writer.has_unnamed()
        renewed = same and not as_written
        if not same or renewed or not originals.noted(writer):
            commit([*plan.keep.values(), *work.rows])
        else:
            originals.put(plan.keep)  # one may have been lost in the store
        index.lenses.remove_others(writer.generation)  # also what a build left that was killed after its commit
        reread = [path for path in plan.unchanged if older and path in plan.read and before[path].document_id]
        notes = [_read_again(len(reread))] if reread else [_RENEWED] if renewed else []
        notes += originals.tidy(writer.files())
        return _report(plan, work, writer, reread, notes, time.monotonic() - started)


def create_empty_index(sources: Path, index: Index, *, encoder: Encoder, size: int, overlap: int) -> None:
    """Makes an index that answers nothing yet, where there is none, and the sources folder if it is missing.

    Raises IndexLocked while a build runs, IndexDamaged, IndexUnwritable, ModelProblem.
    """
    recipe = recipe_of(encoder, size, overlap)
    with writable(index.folder), index.truth.writer() as writer:
        sources.mkdir(parents=True, exist_ok=True)
        if writer.generation:
            return
        with writer.empty_generation(recipe, _meta(sources, index, encoder)) as new:
            index.lenses.publish(new)


def rebuild_lenses(index: Index) -> None:
    """Writes the lenses of the current generation again, from the truth; a build that runs is not waited for.

    Raises IndexMissing, IndexUnwritable, IndexDamaged.
    """
    with writable(index.folder), index.truth.snapshot() as snapshot:
        index.lenses.publish(snapshot)


def _meta(sources: Path, index: Index, encoder: Encoder) -> dict[str, str]:
    """What every generation notes: what made it, and where its sources lie."""
    return {
        "model": encoder.fingerprint,
        SOURCES: os.path.relpath(sources, index.folder),
        _READER: LOAD_VERSION,
        LENSES: index.lenses.version,
    }


class _Work:
    """One build's reading, chunking and embedding: what has been read and waits for its vectors is held here."""

    def __init__(
        self, writer: IndexWriter, workers: Workers, how: ReadSettings, fingerprint: str, progress: ProgressCallback
    ) -> None:
        self.rows: list[FileRow] = []
        self.embedded = 0
        self.pending = 0
        self._seen = 0
        self._waiting: list[tuple[ReadFile, list[bytes]]] = []  # with the ids of the vectors of its chunks
        self._writer, self._workers, self._how = writer, workers, how
        self._fingerprint, self._progress = fingerprint, progress

    def read_all(self, plan: Plan, publish: Callable[[Iterable[str]], None] | None = None) -> None:
        """Reads every file of the plan, and stores its document with chunks and vectors.

        `publish`, if given, makes visible what has been stored; it is told which paths are still to be read.
        """
        again = {path: item for path, item in plan.read.items() if not self._taken_up(*item)}
        total, unread = len(again), dict.fromkeys(again)
        files = [(Path(found.file), path) for path, (found, _) in again.items()]
        self.pending = total
        place, began, wait = next(iter(unread), ""), time.monotonic(), _EARLY

        def step() -> None:
            self._progress(Progress("reading", total - len(unread), total, place, self.pending))

        def idle() -> None:
            nonlocal wait
            step()
            if publish is None or len(unread) == self.pending or time.monotonic() - began < wait:
                return
            wait *= 2
            self._flush()
            publish(unread)
            self.pending = len(unread)
            step()

        for path, result in self._workers.read(files, self._how, idle):
            if isinstance(result, OcrProgress):
                place = f"{path}, page {result.done + 1} of {result.total} by OCR"
                idle()
                continue
            del unread[path]
            place = next(iter(unread), "")
            self._take(*again[path], result)
            step()
            if sum(len(ids) for _, ids in self._waiting) >= self._workers.window:
                self._flush()
        self._flush()

    def _taken_up(self, found: FoundFile, sha256: str) -> bool:
        """Whether an interrupted build has stored this content already."""
        document_id = self._writer.find_document(sha256, self._how.recipe, found.path)
        if document_id is None:
            return False
        pages = self._writer.empty_pages(document_id, self._how.recipe)
        if pages and self._how.languages:  # whoever stored it may not have had OCR
            return False
        self.rows.append(self._row(found, sha256, document_id, pages))
        return True

    def _row(self, found: FoundFile, sha256: str, document_id: str, pages: tuple[int, ...]) -> FileRow:
        reason, hint = missing_text(pages, read_by_ocr=bool(self._how.languages))
        return FileRow(found.path, found.size, found.modified_ns, sha256, "indexed", document_id, reason, hint, pages)

    def _take(self, found: FoundFile, sha256: str, result: FileResult) -> None:
        if isinstance(result, Unread):
            # A limit may have been hit because the machine was busy: without a hash it is tried again next time.
            kept = "" if result.again else sha256
            place = (found.path, found.size, found.modified_ns)
            row = FileRow(*place, kept, result.status, None, result.reason, result.hint, result.pages)
        else:
            document = result.loaded.document
            row = self._row(found, document.sha256, document.id, result.loaded.pages_without_text)
            self._waiting.append((result, [_vector_id(self._fingerprint, piece) for piece in result.pieces]))
        self.rows.append(row)

    def _flush(self) -> None:
        """Embeds what is new among the waiting documents, then stores them."""
        pieces = {one: piece for file, ids in self._waiting for piece, one in zip(file.pieces, ids, strict=True)}
        missing = sorted(self._writer.missing_vectors(pieces))
        self._seen += len(missing)
        # Without a question to the encoder its weights are not even loaded.
        inputs = [pieces[one].reads for one in missing]
        embedded = self._workers.embed(inputs, self._how, self._tell_embedded) if missing else ()
        for batch in _batches(embedded):
            self._writer.put_vectors((missing[i], vectors) for i, vectors in batch)
            self.embedded += len(batch)
            self._tell_embedded()
        for file, ids in self._waiting:
            chunks = [(piece.chunk, piece.sentences, one) for piece, one in zip(file.pieces, ids, strict=True)]
            self._writer.put_document(file.loaded, self._how.recipe, chunks)
        self._waiting = []

    def _tell_embedded(self) -> None:
        self._progress(Progress("embedding", self.embedded, self._seen, pending=self.pending))


class _Commits:
    """Makes the generations of one build, each from what differs from the one before."""

    def __init__(
        self,
        writer: IndexWriter,
        index: Index,
        originals: KeptOriginals,
        before: Mapping[str, FileRow],
        recipe: str,
        meta: dict[str, str],
        progress: ProgressCallback,
    ) -> None:
        self._writer, self._lenses, self._originals, self._last = writer, index.lenses, originals, before
        self._recipe, self._meta, self._progress = recipe, meta, progress

    def __call__(self, rows: Iterable[FileRow]) -> None:
        """The originals first, then the lenses under the next number, then the one transaction that makes it current.
        `rows` are all.
        """
        self._progress(Progress("writing", 0, 1))
        last, files = self._writer.generation, {row.path: row for row in rows}
        changed = [row for path, row in files.items() if self._last.get(path) != row]
        gone = [path for path in self._last if path not in files]
        self._originals.put(files)
        with self._writer.next_generation(changed, gone, self._recipe, self._meta) as new:
            self._lenses.publish(new, last)
        self._last = files
        self._progress(Progress("writing", 1, 1))


def _report(
    plan: Plan, work: _Work, writer: IndexWriter, reread: list[str], notes: list[str], seconds: float
) -> BuildReport:
    told: dict[SourceStatus, list[Failure]] = {"failed": [], "no_text": [], "skipped": []}
    for file in writer.files():
        if file.status in told:
            told[file.status].append(Failure(file.path, file.reason, file.hint))
    return BuildReport(
        added=tuple(sorted(plan.added)),
        changed=tuple(sorted(plan.changed)),
        moved=tuple(sorted(plan.moved, key=lambda move: move.after)),
        removed=tuple(plan.removed),
        unchanged=tuple(sorted(plan.unchanged)),
        failed=tuple(told["failed"]),
        chunks_embedded=work.embedded,
        seconds=seconds,
        chunks=writer.count_chunks(),
        no_text=tuple(told["no_text"]),
        skipped=tuple(told["skipped"]),
        reread=tuple(sorted(reread)),
        notes=tuple(notes),
    )


def _read_again(count: int) -> str:
    files = "1 source was" if count == 1 else f"{count:,} sources were"
    return f"{files} read again by a newer reader; quotes from before may have changed."


def _vector_id(fingerprint: str, piece: ChunkInput) -> bytes:
    """Same model, same text, same sentences: same vectors."""
    what = f"{fingerprint}\0{piece.reads.sentences}\0{piece.reads.text}"
    return hashlib.blake2b(what.encode(), digest_size=16).digest()


def _batches(items: Iterable[tuple[int, ChunkEmbedding]]) -> Iterator[list[tuple[int, ChunkEmbedding]]]:
    batch: list[tuple[int, ChunkEmbedding]] = []
    for item in items:
        batch.append(item)
        if len(batch) == _CHECKPOINT:
            yield batch
            batch = []
    if batch:
        yield batch


def _silent(_: Progress) -> None:
    pass
