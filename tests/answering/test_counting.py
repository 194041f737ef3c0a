"""What "how many" asks to be counted."""

from __future__ import annotations

import pytest

from rag.answering.counting import is_countable, noun_of


@pytest.mark.parametrize(
    ("question", "noun"),
    [
        ("How many people died?", "people"),
        ("How many young soldiers were hurt in the attack?", "soldiers"),
        ("What is the number of incidents in 2024?", "incidents"),
        ("How many of them died?", None),
        ("How long is the road?", None),
    ],
)
def test_what_is_to_be_counted(question: str, noun: str | None) -> None:
    assert noun_of(question) == noun


@pytest.mark.parametrize(
    ("word", "countable"), [("women", True), ("hostages", True), ("times", False), ("gas", False), ("crisis", False)]
)
def test_what_figures_count(word: str, countable: bool) -> None:
    assert is_countable(word) is countable
