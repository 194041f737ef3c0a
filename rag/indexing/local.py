"""Files are read, chunked and embedded on this machine: bounded child processes read, the rest is done here.

`LocalWorkers` is the first implementation of `rag.types.Workers`; whoever does the same elsewhere chunks by
`chunks_of` and says what a reader refused by `unread`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from rag.errors import EmptySource, SourceError, SourceLimit
from rag.indexing.chunk import chunk_document
from rag.parsing import Limits, load_files
from rag.types import (
    ChunkEmbedding,
    ChunkInput,
    EmbedInput,
    Encoder,
    FileResult,
    LoadedDocument,
    OcrProgress,
    ReadFile,
    ReadSettings,
    Unread,
)

__all__ = ["LocalWorkers", "chunks_of", "unread"]

_WINDOW = 1024  # chunks embedded together: many enough to sort by length, few enough to hold
_OFTEN = 0.2  # seconds between two words on one file


class LocalWorkers:
    """Reads with at most `count` processes (default: one for each core), and embeds in this one."""

    window = _WINDOW

    def __init__(self, encoder: Encoder, count: int | None = None) -> None:
        self._encoder, self._count = encoder, count

    def read(
        self, files: Sequence[tuple[Path, str]], how: ReadSettings, idle: Callable[[], None]
    ) -> Iterator[tuple[str, FileResult | OcrProgress]]:
        """See `Workers`; the longest files come first, where several processes read."""
        limits = Limits(seconds=how.page_seconds)
        reading = load_files(files, workers=self._count, limits=limits, languages=how.languages, idle=idle)
        for path, result in reading:
            if isinstance(result, LoadedDocument):
                yield path, ReadFile(result, tuple(chunks_of(result, self._encoder, how, idle)))
            else:
                yield path, unread(result) if isinstance(result, SourceError) else result

    def embed(
        self,
        inputs: Sequence[EmbedInput],
        how: ReadSettings,  # noqa: ARG002
        idle: Callable[[], None],  # noqa: ARG002
    ) -> Iterator[tuple[int, ChunkEmbedding]]:
        """See `Workers`."""
        return self._encoder.passages(inputs)


def chunks_of(
    loaded: LoadedDocument, encoder: Encoder, how: ReadSettings, idle: Callable[[], None] = lambda: None
) -> list[ChunkInput]:
    """The chunks of a document, in text order; `idle` is called a few times a second where that takes long."""
    told = time.monotonic()

    def count(texts: Sequence[str]) -> list[int]:
        """As the encoder counts; a long table takes a minute, in which a person may want to stop."""
        nonlocal told
        counted: list[int] = []
        for start in range(0, len(texts), _WINDOW):
            if time.monotonic() - told > _OFTEN:
                idle()
                told = time.monotonic()
            counted += encoder.count(texts[start : start + _WINDOW])
        return counted

    return chunk_document(loaded.document, count=count, limit=encoder.max_tokens, size=how.size, overlap=how.overlap)


def unread(error: SourceError) -> Unread:
    """What a reader refused, as a value."""
    if isinstance(error, EmptySource):
        return Unread("no_text", error.message, error.hint, error.pages)
    return Unread("failed", error.message, error.hint, again=isinstance(error, SourceLimit))
