"""The truth as the other rooms see it, wherever it is kept: the Protocols, and the rows that go in and out.

Documents are kept by content and seen only through the files that name them. What is stored is seen by nobody until
the next generation names it, in one transaction. Whatever is told of a whole corpus comes as an iterator, read a page
at a time. This module does not know how a row is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from rag.types.builds import Source, SourceStatus
from rag.types.documents import Chunk, Document, LoadedDocument
from rag.types.models import ChunkEmbedding
from rag.types.spans import GlyphRun, Span, WordBox
from rag.types.vectors import Keys, Vectors

__all__ = [
    "FileRow",
    "IndexWriter",
    "KeptRows",
    "LensRows",
    "LexicalEntry",
    "PackedVectors",
    "Remains",
    "Snapshot",
    "StoredChunk",
    "StoredDocument",
    "Truth",
]


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file under the sources folder as the last generation saw it. `empty_pages` are page numbers without text."""

    path: str
    size: int
    modified_ns: int
    sha256: str
    status: SourceStatus
    document_id: str | None = None
    reason: str = ""
    hint: str = ""
    empty_pages: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class StoredChunk:
    """A chunk with its text, its document's name, its sentences (spans of the document) and their unit vectors."""

    chunk: Chunk
    title: str
    text: str
    sentences: tuple[Span, ...]
    vectors: Vectors  # (sentences, dim)


class LexicalEntry(NamedTuple):
    """What is indexed of a chunk: its key, its document, its title and heading path, its own text and its language."""

    key: int
    document_id: str
    context: str
    body: str
    language: str = ""


class StoredDocument(NamedTuple):
    """A document with all that is kept of it, as `put_document` takes it: its chunks in text order, each with its
    sentences and the id of its vectors. The suffix of its path is the one that it was read under.
    """

    loaded: LoadedDocument
    chunks: tuple[tuple[Chunk, tuple[Span, ...], bytes], ...]


class PackedVectors(NamedTuple):
    """The vectors of a chunk as every truth keeps them (`rag.rows.vector_row`), so that another has the same bits."""

    id: bytes
    vector: bytes  # float32
    sentences: bytes  # 8 bits a number, with a scale for each sentence


class LensRows(Protocol):
    """What lenses are written from: all that a generation has to say of vectors and words."""

    @property
    def generation(self) -> int:
        """Its number; each generation has a higher one than all before it."""

    @property
    def recipe(self) -> str:
        """What made its rows."""

    def documents(self) -> Iterator[tuple[str, int]]:
        """Each document that a file names and how many chunks it has, by id; none without chunks."""

    def vectors(self, documents: Iterable[str]) -> tuple[Keys, Vectors]:
        """The keys and vectors of the chunks of some documents, in text order: `(n,)` and `(n, dim)`."""

    def texts(self, documents: Iterable[str]) -> Iterator[LexicalEntry]:
        """The chunks of some documents as a lexical lens wants them, in text order."""


class KeptRows(LensRows, Protocol):
    """All that is kept of a generation, as another truth takes it over."""

    def meta(self, key: str) -> str | None:
        """What a build noted under a name; None for nothing."""

    def notes(self) -> dict[str, str]:
        """All that builds noted, by name; nothing that only says where and when it was stored."""

    def files(self) -> Iterator[FileRow]:
        """Every file of the generation, by path in the order of code points; a writer's: of the next one inside it."""

    def stored(self, document_id: str) -> StoredDocument | None:
        """A document that a file names, whole; None for any other."""

    def packed(self, ids: Iterable[bytes]) -> Iterator[PackedVectors]:
        """The vectors with some ids, in the order of the ids; those that are not there are left out."""


class Snapshot(KeptRows, Protocol):
    """One generation, unchanging while it is open, whatever is committed meanwhile. For one thread."""

    def files_at(self, paths: Iterable[str]) -> dict[str, FileRow]:
        """The files of some paths, by path; those that are not in this generation are left out."""

    def sources(self) -> Iterator[Source]:
        """Every file with what became of it, in the order of `files`; while the snapshot is open."""

    def document(self, document_id: str) -> Document | None:
        """A document under the first of its paths, or None if no file holds it any more."""

    def languages(self) -> dict[str, int]:
        """How many documents are in each language, by ISO 639-1 code, "" where it is not known; most first."""

    def paths(self, document_id: str) -> list[str]:
        """Every path under which a document lies, sorted."""

    def sha256(self, document_id: str) -> str | None:
        """The hash of the file that a document was read from; None if it is not indexed."""

    def glyphs(self, document_id: str, span: Span) -> tuple[GlyphRun, ...]:
        """The way from a span of a document's text back to the characters of its PDF pages: the runs that it touches,
        in text order; none for other kinds.
        """

    def words(self, document_id: str) -> tuple[WordBox, ...]:
        """Where OCR read the words of a document, in text order; empty for what was not read by OCR."""

    def chunks(self, keys: Sequence[int]) -> dict[int, StoredChunk]:
        """Chunks by key, with text, sentences and their vectors; keys that are not in this generation are left out."""

    def keys(self, document_ids: Iterable[str]) -> Keys:
        """The keys of all chunks of some documents, sorted, each once."""


class IndexWriter(KeptRows, Protocol):
    """The builder's side. What is stored here stays unseen until a generation names it in its files."""

    def find_document(self, sha256: str, recipe: str, path: str) -> str | None:
        """Id of a document stored whole from the same bytes, by this build or one that was interrupted.

        A document is only taken for a path with the suffix it was read under, as the suffix chooses the reader.
        """

    def count_chunks(self) -> int:
        """Chunks of the current generation."""

    def empty_pages(self, document_id: str, recipe: str) -> tuple[int, ...]:
        """The pages without text of a stored document."""

    def missing_vectors(self, ids: Iterable[bytes]) -> set[bytes]:
        """Those of the ids for which no vector is stored."""

    def put_vectors(self, rows: Iterable[tuple[bytes, ChunkEmbedding]]) -> None:
        """Stores vectors at once and for good: what was embedded is never embedded again."""

    def put_packed(self, rows: Iterable[PackedVectors]) -> None:
        """As `put_vectors`, of what another truth has packed."""

    def has_unnamed(self) -> bool:
        """Whether anything is stored that no file of the last generation names, as a stopped build leaves it."""

    def put_document(
        self, loaded: LoadedDocument, recipe: str, chunks: Iterable[tuple[Chunk, tuple[Span, ...], bytes]]
    ) -> None:
        """Stores a document with its chunks (each with sentences and the id of its vector), all or nothing."""

    def next_generation(
        self, changed: Iterable[FileRow], gone: Iterable[str], recipe: str, meta: dict[str, str]
    ) -> AbstractContextManager[LensRows]:
        """The transaction of the next generation: the last one's files but for `changed` rows, new ones among them,
        and `gone` paths. Inside it the new state is seen here and nowhere else.

        Leaving the block commits; an exception leaves the last generation as it was. What no file names is erased.
        """

    def empty_generation(self, recipe: str, meta: dict[str, str]) -> AbstractContextManager[LensRows]:
        """The transaction of a first generation with nothing in it; what a build has stored unseen stays for the next.

        Leaving the block commits; an exception leaves the index without a generation.
        """


class Remains(NamedTuple):
    """How far deleting has come in one place: `done` where nothing is left of what was deleted. Where something is, a
    person has to do what `hint` says, or to wait, where that is empty: it goes by itself.
    """

    place: str
    done: bool
    said: str
    hint: str = ""


class Truth(Protocol):
    """Where the rows of one index are kept. For any number of threads."""

    def exists(self) -> bool:
        """Whether anything was ever stored."""

    def snapshot(self) -> AbstractContextManager[Snapshot]:
        """The last committed generation. Raises IndexMissing, IndexDamaged, IndexStale."""

    def writer(self) -> AbstractContextManager[IndexWriter]:
        """The one writer, made if nothing is there yet; all others are kept out until it ends, however it ends.

        Raises IndexLocked while another one writes, IndexDamaged, IndexStale, OSError where it cannot be written.
        """

    def remains(self) -> list[Remains]:
        """What is left of documents that are gone; none where nothing was ever stored. Raises IndexProblem."""

    def drop(self) -> None:
        """Removes all that was ever stored, for good; writers are kept out meanwhile. Raises IndexLocked, OSError."""

    def close(self) -> None:
        """Lets go of what nobody uses now; a snapshot in use lasts until it ends."""
