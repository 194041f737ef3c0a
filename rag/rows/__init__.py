"""Rows: values become rows of a database and rows values again, alike for every database that keeps the truth.

Floor 1. This room does not know of any database, nor of SQL.
"""

import lazy_loader

__all__ = [
    "OWN_NOTES",
    "UNNAMED",
    "Noted",
    "check_room",
    "chunk_row",
    "document_of",
    "document_row",
    "file_of",
    "file_row",
    "following_generation",
    "glyphs_of",
    "head_of",
    "lexical_entry",
    "paged",
    "session_of",
    "source_of",
    "stored_chunks",
    "stored_document",
    "token_hash",
    "unnamed_rows",
    "vector_row",
    "vectors_of",
    "words_of",
    "words_row",
]
__getattr__, __dir__, _ = lazy_loader.attach_stub(__name__, __file__)
