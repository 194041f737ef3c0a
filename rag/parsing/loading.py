"""A file → `Document`: a table from suffix to reader, and reading in bounded child processes.

`Document.id` and everything else but the path comes from the file's bytes, so a renamed file is the same document. For
plain text and Markdown the text is the file's own, unchanged. This room does not know about chunks, the index, or which
files to read.
"""

from rag.parsing.formats import load_bytes, supported
from rag.parsing.pdf.ocr import ocr_engine
from rag.parsing.pool import Limits, Scanning, load_files

VERSION = "2"
"""Changes whenever the same file would give another document: what was read by an older version is read anew."""

__all__ = ["VERSION", "Limits", "Scanning", "load_bytes", "load_files", "ocr_engine", "supported"]
