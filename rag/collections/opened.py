"""Collections that are open for questions: each is opened when it is first asked, and all share their models.

This module does not know who asks, nor how what is open is shown.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

from filelock import FileLock, Timeout

from rag.assistant import Assistant, create_empty_index, index_of
from rag.collections.folder import Collection, CollectionFolder
from rag.collections.joined import JoinedAssistant, JoinedViewer
from rag.config import Config, config_of_collection
from rag.errors import ConfigProblem, IndexLocked, IndexProblem, IndexStale
from rag.evidence import Viewer
from rag.models import SentenceEncoder, SpanReader, bundled_folder
from rag.types import BuildReport, Encoder, ProgressCallback

__all__ = ["OpenCollections", "delete_collection"]

_QUEUE = ".building.lock"
_PATIENCE = 30.0  # seconds that another process may take to begin an index


@dataclass(frozen=True, slots=True)
class _Open:
    assistant: Assistant
    viewer: Viewer


class OpenCollections:
    """The collections of a folder, opened as they are asked, from any number of threads. Close it in the end."""

    def __init__(self, folder: CollectionFolder, config: Config) -> None:
        """`config` holds the settings that collections have in common."""
        self.folder, self._config = folder, config
        self._lock = threading.Lock()
        self._open: dict[str, _Open] = {}
        self._encoders: dict[tuple[str, str | None], Encoder] = {}
        self._reader = SpanReader(bundled_folder() / "tokenizer.json")

    def viewer(self, name: str) -> Viewer:
        """What shows the sources of a collection; an empty index is made where it has none yet.

        Raises ConfigProblem for an unknown collection, IndexProblem, ModelProblem.
        """
        return self._opened(name).viewer

    def joined(self, names: Sequence[str]) -> JoinedViewer:
        """What shows the sources of several collections as one. Raises ConfigProblem, IndexProblem, ModelProblem."""
        parts = {name: self._opened(name) for name in names}
        assistant = JoinedAssistant({name: part.assistant for name, part in parts.items()})
        return JoinedViewer(assistant, {name: part.viewer for name, part in parts.items()})

    def build(self, name: str, progress: ProgressCallback | None = None) -> BuildReport:
        """Brings a collection up to date with its sources; one at a time of all collections in the folder.

        Raises IndexLocked while another is being built, and what `Assistant.build` raises.
        """
        queue = FileLock(self.folder.root / _QUEUE, timeout=0, thread_local=False)
        try:
            with queue:
                return self._opened(name).assistant.build(progress)
        except Timeout as error:
            raise IndexLocked("Another collection is being built.", "This one is built when it is done.") from error

    def delete(self, name: str) -> None:
        """Deletes a collection for good, with its searches where a server keeps them. Raises ConfigProblem."""
        self.close(name)
        delete_collection(self.folder, self._config, name)

    def close(self, name: str | None = None) -> None:
        """Closes a collection, or all of them."""
        with self._lock:
            closed = [self._open.pop(each) for each in ([name] if name else list(self._open)) if each in self._open]
        for each in closed:
            each.viewer.close()
            each.assistant.close()

    def _opened(self, name: str) -> _Open:
        with self._lock:
            if name not in self._open:
                found = self.folder.get(name)
                if found is None:
                    raise ConfigProblem(f"There is no collection {name}.", "Go back to the list of collections.")
                assistant = self._assistant(found)
                self._open[name] = _Open(assistant, Viewer(assistant))
            return self._open[name]

    def _assistant(self, found: Collection) -> Assistant:
        config = config_of_collection(self._config, found.sources, found.index, found.settings)
        model = config.model, config.device
        if model not in self._encoders:
            self._encoders[model] = SentenceEncoder(config.model, config.device, config.index)
        _begin_index(config, self._encoders[model])
        try:
            return Assistant(config, self._encoders[model], self._reader)
        except IndexStale as stale:
            raise IndexStale(stale.message, "Whoever runs this server has to build it again: rag build") from stale


def delete_collection(folder: CollectionFolder, config: Config, name: str) -> None:
    """Deletes a collection for good, with its searches where the server of `config` keeps them. Raises ConfigProblem,
    also where the searches could not be reached: the collection itself is gone then.
    """
    found = folder.known(name)
    lenses = index_of(config.model_copy(update={"index": found.index, "database": ""})).lenses
    folder.delete(name)
    try:
        lenses.drop()
    except (IndexProblem, OSError) as error:
        raise ConfigProblem(
            f"{found.title} is deleted, but not its searches on the server: {error}",
            "Drop them once it can be reached: rag doctor names them, rag doctor --drop NAME drops them.",
        ) from error


def _begin_index(config: Config, encoder: Encoder) -> None:
    """Makes an empty index where there is none, or waits for another process that is making it. Raises IndexProblem."""
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            create_empty_index(config, encoder)
            return
        except IndexLocked:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
