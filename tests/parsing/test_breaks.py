"""Where a line or a column ends: the numbers that decide it, each of which fails here when it is changed."""

from __future__ import annotations

import numpy as np
import pytest

from rag.parsing.line_blocks import line_blocks_of, lines_of
from rag.parsing.pdf.columns import _drawn_apart


@pytest.mark.parametrize(("length", "blocks"), [(130, 1), (131, 2)])
def test_a_line_of_more_than_130_characters_was_not_wrapped_by_hand(length: int, blocks: int) -> None:
    lines = lines_of("x" * length + "\ngoes on in small letters")
    assert len(line_blocks_of(lines, 0, 2)) == blocks


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
    drawn = [(-1, 1)[run % 2] for run in range(runs) for _ in range(each)]
    assert _drawn_apart(np.array(drawn, np.int8)) == found
