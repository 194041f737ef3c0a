"""What is kept of people - sessions, conversations, remarks - as the server sees it: the Protocols.

Two implementations stand behind each: files of this machine, and tables beside a shared index. For any number of
threads and processes. Each method raises ConfigProblem or IndexProblem where what is kept cannot be reached or written.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from rag.types.json import JSON

__all__ = [
    "MOST_OF_ONE",
    "MOST_TOGETHER",
    "Conversation",
    "ConversationHead",
    "Conversations",
    "RemarkLog",
    "Session",
    "Sessions",
]

MOST_OF_ONE = 4_000_000  # bytes of one conversation
MOST_TOGETHER = 200_000_000  # bytes of all conversations of one person


@dataclass(frozen=True, slots=True)
class Session:
    """Who has signed in, with the groups that whoever signed them in told of, and what says so."""

    name: str
    groups: tuple[str, ...] = ()
    proof: str = ""


@dataclass(frozen=True, slots=True)
class ConversationHead:
    """What a list shows of a conversation. `at` is when it was last asked something, in milliseconds since 1970."""

    id: str
    title: str
    at: int
    questions: int
    pinned: bool
    version: int


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation: its head, and the text that the page keeps."""

    head: ConversationHead
    body: str


class Sessions(Protocol):
    """Sessions of people who have signed in, known by a token of which only the hash is kept."""

    def begin(self, session: Session, seconds: float) -> str:
        """The token of a new session, which ends after so many seconds."""

    def find(self, token: str, idle: float | None = None) -> Session | None:
        """The session of a token, if it goes on; with `idle` it goes on for so many seconds from now."""

    def end(self, token: str) -> Session | None:
        """Ends a session, and returns what it was."""

    def secret(self) -> bytes:
        """32 random bytes, the same ones for every process."""


class Conversations(Protocol):
    """Conversations of people who sign in, kept for each of them alone."""

    def heads(self, owner: str, text: str = "") -> list[ConversationHead]:
        """Those of one person that hold every word of a text, the pinned ones first, then by when they were asked."""

    def get(self, owner: str, identity: str) -> Conversation | None:
        """One conversation; None where this person has none of that id."""

    def keep(self, owner: str, given: Conversation, words: str) -> int:
        """Keeps a conversation that was read in `given.head.version`, 0 for a new one, and gives its new version.

        Gives 0, and changes nothing, where it has another version by now. `words` is what it is found by. Raises
        ConfigProblem where there is no room for it.
        """

    def pin(self, owner: str, identity: str, pinned: bool) -> bool:
        """Puts a conversation in front of the others, or back among them; False where there is none of that id."""

    def delete(self, owner: str, identity: str) -> bool:
        """Deletes a conversation; False where there is none of that id."""

    def delete_all(self, owner: str) -> int:
        """Deletes all conversations of one person, and gives their number."""


class RemarkLog(Protocol):
    """What people say of answers: one JSON object for each remark, of which `user` is the person, "" where nobody
    signs in.
    """

    def append(self, line: dict[str, JSON]) -> None:
        """Adds a remark. Raises ConfigProblem where there is no room for it."""

    def delete(self, user: str) -> int:
        """Deletes the remarks of a person; gives their number."""

    def lines(self) -> Iterator[dict[str, JSON]]:
        """All of them, oldest first; what is damaged is passed over."""
