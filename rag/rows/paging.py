"""Long lists a page at a time, and the numbers of generations."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

__all__ = ["following_generation", "paged"]

_PAGE = 1000  # rows that are read at once of what may be long


def paged(ask: Callable[[str, int], Sequence[tuple[Any, ...]]]) -> Iterator[tuple[Any, ...]]:
    """The rows of a query, a page at a time: `ask(after, most)` gives `most` rows at most whose first column comes
    after `after`, in its order. Between two pages nothing is left open, so whoever stops early holds nothing.
    """
    after = ""
    while rows := ask(after, _PAGE):
        yield from rows
        after = str(rows[-1][0])


def following_generation(generation: int) -> int:
    """The next number. An index that is removed and built again must not come to one that somebody has open still."""
    return generation + 1 if generation else time.time_ns() // 1000
