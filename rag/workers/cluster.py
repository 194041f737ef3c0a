"""A Ray cluster as this program uses it: an actor on each processor, jobs handed out, replies taken back.

A job whose actor is lost goes to another; one that was lost too often comes back without a reply, to be done here. At
most two jobs are with an actor at a time, one at work and one waiting, so little is lost and little lies in memory.
This module does not know what a job is about.
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import socket
import threading
import time
import warnings
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from rag.errors import ConfigProblem, FootnoteError, WorkersProblem
from rag.types import OcrProgress
from rag.workers.node import Node
from rag.workers.stamp import difference

if TYPE_CHECKING:
    from rag.types import ReadSettings

__all__ = ["Cluster", "Job"]

_DEPTH = 2  # jobs with an actor: one at work, one that it goes on with; a third call asks how far it is
_TRIES = 3  # actors that a job is given to; what ends them all is done here
_GROW = 5.0  # seconds between two looks at how many processors there are
_REFUSED = 10.0  # seconds for the head to take a connection
_PATIENCE = 120.0  # seconds without any actor
_ASK = 1.0  # seconds between two questions for how far OCR has come
_OFF = {  # Ray reads these when it is imported or connects
    "RAY_USAGE_STATS_ENABLED": "0",  # nothing is reported to Ray's makers
    "RAY_ENABLE_UV_RUN_RUNTIME_ENV": "0",  # under `uv run` the working folder would be sent to the cluster
    "RAY_ENABLE_AUTO_CONNECT": "0",  # a call without a connection would start a cluster on this machine
    "GRPC_ENABLE_FORK_SUPPORT": "0",  # readers start as fresh interpreters; else gRPC says so each time
}

_log = logging.getLogger(__name__)


@dataclass(eq=False, slots=True)
class Job:
    """A call of a method of `Node`; `size` are the bytes that are sent. `label` is the caller's."""

    method: str
    arguments: tuple[object, ...]
    size: int
    label: object
    losses: int = 0


@dataclass(eq=False, slots=True)
class _Actor:
    handle: Any  # Ray's, whose methods are made when the class is known to it
    ready: bool = False  # it has shown that it runs what we run
    jobs: list[Job] = field(default_factory=list)
    asked: Any = None  # for its progress


class Cluster:
    """The actors on a cluster. For one thread at a time; `close` ends them all and what they are at."""

    def __init__(self, address: str, model: str, how: ReadSettings, stamp: Mapping[str, str]) -> None:
        """Connects. `stamp` is what this machine reads with. Raises WorkersProblem, ConfigProblem."""
        self._address, self._model, self._how, self._stamp = address, model, how, stamp
        self._ray = _imported()
        self._context = self._connect()
        self._actors: list[_Actor] = []
        self._busy: dict[Any, tuple[_Actor, Job | None]] = {}  # by the reference of the reply; no job: a stamp
        self._waiting: deque[Job] = deque()
        self._grown = self._asked = -_GROW
        self._alive = time.monotonic()
        self._refused = 0
        self._gone = False

    def close(self) -> None:
        """Ends the actors and the connection; what is under way is given up."""
        if not self._gone:  # whose end would end them as well
            with contextlib.suppress(WorkersProblem), self._spoken():
                for actor in self._actors:
                    self._ray.kill(actor.handle)
        with contextlib.suppress(Exception):
            self._context.disconnect()

    @property
    def actors(self) -> int:
        """How many have shown that they can work."""
        return sum(actor.ready for actor in self._actors)

    @property
    def bytes(self) -> int:
        """What lies in jobs that are not done."""
        return sum(job.size for job in self._waiting) + sum(job.size for _, job in self._busy.values() if job)

    @property
    def jobs(self) -> int:
        """Jobs that are not done."""
        return len(self._waiting) + sum(job is not None for _, job in self._busy.values())

    def give(self, job: Job, *, first: bool = False) -> None:
        """Has a job done, before all that wait if it is to be `first`."""
        (self._waiting.appendleft if first else self._waiting.append)(job)

    def turn(self, seconds: float) -> list[tuple[Job, object]]:
        """Hands out what waits, and takes the replies that come within some seconds; None for a job to do here.

        Raises WorkersProblem where the cluster is lost, runs another version, or gives nobody to work.
        """
        with self._spoken():
            self._grow()
            self._hand_out()
            references = list(self._busy)
            if not references:
                time.sleep(seconds)
                return []
            done, _ = self._ray.wait(references, num_returns=1, timeout=seconds)
            if done:
                done, _ = self._ray.wait(references, num_returns=len(references), timeout=0)
            return [reply for reference in done for reply in self._take(reference)]

    def progress(self) -> Iterator[tuple[Job, OcrProgress]]:
        """How far OCR has come with the jobs that are at work, asked now and then."""
        if time.monotonic() - self._asked < _ASK:
            return
        self._asked = time.monotonic()
        with self._spoken():
            for actor in self._actors:
                if actor.asked is not None and self._ray.wait([actor.asked], timeout=0)[0]:
                    with contextlib.suppress(self._ray.exceptions.RayError):
                        told = self._ray.get(actor.asked)
                        yield from ((job, told[1]) for job in actor.jobs if told and job.arguments[0] == told[0])
                    actor.asked = None
                if actor.asked is None and any(job.method == "read" for job in actor.jobs):
                    actor.asked = actor.handle.progress.remote()

    def _grow(self) -> None:
        """An actor for each processor that has none, and patience with a cluster that has none."""
        now = time.monotonic()
        if self.actors or any(job for _, job in self._busy.values()):
            self._alive = now
        elif now - self._alive > _PATIENCE:
            raise WorkersProblem(
                f"No processor of the cluster at {self._address} was free for {_PATIENCE:g} seconds.",
                "Start nodes there (ray start --address=…), or build without `workers`: what was done is kept.",
            )
        if now - self._grown < _GROW:
            return
        self._grown = now
        processors = int(self._ray.cluster_resources().get("CPU", 0))
        for _ in range(processors - len(self._actors)):
            made = self._ray.remote(num_cpus=1, max_restarts=0, max_concurrency=_DEPTH + 1)(Node)
            actor = _Actor(made.remote(self._model))
            self._actors.append(actor)
            self._busy[actor.handle.stamp.remote(self._how)] = actor, None

    def _hand_out(self) -> None:
        while self._waiting:
            free = [actor for actor in self._actors if actor.ready and len(actor.jobs) < _DEPTH]
            if not free:
                return
            actor = min(free, key=lambda one: len(one.jobs))
            job = self._waiting.popleft()
            actor.jobs.append(job)
            reference = getattr(actor.handle, job.method).remote(*job.arguments)
            self._busy[reference] = actor, job

    def _take(self, reference: Any) -> list[tuple[Job, object]]:
        """What became of a call: its reply, or nothing where it is done again."""
        if reference not in self._busy:  # it went with its actor
            return []
        actor, job = self._busy.pop(reference)
        try:
            reply = self._ray.get(reference)
        except self._ray.exceptions.RayTaskError as error:
            if isinstance(error.cause, FootnoteError):
                raise WorkersProblem(
                    f"A node of {self._address} says: {error.cause.message}", error.cause.hint
                ) from None
            return self._lost(actor, job, error)
        except self._ray.exceptions.RayError as error:
            return self._lost(actor, job, error)
        if job is None:
            self._welcome(actor, reply)
            return []
        actor.jobs.remove(job)
        return [(job, reply)]

    def _welcome(self, actor: _Actor, stamp: Mapping[str, str]) -> None:
        said = difference(stamp, self._stamp)
        if said:
            raise WorkersProblem(
                f"The nodes of {self._address} read with another version: {said}.",
                "Install the same footnote-rag with the same extras on every machine, and start Ray there again.",
            )
        actor.ready, self._refused = True, 0

    def _lost(self, actor: _Actor, job: Job | None, error: Exception) -> list[tuple[Job, object]]:
        """An actor is gone: its jobs wait again, before the others; those that were lost too often come back."""
        _log.debug("An actor is lost: %s", error)
        if job is None:
            self._refused += 1
            if self._refused >= _TRIES and not self.actors:
                reason = str(error).strip().splitlines()[-1]
                raise WorkersProblem(
                    f"No node of {self._address} can read: {reason}",
                    "Install the same footnote-rag on every machine, the head too, and start Ray there again.",
                ) from None
        for reference in [each for each, (other, _) in self._busy.items() if other is actor]:
            del self._busy[reference]
        if actor in self._actors:
            self._actors.remove(actor)
            with contextlib.suppress(self._ray.exceptions.RayError):
                self._ray.kill(actor.handle)
        lost = list(actor.jobs)
        actor.jobs.clear()
        for each in reversed(lost):
            each.losses += 1
            if each.losses < _TRIES:
                self.give(each, first=True)
        return [(each, None) for each in lost if each.losses >= _TRIES]

    def _connect(self) -> Any:
        """The connection; a head with much to do may need several tries to start what serves it."""
        parts = urlsplit(self._address)
        with _handlers_kept(), self._told("cannot be reached"):
            socket.create_connection((parts.hostname, parts.port), _REFUSED).close()  # Ray would wait for half a minute
            for left in reversed(range(_TRIES)):
                try:
                    return self._ray.init(
                        self._address, configure_logging=False, log_to_driver=False, allow_multiple=True
                    )
                except ConnectionAbortedError:
                    if not left:
                        raise
        return None

    @contextmanager
    def _spoken(self) -> Iterator[None]:
        """Ray spoken to by this thread, on this connection."""
        try:
            with self._told("was lost"), self._context:
                yield
        except WorkersProblem:
            self._gone = True
            raise

    @contextmanager
    def _told(self, what: str) -> Iterator[None]:
        """What fails between here and the head, as one sentence."""
        failures = (OSError, RuntimeError, self._ray.exceptions.RayError, self._ray.util.client.worker.grpc.RpcError)
        try:
            yield
        except FootnoteError:
            raise
        except failures as error:
            said = str(error).strip().splitlines()
            _log.debug("Ray says: %s", error)
            if "version" in str(error).lower() and "mismatch" in str(error).lower():
                raise WorkersProblem(
                    f"The cluster at {self._address} runs another version of Ray or Python: {' '.join(said)}",
                    "Install the same versions on every machine.",
                ) from error
            raise WorkersProblem(
                f"The cluster at {self._address} {what}.",
                "Start Ray there, then build again: what was done is kept. Or build without `workers`.",
            ) from error


def _imported() -> Any:
    """Ray, with what it would send or take over switched off."""
    for name, value in _OFF.items():
        os.environ.setdefault(name, value)
    try:
        import ray
        import ray.util.client.worker
    except ImportError as error:
        raise ConfigProblem(
            "Ray is not installed, which the setting `workers` asks for.", "Run: pip install 'footnote-rag[ray]'"
        ) from error
    logging.getLogger("ray").addHandler(logging.NullHandler())  # what it says of the connection, we say in a sentence
    # It is said once the files that were sent are more than 10 MB together.
    warnings.filterwarnings("ignore", "More than 10MB of messages", UserWarning)
    warnings.filterwarnings("ignore", "Ray Client connection timed out", UserWarning)
    return ray


@contextmanager
def _handlers_kept() -> Iterator[None]:
    """Ray takes SIGTERM for itself when it connects from the main thread."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.getsignal(signal.SIGTERM)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
