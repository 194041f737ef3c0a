"""What is sent to a model's server, and what is left out of it for one that does not take it.

This module does not know how it is sent, or what comes back.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rag.types import Turn

__all__ = ["chat_request", "unknown_parameter"]

_KNOWN = ("max_tokens", "temperature", "system", "stream", "reasoning_effort")
"""What a server may refuse, as the words of its error name it; the first one named is meant."""
_INSTEAD = "max_completion_tokens"


def chat_request(
    model: str, instructions: str, turns: Sequence[Turn], most: int, without: frozenset[str] = frozenset()
) -> dict[str, Any]:
    """The body of a question: a streamed answer without chance, of at most `most` tokens.

    `without` names what the server refuses: `max_tokens` is then called by its newer name, what was to be said as
    `system` stands before the first question, everything else is left out.
    """
    said = [{"role": turn.role, "content": turn.text} for turn in turns]
    if "system" in without and said:
        said[0] = {"role": said[0]["role"], "content": f"{instructions}\n\n{said[0]['content']}"}
    else:
        said = [{"role": "system", "content": instructions}, *said]
    body: dict[str, Any] = {"model": model, "messages": said}
    body[_INSTEAD if "max_tokens" in without else "max_tokens"] = most
    if "temperature" not in without:
        body["temperature"] = 0.0
    body["stream"] = "stream" not in without
    return body


def unknown_parameter(said: str) -> str:
    """The parameter that a server's error is about, "" for none that could be left out."""
    text = said.lower().replace(_INSTEAD, "")  # named as what to take
    named = [(text.find(name), name) for name in _KNOWN if name in text]
    return min(named)[1] if named else ""
