"""Where a line or a column ends: the numbers that decide it, each of which fails here when it is changed."""

from __future__ import annotations

import numpy as np
import pytest

from rag.parsing.line_blocks import line_blocks_of, lines_of
from rag.parsing.pdf.layout import _is_columns


@pytest.mark.parametrize(("length", "blocks"), [(130, 1), (131, 2)])
def test_a_line_of_more_than_130_characters_was_not_wrapped_by_hand(length: int, blocks: int) -> None:
    lines = lines_of("x" * length + "\ngoes on in small letters")
    assert len(line_blocks_of(lines, 0, 2)) == blocks


def columns(drawn: list[int]) -> bool:
    """Whether pieces of text that are drawn on these sides, -1 left and 1 right, are two columns of running text.

    One piece of each side sticks out, so that neither column is filled from edge to edge.
    """
    side = np.array(drawn, np.int8)
    left = np.where(side == -1, 50.0, 320.0)
    width = np.full(len(side), 150.0)
    for value in (-1, 1):
        width[np.flatnonzero(side == value)[0]] = 240.0
    top = 12.0 * np.arange(len(side))
    boxes = np.stack([left, top, left + width, top + 10], axis=1).astype(np.float32)
    return _is_columns(boxes, np.full(len(side), 40, np.int32), side)


@pytest.mark.parametrize(
    ("runs", "each", "found"),
    [
        (5, 2, True),  # four changes of side
        (6, 2, False),
        (7, 7, True),  # six, of 21 and 28 pieces: less than three in ten of the fewer
        (8, 5, False),  # seven, of 20 and 20
    ],
)
def test_columns_are_drawn_one_after_the_other_but_for_a_few_changes_of_side(runs: int, each: int, found: bool) -> None:
    assert columns([(-1, 1)[run % 2] for run in range(runs) for _ in range(each)]) == found
