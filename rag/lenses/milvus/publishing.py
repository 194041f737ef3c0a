"""A generation is written: rows of what is new, words of the parts that are new, and last the note of the generation.

A row never changes, so what the last generation has too is left where it is. Rows are written into a collection of
their own, all of them, where nothing may be taken over, where lengths have become others, and where there are too many
to compare each. This module does not know who reads.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Iterator, Sequence

from rag.lenses.bm25 import rounded_length
from rag.lenses.milvus.engine import Engine, Row
from rag.lenses.milvus.notes import Generation, Notes, Part
from rag.lenses.milvus.weights import Counted, Reference, Tally, counted, weights_of
from rag.lenses.shards import Shard, shards_of
from rag.types import LensRows, Vectors

__all__ = ["EXACT_LIMIT", "VERSION", "write_generation"]

VERSION = "milvus 1"
EXACT_LIMIT = 100_000
"""Vectors up to which each is compared; beyond, a graph of neighbours finds them."""
_SETTLED = 1000  # rows; fewer are searched as they came
_AT_ONCE = 512  # chunks read, counted and sent together
_DRIFT = 1.25  # of the average length against the one that rows are written for: so much more is asked for
_SMALL = 4096  # chunks of an index that may ask for all of them


def write_generation(engine: Engine, notes: Notes, rows: LensRows, last: Generation | None) -> None:
    """Writes what generation `last` does not have, and the note of the generation. Raises OSError."""
    sizes = dict(rows.documents())
    parts = shards_of(sizes, f"{VERSION} {rows.recipe}")
    known = set(last.parts) if last else set()
    gone = notes.parts(known - {part.name for part in parts})
    there = {one for part in gone.values() for one in part.documents}
    writing, fresh = _Writing(engine, rows, sizes, last), []
    for part in parts:
        if part.name not in known:
            fresh.append(writing.part(part, there))
            notes.write_part(part.name, Part(part.documents, fresh[-1]))
    before = Tally(last.chunks, last.lengths, Counter(), Counter()) if last else Tally.empty()
    total = before.with_changes(fresh, (part.tally for part in gone.values()))
    one = writing.finished(total, tuple(part.name for part in parts))
    if last and last.rows and _outgrown(one, total):
        write_generation(engine, notes, rows, None)
    else:
        notes.write_generation(one)


class _Writing:
    """The rows of a generation, in the collection of the last one or in one of their own."""

    def __init__(self, engine: Engine, rows: LensRows, sizes: dict[str, int], last: Generation | None) -> None:
        self._engine, self._rows, self._sizes = engine, rows, sizes
        self._sent = 0  # rows
        self._old = last is not None and bool(last.rows)
        self._name, self._exact, self._reference = "", sum(sizes.values()) <= EXACT_LIMIT, Reference(0.0, 0.0)
        if last and last.rows:
            self._name, self._exact, self._reference = last.rows, last.exact, last.reference

    def part(self, part: Shard, there: set[str]) -> Tally:
        """Writes the rows of a part's documents but those that are `there`, and counts the words of all."""
        tally = Tally.empty()
        for documents in _slices(part.documents, self._sizes):
            chunks = [counted(entry) for entry in self._rows.texts(documents)]
            tally.add(chunks)
            self._write([one for one in documents if one not in there], chunks, tally)
        return tally

    def finished(self, total: Tally, parts: tuple[str, ...]) -> Generation:
        """The generation, when every row of it is there. Raises OSError."""
        if self._name:
            if self._sent > _SETTLED:
                self._engine.settle(self._name)
            if (found := self._engine.count(self._name)) < total.chunks:
                raise OSError(f"Milvus took {found} of {total.chunks} rows")
        number = self._rows.generation
        return Generation(number, total.chunks, total.lengths, parts, self._name, self._exact, self._reference)

    def _write(self, documents: Sequence[str], chunks: Sequence[Counted], tally: Tally) -> None:
        keys, vectors = self._rows.vectors(documents)
        if not len(keys):
            return
        if not self._name:
            self._reference = _written_for(tally)
            self._name = self._engine.named(secrets.token_hex(4))
            self._engine.create_rows(self._name, vectors.shape[1], exact=self._exact)
        # A row may be there still: its document was gone meanwhile, or the build that wrote it never came to its end.
        present = self._engine.present(self._name, documents) if self._old else set()
        places = Counter[str]()
        by_key = {}
        for one in chunks:
            by_key[one.key] = (one, places[one.document])
            places[one.document] += 1
        fresh = [
            self._row(*by_key[key], vector)
            for key, vector in zip(keys.tolist(), vectors, strict=True)
            if key not in present
        ]
        self._engine.upsert(self._name, fresh)
        self._sent += len(fresh)

    def _row(self, one: Counted, place: int, vector: Vectors) -> Row:
        lengths = rounded_length(one.context.total()), rounded_length(one.body.total())
        words = weights_of(one, self._reference)
        return Row(one.key, one.document, place, self._rows.generation, lengths, vector, words)


def _written_for(tally: Tally) -> Reference:
    """The lengths that rows are best written for: a title here and there is no reason to write all of them anew."""
    context, body = tally.averages
    return Reference(max(context, 1.0), max(body, 1.0))


def _outgrown(one: Generation, total: Tally) -> bool:
    """Whether there are too many vectors to compare each, or chunks of another length, so that much is asked for."""
    drifted = any(not 1 / _DRIFT < a / r < _DRIFT for a, r in zip(_written_for(total), one.reference, strict=True))
    return (one.exact and one.chunks > EXACT_LIMIT) or (one.chunks > _SMALL and drifted)


def _slices(documents: Sequence[str], sizes: dict[str, int]) -> Iterator[list[str]]:
    """Documents in order, as many together as have `_AT_ONCE` chunks."""
    some: list[str] = []
    held = 0
    for one in documents:
        some.append(one)
        held += sizes[one]
        if held >= _AT_ONCE:
            yield some
            some, held = [], 0
    if some:
        yield some
