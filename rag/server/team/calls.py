"""The calls of the page that lists collections: they are made, renamed, put aside and deleted, and people let in.

What somebody may not do is answered as if there were no such collection. This module does not know what is asked of a
collection.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from collections.abc import Collection as AnyOf
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from starlette.routing import Route

from rag.collections import Collection, CollectionFolder
from rag.errors import ConfigProblem, FootnoteError, IndexProblem
from rag.server.calls import Told
from rag.server.request_models import (
    ArchiveRequest,
    CollectionRequest,
    DeleteRequest,
    GrantRequest,
    GroupRequest,
    MakeRequest,
    MoveRequest,
    PageRequest,
    QuotaRequest,
    RenameRequest,
)
from rag.server.routes import json_route
from rag.server.sign_on import SignedIn
from rag.server.team.pages import CollectionPages
from rag.server.team.rights import Rights, person_of
from rag.storage import LEVELS, Level, Quota, Store
from rag.types import JSON

__all__ = ["TeamCalls"]

_T = TypeVar("_T", bound=PageRequest)
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class TeamCalls:
    """The calls over a folder of collections. `users` gives the names of those who can sign in, as far as known."""

    folder: CollectionFolder
    pages: CollectionPages
    rights: Rights
    users: Callable[[], AnyOf[str]]
    counts: dict[Path, tuple[int, int]] = field(default_factory=dict)  # generation and sources, by folder

    def routes(self) -> list[Route]:
        """All of them, under `/team/`."""
        return [
            _route("state", PageRequest, self._state),
            _route("make", MakeRequest, self._make),
            _route("rename", RenameRequest, self._rename),
            _route("archive", ArchiveRequest, self._archive),
            _route("delete", DeleteRequest, self._delete),
            _route("move", MoveRequest, self._move),
            _route("people", CollectionRequest, self._people),
            _route("grant", GrantRequest, self._grant),
            _route("group", GroupRequest, self._group),
            _route("quota", QuotaRequest, self._quota),
            _route("log", CollectionRequest, self._log),
        ]

    def _state(self, person: SignedIn, _: PageRequest) -> Told:
        """The collections that somebody may ask; those put aside only for who may bring them back."""
        levels = ((each, self.rights.level(person, [each.name])) for each in self.folder.all())
        seen = [(each, level) for each, level in levels if level and (level == "manage" or not each.archived)]
        return {
            "user": person.name,
            "may_make": self.rights.may_make(person),
            "building": any(self.pages.build_of(each.name)[0] for each, _ in seen),
            "collections": [self._told(each, level) for each, level in seen],
        }

    def _told(self, each: Collection, level: Level) -> dict[str, JSON]:
        (count, built), (_, problem) = self._counted(each), self.pages.build_of(each.name)
        return {
            "name": each.name,
            "title": each.title,
            "archived": each.archived,
            "level": level,
            "sources": count,
            "built": built,
            "problem": "" if level == "ask" else problem,  # it may name a file or folder of the server
        }

    def _make(self, person: SignedIn, given: MakeRequest) -> Told:
        if not self.rights.may_make(person):
            return None
        made = self.folder.make(given.title)
        if person.name:
            self.rights.store.grant(made.name, person.name, "manage")
        self.rights.store.note(made.name, person.name, "made", made.title)
        return {"name": made.name}

    def _rename(self, person: SignedIn, given: RenameRequest) -> Told:
        if (known := self._managed(person, given.name)) is None:
            return None
        changed = self.folder.rename(given.name, given.title)
        self.rights.store.note(given.name, person.name, "renamed", f"{known.title} → {changed.title}")
        return {}

    def _archive(self, person: SignedIn, given: ArchiveRequest) -> Told:
        if self._managed(person, given.name) is None:
            return None
        self.folder.archive(given.name, given.archived)
        if given.archived:
            self.pages.drop(given.name)
        self.rights.store.note(given.name, person.name, "archived" if given.archived else "brought back")
        return {}

    def _delete(self, person: SignedIn, given: DeleteRequest) -> Told:
        if (known := self._managed(person, given.name)) is None:
            return None
        if given.typed.strip() != known.title:
            raise ConfigProblem("That is not the collection's title.", f"To delete it for good, type: {known.title}")
        self.pages.delete(given.name)
        self.rights.store.forget(given.name)
        _log.warning("%s deleted the collection %s.", person.name or "Somebody", given.name)
        return {}

    def _move(self, person: SignedIn, given: MoveRequest) -> Told:
        if self._managed(person, given.name) is None or self._managed(person, given.to) is None:
            return None
        if given.name == given.to:
            raise ConfigProblem("The documents are in that collection already.", "Choose another one.")
        here, there = self.pages.shelf(given.name), self.pages.shelf(given.to)
        problems: dict[str, FootnoteError] = {}
        try:
            for path in given.paths:
                try:
                    here.hand_over(path, there)
                except FootnoteError as problem:
                    problems[path] = problem
                    continue
                self.rights.store.note(given.name, person.name, "moved away", f"{path} → {given.to}")
                self.rights.store.note(given.to, person.name, "moved here", f"{path} ← {given.name}")
        finally:
            self.pages.rebuild(given.name)
            self.pages.rebuild(given.to)
        if problems and len(problems) == len(given.paths):
            raise next(iter(problems.values()))
        left: list[JSON] = [{"path": path, "problem": str(problem)} for path, problem in problems.items()]
        return {"moved": len(given.paths) - len(left), "left": left}

    def _people(self, person: SignedIn, given: CollectionRequest) -> Told:
        if self._managed(person, given.name) is None:
            return None
        store, quota = self.rights.store, self.rights.store.quota(given.name)
        return {
            "grants": [asdict(each) for each in store.grants(given.name)],
            "groups": [{"name": name, "members": list(members)} for name, members in store.groups().items()],
            "users": [*sorted(self.users())],
            "most_files": quota.files,
            "most_bytes": quota.bytes,
        }

    def _grant(self, person: SignedIn, given: GrantRequest) -> Told:
        if self._managed(person, given.name) is None:
            return None
        who, level = given.who.strip(), next((each for each in LEVELS if each == given.level), None)
        if not who or not who.isprintable() or who == "@":
            raise ConfigProblem("Say who: a name, a group as @name, or * for everybody.", "Type it in.")
        self.rights.store.grant(given.name, who, level)
        self.rights.store.note_grant(given.name, person.name, who, level)
        return {}

    def _group(self, person: SignedIn, given: GroupRequest) -> Told:
        if not self.rights.may_make(person):
            return None
        if not given.group.strip() or not given.group.isprintable():
            raise ConfigProblem("A group has a name.", "Type it in.")
        self.rights.store.set_group(given.group.strip(), [name.strip() for name in given.members if name.strip()])
        return {}

    def _quota(self, person: SignedIn, given: QuotaRequest) -> Told:
        if self._managed(person, given.name) is None:
            return None
        self.rights.store.set_quota(given.name, Quota(given.most_files, given.most_bytes))
        self.rights.store.note(
            given.name, person.name, "limited", f"{given.most_files} files, {given.most_bytes} bytes"
        )
        return {}

    def _log(self, person: SignedIn, given: CollectionRequest) -> Told:
        if self._managed(person, given.name) is None:
            return None
        return [asdict(each) for each in self.rights.store.log(given.name)]

    def _counted(self, each: Collection) -> tuple[int, str | None]:
        """How many sources a collection has, and when its index was last written (UTC, ISO 8601).

        Those in the index, which are counted once for each generation of it; where it has none, those in the folder.
        """
        try:
            with Store(each.index).snapshot() as snapshot:
                number, scanned = snapshot.generation, int(snapshot.meta("scanned_ns") or 0)
                counted, count = self.counts.get(each.folder, (0, 0))
                if counted != number:
                    count = sum(row.document_id is not None for row in snapshot.files())
                    self.counts[each.folder] = number, count
        except IndexProblem:
            return len(each.files()), None
        built = datetime.fromtimestamp(scanned / 1e9, UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if scanned else None
        return count or len(each.files()), built

    def _managed(self, person: SignedIn, name: str) -> Collection | None:
        """A collection that somebody may manage; None for any other, there or not."""
        return self.folder.get(name) if self.rights.level(person, [name]) == "manage" else None


def _route(name: str, takes: type[_T], answers: Callable[[SignedIn, _T], Told]) -> Route:
    """A call under `/team/`, of who has signed in."""
    return json_route(f"/team/{name}", takes, lambda given, request: answers(person_of(request.scope), given))
