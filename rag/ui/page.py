"""The page as Gradio blocks: one shell that the page's own script fills, and the named endpoints behind it.

The shell is fixed markup; everything that comes from documents or people reaches the browser as JSON and is shown as
text there. This module does not know how the page is served.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from functools import wraps
from typing import TYPE_CHECKING, ParamSpec, TypeVar

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # before the import: Gradio reads it then
os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"

import gradio as gr
from gradio.events import api

from rag.errors import FootnoteError
from rag.ui.endpoints import Endpoints
from rag.ui.guard import LOOPBACK

if TYPE_CHECKING:
    from fastapi import FastAPI

    from rag.assistant import Assistant

__all__ = ["build", "build_over", "mount"]

P = ParamSpec("P")
T = TypeVar("T")

THEME = gr.themes.Base(
    font=["Segoe UI", "Roboto", "Noto Sans", "Liberation Sans", "Arial", "sans-serif"],
    font_mono=["ui-monospace", "Menlo", "Consolas", "Liberation Mono", "monospace"],
)
SHELL = '<div id="footnote"><p class="opening" role="status">Opening…</p></div>'
AT_ONCE = 4  # questions answered side by side; further ones wait their turn


def build(assistant: Assistant, examples: Sequence[str] | None = None) -> gr.Blocks:
    """The page over an open assistant, not yet served."""
    return build_over(Endpoints.over(assistant, examples))


def build_over(endpoints: Endpoints) -> gr.Blocks:
    """The page over its endpoints."""
    with gr.Blocks(title="Footnote", analytics_enabled=False, fill_width=True) as page:
        gr.HTML(SHELL, apply_default_css=False, js_on_load=None, elem_id="shell")
        api(_streamed(endpoints.ask), api_name="ask", concurrency_limit=AT_ONCE)
        api(_spoken(endpoints.search), api_name="search", concurrency_limit=AT_ONCE)
        api(_spoken(endpoints.sources), api_name="sources")
        for quiet in (endpoints.state, endpoints.evidence, endpoints.picture):
            api(_spoken(quiet), api_name=quiet.__name__, queue=False, api_visibility="undocumented")
    page.queue(max_size=200)
    assert isinstance(page, gr.Blocks)  # the context manager's type is lost
    return page


def mount(app: FastAPI, endpoints: Endpoints, host: str) -> FastAPI:
    """The page on an application of our own: without Gradio's links, uploads, files and call-outs."""
    # Where the server calls itself, a proxy from the environment must not see it.
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = ",".join(filter(None, [os.environ.get("NO_PROXY"), *LOOPBACK]))
    mounted: FastAPI = gr.mount_gradio_app(
        app,
        build_over(endpoints),
        path="/",
        server_name=host,
        theme=THEME,
        footer_links=[],
        run_history=False,
        pwa=False,
        ssr_mode=False,
        mcp_server=False,
        enable_monitoring=False,
        show_error=False,
        allowed_paths=[],
        max_file_size="1kb",
    )
    return mounted


def _spoken(call: Callable[P, T]) -> Callable[P, T]:
    """An expected error becomes its one sentence and hint; anything else stays a fault and is logged."""

    @wraps(call)
    def called(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return call(*args, **kwargs)
        except FootnoteError as problem:
            raise gr.Error(str(problem), print_exception=False) from problem

    return called


def _streamed(call: Callable[P, Iterator[T]]) -> Callable[P, Iterator[T]]:
    @wraps(call)
    def called(*args: P.args, **kwargs: P.kwargs) -> Iterator[T]:
        try:
            yield from call(*args, **kwargs)
        except FootnoteError as problem:
            raise gr.Error(str(problem), print_exception=False) from problem

    return called
