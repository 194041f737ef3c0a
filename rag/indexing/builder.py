"""Sources become the next generation of the index: plan, read, chunk, embed what is new, commit, report.

Everything read and embedded is stored as it comes, unseen; the last step makes all of it visible in one transaction.
So a build may be stopped at any moment: the last generation goes on answering and the next build takes up the rest.
This module does not know how a question is answered.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from rag.errors import EmptySource, SourceError, SourceLimit, SourcesMissing
from rag.indexing.chunk import ChunkInput, chunk_document
from rag.indexing.notes import LENSES, writable
from rag.indexing.plan import FoundFile, Plan, make_plan, missing_text, scan
from rag.parsing import VERSION as LOAD_VERSION
from rag.parsing import Limits, OcrProgress, load_files, ocr_engine
from rag.types import (
    BuildReport,
    ChunkEmbedding,
    Encoder,
    Failure,
    FileRow,
    Index,
    IndexWriter,
    LoadedDocument,
    Progress,
    ProgressCallback,
    Snapshot,
    SourceStatus,
)

__all__ = ["build", "create_empty_index", "made_by_this_reader", "rebuild_lenses", "recipe_of"]

_CHUNK_VERSION = "4"
_READER = "reader"  # the version of reading that made the rows; not kept before version 3
_RENEWED = "The search files were rewritten by a newer version; the sources were not read again."
_WINDOW = 1024  # chunks embedded together: many enough to sort by length, few enough to hold
_CHECKPOINT = 64  # embeddings stored in one go
_OFTEN = 0.2  # seconds between two words on one file
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
    workers: int | None = None,
    early: bool = False,
) -> BuildReport:
    """Brings the index up to date with the sources folder. One bad file is reported, never raised.

    With `early` a file that takes its time does not keep the others waiting: they can be asked before it is read.

    Reading a file, or a page of a PDF, may cost `page_seconds` of the processor.
    Pages without text are read by OCR in `languages` where its engine is installed. Raises SourcesMissing, IndexLocked,
    IndexDamaged, IndexUnwritable, ModelProblem. KeyboardInterrupt stops it cleanly and keeps what was done.
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
        limits = Limits(seconds=page_seconds)
        work = _Work(writer, encoder, recipe, size=size, overlap=overlap, languages=asked, limits=limits, progress=tell)
        meta = _meta(sources, index, encoder) | {"scanned_ns": str(scanned_ns), "ocr": engine}
        as_written = writer.meta(LENSES) == index.lenses.version
        usual = writer.recipe == recipe and not older and not sees_more and as_written
        commit = _Commits(writer, index, before, recipe, meta, tell)

        def publish(unread: Iterable[str]) -> None:
            commit([*plan.keep.values(), *work.rows, *(before[path] for path in unread if path in before)])

        work.read_all(plan, workers, publish if early and usual else None)
        same = plan.idle and writer.generation > 0 and writer.recipe == recipe and not writer.has_unnamed()
        renewed = same and not as_written
        if not same or renewed:
            commit([*plan.keep.values(), *work.rows])
        index.lenses.remove_others(writer.generation)  # also what a build left that was killed after its commit
        reread = [path for path in plan.unchanged if older and path in plan.read and before[path].document_id]
        notes = [_read_again(len(reread))] if reread else [_RENEWED] if renewed else []
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
        "sources": os.path.relpath(sources, index.folder),
        _READER: LOAD_VERSION,
        LENSES: index.lenses.version,
    }


class _Work:
    """One build's reading, chunking and embedding: what has been read and waits for its vectors is held here."""

    def __init__(
        self,
        writer: IndexWriter,
        encoder: Encoder,
        recipe: str,
        *,
        size: int,
        overlap: int,
        languages: str,
        limits: Limits,
        progress: ProgressCallback,
    ) -> None:
        self.rows: list[FileRow] = []
        self.embedded = 0
        self.pending = 0
        self._seen = 0
        self._waiting: list[tuple[LoadedDocument, list[tuple[ChunkInput, bytes]]]] = []
        self._writer, self._encoder, self._recipe = writer, encoder, recipe
        self._size, self._overlap, self._languages, self._progress = size, overlap, languages, progress
        self._limits = limits

    def read_all(self, plan: Plan, workers: int | None, publish: Callable[[Iterable[str]], None] | None = None) -> None:
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

        for path, result in load_files(
            files, workers=workers, limits=self._limits, languages=self._languages, idle=idle
        ):
            if isinstance(result, OcrProgress):
                place = f"{path}, page {result.done + 1} of {result.total} by OCR"
                idle()
                continue
            del unread[path]
            place = next(iter(unread), "")
            self._take(*again[path], result, step)
            step()
            if sum(len(pieces) for _, pieces in self._waiting) >= _WINDOW:
                self._flush()
        self._flush()

    def _taken_up(self, found: FoundFile, sha256: str) -> bool:
        """Whether an interrupted build has stored this content already."""
        document_id = self._writer.find_document(sha256, self._recipe, found.path)
        if document_id is None:
            return False
        pages = self._writer.empty_pages(document_id, self._recipe)
        if pages and self._languages:  # whoever stored it may not have had OCR
            return False
        self.rows.append(self._row(found, sha256, document_id, pages))
        return True

    def _row(self, found: FoundFile, sha256: str, document_id: str, pages: tuple[int, ...]) -> FileRow:
        reason, hint = missing_text(pages, read_by_ocr=bool(self._languages))
        return FileRow(found.path, found.size, found.modified_ns, sha256, "indexed", document_id, reason, hint, pages)

    def _take(
        self, found: FoundFile, sha256: str, result: LoadedDocument | SourceError, step: Callable[[], None]
    ) -> None:
        place = (found.path, found.size, found.modified_ns)
        if isinstance(result, EmptySource):
            row = FileRow(*place, sha256, "no_text", None, result.message, result.hint, result.pages)
        elif isinstance(result, SourceError):
            # A limit may have been hit because the machine was busy: without a hash it is tried again next time.
            kept = "" if isinstance(result, SourceLimit) else sha256
            row = FileRow(*place, kept, "failed", None, result.message, result.hint)
        else:
            document = result.document
            row = self._row(found, document.sha256, document.id, result.pages_without_text)
            pieces = self._chunk(result, step)
            self._waiting.append((result, pieces))
        self.rows.append(row)

    def _chunk(self, loaded: LoadedDocument, step: Callable[[], None]) -> list[tuple[ChunkInput, bytes]]:
        told = time.monotonic()

        def count(texts: Sequence[str]) -> list[int]:
            """As the encoder counts; a long table takes a minute, in which a person may want to stop."""
            nonlocal told
            counted: list[int] = []
            for start in range(0, len(texts), _WINDOW):
                if time.monotonic() - told > _OFTEN:
                    step()
                    told = time.monotonic()
                counted += self._encoder.count(texts[start : start + _WINDOW])
            return counted

        pieces = chunk_document(
            loaded.document,
            count=count,
            limit=self._encoder.max_tokens,
            size=self._size,
            overlap=self._overlap,
        )
        return [(piece, _vector_id(self._encoder.fingerprint, piece)) for piece in pieces]

    def _flush(self) -> None:
        """Embeds what is new among the waiting documents, then stores them."""
        pieces = {vector_id: piece for _, found in self._waiting for piece, vector_id in found}
        missing = sorted(self._writer.missing_vectors(pieces))
        self._seen += len(missing)
        # Without a question to the encoder its weights are not even loaded.
        embedded = self._encoder.passages([pieces[one].reads for one in missing]) if missing else ()
        for batch in _batches(embedded):
            self._writer.put_vectors((missing[i], vectors) for i, vectors in batch)
            self.embedded += len(batch)
            self._progress(Progress("embedding", self.embedded, self._seen, pending=self.pending))
        for loaded, found in self._waiting:
            self._writer.put_document(
                loaded, self._recipe, [(piece.chunk, piece.sentences, one) for piece, one in found]
            )
        self._waiting = []


class _Commits:
    """Makes the generations of one build, each from what differs from the one before."""

    def __init__(
        self,
        writer: IndexWriter,
        index: Index,
        before: Mapping[str, FileRow],
        recipe: str,
        meta: dict[str, str],
        progress: ProgressCallback,
    ) -> None:
        self._writer, self._lenses, self._last = writer, index.lenses, before
        self._recipe, self._meta, self._progress = recipe, meta, progress

    def __call__(self, rows: Iterable[FileRow]) -> None:
        """The lenses first, under the next number, then the one transaction that makes it current. `rows` are all."""
        self._progress(Progress("writing", 0, 1))
        last, files = self._writer.generation, {row.path: row for row in rows}
        changed = [row for path, row in files.items() if self._last.get(path) != row]
        gone = [path for path in self._last if path not in files]
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
