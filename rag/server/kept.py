"""Where a server keeps what is about people: in files of this machine, or beside the index that it shares with others.

This module does not know what is kept.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rag.evidence import FeedbackFile
from rag.shared import Address, open_people
from rag.storage import ConversationStore, SessionStore
from rag.types import Conversations, RemarkLog, Sessions

__all__ = ["SESSIONS", "KeptOfPeople", "kept_beside", "kept_in"]

SESSIONS = "sessions.db"
_CONVERSATIONS = "conversations.db"


def _nothing() -> None:
    """Files are closed after each use."""


@dataclass(frozen=True, slots=True)
class KeptOfPeople:
    """Who has signed in, what they have asked, and what they have said of answers."""

    sessions: Sessions
    conversations: Conversations
    remarks: RemarkLog
    close: Callable[[], None] = _nothing


def kept_in(feedback: Path) -> KeptOfPeople:
    """The file of feedback, and what lies beside it."""
    return KeptOfPeople(
        SessionStore(feedback.with_name(SESSIONS)),
        ConversationStore(feedback.with_name(_CONVERSATIONS)),
        FeedbackFile(feedback),
    )


def kept_beside(database: str, feedback: Path) -> KeptOfPeople:
    """In the database of an index; as `kept_in` where there is none."""
    if not database:
        return kept_in(feedback)
    people = open_people(Address.parse(database))
    return KeptOfPeople(people.sessions, people.conversations, people.remarks, people.close)
