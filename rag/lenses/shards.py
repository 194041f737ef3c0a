"""The index in parts: documents whose ids begin alike lie together, so that a change touches its own part and no other.

Ids are hashes of content, so parts fill evenly. A part that grows too large is halved, and two halves that have become
small are one part again; what lies where depends on the documents alone, never on the order in which they came. This
module does not know what is written of a part.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from typing import NamedTuple

__all__ = ["Shard", "shards_of"]

_MOST = 2048  # chunks of a part; writing them again is what a small change costs
_FEW = 64  # aimed-at number of full parts: beyond, parts grow, since every search visits each of them
_BITS = 32  # of an id that are looked at


class Shard(NamedTuple):
    """`name` is 32 hexadecimal digits: where its ids begin, then a digest of what it holds. Names sort as ids do."""

    name: str
    documents: tuple[str, ...]  # ids, sorted
    size: int  # chunks


def shards_of(chunks: Mapping[str, int], recipe: str) -> list[Shard]:
    """The parts of an index in order. `chunks` tells of each document how many it has; `recipe` made them."""
    ids = sorted(chunks)
    sums = [0, *accumulate(chunks[one] for one in ids)]
    most = max(_MOST, 1 << (sums[-1] // _FEW - 1).bit_length()) if ids else _MOST
    return [
        Shard(f"{low:08x}{_digest(ids[first:last], recipe)}", tuple(ids[first:last]), sums[last] - sums[first])
        for low, first, last in _split(ids, sums, most)
    ]


def _split(ids: Sequence[str], sums: Sequence[int], most: int) -> Iterator[tuple[int, int, int]]:
    """`(lowest id, first, last)` of each part that holds something; `sums[i]` are the chunks before document `i`."""
    ranges = [(0, _BITS, 0, len(ids))]
    while ranges:
        low, bits, first, last = ranges.pop()
        if first == last:
            continue
        if sums[last] - sums[first] <= most or last - first == 1 or bits == 0:
            yield low, first, last
            continue
        middle = low + (1 << (bits - 1))
        cut = bisect_left(ids, f"{middle:08x}", first, last)
        ranges += [(middle, bits - 1, cut, last), (low, bits - 1, first, cut)]


def _digest(ids: Sequence[str], recipe: str) -> str:
    return hashlib.blake2b("\0".join((recipe, *ids)).encode(), digest_size=12).hexdigest()
