"""A sentence that says something else was done is not called an answer: who hosted the cup is not who won it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from opened import opened_on

from rag.assistant import Assistant
from rag.language import deed_of

SOURCES = {
    "korve.md": (
        "# Korve\n\nKorve became the first town of the fjord to host the Northern Regatta, in 2019. "
        "The town has 4,100 inhabitants.\n"
    ),
    "yard.md": (
        "# The yard\n\nThe boat yard was established by Marta Lund in 1887. It builds ferries. "
        "The old crane was taken down after its brake had failed.\n"
    ),
}


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    with opened_on(tmp_path_factory.mktemp("deeds"), SOURCES) as opened:
        yield opened


@pytest.mark.parametrize(
    "question", ["Who won the Northern Regatta in 2019?", "Which town paid for the Northern Regatta?"]
)
def test_another_deed_only_comes_closest(assistant: Assistant, question: str) -> None:
    assert assistant.ask(question).status != "answered"


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("Which town hosted the Northern Regatta in 2019?", "Korve became"),
        ("Who founded the boat yard?", "The boat yard was established by Marta Lund"),  # in another word
    ],
)
def test_the_same_deed_answers(assistant: Assistant, question: str, said: str) -> None:
    answer = assistant.ask(question)
    assert answer.status == "answered"
    assert answer.claims[0].text.startswith(said)


@pytest.mark.parametrize(
    ("question", "deed"),
    [
        ("Who won the cup?", "won"),
        ("Could you tell me who founded the yard?", "founded"),
        ("When was the crane dismantled?", "dismantled"),
        ("Which old town hosted the regatta?", "hosted"),
        ("Which shared rooms are there?", ""),
        ("What is it called?", ""),
        ("How many ferries are there?", ""),
        ("Why does it rain?", ""),
    ],
)
def test_what_was_done(question: str, deed: str) -> None:
    assert deed_of(question) == deed
