"""Both lenses of an index in Milvus.

A generation is asked only where it is noted, and noted only when it is whole. What only other generations need is
deleted after each build, but for what a question of this process still reads: that goes after the next one.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from typing import NamedTuple

from rag.errors import ConfigProblem, IndexProblem, IndexUnwritable
from rag.lenses.milvus.address import address_of
from rag.lenses.milvus.engine import Engine
from rag.lenses.milvus.notes import Generation, Notes
from rag.lenses.milvus.publishing import VERSION, write_generation
from rag.lenses.milvus.remains import remains
from rag.lenses.milvus.shown import ShownDense, ShownLexical, View
from rag.lenses.milvus.weights import Tally
from rag.types import LensRows, Remains, ShownLenses, Snapshot

__all__ = ["MilvusLenses"]


class _Opened(NamedTuple):
    generation: Generation
    tally: Tally


class MilvusLenses:
    """The `Lenses` of an index on a Milvus server. For any number of threads."""

    def __init__(self, url: str, name: str = "index") -> None:
        """`url` and `name` as `address_of` has them; `name` is letters, digits and _.

        Nothing is connected yet. Raises ConfigProblem.
        """
        self._engine = Engine(address_of(url, name))
        self._notes = Notes(self._engine)
        self._lock = threading.Lock()
        self._open: _Opened | None = None
        self._views: weakref.WeakSet[View] = weakref.WeakSet()
        self._removed: set[int] = set()  # generations that nobody here may open any more

    @property
    def version(self) -> str:
        """As `Lenses` has it: of rows and notes."""
        return VERSION

    def of(self, snapshot: Snapshot) -> ShownLenses:
        """As `Lenses` has it. Raises IndexProblem where the server cannot be reached."""
        with self._lock:
            if snapshot.generation in self._removed:
                raise FileNotFoundError(f"generation {snapshot.generation} was removed")
            if self._open is None or self._open.generation.number != snapshot.generation:
                self._open = self._opened(snapshot.generation)
            view = View(self._engine, self._open.generation, snapshot)
            self._views.add(view)
            return ShownLenses(ShownDense(view), ShownLexical(view, self._open.tally))

    def publish(self, rows: LensRows, last: int = 0) -> None:
        """As `Lenses` has it: what generation `last` has too is not sent again. Raises IndexProblem."""
        with self._lock:
            self._removed.discard(rows.generation)
            self._open = None if self._open and self._open.generation.number == rows.generation else self._open
        with _unwritable():
            try:
                write_generation(self._engine, self._notes, rows, self._whole(last))
            except ValueError:  # a note on the last generation cannot be read
                write_generation(self._engine, self._notes, rows, None)

    def remove_others(self, generation: int) -> None:
        """As `Lenses` has it; what was deleted is looked for, and found gone. Raises IndexProblem."""
        with _unwritable():
            self._keep_only(generation)

    def remains(self, snapshot: Snapshot) -> list[Remains]:
        """As `Lenses` has it; rows are counted with strong consistency."""
        try:
            return remains(self._engine, self._notes, snapshot.generation)
        except OSError as error:
            raise IndexProblem(f"What Milvus still holds is not known: {error}.", "Build again: rag build") from error

    def drop(self, other: str = "") -> None:
        """As `Lenses` has it; an index is called there as `remains` tells."""
        found = self._engine.everything()
        if other and other not in found:
            raise ConfigProblem(f"There is no index {other} on the Milvus server.", "See what is: rag doctor")
        for name in found[other or self._engine.name]:
            self._engine.drop(name)
        if not other:
            self.close()

    def close(self) -> None:
        """As `Lenses` has it."""
        with self._lock:
            self._open = None
            self._notes.remember(())
        self._engine.close()

    def _keep_only(self, generation: int) -> None:
        noted = self._notes.generations()
        with self._lock:
            views = list(self._views)
            read = {view.generation.number for view in views} | {generation}
            self._removed |= noted.keys() - read
        kept = [one for number, one in noted.items() if number in read]
        used = {one.rows for one in kept} | {view.generation.rows for view in views}
        for name in self._engine.collections():
            if name not in used:
                self._engine.drop(name)
        for name in {one.rows for one in kept} - {""}:
            mine = [one for one in kept if one.rows == name]
            others = [one for one in noted.values() if one.rows == name and one not in mine]
            with suppress(ValueError):  # a note cannot be read: who opens this generation has all of it written again
                self._engine.delete(name, self._only_in(others, mine))
                if len(mine) == 1 and self._engine.count(name) > mine[0].chunks:
                    self._sweep(name, mine[0])
        self._notes.keep(kept)

    def _whole(self, number: int) -> Generation | None:
        """A generation that may be taken over; None where there is none, or where not all of it is there."""
        try:
            one = self._notes.generation(number) if number else None
            if one and one.rows and self._engine.count(one.rows) < one.chunks:
                return None
        except (FileNotFoundError, ValueError):
            return None
        return one

    def _opened(self, number: int) -> _Opened:
        """Raises FileNotFoundError, ValueError."""
        one = self._notes.generation(number)
        if one is None:
            raise FileNotFoundError(f"generation {number} is not in Milvus")
        if one.rows:
            self._engine.load(one.rows)
            if (found := self._engine.count(one.rows)) < one.chunks:
                raise ValueError(f"Milvus has {found} of {one.chunks} rows")
        try:
            tally = self._tally(one, self._open)
        except ValueError:
            tally = self._tally(one, None)
        self._notes.remember(one.parts)
        return _Opened(one, tally)

    def _tally(self, one: Generation, before: _Opened | None) -> Tally:
        """What is counted of a generation, worked out from that of another where there is one. Raises ValueError."""
        had, has = set(before.generation.parts) if before else set(), set(one.parts)
        parts = self._notes.parts(had ^ has)
        return (before.tally if before else Tally.empty()).with_changes(
            (parts[name].tally for name in has - had), (parts[name].tally for name in had - has)
        )

    def _only_in(self, others: Collection[Generation], kept: Collection[Generation]) -> set[str]:
        """The documents that some generations have and none of the kept."""
        theirs, ours = ({name for one in some for name in one.parts} for some in (others, kept))
        parts = self._notes.parts(theirs ^ ours) if theirs - ours else {}
        gone, still = (
            {one for name in some if name in parts for one in parts[name].documents} for some in (theirs, ours)
        )
        return gone - still

    def _sweep(self, name: str, one: Generation) -> None:
        """Deletes rows that no generation knows of, as a build leaves them that was killed."""
        known = {document for part in self._notes.parts(one.parts).values() for document in part.documents}
        self._engine.delete(name, set(self._engine.documents(name)) - known)


@contextmanager
def _unwritable() -> Iterator[None]:
    """What the server says while it is written to, in words that lead there, not to this machine's disk."""
    try:
        yield
    except OSError as error:
        raise IndexUnwritable(
            f"The searches cannot be written: {error}.",
            "Look what the server says in its log, then build again: what was done is kept.",
        ) from error
