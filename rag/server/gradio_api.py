"""The same answers for other programs: Gradio's API with stable names, and tools for agents (MCP).

Loading Gradio takes longer than the page may, so it comes after the models, behind the page; a program that calls
earlier waits. This module does not know how the page looks or how an answer is made.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator
from functools import wraps
from importlib.util import find_spec
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from starlette.types import ASGIApp, Receive, Scope, Send

from rag.errors import FootnoteError
from rag.server.addresses import LOOPBACK
from rag.server.api import Endpoints
from rag.server.limits import AT_ONCE

if TYPE_CHECKING:
    from fastapi import FastAPI

__all__ = ["GradioProxy", "gradio_app"]

_LOOK = 0.1  # seconds between two looks at Gradio's queue

P = ParamSpec("P")
T = TypeVar("T")


class GradioProxy:
    """An ASGI application that stands for Gradio's until that is loaded, and hands everything on from then."""

    def __init__(self, endpoints: Endpoints, host: str, public_url: str = "") -> None:
        self._endpoints, self._host, self._public_url = endpoints, host, public_url
        self._app: ASGIApp | None = None
        self._loaded = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, once Gradio is there."""
        self._endpoints.readiness.wanted.set()
        await self._loaded.wait()
        assert self._app is not None
        await self._app(scope, receive, send)

    async def hold(self, ended: asyncio.Event) -> None:
        """Loads Gradio after the models and keeps it open until `ended`: in one task, as its task groups want it."""
        await asyncio.to_thread(self._endpoints.readiness.settled.wait)
        if ended.is_set():
            return
        app = await asyncio.to_thread(gradio_app, self._endpoints, self._host, self._public_url)
        async with app.router.lifespan_context(app):
            self._app = app
            self._loaded.set()
            await ended.wait()


def gradio_app(endpoints: Endpoints, host: str, public_url: str = "") -> FastAPI:
    """Gradio's application over the three public endpoints, without its page's links, uploads, files and call-outs.

    With the package `mcp` (`pip install footnote-rag[mcp]`) they are tools for agents as well.
    """
    # Where the server calls itself, a proxy from the environment must not see it.
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = ",".join(filter(None, [os.environ.get("NO_PROXY"), *LOOPBACK]))
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # before the import: Gradio reads it then
    import fastapi
    import gradio as gr
    from gradio.events import api

    with gr.Blocks(title="Footnote", analytics_enabled=False) as blocks:
        api(_streamed(endpoints.ask), api_name="ask", concurrency_limit=AT_ONCE)
        api(_spoken(endpoints.search), api_name="search", concurrency_limit=AT_ONCE)
        api(_spoken(endpoints.sources), api_name="sources")
    blocks.queue(max_size=200)
    blocks._queue.sleep_when_free = _LOOK  # otherwise a thousand times a second, for as long as the server runs
    blocks._queue.progress_update_sleep_when_free = 10 * _LOOK  # nothing here tells Gradio how far it is
    mounted: fastapi.FastAPI = gr.mount_gradio_app(
        fastapi.FastAPI(openapi_url=None, docs_url=None, redoc_url=None),
        blocks,
        path="/",
        server_name=host,
        root_path=public_url or None,
        footer_links=[],
        run_history=False,
        pwa=False,
        ssr_mode=False,
        mcp_server=find_spec("mcp") is not None,
        enable_monitoring=False,
        show_error=False,
        allowed_paths=[],
        max_file_size="1kb",
    )
    return mounted


def _spoken(call: Callable[P, T]) -> Callable[P, T]:
    """An expected error becomes its one sentence and hint; anything else stays a fault and is logged."""
    import gradio as gr

    @wraps(call)
    def called(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return call(*args, **kwargs)
        except FootnoteError as problem:
            raise gr.Error(str(problem), print_exception=False) from problem

    return called


def _streamed(call: Callable[P, Iterator[T]]) -> Callable[P, Iterator[T]]:
    import gradio as gr

    @wraps(call)
    def called(*args: P.args, **kwargs: P.kwargs) -> Iterator[T]:
        try:
            yield from call(*args, **kwargs)
        except FootnoteError as problem:
            raise gr.Error(str(problem), print_exception=False) from problem

    return called
