"""What pypdf knows about a PDF: outline, page labels, title - and its text, where PDFium cannot open the file.

pypdf raises whatever a broken file makes it raise; a broken outline must not cost the document, so each fact is
asked for on its own and is empty when it cannot be had. This module does not know PDFium.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from rag.errors import EncryptedSource, UnreadableSource
from rag.parsing.dates import date_of

if TYPE_CHECKING:
    from pypdf import PdfReader
    from pypdf.generic import Destination

__all__ = ["OutlineEntry", "PdfMetadata", "page_texts", "read_metadata"]

T = TypeVar("T")
_MAX_ENTRIES = 5000


@dataclass(frozen=True, slots=True)
class OutlineEntry:
    """One line of the outline: level from 1, page from 1."""

    level: int
    title: str
    page: int


@dataclass(frozen=True, slots=True)
class PdfMetadata:
    """`labels` has one label for each page, or is empty."""

    title: str = ""
    labels: tuple[str, ...] = ()
    outline: tuple[OutlineEntry, ...] = ()
    date: str = ""


def read_metadata(data: bytes) -> PdfMetadata:
    """Never raises for a broken file."""
    reader = _tried(lambda: _open(data), None)
    if reader is None:
        return PdfMetadata()
    title = _tried(lambda: str((reader.metadata and reader.metadata.title) or ""), "")
    nothing: tuple[str, ...] = ()
    labels = _tried(lambda: tuple(str(label) for label in reader.page_labels), nothing)
    told = _tried(lambda: date_of([reader.metadata and reader.metadata.creation_date_raw]), "")
    return PdfMetadata(title, labels, _tried(lambda: _outline(reader), ()), told)


def page_texts(data: bytes) -> list[str]:
    """The text of each page by pypdf. Raises EncryptedSource or UnreadableSource."""
    reader = _tried(lambda: _open(data), None)
    if reader is None or _tried(lambda: len(reader.pages), 0) == 0:
        raise UnreadableSource(
            "The PDF is damaged and cannot be opened.", "Open it in a viewer, save it again, and use that copy."
        )
    if reader.is_encrypted and not _tried(lambda: bool(reader.decrypt("")), False):
        raise EncryptedSource("The PDF needs a password.", "Save a copy without a password and use that.")
    pages = range(len(reader.pages))
    return [_tried(lambda number=number: reader.pages[number].extract_text(), "") for number in pages]  # type: ignore[misc]


def _open(data: bytes) -> PdfReader:
    from pypdf import PdfReader

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    reader = PdfReader(io.BytesIO(data), strict=False)
    if reader.is_encrypted:
        reader.decrypt("")
    return reader


def _outline(reader: PdfReader) -> tuple[OutlineEntry, ...]:
    entries: list[OutlineEntry] = []

    def walk(items: object, level: int) -> None:
        for item in items if isinstance(items, list) else ():
            if len(entries) >= _MAX_ENTRIES or level > 20:
                return
            if isinstance(item, list):
                walk(item, level + 1)
            else:
                page = _tried(lambda item=item: _page_number(reader, item), 0)  # type: ignore[misc]
                entries.append(OutlineEntry(level, " ".join(str(item.title or "").split()), page))

    walk(reader.outline, 1)
    return tuple(entry for entry in entries if entry.title)


def _page_number(reader: PdfReader, item: Destination) -> int:
    number = reader.get_destination_page_number(item)
    return 0 if number is None else number + 1


def _tried(ask: Callable[[], T], otherwise: T) -> T:
    try:
        return ask()
    except MemoryError:
        raise
    except Exception:  # any kind at all comes out of a library that walks a broken file
        return otherwise
