"""Sources become the next generation of the index: plan, read, chunk, embed what is new, commit, report.

Everything read and embedded is stored as it comes, unseen; the last step makes all of it visible in one transaction.
So a build may be stopped at any moment: the last generation goes on answering and the next build takes up the rest.
This module does not know how a question is answered.
"""

from __future__ import annotations

import errno
import hashlib
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rag.errors import EmptySource, IndexLocked, IndexMissing, IndexUnwritable, SourceError, SourceLimit, SourcesMissing
from rag.indexing.chunk import ChunkInput, chunk_document
from rag.indexing.plan import FoundFile, Plan, make_plan, missing_text, scan
from rag.lenses import dense, generations, lexical, shards_of
from rag.parsing import VERSION as LOAD_VERSION
from rag.parsing import Limits, OcrProgress, load_files, ocr_engine
from rag.storage import FileRow, IndexWriter, Snapshot, Store
from rag.types import BuildReport, ChunkEmbedding, Encoder, Failure, LoadedDocument, Progress, ProgressCallback

__all__ = ["build", "create_empty_index", "locked_for_builds", "made_by_this_reader", "rebuild_lenses", "recipe_of"]

_CHUNK_VERSION = "4"
_LENS_VERSION = "3"  # of the files of a part: those of another version are not taken over
_READER = "reader"  # the version of reading that made the rows; not kept before version 3
_LENSES = "lenses"  # the version of the files of both lenses; not kept before version 3
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
    index: Path,
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
    found = scan(sources, index)
    if not found and not (index / "corpus.db").exists():
        raise SourcesMissing(f"The sources folder {sources} is empty.", "Put articles or reports into it, then build.")
    recipe, engine = recipe_of(encoder, size, overlap), ocr_engine(languages)
    with _writable(index), locked_for_builds(index), Store(index).writer() as writer:
        before = writer.files()
        older = bool(before) and not made_by_this_reader(writer)
        sees_more = bool(engine) and engine != writer.meta("ocr")
        scanned = int(writer.meta("scanned_ns") or 0)
        plan = make_plan(found, before, scanned, fresh=writer.recipe != recipe, sees_more=sees_more)
        tell = progress or _silent
        asked = languages if engine else ""
        limits = Limits(seconds=page_seconds)
        work = _Work(writer, encoder, recipe, size=size, overlap=overlap, languages=asked, limits=limits, progress=tell)
        meta = {
            "model": encoder.fingerprint,
            "sources": os.path.relpath(sources, index),
            "scanned_ns": str(scanned_ns),
            "ocr": engine,
            _READER: LOAD_VERSION,
            _LENSES: _LENS_VERSION,
        }
        usual = writer.recipe == recipe and not older and not sees_more and writer.meta(_LENSES) == _LENS_VERSION

        def publish(unread: Iterable[str]) -> None:
            kept = [before[path] for path in unread if path in before]
            _commit(writer, index, [*plan.keep.values(), *work.rows, *kept], recipe, meta, tell)

        work.read_all(plan, workers, publish if early and usual else None)
        same = plan.idle and writer.generation > 0 and writer.recipe == recipe
        renewed = same and writer.meta(_LENSES) != _LENS_VERSION
        if not same or renewed:
            _commit(writer, index, [*plan.keep.values(), *work.rows], recipe, meta, tell)
        for lens in (dense.FOLDER, lexical.FOLDER):  # also what a build left that was killed after its commit
            generations.remove_old_generations(index / lens, writer.generation)
        reread = [path for path in plan.unchanged if older and path in plan.read and before[path].document_id]
        notes = [_read_again(len(reread))] if reread else [_RENEWED] if renewed else []
        return _report(plan, work, writer, reread, notes, time.monotonic() - started)


def create_empty_index(sources: Path, index: Path, *, encoder: Encoder, size: int, overlap: int) -> None:
    """Makes an index that answers nothing yet, where there is none, and the sources folder if it is missing.

    Raises IndexLocked while a build runs, IndexDamaged, IndexUnwritable, ModelProblem.
    """
    recipe = recipe_of(encoder, size, overlap)
    with _writable(index), locked_for_builds(index), Store(index).writer() as writer:
        sources.mkdir(parents=True, exist_ok=True)
        if writer.generation:
            return
        meta = {
            "model": encoder.fingerprint,
            "sources": os.path.relpath(sources, index),
            _READER: LOAD_VERSION,
            _LENSES: _LENS_VERSION,
        }
        with writer.empty_generation(recipe, meta) as new:
            _publish(new, index, new.generation)


def rebuild_lenses(index: Path) -> None:
    """Writes the lenses of the current generation again, from the truth.

    Raises IndexLocked while a build runs, IndexMissing, IndexUnwritable, IndexDamaged.
    """
    if not Store(index).path.exists():
        raise IndexMissing(f"The index in {index} no longer exists.", "Build it again: rag build")
    with _writable(index), locked_for_builds(index), Store(index).writer() as writer:
        _publish(writer, index, writer.generation)


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


def _commit(
    writer: IndexWriter,
    index: Path,
    rows: Iterable[FileRow],
    recipe: str,
    meta: dict[str, str],
    progress: ProgressCallback,
) -> None:
    """The lenses first, under the next number, then the one transaction that makes it current."""
    progress(Progress("writing", 0, 1))
    last = writer.generation
    with writer.next_generation(rows, recipe, meta) as new:
        _publish(new, index, new.generation, last)
    progress(Progress("writing", 1, 1))


def _publish(writer: IndexWriter, index: Path, generation: int, last: int = 0) -> None:
    """Both lenses of a generation; parts that the `last` one has too are taken over, 0 for none."""
    parts = {part.name: part for part in shards_of(writer.documents(), f"{_LENS_VERSION} {writer.recipe}")}

    def vectors(folder: Path, missing: list[str]) -> None:
        for name in missing:
            dense.DenseLens.write_shard(folder, name, *writer.vectors(parts[name].documents))
        dense.DenseLens.finish(folder, list(parts))

    def words(folder: Path, missing: list[str]) -> None:
        for name in missing:
            entries = (lexical.LexicalEntry(*row) for row in writer.texts(parts[name].documents))
            lexical.LexicalLens.write_shard(folder, name, entries)
        lexical.LexicalLens.finish(folder, {part.name: part.size for part in parts.values()})

    generations.publish(index / dense.FOLDER, generation, parts, vectors, last)
    generations.publish(index / lexical.FOLDER, generation, parts, words, last)


@contextmanager
def _writable(index: Path) -> Iterator[None]:
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


def _report(
    plan: Plan, work: _Work, writer: IndexWriter, reread: list[str], notes: list[str], seconds: float
) -> BuildReport:
    files = writer.files()
    told = {
        status: tuple(Failure(f.path, f.reason, f.hint) for f in files.values() if f.status == status)
        for status in ("failed", "no_text", "skipped")
    }
    return BuildReport(
        added=tuple(sorted(plan.added)),
        changed=tuple(sorted(plan.changed)),
        moved=tuple(sorted(plan.moved, key=lambda move: move.after)),
        removed=tuple(plan.removed),
        unchanged=tuple(sorted(plan.unchanged)),
        failed=told["failed"],
        chunks_embedded=work.embedded,
        seconds=seconds,
        chunks=writer.count_chunks(),
        no_text=told["no_text"],
        skipped=told["skipped"],
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
