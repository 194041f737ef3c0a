"""What can be asked of the server, each call defined once: its name, its typed request, what answers it, and for whom.

The page's routes, `gradio_client` and the tools of agents are all made from these. This module does not know how a
request arrives.
"""

from __future__ import annotations

import inspect
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, Literal, TypeAlias, TypeVar

from rag.server.request_models import PageRequest
from rag.types import JSON

__all__ = ["Audience", "Call", "Stream", "Told", "description"]

# "page": only our own, with which it may change; "programs": under a stable name; "agents": as a tool too, so nothing
# that a sentence in a source could talk an agent into
Audience: TypeAlias = Literal["page", "programs", "agents"]
Told: TypeAlias = "JSON | list[dict[str, JSON]] | list[str]"

R = TypeVar("R", bound=PageRequest)


@dataclass(frozen=True, slots=True)
class Call(Generic[R]):
    """A call with one answer; None for what is not there."""

    name: str
    takes: type[R]
    answers: Callable[[R], Told]
    audience: Audience = "page"


@dataclass(frozen=True, slots=True)
class Stream(Generic[R]):
    """A call that is answered by events; setting the `threading.Event` ends it."""

    name: str
    takes: type[R]
    answers: Callable[[R, threading.Event], Iterator[dict[str, JSON]]]
    audience: Audience = "page"


def description(call: Call[R] | Stream[R]) -> str:
    """What a call does and what each of its values is, for the programs that choose by it."""
    values = [f"    {name}: {field.description}" for name, field in call.takes.model_fields.items()]
    said = inspect.getdoc(call.answers) or ""
    return "\n".join([said, *(["", "Args:", *values] if values else [])])
