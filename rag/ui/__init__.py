"""The page: a door to the assistant in the browser, and the same answers for programs.

Importing this room is cheap: Gradio is loaded when a page is built. It does not know how an answer is made.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import gradio

    from rag.assistant import Assistant

__all__ = ["build_page", "launch"]


def build_page(assistant: Assistant, examples: Sequence[str] | None = None) -> gradio.Blocks:
    """The page over an open assistant, not yet served.

    `examples` are questions offered while nothing is asked; None: those of the sample sources, if they are indexed.
    """
    from rag.ui.page import build

    return build(assistant, examples)


def launch(
    assistant: Assistant,
    *,
    host: str = "127.0.0.1",
    port: int = 7860,
    examples: Sequence[str] | None = None,
) -> None:
    """Serve the page until interrupted. Raises ConfigProblem where the address cannot be used."""
    from rag.ui.server import serve

    serve(assistant, host=host, port=port, examples=examples)
