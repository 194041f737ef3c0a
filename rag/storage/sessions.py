"""Sessions of people who have signed in, in one file for all processes of a server.

A session is known by its token, of which only the hash is kept: who reads the file cannot go on in somebody's name.
This module does not know how people sign in.
"""

from __future__ import annotations

import json
import secrets
import shutil
import tempfile
import time
import weakref
from collections.abc import Callable
from pathlib import Path

from rag.rows import session_of, token_hash
from rag.storage.private_file import PrivateFile
from rag.types import Session

__all__ = ["SessionStore"]

_MOST = 10_000  # sessions; the oldest gives way
_RENEWED = 300.0  # seconds: how old what is known of a session's last use may be
_HINT = "Check the disk, and the folder in which it lies."
_SCHEMA = """
CREATE TABLE IF NOT EXISTS sessions (number INTEGER PRIMARY KEY, token BLOB NOT NULL UNIQUE, name TEXT NOT NULL,
    groups TEXT NOT NULL, proof TEXT NOT NULL, ends REAL NOT NULL);
CREATE TABLE IF NOT EXISTS secrets (secret BLOB NOT NULL);
"""
_OLDEST = "DELETE FROM sessions WHERE number IN (SELECT number FROM sessions ORDER BY number DESC LIMIT -1 OFFSET ?)"
_ONE = "SELECT name, groups, proof, ends FROM sessions WHERE token = ?"


class SessionStore:
    """The file of sessions, that only its owner may read. For any number of threads and processes."""

    def __init__(self, file: Path | None = None, clock: Callable[[], float] = time.time) -> None:
        """Without `file` it is one of its own, and gone when nobody uses it any more."""
        if file is None:
            folder = tempfile.mkdtemp(prefix="footnote-")
            weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
            file = Path(folder, "sessions.db")
        self._file = PrivateFile(file, _SCHEMA, _HINT)
        self._clock = clock

    def begin(self, session: Session, seconds: float) -> str:
        """The token of a new session, which ends after so many seconds. Raises ConfigProblem."""
        token, now = secrets.token_urlsafe(32), self._clock()
        row = token_hash(token), session.name, json.dumps(session.groups), session.proof, now + seconds
        with self._file.changing() as file:
            file.execute("DELETE FROM sessions WHERE ends < ?", (now,))
            file.execute("INSERT INTO sessions (token, name, groups, proof, ends) VALUES (?, ?, ?, ?, ?)", row)
            file.execute(_OLDEST, (_MOST,))
        return token

    def find(self, token: str, idle: float | None = None) -> Session | None:
        """The session of a token, if it goes on; with `idle` it goes on for so many seconds from now.

        Raises ConfigProblem.
        """
        found, now = self._row(token), self._clock()
        if found is None or now >= found[1]:
            return None
        session, ends = found
        if idle is not None and now + idle - ends > _RENEWED:
            with self._file.changing() as file:
                file.execute("UPDATE sessions SET ends = ? WHERE token = ?", (now + idle, token_hash(token)))
        return session

    def end(self, token: str) -> Session | None:
        """Ends a session, and returns what it was. Raises ConfigProblem."""
        found = self._row(token)
        if found is None:
            return None
        with self._file.changing() as file:
            file.execute("DELETE FROM sessions WHERE token = ?", (token_hash(token),))
        return found[0]

    def secret(self) -> bytes:
        """32 random bytes, the same ones for every process. Raises ConfigProblem."""
        with self._file.changing() as file:
            found = file.execute("SELECT secret FROM secrets").fetchone()
            if found is None:
                found = (secrets.token_bytes(32),)
                file.execute("INSERT INTO secrets VALUES (?)", found)
        return bytes(found[0])

    def _row(self, token: str) -> tuple[Session, float] | None:
        if not token:
            return None
        with self._file.reading() as file:
            row = file.execute(_ONE, (token_hash(token),)).fetchone() if file is not None else None
        if row is None:
            return None
        name, groups, proof, ends = row
        return session_of(name, groups, proof), ends
