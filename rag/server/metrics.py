"""What whoever runs the page may watch: whether it lives, whether it can answer, and counts for Prometheus.

Nothing of it holds a word of a question, an answer, a source or a name. Where several processes serve one page, each
counts in files of a folder that they share, and any of them tells of all. This module does not know what is asked.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TypedDict

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.multiprocess import MultiProcessCollector
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

__all__ = ["SHARED_COUNTS", "Metrics", "Standing", "uncounted"]

SHARED_COUNTS = "PROMETHEUS_MULTIPROC_DIR"  # read by prometheus_client when it is first imported
_SECONDS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
_BUILD_SECONDS = (0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 1800.0, 7200.0)


class _Told(TypedDict):
    registry: CollectorRegistry
    namespace: str


Standing = Callable[[], tuple[bool, str]]
"""Whether questions can be answered, and why not."""


def uncounted(_: str, __: float) -> None:
    """Where nobody counts."""


class Metrics:
    """Counts of one server, for any number of threads."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        told: _Told = {"registry": self._registry, "namespace": "footnote"}
        self._questions = Counter("questions", "Questions by how sure their answer is.", ("status",), **told)
        self._seconds = Histogram("answer_seconds", "Until an answer was whole.", buckets=_SECONDS, **told)
        self._builds = Counter("builds", "Builds by how they ended.", ("result",), **told)
        self._build_seconds = Histogram("build_seconds", "Until a build had ended.", buckets=_BUILD_SECONDS, **told)

    def answered(self, status: str, seconds: float) -> None:
        """A question has its answer, of that status; "failed" and "left" where it has none."""
        self._questions.labels(status).inc()
        if status not in ("failed", "left"):
            self._seconds.observe(seconds)

    def built(self, result: str, seconds: float) -> None:
        """A build is "done", "stopped" or "failed"."""
        self._builds.labels(result).inc()
        self._build_seconds.observe(seconds)

    def text(self) -> bytes:
        """All counts, as Prometheus reads them."""
        folder = os.environ.get(SHARED_COUNTS)
        registry = self._registry
        if folder is not None:
            registry = CollectorRegistry()
            MultiProcessCollector(registry, folder)  # type: ignore[no-untyped-call]
        return generate_latest(registry)

    def routes(self, standing: Standing, *, open_counts: bool) -> list[Route]:
        """`/health` and `/ready`, which need no signing in, and with `open_counts` `/metrics`."""

        def health(_: Request) -> Response:
            return PlainTextResponse("alive\n")

        def ready(_: Request) -> Response:
            can, why = standing()
            return PlainTextResponse("ready\n" if can else f"{why or 'not ready'}\n", 200 if can else 503)

        def counts(_: Request) -> Response:
            return Response(self.text(), media_type=CONTENT_TYPE_PLAIN_0_0_4)

        routes = [Route("/health", health), Route("/ready", ready)]
        return [*routes, Route("/metrics", counts)] if open_counts else routes
