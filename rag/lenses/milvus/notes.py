"""What lies beside the rows: for each generation which parts it has, for each part which documents and words.

Parts are those of `shards`, named by what they hold, so a part is written once, whatever generations have it. A
generation is noted last, when everything that it needs is there. This module does not know how a note is kept.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import NamedTuple

from rag.lenses.milvus.engine import Engine, Note
from rag.lenses.milvus.weights import Reference, Tally

__all__ = ["Generation", "Notes", "Part"]

_GENERATION, _PART = "generation", "part"
_PIECE = 60_000  # letters of a note


@dataclass(frozen=True, slots=True)
class Generation:
    """A generation: its parts and chunks; the collection its rows lie in, "" for none, and how they are written."""

    number: int
    chunks: int
    lengths: tuple[int, int]  # words of all contexts and of all bodies
    parts: tuple[str, ...]
    rows: str
    exact: bool
    reference: Reference


class Part(NamedTuple):
    """Which documents a part has, and what is counted of its words."""

    documents: tuple[str, ...]
    tally: Tally


class Notes:
    """The notes of one index."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._remembered: dict[str, str] = {}  # parts as they are kept, by name

    def generations(self) -> dict[int, Generation]:
        """Every generation that is noted, by number, but those whose note cannot be read."""
        found = {}
        for name in self._engine.note_names(_GENERATION):
            with suppress(ValueError):
                if one := self.generation(int(name)):
                    found[one.number] = one
        return found

    def generation(self, number: int) -> Generation | None:
        """A generation, or None. Raises ValueError if it cannot be read."""
        found = self._packed(_GENERATION, [str(number)])
        return _generation(found[str(number)]) if found else None

    def write_generation(self, one: Generation) -> None:
        """Notes a generation. Raises OSError."""
        said = {
            "number": one.number,
            "chunks": one.chunks,
            "lengths": one.lengths,
            "parts": one.parts,
            "rows": one.rows,
            "exact": one.exact,
            "reference": one.reference,
        }
        self._write(_GENERATION, str(one.number), said)

    def parts(self, names: Iterable[str]) -> dict[str, Part]:
        """Parts by name. Raises ValueError if one is missing or cannot be read."""
        wanted = set(names)
        missing = wanted - self._remembered.keys()
        found = self._packed(_PART, missing)
        if missing - found.keys():
            raise ValueError("what Milvus holds of the words is not whole")
        held = self._remembered | found
        parts = {name: _part(held[name]) for name in wanted}
        self._remembered = held  # only what could be read
        return parts

    def remember(self, names: Collection[str]) -> None:
        """Keeps some parts at hand, and no others: what is no more in the engine may have to be taken away later."""
        self._remembered = {name: text for name, text in self._remembered.items() if name in names}

    def write_part(self, name: str, part: Part) -> None:
        """Notes a part. Raises OSError."""
        tally = part.tally
        said = {
            "documents": part.documents,
            "chunks": tally.chunks,
            "lengths": tally.lengths,
            "context": tally.context,
            "body": tally.body,
        }
        self._write(_PART, name, said)

    def keep(self, generations: Iterable[Generation]) -> None:
        """Forgets all generations but some, and the parts that none of them has."""
        kept = list(generations)
        numbers, parts = {str(one.number) for one in kept}, {name for one in kept for name in one.parts}
        for kind, names in ((_GENERATION, numbers), (_PART, parts)):
            self._engine.delete_notes(kind, self._engine.note_names(kind) - names)

    def _packed(self, kind: str, names: Collection[str] | None) -> dict[str, str]:
        """The texts of some notes by name, put together of their pieces. Raises ValueError if a piece is missing."""
        pieces: dict[str, list[Note]] = {}
        for note in self._engine.notes(kind, names):
            pieces.setdefault(note.name, []).append(note)
        return {name: _joined(notes) for name, notes in pieces.items()}

    def _write(self, kind: str, name: str, said: Mapping[str, object]) -> None:
        packed = base64.b85encode(zlib.compress(json.dumps(said).encode())).decode()
        pieces = [packed[at : at + _PIECE] for at in range(0, len(packed), _PIECE)]
        self._engine.write_notes(
            Note(kind, name, number, f"{len(pieces)} {piece}") for number, piece in enumerate(pieces)
        )


def _joined(notes: list[Note]) -> str:
    """Raises ValueError."""
    said = [note.text.partition(" ") for note in notes]
    count = int(said[0][0])
    if [note.number for note in notes[:count]] != list(range(count)):
        raise ValueError("a note in Milvus is not whole")
    return "".join(piece for _, _, piece in said[:count])


def _unpacked(packed: str) -> str:
    """Raises ValueError."""
    try:
        return zlib.decompress(base64.b85decode(packed)).decode()
    except zlib.error as error:
        raise ValueError("a note in Milvus is damaged") from error


def _generation(text: str) -> Generation:
    said = json.loads(_unpacked(text))
    try:
        return Generation(
            said["number"],
            said["chunks"],
            tuple(said["lengths"]),
            tuple(said["parts"]),
            said["rows"],
            said["exact"],
            Reference(*said["reference"]),
        )
    except (KeyError, TypeError) as error:
        raise ValueError("a note in Milvus is damaged") from error


def _part(text: str) -> Part:
    said = json.loads(_unpacked(text))
    try:
        tally = Tally(said["chunks"], tuple(said["lengths"]), Counter(said["context"]), Counter(said["body"]))
        return Part(tuple(said["documents"]), tally)
    except (KeyError, TypeError) as error:
        raise ValueError("a note in Milvus is damaged") from error
