"""What is kept of people, as rows: alike for the files of one machine and for the tables of a shared database."""

from __future__ import annotations

import hashlib
import json

from rag.errors import ConfigProblem
from rag.types import ConversationHead, Session

__all__ = ["check_room", "head_of", "session_of", "token_hash"]


def head_of(row: tuple[object, ...]) -> ConversationHead:
    """The head of a conversation from `id, title, at, questions, pinned, version`."""
    identity, title, at, questions, pinned, version = row
    assert isinstance(at, int)
    assert isinstance(questions, int)
    assert isinstance(version, int)
    return ConversationHead(str(identity), str(title), at, questions, bool(pinned), version)


def session_of(name: str, groups: str, proof: str) -> Session:
    """A session from its columns, of which `groups` are JSON."""
    return Session(name, tuple(json.loads(groups)), proof)


def token_hash(token: str) -> bytes:
    """What is kept of a token: who reads it cannot go on in somebody's name."""
    return hashlib.sha256(token.encode()).digest()


def check_room(size: int, most: int, what: str, hint: str) -> None:
    """Raises ConfigProblem where a conversation, or all of a person, have more than so many bytes."""
    if size > most:
        raise ConfigProblem(f"{what} more than {most:,} bytes and is not kept on the server.", f"{hint}.")
