"""The reading process's side of `load_files`: a request in, a packed document out, or the words of a scanned page.

All of our own readers are imported before the process is locked down, so that their bytecode can be kept; the libraries
they use are imported when they are needed. This module does not know who asks.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat

from rag.errors import SourceLimit, UnreadableSource
from rag.parsing.formats import load_bytes
from rag.parsing.pdf.ocr import recognise_words
from rag.parsing.pdf.pdfium import Pdf
from rag.parsing.serialization import Request, pack

__all__ = ["read", "read_bytes"]


def read(question: bytes) -> bytes:
    """Reads one file and packs it, or one page by OCR: as JSON, the file's sha256 and the words. Raises SourceError."""
    asked = Request.unpack(question)
    data = read_bytes(asked.path, asked.size)
    if asked.page:
        with Pdf(data) as pdf:
            words = recognise_words(pdf.picture(asked.page), asked.languages)
        return json.dumps([hashlib.sha256(data).hexdigest(), words]).encode()
    return pack(load_bytes(data, asked.relative, characters=asked.characters, scanned=asked.scanned))


def read_bytes(path: bytes, most: int) -> bytes:
    """What is in a file, of at most `most` bytes. Raises UnreadableSource, SourceLimit."""
    try:
        # Without O_NONBLOCK a pipe that somebody put among the sources would be waited for.
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(handle, "rb") as file:
            facts = os.fstat(handle)
            if not stat.S_ISREG(facts.st_mode):
                raise UnreadableSource("This is not a regular file.", "Remove it from the sources.")
            if facts.st_size > most:
                raise SourceLimit(f"The file is larger than {most >> 20} MB.", "Split it, or raise the memory limit.")
            return file.read(most + 1)
    except OSError as error:
        reason = os.strerror(error.errno).lower() if error.errno else "unknown error"
        raise UnreadableSource(
            f"The file cannot be opened: {reason}.", "Check that it exists and may be read."
        ) from None
