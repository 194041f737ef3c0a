"""Conversations on the server: each person who has signed in reads, keeps, finds, pins and deletes their own.

Who has signed in is taken from the session, whatever a request says, and another's conversation is as one that is not
there. This module does not know how a conversation is shown.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict

from pydantic import JsonValue
from starlette.routing import Route

from rag.server.calls import Call, Told
from rag.server.request_models import (
    ConversationRequest,
    ConversationsRequest,
    KeepRequest,
    PinRequest,
)
from rag.server.routes import call_route
from rag.types import JSON, Conversation, ConversationHead, Conversations

__all__ = ["conversation_routes"]

_FOUND_BY = ("title", "question", "markdown", "text")  # what of a conversation is looked through
_ASIDE = ("passages",)  # long, and not what was said


def conversation_routes(kept: Conversations) -> list[Route]:
    """The calls over the conversations that are kept, under `/page/`. For a server where people sign in."""

    def heads(given: ConversationsRequest) -> Told:
        return [_told(head) for head in kept.heads(given.user, given.text)]

    def one(given: ConversationRequest) -> dict[str, JSON] | None:
        found = kept.get(given.user, given.id)
        return None if found is None else {**_told(found.head), "conversation": json.loads(found.body)}

    def keep(given: KeepRequest) -> Told:
        """The new version; 0, with what is kept, where another page has changed or deleted it meanwhile."""
        turns = given.conversation.get("turns")
        count = len(turns) if isinstance(turns, list) else 0
        head = ConversationHead(given.id, given.title, given.at, count, given.pinned, given.version)
        body = json.dumps(given.conversation, ensure_ascii=False)
        words = " ".join(dict.fromkeys([given.title, *_said(given.conversation)]))
        version = kept.keep(given.user, Conversation(head, body), words)
        return {"version": version, "kept": None if version else one(given)}

    def pin(given: PinRequest) -> Told:
        return {} if kept.pin(given.user, given.id, given.pinned) else None

    def discard(given: ConversationRequest) -> Told:
        return {} if kept.delete(given.user, given.id) else None

    def discard_all(given: ConversationsRequest) -> Told:
        return {"deleted": kept.delete_all(given.user)}

    return [
        call_route(Call("conversations", ConversationsRequest, heads)),
        call_route(Call("conversation", ConversationRequest, one)),
        call_route(Call("keep", KeepRequest, keep)),
        call_route(Call("pin", PinRequest, pin)),
        call_route(Call("discard", ConversationRequest, discard)),
        call_route(Call("discard-all", ConversationsRequest, discard_all)),
    ]


def _told(head: ConversationHead) -> dict[str, JSON]:
    return asdict(head)


def _said(value: JsonValue, name: str = "") -> Iterator[str]:
    """The texts of a conversation that a person would look for."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key not in _ASIDE:
                yield from _said(inner, key)
    elif isinstance(value, list):
        for each in value:
            yield from _said(each, name)
    elif isinstance(value, str) and name in _FOUND_BY:
        yield value
