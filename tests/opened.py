"""An assistant over a few texts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import rag
from rag.assistant import Assistant

__all__ = ["opened_on"]


@contextmanager
def opened_on(folder: Path, texts: Mapping[str, str]) -> Iterator[Assistant]:
    """The assistant over files of these names, built in an empty folder."""
    (folder / "sources").mkdir()
    for name, text in texts.items():
        (folder / "sources" / name).write_text(text, "utf-8")
    rag.build(folder / "sources", folder / "index")
    with rag.open(folder / "index") as opened:
        yield opened
