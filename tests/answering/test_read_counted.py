"""The figure that counts what is asked is emphasised, not another one of the same sentence."""

from __future__ import annotations

import pytest

from rag.answering.counting import counted, counts
from rag.types import Span

RESCUE = (
    "The rescue cost 33 attackers their lives and freed over 300 hostages; 64 people, 18 soldiers among them, died."
)
LEAVE = "Everyone has at least 4 weeks of leave, and most countries ask for more than 28 days."


def among(sentence: str, words: str) -> Span:
    """Where the words stand."""
    return Span(sentence.index(words), sentence.index(words) + len(words))


@pytest.mark.parametrize(
    ("question", "sentence", "read", "wanted"),
    [
        ("How many people died in the attack?", RESCUE, "33", "64"),
        ("how many soldiers died", RESCUE, "33 attackers", "18"),
        ("How many hostages were freed?", RESCUE, "64 people", "over 300"),
        ("How many attackers died?", RESCUE, "33", "33"),
        ("How many people died in the attack?", RESCUE, "64 people", "64 people"),
        ("How many civilians died?", RESCUE, "33", "33"),  # nothing counts them: what was read stays
        ("How many of the people died?", RESCUE, "33", "33"),
        ("How much did the rescue cost?", RESCUE, "33", "33"),
        ("How many people died?", "Of 64 people and 12 people, 33 soldiers died.", "33", "33"),
        ("How many people died?", "It cost 33 attackers and – a loss-64 people – more.", "33", "64"),
        ("How many cases were there?", "It killed 33 nurses; COVID-19 cases rose.", "33", "33"),
        ("How many cases were there?", "It had 33 nurses and 10-15 cases.", "33", "10-15"),
        ("How many days of leave has everyone?", LEAVE, "4 weeks", "4 weeks"),
        (
            "How many seats has it?",
            "The twenty-five wards elect twenty-five seats.",
            "twenty-five seats",
            "twenty-five seats",
        ),
    ],
)
def test_the_figure_is_of_what_is_asked(question: str, sentence: str, read: str, wanted: str) -> None:
    assert counted(question, sentence, among(sentence, read)) == among(sentence, wanted)


def test_whether_a_figure_counts_what_is_asked() -> None:
    words = ("64", "64 people", "33", "The rescue")
    asked = "How many people died?"
    assert [counts(asked, RESCUE, among(RESCUE, one)) for one in words] == [True, True, False, False]
    assert not counts("How many of the people were soldiers?", RESCUE, among(RESCUE, "64 people"))
