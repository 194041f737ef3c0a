"""Follows the sources folder and rebuilds after changes, once they have settled.

This module does not know what a build does; it runs one at a time, in the process that watches.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from rag.assistant import build
from rag.config import Config
from rag.errors import FootnoteError
from rag.types import BuildReport, ProgressCallback

__all__ = ["follow"]

_SETTLE_MS = 800  # a copy of many files is one change
_LOOK_MS = 200
_WAKE_MS = 500  # without any change; the first build waits no longer


def follow(
    config: Config,
    done: Callable[[BuildReport], None],
    failed: Callable[[FootnoteError], None],
    *,
    stop: threading.Event | None = None,
    progress: ProgressCallback | None = None,
) -> None:
    """Builds now and after every change of the sources, until `stop` is set or Ctrl-C.

    An expected error - another builder, a missing folder - is told to `failed`, and the next change tries again.
    """
    from watchfiles import watch

    def attempt() -> None:
        try:
            done(build(config=config, progress=progress))
        except FootnoteError as error:
            failed(error)

    config.sources.mkdir(parents=True, exist_ok=True)
    visible, started = _Visible(config.sources, config.index), False
    # Watching begins before the first build, or what changes during that build would be missed.
    for changes in watch(
        config.sources,
        watch_filter=visible,
        debounce=_SETTLE_MS,
        step=_LOOK_MS,
        stop_event=stop,
        rust_timeout=_WAKE_MS,
        yield_on_timeout=True,
    ):
        if changes or not started:
            started = True
            attempt()


class _Visible:
    """Hidden files and the index itself are not sources, so their changes are none."""

    def __init__(self, sources: Path, index: Path) -> None:
        self._sources, self._index = sources.resolve(), index.resolve()

    def __call__(self, _change: object, path: str) -> bool:
        """Whether a changed path lies outside the index and every hidden folder and is not hidden itself."""
        changed = Path(path)
        hidden = any(part.startswith(".") for part in changed.relative_to(self._sources).parts)
        return not hidden and not changed.is_relative_to(self._index)
