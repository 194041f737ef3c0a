"""Where a line ends: the number that decides it, which fails here when it is changed."""

from __future__ import annotations

import pytest

from rag.parsing.line_blocks import line_blocks_of, lines_of


@pytest.mark.parametrize(("length", "blocks"), [(130, 1), (131, 2)])
def test_a_line_of_more_than_130_characters_was_not_wrapped_by_hand(length: int, blocks: int) -> None:
    lines = lines_of("x" * length + "\ngoes on in small letters")
    assert len(line_blocks_of(lines, 0, 2)) == blocks
