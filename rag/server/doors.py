"""Which addresses are answered: those of the routes that are registered, and of Gradio's protocol for their calls.

Everything else that Gradio brings - files, uploads, call-outs, a page of its own - has no door. This module does not
know who may come in.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from importlib.util import find_spec

from starlette.routing import Route, compile_path

__all__ = ["PROTOCOL", "PROTOCOL_OF_A_CALL", "TOOLS", "Doors"]

PROTOCOL = (  # what gradio_client asks for beside the calls themselves
    "/config",
    "/config/",
    "/gradio_api/info",
    "/gradio_api/queue/join",
    "/gradio_api/queue/data",
    "/gradio_api/heartbeat/{session}",
    "/gradio_api/cancel",
)
PROTOCOL_OF_A_CALL = (
    "/gradio_api/run/{name}",
    "/gradio_api/call/{name}",
    "/gradio_api/call/v2/{name}",
    "/gradio_api/call/{name}/{event}",
)
TOOLS = ("/gradio_api/mcp", "/gradio_api/mcp/")


class Doors:
    """The addresses that are answered, by their paths."""

    def __init__(self, routes: Iterable[Route], calls: Iterable[str]) -> None:
        """`calls` are the names that Gradio serves."""
        gradio = [path.replace("{name}", name) for name in calls for path in PROTOCOL_OF_A_CALL]
        gradio += [*PROTOCOL, *(TOOLS if find_spec("mcp") is not None else ())]
        patterns = [route.path_regex for route in routes] + [compile_path(path)[0] for path in gradio]
        self._paths = re.compile("|".join(f"(?:{_unnamed(one.pattern)})" for one in patterns))

    def lead_somewhere(self, path: str) -> bool:
        """Whether a path is that of a registered address."""
        return self._paths.fullmatch(path) is not None


def _unnamed(pattern: str) -> str:
    """A pattern without the names of its groups, which may not come twice."""
    return re.sub(r"\?P<\w+>", "?:", pattern)
