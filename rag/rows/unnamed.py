"""Rows that no file leads to, in words."""

from __future__ import annotations

from rag.types import Remains

__all__ = ["unnamed_rows"]


def unnamed_rows(place: str, documents: int, vectors: int) -> Remains:
    """What a build that was stopped has left, or one that runs has not yet shown."""
    said = f"{documents:,} documents that no file names, {vectors:,} vectors of no passage"
    return Remains(
        place,
        not (documents or vectors),
        said,
        "" if not (documents or vectors) else "Build again once no build runs: rag build takes them up or erases them.",
    )
