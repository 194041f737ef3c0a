"""Originals in a store that several machines reach, as the other rooms see it: the Protocol.

An original is the file that a document was read from, as it was then, kept by its SHA-256. Whoever reads one compares
its bytes with that; a store is not believed. This module does not know where it is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple, Protocol

__all__ = ["FETCHED_LOG", "NOTED_FETCHED", "NOTED_ORIGINALS", "OriginalFile", "OriginalStore"]

NOTED_ORIGINALS = "originals"
"""What `Snapshot.meta` has of an index whose originals are in a store: the name that they are kept under there."""
NOTED_FETCHED = "fetched"
"""Likewise the SHA-256 of the log of what was fetched from the web, which is kept as an original is."""
FETCHED_LOG = ".fetched.jsonl"
"""The log of what was fetched from the web, in the sources folder; see `rag.evidence.origins`."""


class OriginalFile(NamedTuple):
    """A file on this machine that is to have these bytes: their SHA-256 and how many they are."""

    sha256: str
    size: int
    file: Path


class OriginalStore(Protocol):
    """Originals of several indexes, each under a name of its own. For any number of threads.

    Each method raises IndexUnreachable where the store cannot be reached, ConfigProblem where it does not let us in.
    """

    @property
    def place(self) -> str:
        """Where it is, as it may be shown: without a key."""

    def sizes(self, name: str) -> dict[str, int]:
        """What is kept under a name: the bytes of each original, by its SHA-256."""

    def put(self, name: str, files: Iterable[OriginalFile]) -> list[OriginalFile]:
        """Puts files there; those whose bytes are others by now are not put, and given back."""

    def pieces(self, name: str, sha256: str) -> Iterator[bytes]:
        """The bytes that are there under a hash, unchecked. Raises FileNotFoundError for none."""

    def leftovers(self, name: str, named: Collection[str]) -> list[str]:
        """The hashes that are there and are not among those `named`, sorted: what should be gone."""

    def remove_others(self, name: str, named: Collection[str]) -> list[str]:
        """Deletes the leftovers, looks again, and gives those that are still there."""
