"""Who may do what with which collection: what is granted to those who sign in, and all to who is alone on a machine.

This module does not know what is asked, nor how somebody has signed in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.types import Scope

from rag.server.sign_on import SignedIn
from rag.storage import EVERYWHERE, Level, TeamStore, rank

__all__ = ["Rights", "person_of"]


def person_of(scope: Scope) -> SignedIn:
    """Who sends a request; no name where nobody has to sign in."""
    return SignedIn(scope.get("user_name") or "", tuple(scope.get("user_groups") or ()))


@dataclass(frozen=True, slots=True)
class Rights:
    """The levels of people. Where nobody signs in (`alone`) everybody has one, or none."""

    store: TeamStore
    alone: Level | None = None

    def level(self, person: SignedIn, names: Sequence[str]) -> Level | None:
        """What somebody may do with all of some collections; several together can only be asked."""
        if self.alone is not None:
            return self.alone if len(names) == 1 else "ask"
        granted = self.store.levels(person.name, person.groups)
        everywhere = granted.get(EVERYWHERE)
        each = [max((granted.get(name), everywhere), key=rank) for name in names]
        if None in each or not each:
            return None
        return each[0] if len(each) == 1 else "ask"

    def may_make(self, person: SignedIn) -> bool:
        """Whether somebody may make collections, and groups of people."""
        if self.alone is not None:
            return self.alone == "manage"
        return self.store.levels(person.name, person.groups).get(EVERYWHERE) == "manage"
