"""Parts of an index: pure functions of what is in it, evenly filled, in the order of the documents."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.lenses import shards as parts
from rag.lenses.shards import shards_of


def documents(n: int, chunks: int = 1) -> dict[str, int]:
    return {hashlib.sha256(str(i).encode()).hexdigest()[:16]: chunks for i in range(n)}


@given(st.dictionaries(st.text("0123456789abcdef", min_size=16, max_size=16), st.integers(1, 9000), max_size=60))
def test_every_document_lies_in_one_part_in_order(chunks: Mapping[str, int]) -> None:
    found = shards_of(chunks, "recipe")
    assert [one for part in found for one in part.documents] == sorted(chunks)
    assert [part.name for part in found] == sorted(part.name for part in found)
    for part in found:
        assert part.size == sum(chunks[one] for one in part.documents) > 0
        alike = {one[:8] for one in part.documents}  # what is looked at of an id
        assert part.size <= parts._MOST or len(alike) == 1
        assert len(part.name) == 32


def test_a_change_leaves_the_other_parts_as_they_are() -> None:
    before = documents(20_000)
    after = {**before, "0123456789abcdef": 3}
    names = {part.name for part in shards_of(before, "r")}
    assert len(names) >= 10
    assert len({part.name for part in shards_of(after, "r")} - names) <= 2
    assert not names & {part.name for part in shards_of(before, "another recipe")}


@pytest.mark.parametrize("n", [3_000, 50_000, 1_000_000])
def test_there_are_few_parts_however_many_chunks(n: int) -> None:
    found = shards_of(documents(n // 100, 100), "r")
    assert len(found) <= 3 * parts._FEW
    assert max(part.size for part in found) <= max(parts._MOST, 2 * n / parts._FEW)


def test_ids_that_all_begin_alike_still_end() -> None:
    chunks = {f"{0:08x}{i:08x}": 50 for i in range(200)}
    (part,) = shards_of(chunks, "r")
    assert part.size == 10_000
    assert shards_of({}, "r") == []
