"""An index over folders of documents, built as a person's own would be, and kept for the next run.

This module does not know what is asked of it.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

import rag

__all__ = ["opened"]


def opened(folders: Mapping[str, Path], place: Path) -> rag.Assistant:
    """An assistant over copies of folders, each under a name inside the sources ("": at their top).

    The index is kept at `place` and brought up to date. Raises OSError where a folder is missing, and as `rag.build`.
    """
    sources = place / "sources"
    shutil.rmtree(sources, ignore_errors=True)  # documents that a folder no longer has
    for name, folder in folders.items():
        shutil.copytree(folder, sources / name, dirs_exist_ok=True)
    report = rag.build(sources, place / "index")
    for failure in report.failed:
        print(f"not read: {failure.path}: {failure.reason}")
    return rag.open(place / "index")
