"""How far around a fact its neighbours are looked at: each number of words fails here when it is changed."""

from __future__ import annotations

import pytest

from rag.answering.verification.alignment import exchanged
from rag.answering.verification.compare import in_place
from rag.answering.verification.facts import facts


def test_three_words_of_content_on_either_side_of_a_fact_must_stand_around_it() -> None:
    """Of the three before 40 the farthest differs, of the three after it, too; beyond them nothing is looked at."""
    said = facts("granite harbour copper timber 40 barley cotton walnut saffron.")
    source = facts("granite castle copper timber 40 barley cotton desert saffron.")
    assert in_place(said, [source], []) == [pytest.approx(4 / 6)]


@pytest.mark.parametrize(
    ("said", "source", "found"),
    [
        ("harbour lights that it 5", "harbour lights that it 7", True),  # two words of content, the farther the fourth
        ("harbour lights that it was 5", "harbour lights that it was 7", False),  # the farther is the fifth
    ],
)
def test_four_words_on_either_side_of_an_exchange_say_whether_it_is_one(said: str, source: str, found: bool) -> None:
    assert [one.kind for one in exchanged(facts(said), facts(source))] == ["number"] * found
