"""A truth in memory, written to be read: what every other truth is compared with."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import numpy as np

from rag.errors import IndexLocked, IndexMissing
from rag.rows import unnamed_rows, vector_row
from rag.rows.packing import unpack_vectors
from rag.types import (
    Chunk,
    ChunkEmbedding,
    Document,
    FileRow,
    GlyphRun,
    Keys,
    LexicalEntry,
    LoadedDocument,
    PackedVectors,
    Remains,
    Source,
    Span,
    StoredChunk,
    StoredDocument,
    Vectors,
    WordBox,
    readable_name,
    suffix_of,
)

Pieces = tuple[tuple[Chunk, tuple[Span, ...], bytes], ...]


@dataclass(frozen=True)
class State:
    """Everything at one moment. It is never changed: whoever has it open sees no other."""

    generation: int = 0
    recipe: str = ""
    meta: dict[str, str] = field(default_factory=dict)
    files: dict[str, FileRow] = field(default_factory=dict)
    documents: dict[tuple[str, str], tuple[LoadedDocument, Pieces]] = field(default_factory=dict)  # by id and recipe
    vectors: dict[bytes, PackedVectors] = field(default_factory=dict)


class MemorySnapshot:
    """A `Snapshot` of a state."""

    def __init__(self, state: State) -> None:
        self.state = state

    @property
    def generation(self) -> int:
        return self.state.generation

    @property
    def recipe(self) -> str:
        return self.state.recipe

    def meta(self, key: str) -> str | None:
        return self.state.meta.get(key)

    def files(self) -> Iterator[FileRow]:
        return (self.state.files[path] for path in sorted(self.state.files))

    def files_at(self, paths: Iterable[str]) -> dict[str, FileRow]:
        return {path: self.state.files[path] for path in paths if path in self.state.files}

    def sources(self) -> Iterator[Source]:
        for file in self.files():
            found = self._stored(file.document_id or "")
            document = found[0].document if found else Document("", "", "", "", (), (), "", "")
            yield Source(
                path=file.path,
                status=file.status,
                title=document.title or readable_name(file.path),
                document_id=file.document_id,
                media_type=document.media_type,
                sha256=file.sha256,
                size=file.size,
                pages=len(document.pages) if found else len(file.empty_pages),
                pages_without_text=file.empty_pages,
                chunks=len(found[1]) if found else 0,
                reason=file.reason,
                hint=file.hint,
                date=document.date,
                language=document.language,
                left=document.left,
                modified=file.modified_ns / 1e9,
            )

    def document(self, document_id: str) -> Document | None:
        found = self._stored(document_id)
        return replace(found[0].document, path=self.paths(document_id)[0]) if found else None

    def languages(self) -> dict[str, int]:
        seen = Counter(one.document.language for one, _ in map(self._named, self._ids()))
        return dict(sorted(seen.items(), key=lambda each: (-each[1], each[0])))

    def paths(self, document_id: str) -> list[str]:
        return [file.path for file in self.files() if file.document_id == document_id]

    def sha256(self, document_id: str) -> str | None:
        found = self._stored(document_id)
        return found[0].document.sha256 if found else None

    def glyphs(self, document_id: str, span: Span) -> tuple[GlyphRun, ...]:
        found = self._stored(document_id)
        runs = found[0].glyphs if found else ()
        return tuple(run for run in runs if run.start < span.end and span.start < run.start + run.length)

    def words(self, document_id: str) -> tuple[WordBox, ...]:
        found = self._stored(document_id)
        return found[0].words if found else ()

    def chunks(self, keys: Sequence[int]) -> dict[int, StoredChunk]:
        found = {}
        for document_id in self._ids():
            loaded, pieces = self._named(document_id)
            document = loaded.document
            title = document.title or readable_name(self.paths(document_id)[0])
            for chunk, sentences, one in pieces:
                if chunk.id in keys:
                    text, (vectors,) = (
                        document.text[slice(*chunk.span)],
                        unpack_vectors([self.state.vectors[one].sentences]),
                    )
                    found[chunk.id] = StoredChunk(chunk, title, text, sentences, vectors)
        return found

    def keys(self, document_ids: Iterable[str]) -> Keys:
        stored = [found for one in set(document_ids) if (found := self._stored(one))]
        return np.array(sorted(chunk.id for _, pieces in stored for chunk, _, _ in pieces), np.int64)

    def _stored(self, document_id: str) -> tuple[LoadedDocument, Pieces] | None:
        return self.state.documents.get((document_id, self.state.recipe)) if self.paths(document_id) else None

    def _named(self, document_id: str) -> tuple[LoadedDocument, Pieces]:
        return self.state.documents[document_id, self.state.recipe]

    def _ids(self) -> list[str]:
        """The documents that a file names."""
        named = {file.document_id for file in self.state.files.values()}
        return sorted(one for one, recipe in self.state.documents if recipe == self.state.recipe and one in named)

    def notes(self) -> dict[str, str]:
        return dict(sorted(self.state.meta.items()))

    def stored(self, document_id: str) -> StoredDocument | None:
        found = self._stored(document_id)
        if found is None:
            return None
        path, suffix = self.paths(document_id)[0], suffix_of(found[0].document.path)
        path = path if suffix_of(path) == suffix else f"{document_id}{suffix}"
        pieces = sorted(found[1], key=lambda piece: (piece[0].span, piece[0].id))
        return StoredDocument(replace(found[0], document=replace(found[0].document, path=path)), tuple(pieces))

    def packed(self, ids: Iterable[bytes]) -> Iterator[PackedVectors]:
        return (self.state.vectors[one] for one in ids if one in self.state.vectors)

    def documents(self) -> Iterator[tuple[str, int]]:
        return ((one, len(pieces)) for one in self._ids() if (pieces := self._named(one)[1]))

    def vectors(self, documents: Iterable[str]) -> tuple[Keys, Vectors]:
        found = [
            (chunk.id, np.frombuffer(self.state.vectors[one].vector, np.float32))
            for _, chunk, one in self._pieces(documents)
        ]
        keys = np.array([key for key, _ in found], np.int64)
        return keys, np.array([vector for _, vector in found], np.float32).reshape(len(found), -1 if found else 0)

    def texts(self, documents: Iterable[str]) -> Iterator[LexicalEntry]:
        for document, chunk, _ in self._pieces(documents):
            context = " ".join((document.title, *chunk.heading))
            yield LexicalEntry(chunk.id, document.id, context, document.text[slice(*chunk.span)], document.language)

    def _pieces(self, documents: Iterable[str]) -> Iterator[tuple[Document, Chunk, bytes]]:
        for one in documents:
            loaded, pieces = self._named(one)
            for chunk, _, vector in sorted(pieces, key=lambda piece: piece[0].span):
                yield loaded.document, chunk, vector


class MemoryWriter(MemorySnapshot):
    """An `IndexWriter`: what it stores is there at once, what it commits when the block ends."""

    def __init__(self, truth: MemoryTruth) -> None:
        super().__init__(truth.state)
        self._truth = truth

    def _set(self, state: State) -> None:
        self.state = self._truth.state = state

    def find_document(self, sha256: str, recipe: str, path: str) -> str | None:
        for (one, made_by), (loaded, _) in self.state.documents.items():
            same = loaded.document.sha256 == sha256 and suffix_of(loaded.document.path) == suffix_of(path)
            if same and made_by == recipe:
                return one
        return None

    def count_chunks(self) -> int:
        return sum(
            len(pieces) for (_, recipe), (_, pieces) in self.state.documents.items() if recipe == self.state.recipe
        )

    def empty_pages(self, document_id: str, recipe: str) -> tuple[int, ...]:
        found = self.state.documents.get((document_id, recipe))
        return found[0].pages_without_text if found else ()

    def missing_vectors(self, ids: Iterable[bytes]) -> set[bytes]:
        return set(ids) - set(self.state.vectors)

    def put_vectors(self, rows: Iterable[tuple[bytes, ChunkEmbedding]]) -> None:
        self.put_packed(vector_row(*row) for row in rows)

    def put_packed(self, rows: Iterable[PackedVectors]) -> None:
        self._set(replace(self.state, vectors={**self.state.vectors, **{row.id: row for row in rows}}))

    def has_unnamed(self) -> bool:
        named = {file.document_id for file in self.state.files.values()}
        used = {one for _, pieces in self.state.documents.values() for _, _, one in pieces}
        return any(one not in named for one, _ in self.state.documents) or bool(self.state.vectors.keys() - used)

    def put_document(
        self, loaded: LoadedDocument, recipe: str, chunks: Iterable[tuple[Chunk, tuple[Span, ...], bytes]]
    ) -> None:
        stored = {**self.state.documents, (loaded.document.id, recipe): (loaded, tuple(chunks))}
        self._set(replace(self.state, documents=stored))

    @contextmanager
    def next_generation(
        self, changed: Iterable[FileRow], gone: Iterable[str], recipe: str, meta: dict[str, str]
    ) -> Iterator[MemoryWriter]:
        files = {path: row for path, row in self.state.files.items() if path not in set(gone)}
        files |= {row.path: row for row in changed}
        named = {file.document_id for file in files.values()}
        documents = {at: found for at, found in self.state.documents.items() if at[1] == recipe and at[0] in named}
        used = {one for _, pieces in documents.values() for _, _, one in pieces}
        vectors = {one: found for one, found in self.state.vectors.items() if one in used}
        state = replace(self.state, files=files, documents=documents, vectors=vectors)
        with self._committing(state, recipe, meta) as new:
            yield new

    @contextmanager
    def empty_generation(self, recipe: str, meta: dict[str, str]) -> Iterator[MemoryWriter]:
        with self._committing(self.state, recipe, meta) as new:
            yield new

    @contextmanager
    def _committing(self, state: State, recipe: str, meta: dict[str, str]) -> Iterator[MemoryWriter]:
        before = self.state
        noted = {**before.meta, **meta}
        self.state = replace(state, generation=before.generation + 1, recipe=recipe, meta=noted)
        try:
            yield self
        except BaseException:
            self.state = before
            raise
        self._truth.state = self.state


class MemoryTruth:
    """A `Truth`."""

    def __init__(self) -> None:
        self.state, self._begun, self._lock = State(), False, threading.Lock()

    def exists(self) -> bool:
        return self._begun

    @contextmanager
    def snapshot(self) -> Iterator[MemorySnapshot]:
        if not self.state.generation:
            raise IndexMissing("There is no index.", "Build it first: rag build")
        yield MemorySnapshot(self.state)

    @contextmanager
    def writer(self) -> Iterator[MemoryWriter]:
        if not self._lock.acquire(blocking=False):
            raise IndexLocked("The index is being built.", "Wait until it is done, or stop it.")
        try:
            self._begun = True
            yield MemoryWriter(self)
        finally:
            self._lock.release()

    def remains(self) -> list[Remains]:
        named = {file.document_id for file in self.state.files.values()}
        used = {one for _, pieces in self.state.documents.values() for _, _, one in pieces}
        documents = [one for one, _ in self.state.documents if one not in named]
        return [unnamed_rows("memory", len(documents), len(self.state.vectors.keys() - used))] if self._begun else []

    def drop(self) -> None:
        with self.writer():
            self.state = State()
        self._begun = False

    def close(self) -> None:
        """There is nothing to let go of."""
