"""Who may do what with which collection, and who did it: grants, groups, limits and the log, in one file.

Three levels, each with those before: "ask" reads and asks, "add" brings sources in and takes them out, "manage"
renames, archives, deletes and says who may what. A grant is to a name, to a group as "@group", or to everybody who
signs in, "*". On the collection `EVERYWHERE` it holds for all, and "manage" there makes new ones. This module does not
know what a collection is, nor who has signed in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, TypeAlias, get_args

from rag.errors import ConfigProblem
from rag.storage.private_file import PrivateFile

__all__ = ["EVERYWHERE", "LEVELS", "Entry", "Grant", "Level", "Quota", "TeamStore", "rank"]

Level: TypeAlias = Literal["ask", "add", "manage"]
LEVELS: tuple[Level, ...] = get_args(Level)
EVERYWHERE = "*"

_HINT = "Check the disk, and the folder of collections, in which it lies."
_MOST_LOGGED = 200  # entries that are shown
_SCHEMA = """
CREATE TABLE IF NOT EXISTS grants (collection TEXT NOT NULL, who TEXT NOT NULL, level TEXT NOT NULL,
    PRIMARY KEY (collection, who));
CREATE TABLE IF NOT EXISTS members (team TEXT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (team, name));
CREATE TABLE IF NOT EXISTS quotas (collection TEXT PRIMARY KEY, files INTEGER, bytes INTEGER);
CREATE TABLE IF NOT EXISTS log (at TEXT NOT NULL, collection TEXT NOT NULL, who TEXT NOT NULL, did TEXT NOT NULL,
    what TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS log_of ON log (collection, at);
"""


@dataclass(frozen=True, slots=True)
class Grant:
    """What somebody may do: a name, "@group", or "*" for everybody who signs in."""

    who: str
    level: Level


@dataclass(frozen=True, slots=True)
class Quota:
    """How many files, and bytes of them, a collection may hold; None for no limit of its own."""

    files: int | None = None
    bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """What somebody did, and when (UTC, ISO 8601)."""

    at: str
    who: str
    did: str
    what: str


class TeamStore:
    """The file of rights, that only its owner may read; it is made with the first of them."""

    def __init__(self, file: Path) -> None:
        self._file = PrivateFile(file, _SCHEMA, _HINT)

    def levels(self, name: str, groups: Sequence[str] = ()) -> Mapping[str, Level]:
        """What somebody may do: the highest level by collection; `groups` are those that signing in told of."""
        found: dict[str, Level] = {}
        with self._file.reading() as file:
            if file is None:
                return found
            known = [team for (team,) in file.execute("SELECT team FROM members WHERE name = ?", (name,))]
            own = () if name.startswith("@") else (name,)  # which would be taken for a group
            who = {*own, "*", *(f"@{group}" for group in (*known, *groups))}
            for collection, whom, level in file.execute("SELECT collection, who, level FROM grants"):
                if whom in who and rank(level) > rank(found.get(collection)):
                    found[collection] = level
        return found

    def grants(self, collection: str) -> list[Grant]:
        """Who may do what with a collection, by name."""
        wanted = "SELECT who, level FROM grants WHERE collection = ? ORDER BY who"
        with self._file.reading() as file:
            return [Grant(*row) for row in file.execute(wanted, (collection,))] if file else []

    def has_grants(self) -> bool:
        """Whether anybody may do anything."""
        with self._file.reading() as file:
            return file is not None and next(file.execute("SELECT EXISTS (SELECT * FROM grants)")) == (1,)

    def grant(self, collection: str, who: str, level: Level | None) -> None:
        """Gives somebody a level, or takes it away. Raises ConfigProblem where nobody could manage it any more."""
        with self._file.changing() as file:
            rest = file.execute(
                "SELECT count(*) FROM grants WHERE collection = ? AND level = 'manage' AND who != ?", (collection, who)
            )
            was = list(file.execute("SELECT level FROM grants WHERE collection = ? AND who = ?", (collection, who)))
            if was == [("manage",)] and level != "manage" and next(rest) == (0,):
                raise ConfigProblem(f"{who} is the last who may manage this.", "Let somebody else manage it first.")
            if level is None:
                file.execute("DELETE FROM grants WHERE collection = ? AND who = ?", (collection, who))
            else:
                file.execute("REPLACE INTO grants VALUES (?, ?, ?)", (collection, who, level))

    def groups(self) -> dict[str, list[str]]:
        """The members of each group, both by name."""
        found: dict[str, list[str]] = {}
        with self._file.reading() as file:
            for team, name in file.execute("SELECT team, name FROM members ORDER BY team, name") if file else ():
                found.setdefault(team, []).append(name)
        return found

    def set_group(self, group: str, members: Sequence[str]) -> None:
        """Says who is in a group; it is gone with its last member."""
        with self._file.changing() as file:
            file.execute("DELETE FROM members WHERE team = ?", (group,))
            file.executemany("INSERT OR IGNORE INTO members VALUES (?, ?)", [(group, name) for name in members])

    def quota(self, collection: str) -> Quota:
        """How much a collection may hold."""
        with self._file.reading() as file:
            rows = (
                list(file.execute("SELECT files, bytes FROM quotas WHERE collection = ?", (collection,)))
                if file
                else []
            )
        return Quota(*rows[0]) if rows else Quota()

    def set_quota(self, collection: str, quota: Quota) -> None:
        """Says how much a collection may hold."""
        with self._file.changing() as file:
            file.execute("REPLACE INTO quotas VALUES (?, ?, ?)", (collection, quota.files, quota.bytes))

    def note(self, collection: str, who: str, did: str, what: str = "") -> None:
        """Adds to the log what somebody did."""
        with self._file.changing() as file:
            at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            file.execute("INSERT INTO log VALUES (?, ?, ?, ?, ?)", (at, collection, who, did, what))

    def note_grant(self, collection: str, who: str, whom: str, level: Level | None) -> None:
        """Adds to the log that somebody gave access to somebody else, or took it away."""
        self.note(
            collection, who, "gave access to" if level else "took access from", f"{whom} ({level})" if level else whom
        )

    def log(self, collection: str) -> list[Entry]:
        """What was last done to a collection, newest first."""
        wanted = "SELECT at, who, did, what FROM log WHERE collection = ? ORDER BY at DESC, rowid DESC LIMIT ?"
        with self._file.reading() as file:
            return [Entry(*row) for row in file.execute(wanted, (collection, _MOST_LOGGED))] if file else []

    def forget(self, collection: str) -> None:
        """Removes all that is known of a collection: who may what, its limits, and what was done."""
        with self._file.changing() as file:
            file.execute("DELETE FROM grants WHERE collection = ?", (collection,))
            file.execute("DELETE FROM quotas WHERE collection = ?", (collection,))
            file.execute("DELETE FROM log WHERE collection = ?", (collection,))


def rank(level: Level | None) -> int:
    """How high a level is; -1 for none."""
    return -1 if level is None else LEVELS.index(level)
