"""Footnote: ask your own documents, and check every sentence of the answer.

    import rag
    rag.build("sources", "index")
    with rag.open("index") as assistant:
        print(assistant.ask("How many people died in the attack?"))

Names are looked up when they are first used, so that `import rag` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rag.assistant import Assistant, build
    from rag.assistant import open_index as open
    from rag.config import Config
    from rag.errors import FootnoteError, IndexMissing, IndexStale
    from rag.types import (
        Answer,
        BuildReport,
        Citation,
        Claim,
        Delta,
        Document,
        Done,
        Found,
        Passage,
        Source,
        Span,
        Turn,
    )

__all__ = [
    "Answer",
    "Assistant",
    "BuildReport",
    "Citation",
    "Claim",
    "Config",
    "Delta",
    "Document",
    "Done",
    "FootnoteError",
    "Found",
    "IndexMissing",
    "IndexStale",
    "Passage",
    "Source",
    "Span",
    "Turn",
    "build",
    "open",
]

_ELSEWHERE = {
    "Assistant": "assistant",
    "Config": "config",
    "FootnoteError": "errors",
    "IndexMissing": "errors",
    "IndexStale": "errors",
    "build": "assistant",
}


def __getattr__(name: str) -> object:
    if name == "open":
        return import_module("rag.assistant").open_index
    if name in __all__:
        return getattr(import_module(f"rag.{_ELSEWHERE.get(name, 'types')}"), name)
    raise AttributeError(f"module 'rag' has no attribute {name!r}")
