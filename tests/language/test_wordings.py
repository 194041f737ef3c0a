"""Other words for the same, as sources may use them."""

from __future__ import annotations

from pathlib import Path

import pytest
from opened import opened_on

from rag.language import reworded


@pytest.mark.parametrize(
    ("question", "other"),
    [
        ("Why did the revenue fall in 2020?", "Why did the revenue decline in 2020?"),
        ("how can I hire a guide", "how can I recruit a guide"),
        ("Who is my boss?", "Who is my manager?"),
    ],
)
def test_another_wording(question: str, other: str) -> None:
    assert other in reworded(question)


@pytest.mark.parametrize(
    "question",
    [
        "What do farmers grow?",
        "What happened in the fall of 2020?",
        "Who founded it?",
        "When did he reach the end of the line?",
        "Who is Bosse?",
    ],
)
def test_a_word_in_another_sense_stays(question: str) -> None:
    assert reworded(question) == ()


def test_a_question_finds_what_its_source_says_in_other_words(tmp_path: Path) -> None:
    lines = [f"The fare of line {n} and the revenue of line {n} were reported in {2010 + n}." for n in range(12)]
    lines.insert(7, "Ferry takings declined in 2020 since the piers were closed for repairs.")
    lines += [f"Whoever is on a pier must not fall into the water of basin {n}." for n in range(12)]
    with opened_on(tmp_path, {"report.md": "# The ferries of Korve\n\n" + "\n\n".join(lines)}) as assistant:
        answer = assistant.ask("Why did the takings fall in 2020?")
    assert answer.asked_as == "Why did the takings decline in 2020?"
    assert answer.status != "not_found"
    assert answer.claims[0].text.startswith("Ferry takings declined in 2020")
