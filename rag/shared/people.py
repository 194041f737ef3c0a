"""What is kept of people beside a shared index: sessions, conversations, remarks, in a schema of their own.

So any of several servers knows who has signed in at another, and goes on with what was begun there. What is deleted is
vacuumed at once: its room is free, though PostgreSQL overwrites it only with what comes next.
"""

from __future__ import annotations

import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import LiteralString, cast

from psycopg import sql

from rag.errors import ConfigProblem
from rag.language import normalise
from rag.rows import check_room, head_of, session_of, token_hash
from rag.shared.address import Address
from rag.shared.connect import Connection, ConnectionPool, storable, translated_errors
from rag.types import JSON, MOST_OF_ONE, MOST_TOGETHER, Conversation, ConversationHead, Session

__all__ = ["PostgresPeople"]

_IDLE = 4  # connections that are kept
_SESSIONS = 10_000  # the oldest gives way
_RENEWED = 300.0  # seconds: how old what is known of a session's last use may be
_REMARKS = 50_000_000  # bytes
_SCHEMA = """
SELECT pg_advisory_xact_lock({lock});
CREATE SCHEMA IF NOT EXISTS {schema};
CREATE TABLE IF NOT EXISTS {schema}.sessions(number bigserial PRIMARY KEY, token bytea NOT NULL UNIQUE,
    name text NOT NULL, groups text NOT NULL, proof text NOT NULL, ends double precision NOT NULL);
CREATE TABLE IF NOT EXISTS {schema}.secrets(one boolean PRIMARY KEY DEFAULT true CHECK (one), secret bytea NOT NULL);
CREATE TABLE IF NOT EXISTS {schema}.remarks(number bigserial PRIMARY KEY, person text NOT NULL, line text NOT NULL);
CREATE TABLE IF NOT EXISTS {schema}.conversations(
    owner text NOT NULL, id text COLLATE "C" NOT NULL, title text NOT NULL, at bigint NOT NULL,
    questions integer NOT NULL, pinned boolean NOT NULL, version integer NOT NULL, bytes bigint NOT NULL,
    words text NOT NULL, body text NOT NULL, PRIMARY KEY (owner, id));
"""
_HEAD: LiteralString = "id, title, at, questions, pinned, version"
_LIST: LiteralString = (
    f"SELECT {_HEAD} FROM conversations WHERE owner = %s"  # noqa: S608
    " AND NOT EXISTS (SELECT 1 FROM unnest(%s::text[]) AS wanted WHERE strpos(words, wanted) = 0)"
    " ORDER BY pinned DESC, at DESC, id"
)
_ONE: LiteralString = f"SELECT {_HEAD}, body FROM conversations WHERE owner = %s AND id = %s"  # noqa: S608
_KEEP: LiteralString = (
    "INSERT INTO conversations VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (owner, id) DO UPDATE SET"
    " title = excluded.title, at = excluded.at, questions = excluded.questions, pinned = excluded.pinned,"
    " version = excluded.version, bytes = excluded.bytes, words = excluded.words, body = excluded.body"
)
_OLDEST: LiteralString = (
    "DELETE FROM sessions WHERE number IN (SELECT number FROM sessions ORDER BY number DESC OFFSET %s)"
)


class PostgresPeople:
    """The tables beside the index at an address; they are made when they are first used."""

    def __init__(self, address: Address, clock: Callable[[], float] = time.time) -> None:
        self._tables = tables = _Tables(address.people)
        self.sessions = PostgresSessions(tables, clock)
        self.conversations = PostgresConversations(tables)
        self.remarks = PostgresRemarks(tables)

    def close(self) -> None:
        """Closes the connections that nobody uses now, and keeps no more."""
        self._tables.close()


class _Tables:
    """Connections to the tables, each used by one thread at a time."""

    def __init__(self, address: Address) -> None:
        self._address, self._pool = address, ConnectionPool(address, _IDLE)
        self._lock, self._made = threading.Lock(), False

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """In a transaction that only reads. Raises IndexUnreachable, ConfigProblem."""
        with translated_errors(self._address):
            self._make()
            with self._pool.reading() as connection:
                yield connection

    @contextmanager
    def changing(self) -> Iterator[Connection]:
        """In a transaction that is committed in the end. Raises as `reading` does, and IndexUnwritable."""
        with translated_errors(self._address):
            self._make()
            with self._pool.changing() as connection:
                yield connection

    def vacuum(self, table: LiteralString) -> None:
        """Frees the room of what was deleted."""
        with translated_errors(self._address), self._pool.alone() as connection:
            connection.execute(sql.SQL("VACUUM {}").format(sql.Identifier(table)))

    def close(self) -> None:
        """See `PostgresPeople`."""
        self._pool.close()

    def _make(self) -> None:
        with self._lock:
            if self._made:
                return
            with self._pool.reading() as connection:
                made = connection.execute("SELECT to_regclass('conversations') IS NOT NULL").fetchone()
            if made != (True,):
                schema, lock = sql.Identifier(self._address.schema), sql.Literal(self._address.lock)
                with self._pool.changing() as connection:
                    connection.execute(sql.SQL(_SCHEMA).format(schema=schema, lock=lock))
            self._made = True


class PostgresSessions:
    """As `Sessions` has it."""

    def __init__(self, tables: _Tables, clock: Callable[[], float]) -> None:
        self._tables, self._clock = tables, clock

    def begin(self, session: Session, seconds: float) -> str:
        """As `Sessions` has it."""
        token, now = secrets.token_urlsafe(32), self._clock()
        row = token_hash(token), session.name, json.dumps(session.groups), session.proof, now + seconds
        with self._tables.changing() as db:
            db.execute("DELETE FROM sessions WHERE ends < %s", (now,))
            db.execute("INSERT INTO sessions(token, name, groups, proof, ends) VALUES (%s, %s, %s, %s, %s)", _kept(row))
            db.execute(_OLDEST, (_SESSIONS,))
        return token

    def find(self, token: str, idle: float | None = None) -> Session | None:
        """As `Sessions` has it."""
        found, now = self._row(token), self._clock()
        if found is None or now >= found[1]:
            return None
        session, ends = found
        if idle is not None and now + idle - ends > _RENEWED:
            with self._tables.changing() as db:
                db.execute("UPDATE sessions SET ends = %s WHERE token = %s", (now + idle, token_hash(token)))
        return session

    def end(self, token: str) -> Session | None:
        """As `Sessions` has it."""
        found = self._row(token)
        if found is None:
            return None
        with self._tables.changing() as db:
            db.execute("DELETE FROM sessions WHERE token = %s", (token_hash(token),))
        return found[0]

    def secret(self) -> bytes:
        """As `Sessions` has it."""
        with self._tables.changing() as db:
            new = secrets.token_bytes(32)
            db.execute("INSERT INTO secrets(secret) VALUES (%s) ON CONFLICT DO NOTHING", (new,))
            ((found,),) = db.execute("SELECT secret FROM secrets").fetchall()
        return bytes(found)

    def _row(self, token: str) -> tuple[Session, float] | None:
        if not token:
            return None
        one = "SELECT name, groups, proof, ends FROM sessions WHERE token = %s"
        with self._tables.reading() as db:
            row = db.execute(one, (token_hash(token),)).fetchone()
        return (session_of(*row[:3]), float(row[3])) if row else None


class PostgresConversations:
    """As `Conversations` has it."""

    def __init__(self, tables: _Tables) -> None:
        self._tables = tables

    def heads(self, owner: str, text: str = "") -> list[ConversationHead]:
        """As `Conversations` has it."""
        with self._tables.reading() as db:
            return [head_of(row) for row in db.execute(_LIST, _kept((owner, normalise(text).split())))]

    def get(self, owner: str, identity: str) -> Conversation | None:
        """As `Conversations` has it."""
        with self._tables.reading() as db:
            row = db.execute(_ONE, _kept((owner, identity))).fetchone()
        return Conversation(head_of(row[:-1]), str(row[-1])) if row else None

    def keep(self, owner: str, given: Conversation, words: str) -> int:
        """As `Conversations` has it."""
        head, size = given.head, len(given.body.encode()) + len(words.encode())
        check_room(size, MOST_OF_ONE, "This conversation has", "Begin a new one; export keeps this one")
        with self._tables.changing() as db:
            # One after the other: what there is together must hold, and of two pages one is right.
            db.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", _kept((f"footnote {owner}",)))
            known = db.execute(
                "SELECT version, bytes FROM conversations WHERE owner = %s AND id = %s", _kept((owner, head.id))
            ).fetchone()
            version, before = known or (0, 0)
            if version != head.version:
                return 0
            total = "SELECT coalesce(sum(bytes), 0)::bigint FROM conversations WHERE owner = %s"
            ((together,),) = db.execute(total, _kept((owner,))).fetchall()
            check_room(
                together - before + size, MOST_TOGETHER, "Your conversations have", "Delete some, or export them first"
            )
            row = (owner, head.id, head.title, head.at, head.questions, head.pinned, version + 1, size)
            db.execute(_KEEP, _kept((*row, normalise(words), given.body)))
            return int(version) + 1

    def pin(self, owner: str, identity: str, pinned: bool) -> bool:
        """As `Conversations` has it."""
        change = "UPDATE conversations SET pinned = %s WHERE owner = %s AND id = %s"
        with self._tables.changing() as db:
            return db.execute(change, _kept((pinned, owner, identity))).rowcount > 0

    def delete(self, owner: str, identity: str) -> bool:
        """As `Conversations` has it."""
        return self._deleted("DELETE FROM conversations WHERE owner = %s AND id = %s", (owner, identity)) > 0

    def delete_all(self, owner: str) -> int:
        """As `Conversations` has it."""
        return self._deleted("DELETE FROM conversations WHERE owner = %s", (owner,))

    def _deleted(self, statement: LiteralString, values: tuple[object, ...]) -> int:
        with self._tables.changing() as db:
            count = db.execute(statement, _kept(values)).rowcount
        if count:
            self._tables.vacuum("conversations")
        return count


class PostgresRemarks:
    """As `RemarkLog` has it."""

    def __init__(self, tables: _Tables) -> None:
        self._tables = tables

    def append(self, line: dict[str, JSON]) -> None:
        """As `RemarkLog` has it."""
        text = json.dumps(line, ensure_ascii=False)
        with self._tables.changing() as db:
            ((size,),) = db.execute("SELECT coalesce(sum(octet_length(line)), 0)::bigint FROM remarks").fetchall()
            if size + len(text.encode("utf-8", "replace")) > _REMARKS:
                raise ConfigProblem("There is no room for more remarks.", "Export them with rag feedback, then delete.")
            db.execute("INSERT INTO remarks(person, line) VALUES (%s, %s)", _kept((line.get("user", ""), text)))

    def delete(self, user: str) -> int:
        """As `RemarkLog` has it."""
        with self._tables.changing() as db:
            count = db.execute("DELETE FROM remarks WHERE person = %s", _kept((user,))).rowcount
        if count:
            self._tables.vacuum("remarks")
        return count

    def lines(self) -> Iterator[dict[str, JSON]]:
        """As `RemarkLog` has it."""
        with self._tables.reading() as db:
            rows = db.execute("SELECT line FROM remarks ORDER BY number").fetchall()
        return (cast("dict[str, JSON]", json.loads(line)) for (line,) in rows)


def _kept(values: tuple[object, ...]) -> tuple[object, ...]:
    return tuple(map(storable, values))
