"""Sessions of people who have signed in elsewhere. This module does not know where."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

from rag.server.sign_on import SignedIn

__all__ = ["SESSION_HOURS", "Session", "Sessions"]

SESSION_HOURS = 12.0  # until who has signed in has to do so again, so that whoever may no longer does not stay
_MOST = 10_000


@dataclass(frozen=True, slots=True)
class Session:
    """Who has signed in, what says so (for signing out there), and when it ends."""

    person: SignedIn
    proof: str
    ends: float


class Sessions:
    """Sessions by their tokens, in memory."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._sessions: dict[str, Session] = {}

    def begin(self, person: SignedIn, proof: str) -> str:
        """The token of a new session; the oldest gives way where there are too many."""
        while len(self._sessions) >= _MOST:
            del self._sessions[next(iter(self._sessions))]
        token = secrets.token_urlsafe(32)
        self._sessions[token] = Session(person, proof, self._clock() + SESSION_HOURS * 3600)
        return token

    def find(self, token: str) -> Session | None:
        """The session of a token, if it goes on."""
        found = self._sessions.get(token)
        if found is None or self._clock() < found.ends:
            return found
        self.end(token)
        return None

    def end(self, token: str) -> Session | None:
        """Ends a session, and returns what it was."""
        return self._sessions.pop(token, None)
