"""Other words for the same, as sources may use them."""

from __future__ import annotations

from pathlib import Path

import pytest
from opened import opened_on

from rag.language import noun_form, reworded


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


@pytest.mark.parametrize(
    ("question", "noun"),
    [
        ("How many people live in Arrun?", "What is the population of Arrun?"),
        ("how many people does Arrun have", "What is the population of Arrun?"),
        ("how big is the lake of Korve?", "What is the area of the lake of Korve?"),
        ("How many people died in Arrun?", ""),
    ],
)
def test_the_noun_for_what_is_asked(question: str, noun: str) -> None:
    assert noun_form(question) == noun


def test_a_noun_that_no_source_has_does_not_change_what_is_asked(tmp_path: Path) -> None:
    texts = {
        "light.md": "# The light of Korve\n\nThe light of Korve was first lit in 1871. It can be seen from far away.\n"
    }
    with opened_on(tmp_path, texts) as assistant:
        assert assistant.ask("How tall is the light of Korve?").asked_as == "How tall is the light of Korve?"
    tall = {"light.md": f"{texts['light.md']}\nThe height of the light of Korve is 31 metres.\n"}
    (tmp_path / "tall").mkdir()
    with opened_on(tmp_path / "tall", tall) as assistant:
        assert "31 metres" in assistant.ask("How tall is the light of Korve?").claims[0].text


def test_a_table_that_has_the_noun_is_found_also_behind_a_slip(tmp_path: Path) -> None:
    towns = ("Arrun", "Belmat", "Korve", "Tarnholm", "Ostwick")
    texts = {
        f"{town.lower()}.md": f"# {town}\n\nBirth rate: {n}9.4 births/1,000 people\n\nPopulation - total: {n}12,370\n\n"
        f"Life expectancy at birth: 7{n} years\n"
        for n, town in enumerate(towns, 1)
    }
    with opened_on(tmp_path, texts) as assistant:
        answer = assistant.ask("how many poeple live in Korve")
    assert answer.asked_as == "What is the population of Korve?"
    assert answer.status == "answered"
    assert answer.claims[0].text == "Population - total: 312,370"


def test_a_question_finds_what_its_source_says_in_other_words(tmp_path: Path) -> None:
    lines = [f"The fare of line {n} and the revenue of line {n} were reported in {2010 + n}." for n in range(12)]
    lines.insert(7, "Ferry takings declined in 2020 since the piers were closed for repairs.")
    lines += [f"Whoever is on a pier must not fall into the water of basin {n}." for n in range(12)]
    with opened_on(tmp_path, {"report.md": "# The ferries of Korve\n\n" + "\n\n".join(lines)}) as assistant:
        answer = assistant.ask("Why did the takings fall in 2020?")
    assert answer.asked_as == "Why did the takings decline in 2020?"
    assert answer.status != "not_found"
    assert answer.claims[0].text.startswith("Ferry takings declined in 2020")
