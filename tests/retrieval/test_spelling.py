"""Slips of the finger: put right where the sources leave no doubt, left alone where they might be meant."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from opened import opened_on

import rag
from rag.assistant import Assistant
from rag.retrieval.spelling import is_typo

TEXTS = {
    "ferry.md": "# The ferry\n\nThe ferry over the Ilm was built by Johnston in 1871. It sank in Hinterhausen.\n",
    "mill.md": "# The mill\n\nThe windmill at Korve was rebuilt after the hurricane of 1902. It grinds barley.\n",
}


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    with opened_on(tmp_path_factory.mktemp("spelling"), TEXTS) as opened:
        yield opened


@pytest.mark.parametrize(
    ("asked", "understood"),
    [
        ("When was the widnmill rebuilt?", "When was the windmill rebuilt?"),
        ("After which huricane was it rebuilt?", "After which hurricane was it rebuilt?"),
        ("WHEN WAS THE WIDNMILL REBUILT?", "WHEN WAS THE WINDMILL REBUILT?"),
        ("What sank in Hinterhasuen?", "What sank in Hinterhausen?"),
        ("Does the windmill grind barlley?", "Does the windmill grind barley?"),
        ("What did Johnnston build?", "What did Johnston build?"),
        ("What did Johnson build?", "What did Johnson build?"),  # another name, as far as anybody knows
        ("what did johnsten build", "what did johnsten build"),
        ("What sank in Hinterhausem?", "What sank in Hinterhausem?"),
        ("When did the frery sink?", "When did the ferry sink?"),
        ("When did the fery sink?", "When did the fery sink?"),  # of four letters: too many words are near
        ("Is there a windmill?", "Is there a windmill?"),
        ("Who wrote the sonata?", "Who wrote the sonata?"),
        ("wich hurricane destroyed teh mill", "which hurricane destroyed the mill"),
        ("Wehn was the mill rebuilt?", "When was the mill rebuilt?"),
        ("Where is Wat Korve?", "Where is Wat Korve?"),  # a temple
    ],
)
def test_only_what_is_surely_a_slip_is_put_right(assistant: Assistant, asked: str, understood: str) -> None:
    answer = assistant.ask(asked)
    assert answer.asked_as == understood
    assert answer.question == asked


def test_a_slip_changes_nothing_about_what_is_found(assistant: Assistant) -> None:
    right, wrong = assistant.ask("When was the windmill rebuilt?"), assistant.ask("When was the widnmill rebuilt?")
    assert right.status == "answered"
    assert [claim.citations for claim in wrong.claims] == [claim.citations for claim in right.claims]
    assert [p.chunk for p in assistant.search("widnmill", k=1)] == [p.chunk for p in assistant.search("windmill", k=1)]


@pytest.mark.parametrize(
    ("typed", "slip"),
    [("hte", False), ("teh", True), ("th", True), ("thee", True), ("tha", True), ("the", False), ("then", True),
     ("thxxe", False), ("", False), ("t", False)],
)  # fmt: skip
def test_one_slip(typed: str, slip: bool) -> None:
    assert is_typo(typed, "the") == slip


def test_another_form_of_a_word_is_no_slip(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("forms")
    (folder / "sources").mkdir()
    german = "Der Wasserkocher steht in der Küche und kostet vierzig Euro. Er wurde im Winter von der Firma geliefert."
    (folder / "sources" / "prices.md").write_text(german, "utf-8")
    rag.build(folder / "sources", folder / "index")
    with rag.open(folder / "index") as opened:
        assert opened.ask("What is the price of the kettle?").asked_as == "What is the price of the kettle?"
