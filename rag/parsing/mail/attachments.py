"""What comes with a message: read by the reader of its suffix into the same document, or told as not read.

This module does not know messages; attached ones are written by the caller.
"""

from __future__ import annotations

import importlib
import mimetypes
from pathlib import PurePosixPath

from rag.errors import SourceError
from rag.parsing.content import ContentBuilder, ParsedContent

__all__ = ["suffix_for", "write_attachment"]

_MOST = 5_000_000  # characters of a document after which its attachments are no longer read
_TYPES = {"application/rtf": ".rtf", "text/rtf": ".rtf", "text/x-markdown": ".md", "application/xhtml+xml": ".xhtml"}


def suffix_for(name: str, content_type: str) -> str:
    """The suffix by which an attachment is read: its name's own, else that of its type; empty if none."""
    own = PurePosixPath(name).suffix.lower()
    return own or _TYPES.get(content_type) or mimetypes.guess_extension(content_type) or ""


def write_attachment(writer: ContentBuilder, name: str, content_type: str, data: bytes, level: int) -> bool:
    """Appends an attachment's text below a heading with its name; says whether it can be read."""
    content = _read(data, suffix_for(name, content_type)) if writer.length < _MOST else None
    if content is None:
        return False
    writer.add("heading", f"Attachment: {name}", level)
    writer.include(content)
    for left in content.left:
        writer.ledger.include(left, name)
    if content.pages_without_text:
        writer.ledger.leave("picture", place=name, count=len(content.pages_without_text))
    return True


def _read(data: bytes, suffix: str) -> ParsedContent | None:
    from rag.parsing.formats import READERS

    if suffix not in READERS:
        return None
    try:
        content: ParsedContent = importlib.import_module(f"rag.parsing.{READERS[suffix]}").read(data)
    except MemoryError:
        raise
    except SourceError:
        return None
    except Exception:  # any kind at all comes out of a library that walks a broken file; the message is still good
        return None
    return content
