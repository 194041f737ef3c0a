"""The lenses as the other rooms see them, whatever searches there: the Protocols.

A lens proposes, the truth decides: a lens that is asked for a snapshot names chunks of that snapshot and no others.
This module does not know how anything is searched.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol

from rag.types.originals import OriginalStore
from rag.types.truth import LensRows, Remains, Snapshot, Truth
from rag.types.vectors import Keys, Vectors

__all__ = ["DenseSearch", "Index", "Lenses", "LexicalSearch", "ShownLenses"]


class DenseSearch(Protocol):
    """Chunks by the cosine of their vectors. Equal scores are ordered by key."""

    def search(self, vector: Vectors, k: int, documents: Sequence[str] | None = None) -> tuple[Keys, Vectors]:
        """The `k` nearest keys and their cosines, `(≤ k,)` each, best first; only of `documents` (ids) if given."""

    def scores(self, vector: Vectors, keys: Keys) -> Vectors:
        """The cosines of some chunks of the snapshot, `(n,)`. Raises KeyError for any other."""


class LexicalSearch(Protocol):
    """Chunks by BM25 of their words. Equal scores are ordered by key; which of equal ones come last is open."""

    def search(
        self, text: str, k: int, documents: Sequence[str] | None = None, language: str = ""
    ) -> tuple[Keys, Vectors]:
        """The `k` best keys by BM25 and their scores, `(≤ k,)` each, best first; only of `documents` (ids) if given.

        The text's words are those of `language`; function words count only in a text that has no others.
        """

    def idf(self, wanted: Iterable[str], language: str = "") -> dict[str, float]:
        """BM25's inverse document frequency of each term over the whole index; 0 for function words."""


class ShownLenses(NamedTuple):
    """Both lenses as they show one snapshot. For its thread, while it is open."""

    dense: DenseSearch
    lexical: LexicalSearch


class Lenses(Protocol):
    """Both lenses of one index: written before each generation is committed, asked for a snapshot of it."""

    @property
    def version(self) -> str:
        """Of what is written; what another version wrote is written again at the next build."""

    def of(self, snapshot: Snapshot) -> ShownLenses:
        """The lenses as they show a snapshot.

        Raises OSError where they are missing and ValueError where they are damaged: both are mended by `publish`.
        """

    def publish(self, rows: LensRows, last: int = 0) -> None:
        """Writes the lenses of a generation that is about to be committed, or once more; snapshots before it are shown
        as they were. What generation `last` has too may be taken over, 0 for nothing. Raises OSError.
        """

    def remove_others(self, generation: int) -> None:
        """Removes what only other generations need, also what builds left that never came to their commit."""

    def remains(self, snapshot: Snapshot) -> list[Remains]:
        """What is left of documents that are not in the last generation, which `snapshot` is. Raises IndexProblem."""

    def drop(self, other: str = "") -> None:
        """Removes all that was written for this index, or for the `other` one of that name in the same place.

        Raises ConfigProblem for a name that is not there, IndexProblem, OSError.
        """

    def close(self) -> None:
        """Lets go of what is open; what is written is not touched."""


@dataclass(frozen=True, slots=True)
class Index:
    """What a build writes: the truth, the lenses on it, and the folder of this machine that lies beside them; the store
    of its originals, where they do not stay in the sources folder alone.
    """

    folder: Path
    truth: Truth
    lenses: Lenses
    originals: OriginalStore | None = None
