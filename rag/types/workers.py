"""What reads, chunks and embeds files, on this machine or on others: the Protocol, and the values that come of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple, Protocol, TypeAlias

from rag.types.documents import Chunk, LoadedDocument
from rag.types.models import ChunkEmbedding, EmbedInput
from rag.types.spans import Span

__all__ = ["ChunkInput", "FileResult", "OcrProgress", "ReadFile", "ReadSettings", "Unread", "Workers"]


@dataclass(frozen=True, slots=True)
class ChunkInput:
    """A chunk, its sentences (spans of the document; heads of sections and tables left out), and what is encoded."""

    chunk: Chunk
    sentences: tuple[Span, ...]
    reads: EmbedInput


class OcrProgress(NamedTuple):
    """A file is being read by OCR: `done` of `total` pages so far."""

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file's document and its chunks, in text order."""

    loaded: LoadedDocument
    pieces: tuple[ChunkInput, ...]


@dataclass(frozen=True, slots=True)
class Unread:
    """A file that gave no document. `pages` are the numbers of its pages, where it has pages without text.

    `again`: a limit was hit, maybe since the machine was busy; the same bytes may be read the next time.
    """

    status: Literal["failed", "no_text"]
    reason: str
    hint: str
    pages: tuple[int, ...] = ()
    again: bool = False


FileResult: TypeAlias = ReadFile | Unread


@dataclass(frozen=True, slots=True)
class ReadSettings:
    """How files are read and chunked: the recipe of the index, chunk sizes, and what reading a file may cost.

    `languages` are those of OCR, "" for none; `page_seconds` are the processor's, for a file or a page of a PDF.
    """

    recipe: str
    size: int
    overlap: int
    languages: str
    page_seconds: float


class Workers(Protocol):
    """What reads, chunks and embeds files. Whoever does it, the results are the same to the bit.

    For one build at a time, in one thread; `embed` may be called while `read` is under way. `idle` is called a few
    times a second while nothing comes; an exception of it ends the work at once.
    """

    @property
    def window(self) -> int:
        """Chunks that are worth embedding together: many enough to keep all at work, few enough to hold."""

    def read(
        self, files: Sequence[tuple[Path, str]], how: ReadSettings, idle: Callable[[], None]
    ) -> Iterator[tuple[str, FileResult | OcrProgress]]:
        """Yields `(relative, result)` for each `(path, relative)`, in the order in which they finish.

        How far OCR has come is yielded between the results. Closing the iterator ends the reading.
        """

    def embed(
        self, inputs: Sequence[EmbedInput], how: ReadSettings, idle: Callable[[], None]
    ) -> Iterator[tuple[int, ChunkEmbedding]]:
        """Yields `(position in inputs, vectors)` in whatever order is fastest."""
