"""What a reader left out is said in a phrase that a person can read."""

from __future__ import annotations

from typing import get_args

import pytest

from rag.language import left_phrases
from rag.types import Left, LeftKind


def said(*left: Left) -> list[str]:
    return [str(one) for one in left_phrases(left)]


@pytest.mark.parametrize(
    ("left", "phrase"),
    [
        (Left("running head", 3, ("page 1", "page 2", "page 3"), 12), "3 running heads (pages 1-3, 12 words)"),
        (Left("hidden sheet", 1, ("sheet Costs",)), "1 hidden sheet (Costs)"),
        (
            Left("hidden sheet", 2, ("sheet Costs", "sheet Plan of 2025"), 1200),
            "2 hidden sheets (Costs, Plan of 2025, 1,200 words)",
        ),
        (Left("picture", 1), "1 picture"),
        (Left("picture", 4, ("page 2", "page 5", "page 6", "page iv")), "4 pictures (pages 2, 5-6, iv)"),
        (Left("text box", 2, ("word/document.xml",), 1), "2 text boxes (word/document.xml, 1 word)"),
        (Left("formula", 1, ("cell B7",)), "1 formula without a value (cell B7)"),
        (Left("formula", 1500, ("sheet A", "page 3")), "1,500 formulas without a value (sheet A; page 3)"),
        (
            Left("comment", 9, tuple(f"page {n}" for n in range(1, 18, 2))),
            "9 comments (pages 1, 3, 5, 7, 9, 11 and 3 more)",
        ),
        (
            Left("hidden row", 4, ("sheet Costs, rows 3 to 5", "sheet Plan, row 2"), 9),
            "4 hidden rows (sheet Costs, rows 3 to 5; sheet Plan, row 2; 9 words)",
        ),
        (Left("attachment", 2, ("attachment a.csv", "attachment b.xlsx")), "2 attachments (a.csv, b.xlsx)"),
        (Left("doubtful encoding", 1, ("windows-1250",)), "the encoding (windows-1250)"),
    ],
)
def test_an_entry_in_words(left: Left, phrase: str) -> None:
    assert said(left) == [phrase]


def test_what_is_only_in_doubt_comes_last() -> None:
    found = left_phrases([Left("doubtful encoding", 1), Left("frame", 2)])
    assert [(one.standing, one.what) for one in found] == [("left out", "2 frames"), ("in doubt", "the encoding")]


@pytest.mark.parametrize("kind", get_args(LeftKind))
def test_each_kind_has_a_plural(kind: LeftKind) -> None:
    one, many = (said(Left(kind, count))[0] for count in (1, 2))
    if kind == "doubtful encoding":
        return
    assert one.startswith("1 ")
    assert many.startswith("2 ")
    assert one[2:] != many[2:]
    assert not many.endswith(("xs", "ys", "ss"))
