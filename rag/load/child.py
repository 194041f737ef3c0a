"""The reading process's side of `load_files`: a request in, a packed document out.

All of our own readers are imported before the process is locked down, so that their bytecode can be kept; the libraries
they use are imported when they are needed. This module does not know who asks.
"""

from __future__ import annotations

import json
import os
import stat

import rag.load.docx
import rag.load.epub
import rag.load.html
import rag.load.mail
import rag.load.markdown
import rag.load.notebook
import rag.load.odt
import rag.load.pdf
import rag.load.pptx
import rag.load.rtf
import rag.load.table_text
import rag.load.xlsx  # noqa: F401
from rag.errors import SourceLimit, UnreadableSource
from rag.load.table import load_bytes
from rag.load.wire import pack

__all__ = ["read"]


def read(question: bytes) -> bytes:
    """Reads one file and packs it. Raises a SourceError."""
    path, relative, characters, size = json.loads(question)
    return pack(load_bytes(_bytes(bytes.fromhex(path), size), relative, characters=characters))


def _bytes(path: bytes, most: int) -> bytes:
    try:
        # Without O_NONBLOCK a pipe that somebody put among the sources would be waited for.
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(handle, "rb") as file:
            facts = os.fstat(handle)
            if not stat.S_ISREG(facts.st_mode):
                raise UnreadableSource("This is not an ordinary file.", "Remove it from the sources.")
            if facts.st_size > most:
                raise SourceLimit(f"The file is larger than {most >> 20} MB.", "Split it, or raise the memory limit.")
            return file.read(most + 1)
    except OSError as error:
        reason = os.strerror(error.errno).lower() if error.errno else "unknown error"
        raise UnreadableSource(
            f"The file cannot be opened: {reason}.", "Check that it exists and may be read."
        ) from None
