"""What is shown and what is left out: sides of a comparison, remarks in brackets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import rag
from rag.assistant import Assistant

ARDAL = """# Ardal

Background: Ardal became a republic when the last of its dukes left the country, and its towns, which had paid him a
tithe of their wool for four hundred years, sent two members each to an assembly that has met in the old customs house
on the quay ever since, first in winter only and then, as its business grew with the railway and the herring, in all
seasons.

Population: 31,334 people (2025)
"""
BEMARK = """# Bemark

Background: Bemark was a free port under the protection of three kings who trusted each other so little that none of
them was let past its gates with more than twelve armed men, and it kept its own coin, its own calendar and its own
measure of salt until the customs union, which it joined as the last of all the towns on that coast after a vote that
was taken twice.

Population: 892 people (2025)
"""
BORDERS = """# Land boundaries

Border countries: Ardal 659 km; Bemark 1,468 km; Corvia 90 km

In 1911 Ardal and Bemark fought over the fishing grounds between them.
"""

REPORT = """# Revenue of the ferry

(in thousands, except for percentages)

Revenue of the ferry increased by 84 thousand, or 36 %, in 2021 because more passengers travelled
again after the winter.

Revenue in 2021 also benefited from the licence that was sold to Bemark.
"""
_TEXTS = {"ardal": ARDAL, "bemark": BEMARK, "borders": BORDERS, "report": REPORT}


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    folder: Path = tmp_path_factory.mktemp("countries")
    sources = folder / "sources"
    sources.mkdir()
    for name, text in _TEXTS.items():
        (sources / f"{name}.md").write_text(text, "utf-8")
    rag.build(sources, folder / "index")
    with rag.open(folder / "index") as opened:
        yield opened


def test_a_sentence_that_names_both_but_not_what_is_asked_is_left_out(assistant: Assistant) -> None:
    answer = assistant.ask("Which is bigger, the population of Ardal or of Bemark?")
    assert answer.shape == "comparison"
    assert {claim.group for claim in answer.claims} == {"the population of Ardal", "the population of Bemark"}
    assert any("31,334" in claim.text for claim in answer.claims)
    assert any("892" in claim.text for claim in answer.claims)


def test_every_side_is_shown_however_long_its_sentences_are(assistant: Assistant) -> None:
    answer = assistant.ask("Compare the background of Ardal and Bemark.")
    groups = [claim.group for claim in answer.claims]
    assert {"the background of Ardal", "the background of Bemark"} <= set(groups)
    assert sorted(groups, key=groups.index) == groups  # each side stands together


def test_a_remark_in_brackets_is_no_sentence_of_an_explanation(assistant: Assistant) -> None:
    answer = assistant.ask("How did the revenue of the ferry change in 2021?")
    assert any("36 %" in claim.text for claim in answer.claims)
    assert not any(claim.text.startswith("(") for claim in answer.claims)


def test_what_is_said_of_both_sides_is_shown_first(assistant: Assistant) -> None:
    answer = assistant.ask("How does the fishing of Ardal compare with that of Bemark's fleet?")
    assert answer.claims[0].text.startswith("In 1911 Ardal and Bemark fought")
