"""Every implementation of truth and lenses, by name, and documents to put into them.

Whoever adds one adds a line here, and every test of this folder holds it to the same ids, order and scores.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import milvus_server
import numpy as np
from postgres import truth_of
from seam.reference_lenses import BruteLenses
from seam.reference_truth import MemoryTruth, Pieces

from rag.assistant import embedded
from rag.lenses import LensFolder
from rag.storage import Store
from rag.types import (
    Block,
    Box,
    Chunk,
    ChunkEmbedding,
    Document,
    FileRow,
    GlyphRun,
    Index,
    IndexWriter,
    Left,
    LoadedDocument,
    Page,
    PageRange,
    Span,
    Vectors,
    WordBox,
)

RECIPE = "r1"
DIMENSION = 16


def reference(folder: Path) -> Index:
    """What all others are compared with."""
    return Index(folder, MemoryTruth(), BruteLenses())


LASTING: dict[str, Callable[[Path], Index]] = {
    "embedded": embedded,
    "embedded lenses on PostgreSQL": lambda folder: Index(folder, truth_of(folder), LensFolder(folder)),
}
"""What one process has written another finds under the same folder."""

IMPLEMENTATIONS: dict[str, Callable[[Path], Index]] = {
    **LASTING,
    "Milvus lenses on the embedded truth": lambda folder: Index(folder, Store(folder), milvus_server.lenses()),
    "embedded lenses on another truth": lambda folder: Index(folder, MemoryTruth(), LensFolder(folder)),
    "other lenses on the embedded truth": lambda folder: Index(folder, Store(folder), BruteLenses()),
    "reference": reference,
}


def vector_of(text: str) -> Vectors:
    """A unit vector drawn for a text, always the same one, `(DIMENSION,)`."""
    seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
    row = np.random.default_rng(seed).normal(size=DIMENSION)
    return np.asarray(row / np.linalg.norm(row), np.float32)


@dataclass(frozen=True)
class Written:
    """A document with its chunks and their vectors, as a build would store it."""

    loaded: LoadedDocument
    pieces: Pieces
    embeddings: dict[bytes, ChunkEmbedding]

    @property
    def id(self) -> str:
        return self.loaded.document.id

    @property
    def keys(self) -> list[int]:
        return sorted(chunk.id for chunk, _, _ in self.pieces)


def written(
    lines: Sequence[str], *, title: str = "", heading: tuple[str, ...] = (), language: str = "", suffix: str = ".pdf"
) -> Written:
    """A document of which every line is a chunk of one sentence; equal lines have equal vectors."""
    text = "\n".join(lines)
    digest = hashlib.sha256(repr((text, title, heading, language, suffix)).encode()).hexdigest()
    at, pieces, embeddings = 0, [], {}
    for line in lines:
        span = Span(at, at + len(line))
        at = span.end + 1
        sentences = (span,) if line else ()
        key = int(hashlib.sha256(f"{digest} {span}".encode()).hexdigest()[:15], 16)
        one = hashlib.blake2b(line.encode(), digest_size=16).digest()
        pieces.append((Chunk(key, digest[:16], span, PageRange(1, 1), heading), sentences, one))
        vectors = np.array([vector_of(line)] * len(sentences), np.float32).reshape(len(sentences), DIMENSION)
        embeddings[one] = ChunkEmbedding(vector_of(line), vectors)
    document = Document(
        id=digest[:16],
        path=f"{digest[:6]}{suffix}",
        title=title,
        text=text,
        pages=(Page(1, "i", Span(0, len(text))),),
        blocks=(Block("paragraph", Span(0, len(text)), heading),),
        sha256=digest,
        media_type="application/pdf",
        date="2025-03",
        language=language,
        left=(Left("picture", 2, ("page 1",), 3),),
    )
    glyphs = (GlyphRun(0, 1, 5, 3), GlyphRun(3, 1, 9, len(text)))
    words = (WordBox(0, 2, 1, Box(0.0, 0.25, 0.5, 1.0)),)
    return Written(LoadedDocument(document, glyphs, (2,), words), tuple(pieces), embeddings)


def row_of(path: str, one: Written | None) -> FileRow:
    """The file of a document; one that was passed over for None."""
    if one is None:
        return FileRow(path, 3, 4_000_000_000, "", "skipped", None, "No reader.", "Remove it.")
    document = one.loaded.document
    return FileRow(path, len(document.text), 2_000_000_000, document.sha256, "indexed", document.id, "", "", (2,))


def store(writer: IndexWriter, documents: Iterable[Written], recipe: str = RECIPE) -> None:
    """Stores what is missing, unseen as yet."""
    for one in documents:
        document = one.loaded.document
        missing = writer.missing_vectors(one.embeddings)
        writer.put_vectors((each, one.embeddings[each]) for each in sorted(missing))
        if writer.find_document(document.sha256, recipe, document.path) is None:
            writer.put_document(one.loaded, recipe, one.pieces)


def changes(writer: IndexWriter, files: Mapping[str, Written | None]) -> tuple[list[FileRow], list[str]]:
    """What differs from the last generation: rows that are new or changed, and paths that are gone."""
    before = {row.path: row for row in writer.files()}
    rows = [row_of(path, one) for path, one in files.items()]
    return [row for row in rows if before.get(row.path) != row], [path for path in before if path not in files]


def commit(index: Index, files: Mapping[str, Written | None], recipe: str = RECIPE, *, keep: bool = False) -> None:
    """Makes `files` the next generation as a build does; with `keep` the lenses of the last one stay, for who reads."""
    with index.truth.writer() as writer:
        store(writer, filter(None, files.values()), recipe)
        last = writer.generation
        with writer.next_generation(*changes(writer, files), recipe, {"model": "m"}) as new:
            index.lenses.publish(new, last)
        if not keep:
            index.lenses.remove_others(writer.generation)
