"""The same calls for other programs: Gradio's server mode, with its queue, its client, and tools for agents (MCP).

Loading Gradio takes longer than the page may, so it comes after the models, behind the page; a program that calls
earlier waits. This module does not know how the page looks or how an answer is made.
"""

from __future__ import annotations

import asyncio
import os
import threading
import types
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from importlib import import_module
from importlib.util import find_spec
from inspect import Parameter, Signature
from typing import TYPE_CHECKING, Any, TypeAlias, TypedDict, Union, get_args, get_origin

from pydantic import BaseModel
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from rag.errors import FootnoteError
from rag.server.addresses import LOOPBACK
from rag.server.api import Readiness
from rag.server.calls import Call, Stream, description
from rag.server.limits import AT_ONCE, MOST_WAITING
from rag.server.request_models import checked
from rag.server.waiting import comes_before

if TYPE_CHECKING:
    import gradio

__all__ = ["GradioProxy", "gradio_server"]

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # Gradio reads it when it is imported, which is later
_LOOK = 0.1  # seconds between two looks at Gradio's queue
_MOST_FILE = 1_000  # bytes of an upload to Gradio, which has no door here

Calls: TypeAlias = "Sequence[Call[Any] | Stream[Any]]"


class GradioProxy:
    """An ASGI application that stands for Gradio's until that is loaded, and hands everything on from then."""

    def __init__(self, calls: Calls, readiness: Readiness, public_url: str = "") -> None:
        self._calls, self._readiness, self._public_url = calls, readiness, public_url
        self._app: ASGIApp | None = None
        self._asked, self._loaded = asyncio.Event(), asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, once Gradio is there; what is ours by another method is not Gradio's."""
        if not scope["path"].removeprefix(scope.get("root_path", "")).startswith(("/gradio_api/", "/config")):
            await PlainTextResponse("Method not allowed", 405)(scope, receive, send)
            return
        self._readiness.wanted.set()
        self._asked.set()
        await self._loaded.wait()
        assert self._app is not None
        await self._app(scope, receive, send)

    async def hold_once_asked(self, ended: asyncio.Event) -> None:
        """As `hold`, but only when a program asks for something: of many collections few are asked by programs.

        What all of them need of Gradio is loaded before, so that the first program does not wait until it gives up.
        """
        await asyncio.to_thread(self._readiness.settled.wait)
        if not ended.is_set():
            await asyncio.to_thread(import_module, "gradio")
        if await comes_before(self._asked, ended):
            await self.hold(ended)

    async def hold(self, ended: asyncio.Event) -> None:
        """Loads Gradio after the models and keeps it open until `ended`: in one task, as its task groups want it."""
        await asyncio.to_thread(self._readiness.settled.wait)
        if ended.is_set():
            return
        server = await asyncio.to_thread(gradio_server, self._calls, self._public_url)
        async with _running(server):
            self._app = server
            self._loaded.set()
            await ended.wait()


def gradio_server(calls: Calls, public_url: str = "") -> gradio.Server:
    """Gradio's server over the calls that are for programs, without a port of its own, files, uploads and call-outs.

    With the package `mcp` (`pip install footnote-rag[mcp]`) those for agents are tools as well. `Server.launch` would
    bind a port of its own, beside our guard; this is what it does before that.
    """
    # Where the server calls itself, a proxy from the environment must not see it.
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = ",".join(filter(None, [os.environ.get("NO_PROXY"), *LOOPBACK]))
    import gradio
    from gradio.events import api

    server = gradio.Server(title="Footnote", openapi_url=None, docs_url=None, redoc_url=None)
    with gradio.Blocks(mode="server", title="Footnote", analytics_enabled=False) as blocks:
        for call in calls:
            shown = "public" if call.audience == "agents" else "undocumented"  # what is public is a tool
            api(_function(call), api_name=call.name, api_visibility=shown, concurrency_limit=AT_ONCE)
    blocks.queue(max_size=MOST_WAITING)
    blocks._queue.sleep_when_free = _LOOK  # otherwise a thousand times a second, for as long as the server runs
    blocks._queue.progress_update_sleep_when_free = 10 * _LOOK  # nothing here tells Gradio how far it is
    blocks.root_path, blocks.custom_mount_path = public_url, "/"
    blocks.show_error = blocks.run_history = blocks.enable_monitoring = blocks.ssr_mode = blocks.pwa = False
    blocks.footer_links, blocks.max_file_size = [], _MOST_FILE
    gradio.routes.App.create_app(blocks, app=server, mcp_server=find_spec("mcp") is not None)
    # gradio_client takes every {"path": ...} in an answer for a file to fetch, except under this name of the same
    # protocol; our paths are those of sources.
    blocks.config["protocol"] = "sse_v2.1"
    return server


@asynccontextmanager
async def _running(server: gradio.Server) -> AsyncIterator[None]:
    async with server.router.lifespan_context(server):
        blocks: Any = server.get_blocks()
        blocks.run_startup_events()
        await blocks.run_extra_startup_events()
        yield


def _function(call: Call[Any] | Stream[Any]) -> Callable[..., object]:
    """A call as Gradio wants it: a function whose parameters are the fields of the request."""
    function = _streamed(call) if isinstance(call, Stream) else _answered(call)
    parameters = [
        Parameter(
            name,
            Parameter.POSITIONAL_OR_KEYWORD,
            default=Parameter.empty if field.is_required() else field.default,
            annotation=_plain(field.annotation),
        )
        for name, field in call.takes.model_fields.items()
    ]
    function.__name__, function.__doc__ = call.name, description(call)
    function.__annotations__ = {each.name: each.annotation for each in parameters}
    function.__signature__ = Signature(parameters, return_annotation=object)  # type: ignore[attr-defined]
    return function


def _given(call: Call[Any] | Stream[Any], values: Sequence[object]) -> Any:
    return checked(call.takes, dict(zip(call.takes.model_fields, values, strict=True)))


def _answered(call: Call[Any]) -> Callable[..., object]:
    def answered(*values: object) -> object:
        try:
            return call.answers(_given(call, values))
        except FootnoteError as problem:
            raise _said(problem) from problem

    return answered


def _streamed(call: Stream[Any]) -> Callable[..., object]:
    def streamed(*values: object) -> Iterator[object]:
        stop = threading.Event()
        try:
            yield from call.answers(_given(call, values), stop)
        except FootnoteError as problem:
            raise _said(problem) from problem
        finally:
            stop.set()

    return streamed


def _plain(kind: Any) -> Any:
    """A type of a request as Gradio can describe it: models as dictionaries of their fields."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        fields = {name: _plain(field.annotation) for name, field in kind.model_fields.items()}
        return TypedDict(kind.__name__, fields)  # type: ignore[operator]
    parts = tuple(_plain(part) for part in get_args(kind))
    if get_origin(kind) in (Union, types.UnionType):
        return Union[parts]  # noqa: UP007
    return get_origin(kind)[parts] if get_origin(kind) is list else kind


def _said(problem: FootnoteError) -> Exception:
    """An expected error as its one sentence and hint; anything else stays a fault and is logged."""
    import gradio

    failed: Exception = gradio.Error(str(problem), print_exception=False)
    return failed
