"""What a build has noted of itself: the number of its generation, and what made its rows."""

from __future__ import annotations

from abc import ABC, abstractmethod

__all__ = ["OWN_NOTES", "Noted"]

OWN_NOTES = ("format", "generation", "recipe", "commit")
"""What a truth notes of itself, not a build."""


class Noted(ABC):
    """Whoever reads what a build has noted, in whichever database."""

    @abstractmethod
    def meta(self, key: str) -> str | None:
        """As `Snapshot` and `IndexWriter` have it."""

    @property
    def generation(self) -> int:
        """Number of the last committed generation, one more than of the one before; 0 before the first."""
        return int(self.meta("generation") or 0)

    @property
    def recipe(self) -> str:
        """What made the rows of this generation."""
        return self.meta("recipe") or ""
