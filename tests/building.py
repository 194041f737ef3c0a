"""Builds into a folder, with any encoder."""

from __future__ import annotations

from pathlib import Path

from rag.assistant import embedded
from rag.indexing import LocalWorkers
from rag.indexing import build as build_index
from rag.types import BuildReport, Encoder, ProgressCallback

__all__ = ["build"]


def build(
    sources: Path,
    index: Path,
    *,
    encoder: Encoder,
    size: int,
    overlap: int,
    progress: ProgressCallback | None = None,
    workers: int | None = None,
    early: bool = False,
) -> BuildReport:
    """As the builder does it, into the truth and the lenses that lie in the folder `index`."""
    place = embedded(index)
    return build_index(
        sources,
        place,
        encoder=encoder,
        size=size,
        overlap=overlap,
        progress=progress,
        workers=LocalWorkers(encoder, workers),
        early=early,
    )
