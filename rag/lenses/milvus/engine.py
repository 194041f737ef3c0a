"""A Milvus server as the lenses use it: rows and notes in, proposals out, its errors in words.

Rows are searched with bounded staleness, after they were once counted with none; notes are always read as they were
last written. This module does not know what a generation is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar
from urllib.parse import quote, unquote

import numpy as np

from rag.lenses.milvus.address import Address
from rag.lenses.milvus.server import LONG, SECONDS, Server
from rag.types import Vectors

if TYPE_CHECKING:
    from pymilvus import MilvusClient  # type: ignore[import-untyped]

__all__ = ["MOST_FOUND", "Engine", "Found", "Note", "Row"]

MOST_FOUND = 16_384
"""Rows that Milvus finds at once, at most."""
_OURS = re.compile(r"footnote_(.+)_(?:rows_[0-9a-f]{8}|notes)")
_COMPACTION = "compaction"  # a note of the last job of a collection of rows
_AT_ONCE = 500  # ids in one condition
_T = TypeVar("_T")
_BREADTH = 200  # of an approximate search, at least: recall .965 at 64, 1.000 at 200


class Row(NamedTuple):
    """What is kept of a chunk: no text. It is the `place`th of its document; `born` is the generation that brought it,
    `lengths` those of its fields.
    """

    key: int
    document: str
    place: int
    born: int
    lengths: tuple[int, int]
    vector: Vectors  # (dim,)
    words: Mapping[int, float]


class Found(NamedTuple):
    """A row that was found, with the engine's own score of it."""

    row: Row
    score: float


class Note(NamedTuple):
    """A piece of text under a kind and a name of letters and digits."""

    kind: str
    name: str
    number: int
    text: str


class Engine:
    """The collections of one index on a server, connected when first used. For any number of threads."""

    def __init__(self, address: Address) -> None:
        self._server, self._name = Server(address), address.name
        self._mine = re.compile(rf"footnote_{address.name}_rows_[0-9a-f]{{8}}")
        self._notes = f"footnote_{address.name}_notes"

    def named(self, token: str) -> str:
        """The name of a collection of rows; `token` are eight hexadecimal digits."""
        return f"footnote_{self._name}_rows_{token}"

    def close(self) -> None:
        """Lets go of the connection."""
        self._server.close()

    def collections(self) -> list[str]:
        """The collections of rows of this index, by name."""
        names = self._server.call(lambda client: client.list_collections(timeout=SECONDS))
        return sorted(name for name in names if self._mine.fullmatch(name))

    def everything(self) -> dict[str, list[str]]:
        """The collections of every index on the server, by its name there; this one's are always among them."""
        names = self._server.call(lambda client: client.list_collections(timeout=SECONDS))
        found: dict[str, list[str]] = {self._name: []}
        for name in sorted(names):
            if match := _OURS.fullmatch(name):
                found.setdefault(match[1], []).append(name)
        return found

    @property
    def name(self) -> str:
        """What this index is called on the server."""
        return self._name

    def create_rows(self, name: str, dimension: int, *, exact: bool) -> None:
        """An empty collection of rows, found by comparing each, or by a graph of neighbours. Raises OSError."""
        dense = {"index_type": "FLAT"} if exact else {"index_type": "HNSW", "params": {"M": 32, "efConstruction": 360}}
        fields: list[Mapping[str, object]] = [
            {"field_name": "key", "datatype": "INT64", "is_primary": True},
            {"field_name": "document", "datatype": "VARCHAR", "max_length": 512},
            {"field_name": "place", "datatype": "INT64"},
            {"field_name": "born", "datatype": "INT64"},
            {"field_name": "context", "datatype": "INT64"},
            {"field_name": "body", "datatype": "INT64"},
            {"field_name": "vector", "datatype": "FLOAT_VECTOR", "dim": dimension},
            {"field_name": "words", "datatype": "SPARSE_FLOAT_VECTOR"},
        ]
        self._create(name, fields, {"vector": dense, "words": {"index_type": "SPARSE_INVERTED_INDEX"}})

    def upsert(self, name: str, rows: Iterable[Row]) -> None:
        """Writes rows, each in the place of the one with its key. Raises OSError."""
        data = [
            {
                "key": row.key,
                "document": quote(row.document, safe=""),
                "place": row.place,
                "born": row.born,
                "context": row.lengths[0],
                "body": row.lengths[1],
                "vector": row.vector,
                "words": row.words,
            }
            for row in rows
        ]
        self._upsert(name, data)

    def settle(self, name: str) -> None:
        """Closes what was written, and has it ready. Dear: a cluster takes one such call in ten seconds."""
        self._server.call(lambda client: client.flush(name, timeout=LONG))
        self.load(name)

    def load(self, name: str) -> None:
        """Has a collection ready to be asked. Raises FileNotFoundError."""
        self._server.call(lambda client: client.load_collection(name, timeout=LONG))
        # Milvus Lite makes its lists of words when it is first asked for one: a minute for 100,000 passages.
        self._server.call(
            lambda client: client.search(name, data=[{0: 1.0}], anns_field="words", limit=1, timeout=LONG)
        )

    def count(self, name: str) -> int:
        """The rows of a collection now. Raises FileNotFoundError."""
        (found,) = self._query(name, "", ["count(*)"])
        return int(found["count(*)"])

    def search(
        self, name: str, field: str, question: object, limit: int, born: int, documents: Sequence[str] | None
    ) -> list[Found]:
        """The rows whose `field` ("vector" or "words") has the greatest products with a question, best first.

        Only those that a generation up to `born` brought, and only of `documents` if given. Raises FileNotFoundError.
        """
        condition = f"born <= {born}" + ("" if documents is None else f" and document in {_listed(documents)}")
        breadth = {"ef": max(_BREADTH, 4 * limit)} if field == "vector" else {}
        (hits,) = self._server.call(
            lambda client: client.search(
                name,
                data=[question],
                anns_field=field,
                filter=condition,
                limit=limit,
                search_params={"metric_type": "IP", "params": breadth},
                output_fields=_FIELDS,
                consistency_level="Bounded",
                timeout=SECONDS,
            ),
            name,
        )
        return [Found(_row({"key": hit["key"], **hit["entity"]}), float(hit["distance"])) for hit in hits]

    def rows(self, name: str, keys: Sequence[int]) -> list[Row]:
        """The rows with some keys that are there, in no order. Raises FileNotFoundError."""
        found = (self._query(name, f"key in {list(some)}", _FIELDS) for some in _batched(keys, _AT_ONCE))
        return [_row(one) for each in found for one in each]

    def documents(self, name: str) -> Iterator[str]:
        """The document of every row. Raises FileNotFoundError."""
        iterator = self._server.call(
            lambda client: client.query_iterator(
                name, batch_size=1000, filter="", output_fields=["document"], consistency_level="Strong"
            ),
            name,
        )
        try:
            while rows := self._server.call(lambda _: iterator.next()):
                yield from (unquote(row["document"]) for row in rows)
        finally:
            iterator.close()

    def present(self, name: str, documents: Sequence[str]) -> set[int]:
        """The keys of all rows of some documents. Raises FileNotFoundError."""
        found = (self._query(name, f"document in {_listed(some)}", ["key"]) for some in _batched(documents, _AT_ONCE))
        return {int(one["key"]) for each in found for one in each}

    def delete(self, name: str, documents: Iterable[str]) -> None:
        """Deletes the rows of some documents, looks whether they are gone, and has the server write files without them.

        Raises OSError.
        """
        asked = list(documents)
        for some in _batched(asked, _AT_ONCE):
            self._delete(name, f"document in {_listed(some)}")
        if asked:
            job = self._server.call(lambda client: client.compact(name, timeout=SECONDS))
            self.write_notes([Note(_COMPACTION, name.rpartition("_")[2], 0, str(job))])
        if left := self.present(name, asked):
            raise OSError(f"Milvus still has {len(left)} rows that were deleted")

    def is_compacted(self, name: str) -> bool:
        """Whether the server says that it has written the files anew without the rows deleted last."""
        jobs = [int(one.text) for one in self.notes(_COMPACTION, [name.rpartition("_")[2]])]
        return not any(self._is_compacting(job) for job in jobs)

    def _is_compacting(self, job: int) -> bool:
        state: str = self._server.call(lambda client: client.get_compaction_state(job, timeout=SECONDS))
        return state == "Executing"

    def drop(self, name: str) -> None:
        """Removes a collection with all that it holds."""
        with suppress(FileNotFoundError):  # nothing was ever noted, or the notes went first
            self.delete_notes(_COMPACTION, [name.rpartition("_")[2]])
        self._server.call(lambda client: client.drop_collection(name, timeout=SECONDS))

    def write_notes(self, notes: Iterable[Note]) -> None:
        """Writes notes, each in the place of the one with its kind, name and number. Raises OSError."""
        data = [{"id": f"{one.kind}/{one.name}/{one.number}", **one._asdict(), "nothing": [0.0, 1.0]} for one in notes]
        if not self._server.call(lambda client: client.has_collection(self._notes, timeout=SECONDS)):
            self._create_notes()
        for some in _batched(data, 64):  # of some 60,000 letters each
            self._upsert(self._notes, some)

    def notes(self, kind: str, names: Iterable[str] | None = None) -> list[Note]:
        """The notes of a kind, of some names if given, by name and number; none where nothing was ever written."""
        conditions = [f'kind == "{kind}"']
        if names is not None:
            conditions = [f"{conditions[0]} and name in {_listed(some)}" for some in _batched(names, 8)]
        try:
            found = [row for at in conditions for row in self._query(self._notes, at, list(Note._fields))]
        except FileNotFoundError:
            return []
        return sorted(Note(row["kind"], row["name"], int(row["number"]), row["text"]) for row in found)

    def note_names(self, kind: str) -> set[str]:
        """The names of all notes of a kind."""
        return {row["name"] for row in self._query(self._notes, f'kind == "{kind}"', ["name"])}

    def delete_notes(self, kind: str, names: Iterable[str]) -> None:
        """Deletes the notes of a kind with some names."""
        for some in _batched(names, _AT_ONCE):
            self._delete(self._notes, f'kind == "{kind}" and name in {_listed(some)}')

    def _upsert(self, name: str, data: Sequence[Mapping[str, object]]) -> None:
        if data:
            self._server.call(lambda client: client.upsert(name, data, timeout=SECONDS), name)

    def _delete(self, name: str, condition: str) -> None:
        self._server.call(lambda client: client.delete(name, filter=condition, timeout=SECONDS), name)

    def _create_notes(self) -> None:
        fields: list[Mapping[str, object]] = [
            {"field_name": "id", "datatype": "VARCHAR", "max_length": 200, "is_primary": True},
            {"field_name": "kind", "datatype": "VARCHAR", "max_length": 20},
            {"field_name": "name", "datatype": "VARCHAR", "max_length": 100},
            {"field_name": "number", "datatype": "INT64"},
            {"field_name": "text", "datatype": "VARCHAR", "max_length": 65_535},
            {"field_name": "nothing", "datatype": "FLOAT_VECTOR", "dim": 2},  # a collection must have a vector
        ]
        self._create(self._notes, fields, {"nothing": {"index_type": "FLAT"}})

    def _create(
        self, name: str, fields: Sequence[Mapping[str, object]], indexes: Mapping[str, Mapping[str, object]]
    ) -> None:
        def create(client: MilvusClient) -> None:
            from pymilvus import DataType  # a client is there, so it is imported already

            schema = client.create_schema(auto_id=False, enable_dynamic_field=False)
            for field in fields:
                schema.add_field(**{**field, "datatype": DataType[str(field["datatype"])]})
            client.create_collection(name, schema=schema, consistency_level="Strong", timeout=SECONDS)
            wanted = client.prepare_index_params()
            for field_name, index in indexes.items():
                wanted.add_index(field_name, metric_type="IP", **index)
            client.create_index(name, wanted, sync=False, timeout=SECONDS)
            client.load_collection(name, timeout=LONG)

        self._server.call(create)

    def _query(self, name: str, condition: str, fields: Sequence[str]) -> Sequence[Mapping[str, Any]]:
        found: Sequence[Mapping[str, Any]] = self._server.call(
            lambda client: client.query(
                name, filter=condition, output_fields=list(fields), consistency_level="Strong", timeout=SECONDS
            ),
            name,
        )
        return found


_FIELDS = ["key", "document", "place", "born", "context", "body", "vector", "words"]


def _row(found: Mapping[str, Any]) -> Row:
    return Row(
        int(found["key"]),
        unquote(found["document"]),
        int(found["place"]),
        int(found["born"]),
        (int(found["context"]), int(found["body"])),
        np.asarray(found["vector"], np.float32),
        found["words"],
    )


def _listed(names: Iterable[str]) -> str:
    """Names as a condition lists them: quoted for an address, nothing in them ends a string."""
    return "[" + ", ".join(f'"{quote(name, safe="")}"' for name in names) + "]"


def _batched(items: Iterable[_T], size: int) -> Iterator[list[_T]]:
    """Up to `size` at a time."""
    rest = iter(items)
    while some := list(islice(rest, size)):
        yield some
