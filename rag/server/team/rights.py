"""Who may do what with which collection: what is granted to those who sign in, and all to who is alone on a machine.

This module does not know what is asked, nor how somebody has signed in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from starlette.types import Scope

from rag.storage import EVERYWHERE, LEVELS, Level, TeamStore

__all__ = ["Person", "Rights", "person_of"]


@dataclass(frozen=True, slots=True)
class Person:
    """Who has signed in, and the groups that signing in told of; no name where nobody has to."""

    name: str = ""
    groups: tuple[str, ...] = ()


def person_of(scope: Scope) -> Person:
    """Who sends a request."""
    return Person(scope.get("user_name") or "", tuple(scope.get("user_groups") or ()))


Names: TypeAlias = Sequence[str]


@dataclass(frozen=True, slots=True)
class Rights:
    """The levels of people. Where nobody signs in (`alone`) everybody has one, or none."""

    store: TeamStore
    alone: Level | None = None

    def level(self, person: Person, names: Names) -> Level | None:
        """What somebody may do with all of some collections; several together can only be asked."""
        if self.alone is not None:
            return self.alone if len(names) == 1 else "ask"
        granted = self.store.levels(person.name, person.groups)
        everywhere = granted.get(EVERYWHERE)
        each = [max((granted.get(name), everywhere), key=_rank) for name in names]
        if None in each or not each:
            return None
        return each[0] if len(each) == 1 else "ask"

    def may_make(self, person: Person) -> bool:
        """Whether somebody may make collections, and groups of people."""
        if self.alone is not None:
            return self.alone == "manage"
        return self.store.levels(person.name, person.groups).get(EVERYWHERE) == "manage"


def _rank(level: Level | None) -> int:
    return -1 if level is None else LEVELS.index(level)
