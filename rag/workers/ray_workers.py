"""Files read, chunked and embedded by a Ray cluster: the second implementation of `rag.types.Workers`.

This machine opens the files, sends their bytes and kinds (never their names), and checks the parts that come back. What
cannot be sent, or is lost again and again, is done here. This module does not know how Ray is spoken to.
"""

from __future__ import annotations

import hashlib
import logging
import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rag.errors import SourceError
from rag.indexing import LocalWorkers
from rag.parsing import read_bytes, supported
from rag.types import (
    ChunkEmbedding,
    EmbedInput,
    Encoder,
    FileResult,
    OcrProgress,
    ReadFile,
    ReadSettings,
    suffix_of,
)
from rag.workers.cluster import Cluster, Job
from rag.workers.part import part_name, unpack_file, unpack_vectors
from rag.workers.stamp import stamp_of

__all__ = ["RayWorkers"]

_LOOK = 0.2  # seconds
_LARGEST = 64 << 20  # bytes of a file that is sent; larger ones are read here
_MOST_BYTES = 256 << 20  # of files that have been opened and are not read yet
_AHEAD = 4  # files for each actor that are opened before they are read
_BATCH = 32  # texts sent together: a second's work
_WINDOW = 1024  # chunks, for each two actors
_MOST_WINDOW = 16 << 10

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _File:
    path: Path
    relative: str
    name: str  # of its part
    sha256: str


@dataclass(frozen=True, slots=True)
class _Texts:
    first: int  # position of the first of them
    inputs: Sequence[EmbedInput]


class RayWorkers:
    """Reads and embeds on the cluster at `ray://host:port`. Call `close` when the build is over.

    It connects when there is something to do. `encoder` is that of `model` on this machine. Its methods raise
    WorkersProblem where the cluster is not there, is lost, or runs another version, ConfigProblem without Ray.
    """

    def __init__(self, address: str, model: str, encoder: Encoder) -> None:
        self._address, self._model, self._encoder = address, model, encoder
        self._here = LocalWorkers(encoder)
        self._cluster: Cluster | None = None
        self._files: deque[tuple[_File, object]] = deque()
        self._vectors: deque[tuple[_Texts, object]] = deque()

    def close(self) -> None:
        """Ends what is under way on the cluster, and the connection."""
        if self._cluster is not None:
            self._cluster.close()
            self._cluster = None

    @property
    def window(self) -> int:
        """See `Workers`."""
        actors = self._cluster.actors if self._cluster else 0
        return min(_MOST_WINDOW, _WINDOW * max(1, actors // 2))

    def read(
        self, files: Sequence[tuple[Path, str]], how: ReadSettings, idle: Callable[[], None]
    ) -> Iterator[tuple[str, FileResult | OcrProgress]]:
        """See `Workers`; the largest files come first, those that are read here last."""
        here = []
        waiting = deque(sorted(files, key=lambda file: _size(file[0]), reverse=True))
        left = 0
        while waiting or left:
            cluster = self._connected(how)
            while waiting and cluster.jobs < _AHEAD * max(1, cluster.actors) and cluster.bytes < _MOST_BYTES:
                file = waiting.popleft()
                job = _job(*file, how)
                if job is None:
                    here.append(file)
                else:
                    cluster.give(job)
                    left += 1
            came = self._look(cluster)
            while self._files:
                about, reply = self._files.popleft()
                left -= 1
                result = _checked(about, reply)
                if result is None:
                    here.append((about.path, about.relative))
                else:
                    yield about.relative, result
            for job, progress in cluster.progress():
                if isinstance(job.label, _File):
                    yield job.label.relative, progress
            if not came:
                idle()
        if here:
            yield from self._here.read(here, how, idle)

    def embed(
        self, inputs: Sequence[EmbedInput], how: ReadSettings, idle: Callable[[], None]
    ) -> Iterator[tuple[int, ChunkEmbedding]]:
        """See `Workers`; texts are sent in the order given, and before any file that waits."""
        cluster = self._connected(how)
        batches = [_Texts(at, inputs[at : at + _BATCH]) for at in range(0, len(inputs), _BATCH)]
        for texts in reversed(batches):
            size = sum(len(one.text) for one in texts.inputs)
            cluster.give(Job("embed", (texts.inputs,), size, texts), first=True)
        left = len(batches)
        while left:
            came = self._look(cluster)
            while self._vectors:
                texts, reply = self._vectors.popleft()
                left -= 1
                for at, embedding in self._embedded(texts, reply, how, idle):
                    yield texts.first + at, embedding
            if not came:
                idle()

    def _embedded(
        self, texts: _Texts, reply: object, how: ReadSettings, idle: Callable[[], None]
    ) -> Iterator[tuple[int, ChunkEmbedding]]:
        if isinstance(reply, bytes):
            try:
                return iter(list(enumerate(unpack_vectors(texts.inputs, self._encoder.dimension, reply))))
            except ValueError as error:
                _log.warning("Vectors from %s are not taken: %s", self._address, error)
        return self._here.embed(texts.inputs, how, idle)

    def _connected(self, how: ReadSettings) -> Cluster:
        if self._cluster is None:
            self._cluster = Cluster(self._address, self._model, how, stamp_of(self._encoder, how))
        return self._cluster

    def _look(self, cluster: Cluster) -> bool:
        """Takes in what has come from the cluster; whether anything has."""
        came = cluster.turn(_LOOK)
        for job, reply in came:
            if isinstance(job.label, _File):
                self._files.append((job.label, reply))
            elif isinstance(job.label, _Texts):
                self._vectors.append((job.label, reply))
        return bool(came)


def _job(path: Path, relative: str, how: ReadSettings) -> Job | None:
    """A file as it is sent; None for one that cannot be: whoever reads it here says why."""
    if not supported(relative):
        return None
    try:
        data = read_bytes(os.fsencode(path), _LARGEST)
    except SourceError:
        return None
    sha256, suffix = hashlib.sha256(data).hexdigest(), suffix_of(relative)
    about = _File(path, relative, part_name(sha256, suffix, how), sha256)
    return Job("read", (about.name, suffix, data, how), len(data), about)


def _checked(about: _File, reply: object) -> FileResult | None:
    """The part that has come for a file, under the file's own name; None where it is to be read here."""
    if not isinstance(reply, bytes):
        return None
    try:
        result = unpack_file(about.name, about.sha256, reply)
    except ValueError as error:
        _log.warning("What came for %s is not taken: %s", about.relative, error)
        return None
    if isinstance(result, ReadFile):
        document = replace(result.loaded.document, path=about.relative)
        return replace(result, loaded=replace(result.loaded, document=document))
    return result


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
