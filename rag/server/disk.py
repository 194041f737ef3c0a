"""How the sources folder stands to the index: what has changed, gone or come since it was built.

Every open page asks for it again and again, so it is looked at once in a few seconds. This module does not know what a
build makes of it.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from rag.errors import FootnoteError
from rag.types import Source

if TYPE_CHECKING:
    from rag.evidence import SourceViewer

__all__ = ["Disk"]

_FRESH = 3.0  # seconds
_WAITS = ("It came into the folder after the last build.", "Rebuild to read it.")


class Disk:
    """The folder of an open index, for any number of threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._until, self._generation = 0.0, -1
        self._found: dict[str, str] = {}

    def standing(self, viewer: SourceViewer) -> dict[str, str]:
        """Path -> "changed", "gone" or "new", of all files that are not as the index has them."""
        generation = viewer.assistant.generation
        with self._lock:
            if generation != self._generation or time.monotonic() > self._until:
                self._found, self._generation = _compared(viewer), generation
                self._until = time.monotonic() + _FRESH
            return self._found

    def forget(self) -> None:
        """Have the folder looked at anew: a file has come or gone, and the index may never have known it."""
        with self._lock:
            self._until = 0.0

    def sources(self, viewer: SourceViewer) -> list[tuple[Source, str]]:
        """Every source with how its file stands, "" for unchanged; also files that no build has come to yet."""
        known, standing = viewer.assistant.documents(), self.standing(viewer)
        new = (path for path, how in standing.items() if how == "new")
        fresh = [Source(path, "skipped", reason=_WAITS[0], hint=_WAITS[1]) for path in new]
        return [(source, standing.get(source.path, "")) for source in [*known, *fresh]]


def _compared(viewer: SourceViewer) -> dict[str, str]:
    try:
        changes = viewer.assistant.folder_changes()
    except FootnoteError:  # no folder, or none that can be looked into: the next build says so
        return {}
    ids = {source.path: source.document_id for source in viewer.assistant.documents()}
    touched = (path for path in changes.changed if not _same(viewer, ids.get(path)))
    return {
        **dict.fromkeys(changes.new, "new"),
        **dict.fromkeys(touched, "changed"),
        **dict.fromkeys((path for path in changes.gone if ids.get(path)), "gone"),
    }


def _same(viewer: SourceViewer, document_id: str | None) -> bool:
    """Whether a file that was touched still has the content that was read."""
    return document_id is not None and viewer.source_state(document_id) == "unchanged"
