"""What is shown and what is left out: sides of a comparison, remarks in brackets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from opened import opened_on

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


LICENCES = {
    "orla-licence.md": """# Orla Licence

Anybody may copy the work. Whoever copies it has to name its author, and there is no warranty for it.
""",
    "tern-licence.md": """# Tern Licence

The Orla Licence is a licence of the harbour office. The Orla Licence is what is added to here.

What is under the Orla Licence may be put under the Tern Licence. A work under the Tern Licence may be sold.
""",
}


@pytest.fixture(scope="module")
def licences(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    with opened_on(tmp_path_factory.mktemp("licences"), LICENCES) as opened:
        yield opened


@pytest.mark.parametrize(
    "question", ["Tern Licence vs Orla Licence", "How does the Tern Licence differ from the Orla Licence?"]
)
def test_a_side_that_has_a_document_is_answered_from_it(licences: Assistant, question: str) -> None:
    answer = licences.ask(question)
    own = {
        claim.group.removeprefix("the "): {c.path for c in claim.citations} for claim in answer.claims if claim.group
    }
    assert own == {"Tern Licence": {"tern-licence.md"}, "Orla Licence": {"orla-licence.md"}}


@pytest.mark.parametrize(
    ("question", "status"),
    [
        ("Compare the Tern Licence and the Orla Licence", "answered"),
        ("What do the Tern Licence and the Orla Licence have in common?", "partly"),
    ],
)
def test_documents_are_laid_side_by_side_and_what_tells_them_apart_is_not_said(
    licences: Assistant, question: str, status: str
) -> None:
    answer = licences.ask(question)
    assert answer.status == status
    said = {claim.group.removeprefix("the "): claim.text for claim in answer.claims if claim.group}
    assert "has to name its author" in said["Orla Licence"]
    assert set(said) == {"Tern Licence", "Orla Licence"}


def test_a_document_of_one_paragraph_has_an_overview(licences: Assistant) -> None:
    answer = licences.ask("Summarise the Orla Licence")
    assert answer.status == "answered"
    assert [claim.text for claim in answer.claims] == [
        "Whoever copies it has to name its author, and there is no warranty for it."
    ]


def test_more_asks_how_many_of_each_side(assistant: Assistant) -> None:
    answer = assistant.ask("Which town has more people, Ardal or Bemark?")
    assert answer.status == "answered"
    said = {claim.group: claim.text for claim in answer.claims}
    assert "31,334" in said["Ardal"]
    assert "892" in said["Bemark"]


def test_what_names_both_sides_and_nothing_that_is_asked_is_not_said_of_both(assistant: Assistant) -> None:
    answer = assistant.ask("Is Ardal larger than Bemark?")
    assert not any("659 km" in claim.text for claim in answer.claims)


def test_a_sentence_of_one_side_is_not_shown_for_the_other(tmp_path: Path) -> None:
    text = """# Hedda Brun

While she was at the mill of Arrun, Brun invented a sieve that is still in use.

In her years at Arrun she was paid by the sack.

In her years at Korve, Brun kept the books of the ferry.
"""
    with opened_on(tmp_path, {"brun.md": text}) as assistant:
        answer = assistant.ask("Compare Brun's years at Arrun and at Korve")
    of = {claim.group: [c.text for c in answer.claims if c.group == claim.group] for claim in answer.claims}
    assert list(of) == ["Brun's years at Arrun", "Brun's years at Korve"]
    assert all("Arrun" in text for text in of["Brun's years at Arrun"])
    assert all("Korve" in text for text in of["Brun's years at Korve"])


def test_a_comparison_of_which_nothing_answers_is_no_more_than_closest(assistant: Assistant) -> None:
    answer = assistant.ask("compare owls and dukes")
    assert (answer.status, answer.reason) == ("partly", "closest")
    assert answer.notes == ("Nothing was found in the sources about owls.",)
