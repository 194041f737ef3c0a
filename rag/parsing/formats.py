"""Which suffix is read by which module, and reading itself, in this process.

A reader is a function `bytes -> ParsedContent`, called `read`, in a module of its own, imported when it is needed.
"""

from __future__ import annotations

import hashlib
import importlib
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

from rag.errors import SourceLimit
from rag.language import language_of
from rag.parsing.content import ParsedContent
from rag.parsing.pdf.ocr import OcrWord
from rag.parsing.table_shape import tables_of
from rag.parsing.unread import unsupported
from rag.types import Document, LoadedDocument

__all__ = ["READERS", "VERSION", "load_bytes", "supported"]

VERSION = "7"
"""Changes whenever the same file would give another document: what was read by an older version is read again."""


READERS = {  # suffix -> module below `rag.parsing`
    ".txt": "plain",
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "web.html",
    ".htm": "web.html",
    ".xhtml": "web.html",
    ".mhtml": "web.mhtml",
    ".mht": "web.mhtml",
    ".pdf": "pdf.reader",
    ".docx": "office.docx",
    ".docm": "office.docx",
    ".pptx": "office.pptx",
    ".pptm": "office.pptx",
    ".xlsx": "tables.xlsx",
    ".xlsm": "tables.xlsx",
    ".ods": "tables.ods",
    ".xls": "tables.xls",
    ".csv": "tables.csv",
    ".tsv": "tables.csv",
    ".epub": "office.epub",
    ".odt": "office.odt",
    ".rtf": "office.rtf",
    ".eml": "mail.eml",
    ".mbox": "mail.mbox",
    ".msg": "mail.msg",
    ".ipynb": "notebook",
}
_CHARACTERS = 20_000_000


def supported(relative: str) -> bool:
    """Whether there is a reader for the file's suffix."""
    return PurePosixPath(relative).suffix.lower() in READERS


def load_bytes(
    data: bytes,
    relative: str,
    *,
    characters: int = _CHARACTERS,
    scanned: Mapping[int, Sequence[OcrWord]] | None = None,
) -> LoadedDocument:
    """Reads a file's bytes in this process. Raises a SourceError.

    `characters` is the most that a text may have; `scanned` are the words that OCR read on pages of a PDF.

    A hostile file can hang or crash this process: `load_files` reads in bounded ones.
    """
    if not supported(relative):
        raise unsupported(relative)
    suffix = PurePosixPath(relative).suffix.lower()
    reader = importlib.import_module(f"rag.parsing.{READERS[suffix]}")
    draft: ParsedContent = reader.read(data, scanned) if scanned else reader.read(data)
    if len(draft.text) > characters:
        raise SourceLimit(f"The text has more than {characters:,} characters.", "Split the file, or raise the limit.")
    sha256 = hashlib.sha256(data).hexdigest()
    read = draft.text if draft.words else ""  # another engine for OCR may read other words in the same bytes
    document = Document(
        id=hashlib.sha256((sha256 + draft.media_type + read).encode()).hexdigest()[:16],
        path=relative,
        title=draft.title,
        text=draft.text,
        pages=draft.pages,
        blocks=draft.blocks,
        sha256=sha256,
        media_type=draft.media_type,
        date=draft.date,
        language=language_of(draft.text),
        left=draft.left,
        tables=tables_of(draft),
    )
    return LoadedDocument(document, draft.glyphs, draft.pages_without_text, draft.words)
