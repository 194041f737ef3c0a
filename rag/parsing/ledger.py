"""What a reader sees in a file and does not put into the text: counted by kind, with the places.

This module does not know any file format.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rag.types import Left

if TYPE_CHECKING:
    from rag.types import LeftKind

__all__ = ["Ledger", "word_count"]

_WORD = re.compile(r"\w+")


def word_count(text: str) -> int:
    """How many words a text has, a word being a run of letters and digits."""
    return sum(1 for _ in _WORD.finditer(text))


@dataclass(slots=True)
class Ledger:
    """Collects what is left out of one file."""

    _found: dict[LeftKind, tuple[int, dict[str, None], int]] = field(default_factory=dict)

    def leave(self, kind: LeftKind, text: str = "", place: str = "", *, count: int = 1) -> None:
        """Notes `count` things of a kind, their text, and where they stand ("page 3", "sheet Costs")."""
        counted, places, words = self._found.get(kind, (0, {}, 0))
        if place:
            places[place] = None
        self._found[kind] = counted + count, places, words + word_count(text)

    def include(self, left: Left, place: str = "") -> None:
        """Takes over what was left out of a part that has a ledger of its own, such as an attachment."""
        counted, places, words = self._found.get(left.kind, (0, {}, 0))
        within = [", ".join(filter(None, (place, one))) for one in left.places] or [place]
        places.update(dict.fromkeys(filter(None, within)))
        self._found[left.kind] = counted + left.count, places, words + left.words

    def entries(self) -> tuple[Left, ...]:
        """One entry for each kind, in the order in which the kinds were first seen."""
        return tuple(Left(kind, count, tuple(places), words) for kind, (count, places, words) in self._found.items())
