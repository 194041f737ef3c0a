"""Builds that the page starts: one at a time, in the background, watched and stopped from the page.

This module does not know what a build does, nor how its progress is shown.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from typing import Literal, Protocol, TypeAlias

from rag.errors import FootnoteError, IndexLocked
from rag.server.metrics import uncounted
from rag.types import JSON, BuildReport, Progress, ProgressCallback

__all__ = ["BuildJob", "Builds", "WatchedBuilds"]

State: TypeAlias = Literal["idle", "waiting", "running", "done", "stopped", "failed"]
_PATIENCE = 120.0  # seconds that another process may be building before we give up
_AGAIN = 0.5
_ORDER = ("running", "waiting")  # what is told first of several

_log = logging.getLogger(__name__)


class _StoppedError(Exception):
    """The person stopped the build."""


class Builds(Protocol):
    """Builds that a page can begin, watch and stop."""

    def start(self) -> None:
        """Have a build begin that sees the sources as they are now."""

    def stop(self) -> None:
        """Have the build end after the step it is at; what it has done is kept."""

    def to_dict(self) -> dict[str, JSON]:
        """JSON-ready: state, stopping, stage, done, total, detail, pending, report, problem, number, published."""


class WatchedBuilds:
    """The builds of several indexes, to be watched together and begun elsewhere."""

    def __init__(self, parts: Sequence[Builds]) -> None:
        self._parts = tuple(parts)

    def start(self) -> None:
        """Nothing is begun."""

    def stop(self) -> None:
        """Nothing is stopped."""

    def to_dict(self) -> dict[str, JSON]:
        """As that of the part that is at work, or of the first; `pending`, `number` and `published` are of all."""
        each = [part.to_dict() for part in self._parts]
        shown = min(each, key=lambda one: _ORDER.index(str(one["state"])) if one["state"] in _ORDER else len(_ORDER))
        together = {name: sum(int(str(one[name])) for one in each) for name in ("pending", "number", "published")}
        return {**shown, **together}


class BuildJob:
    """Runs `build` when asked to; a wish that comes while it runs is granted when it ends."""

    def __init__(
        self,
        build: Callable[[ProgressCallback], BuildReport],
        built: Callable[[], None],
        patience: float = _PATIENCE,
        counted: Callable[[str, float], None] = uncounted,
    ) -> None:
        """`built` is told of every build that comes to its end, before it is said to be done; `patience` is for how
        many seconds it is waited for a build of another process; `counted` is told how each ended, and after how many
        seconds.
        """
        self._build, self._built, self._patience, self._counted = build, built, patience, counted
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._wanted = self._busy = False
        self._state: State = "idle"
        self._step: Progress | None = None
        self._report: BuildReport | None = None
        self._problem = ""
        self._number = 0  # builds ended, so that a page knows whether it has seen the last one
        self._published = 0  # times that something could be asked that could not before, also while a build goes on

    def start(self) -> None:
        """Have a build begin that sees the sources as they are now."""
        with self._lock:
            self._wanted = True
            self._stop.clear()
            if not self._busy:
                self._busy, self._state, self._step = True, "running", None
                threading.Thread(target=self._work, daemon=True, name="build").start()

    def stop(self) -> None:
        """Have the build end after the step it is at; what it has done is kept."""
        with self._lock:
            self._wanted = False
            self._stop.set()

    def to_dict(self) -> dict[str, JSON]:
        """JSON-ready: state, stopping, stage, done, total, detail, pending, report, problem, number, published."""
        with self._lock:
            step = self._step
            return {
                "state": self._state,
                "stopping": self._busy and self._stop.is_set(),
                "stage": step.stage if step else None,
                "done": step.done if step else 0,
                "total": step.total if step else 0,
                "detail": step.detail if step else "",
                "pending": step.pending if step else 0,
                "report": self._report.to_dict() if self._report else None,
                "problem": self._problem,
                "number": self._number,
                "published": self._published,
            }

    def _work(self) -> None:
        while True:
            with self._lock:
                self._wanted, self._state, self._problem = False, "running", ""
            began = time.monotonic()
            state, report, problem = self._once()
            self._counted(state, time.monotonic() - began)
            if state == "done":
                self._built()
            with self._lock:
                self._number += 1
                self._state, self._step, self._problem = "running" if self._wanted else state, None, problem
                self._report = report or self._report
                self._busy = self._wanted
                if not self._wanted:
                    return

    def _once(self) -> tuple[State, BuildReport | None, str]:
        until = time.monotonic() + self._patience
        while True:
            try:
                return "done", self._build(self._at), ""
            except _StoppedError:
                return "stopped", None, ""
            except IndexLocked as problem:
                if time.monotonic() > until:
                    return "failed", None, str(problem)
                with self._lock:
                    self._state = "waiting"
                if self._stop.wait(_AGAIN):
                    return "stopped", None, ""
            except FootnoteError as problem:
                return "failed", None, str(problem)
            except Exception:  # a fault of ours must not leave the page waiting for ever
                _log.exception("The build stopped with an error.")
                return "failed", None, "The build failed; see the server's log. The last index is still in use."

    def _at(self, step: Progress) -> None:
        if self._stop.is_set():
            raise _StoppedError
        with self._lock:
            self._state, self._step = "running", step
            self._published += step.stage == "writing" and step.done == step.total
