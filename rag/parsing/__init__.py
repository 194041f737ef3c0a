"""Parsing: a file becomes a `Document`, in a bounded child process.

Floor 2. `formats` maps a suffix to its reader. `Document.id` and everything else but the path comes from the file's
bytes, so a renamed file is the same document; the text of plain text and Markdown is the file's own. This room does
not know about chunks, the index, or which files to read.
"""

import lazy_loader

__all__ = [
    "VERSION",
    "Boxes",
    "FileReader",
    "Limits",
    "Pdf",
    "SandboxedProcess",
    "load_bytes",
    "load_files",
    "ocr_engine",
    "pack",
    "read_bytes",
    "supported",
    "unpack",
    "unsupported",
]
__getattr__, __dir__, _ = lazy_loader.attach_stub(__name__, __file__)
