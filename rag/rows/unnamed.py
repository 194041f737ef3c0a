"""Rows that no file leads to: how either database finds them, and how they are told in words."""

from __future__ import annotations

from typing import LiteralString

from rag.types import Remains

__all__ = ["UNNAMED", "unnamed_rows"]

UNNAMED: tuple[LiteralString, ...] = (
    "SELECT 1 FROM documents WHERE NOT EXISTS (SELECT 1 FROM files WHERE files.document_id = documents.id)",
    "SELECT 1 FROM vectors WHERE NOT EXISTS (SELECT 1 FROM chunks WHERE chunks.vector_id = vectors.id)",
)
"""Rows that no file leads to: documents, and vectors of chunks that were never stored."""


def unnamed_rows(place: str, documents: int, vectors: int) -> Remains:
    """What a build that was stopped has left, or one that runs has not yet shown."""
    said = f"{documents:,} documents that no file names, {vectors:,} vectors of no passage"
    return Remains(
        place,
        not (documents or vectors),
        said,
        "" if not (documents or vectors) else "Build again once no build runs: rag build takes them up or erases them.",
    )
