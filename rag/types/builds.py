"""What a build does with the files of the sources folder, and how far it has come."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, TypeAlias, cast

from rag.types.documents import Left
from rag.types.json import JSON, plain

__all__ = ["BuildReport", "Failure", "Move", "Progress", "ProgressCallback", "Source", "SourceStatus"]

SourceStatus: TypeAlias = Literal["indexed", "no_text", "failed", "skipped"]


@dataclass(frozen=True, slots=True)
class Source:
    """One file under the sources folder and what became of it. `pages == pages with text + len(pages_without_text)`."""

    path: str
    status: SourceStatus
    title: str = ""
    document_id: str | None = None
    media_type: str = ""
    sha256: str = ""
    size: int = 0  # bytes
    pages: int = 0
    pages_without_text: tuple[int, ...] = ()
    chunks: int = 0
    reason: str = ""  # why it failed, is skipped, or has no text
    hint: str = ""  # what to do about it
    date: str = ""  # the document's own
    language: str = ""  # ISO 639-1 code of what most of its text is in; empty where that is not known
    left: tuple[Left, ...] = ()  # what was seen in it and is not in its text
    modified: float = field(default=0.0, compare=False)  # the file's last change, in seconds since 1970

    def to_dict(self) -> dict[str, JSON]:
        """JSON-ready, the keys being the field names."""
        return cast(dict[str, JSON], plain(self))


@dataclass(frozen=True, slots=True)
class Failure:
    """A file that gave no document, and the remedy."""

    path: str
    reason: str
    hint: str


@dataclass(frozen=True, slots=True)
class Move:
    """A file found again under another path."""

    before: str
    after: str


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did. Paths are relative to the sources folder and sorted; `seconds` is wall time."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    moved: tuple[Move, ...]
    removed: tuple[str, ...]
    unchanged: tuple[str, ...]
    failed: tuple[Failure, ...]
    chunks_embedded: int
    seconds: float
    chunks: int = 0  # in the index after the build
    no_text: tuple[Failure, ...] = ()  # read, but nothing in them to read: scans, empty files
    skipped: tuple[Failure, ...] = ()
    reread: tuple[str, ...] = ()  # unchanged, and read again since an older reader had read them
    notes: tuple[str, ...] = ()  # sentences on the build as a whole

    def to_dict(self) -> dict[str, JSON]:
        """JSON-ready, the keys being the field names."""
        return cast(dict[str, JSON], plain(self))


@dataclass(frozen=True, slots=True)
class Progress:
    """How far long work has come: `done` of `total` units of `stage`, now at `detail`.

    `pending` is how many files of a build cannot be asked yet.
    """

    stage: Literal["reading", "embedding", "writing", "asking", "copying", "checking"]
    done: int
    total: int
    detail: str = ""
    pending: int = 0


ProgressCallback: TypeAlias = Callable[[Progress], None]
