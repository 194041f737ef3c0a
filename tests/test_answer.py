"""Answers in the sources' own words: exact quotes, duplicates merged, lists whole, no claim without a source."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import rag
from rag.assistant import Assistant
from rag.types import Answer, Delta, Done, Found, Turn

MARKDOWN = """# Salt roads

The **salt roads** of Tamaland were closed in 1931 after a flood. They had been open for six hundred years.

Three towns depended on the salt trade:

- Arrun, where the caravans were loaded;
- Belmat, which kept the scales;
- Korve, at the ford.

The tax on salt was 12 percent 😀, a ﬁne sum for the king.\r
The camels of the caravans drank 40 litres of water a day.\r
"""
TWIN = "The ferry over the Ilm was built by Hedda Brun in 1902.\n"
OTHER = "A note on crossings.\n\nThe ferry over the Ilm was built by Hedda Brun in 1902. It still runs.\n"


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    place = tmp_path_factory.mktemp("answer")
    (place / "sources").mkdir()
    for name, text in (("salt.md", MARKDOWN), ("twin.txt", TWIN), ("other.txt", OTHER)):
        (place / "sources" / name).write_bytes(text.encode())
    rag.build(place / "sources", place / "index")
    with rag.open(place / "index") as opened:
        yield opened


def check(assistant: Assistant, answer: Answer) -> None:
    """What holds for every answer: exact quotes, numbers from 1 in order of first use, no claim without a citation."""
    numbers = []
    for claim in answer.claims:
        assert claim.citations
        for citation in claim.citations:
            document = assistant.document(citation.document_id)
            assert document is not None
            assert document.text[slice(*citation.span)] == citation.quote != ""
            numbers.append(citation.number)
    first = list(dict.fromkeys(numbers))
    assert first == list(range(1, len(first) + 1))
    assert (answer.status == "not_found") == (answer.claims == ())
    assert 0 <= answer.confidence <= 1


@pytest.mark.parametrize(
    ("question", "quote"),
    [
        (
            "When were the salt roads of Tamaland closed?",
            "The **salt roads** of Tamaland were closed in 1931 after a flood.",
        ),
        ("How many percent was the tax on salt?", "The tax on salt was 12 percent 😀, a ﬁne sum for the king."),
        ("Who built the ferry over the Ilm?", "The ferry over the Ilm was built by Hedda Brun in 1902."),
        ("how many litres did the camels drink a day", "The camels of the caravans drank 40 litres of water a day."),
    ],
)
def test_the_sentence_that_answers_is_quoted_exactly(assistant: Assistant, question: str, quote: str) -> None:
    answer = assistant.ask(question)
    check(assistant, answer)
    assert answer.status == "answered"
    assert answer.claims[0].citations[0].quote == quote


def test_a_quote_in_a_text_file_points_into_the_file_itself(assistant: Assistant) -> None:
    citation = assistant.ask("How many percent was the tax on salt?").claims[0].citations[0]
    assert MARKDOWN[slice(*citation.span)] == citation.quote


def test_sources_that_say_the_same_are_cited_together(assistant: Assistant) -> None:
    claim = assistant.ask("Who built the ferry over the Ilm?").claims[0]
    assert {citation.path for citation in claim.citations} == {"twin.txt", "other.txt"}


def test_a_list_comes_with_the_sentence_that_announces_it(assistant: Assistant) -> None:
    answer = assistant.ask("Which three towns depended on the salt trade?")
    check(assistant, answer)
    quotes = [citation.quote for citation in answer.citations]
    assert quotes[0] == "Three towns depended on the salt trade:"
    assert "Belmat, which kept the scales;" in quotes
    assert all(not quote.startswith("-") for quote in quotes)


@pytest.mark.parametrize(
    "question", ["Who won the 2022 World Cup?", "What is the boiling point of mercury?", "Who is the mayor of Paris?"]
)
def test_what_no_source_answers_is_not_found(assistant: Assistant, question: str) -> None:
    answer = assistant.ask(question)
    check(assistant, answer)
    assert answer.status == "not_found"
    assert answer.passages, "the nearest passages are offered as what they are"
    assert "do not answer" in str(answer)


def test_the_stream_is_the_answer(assistant: Assistant) -> None:
    events = list(assistant.stream("When were the salt roads of Tamaland closed?"))
    assert isinstance(events[0], Found)
    assert isinstance(events[-1], Done)
    deltas = [event.text for event in events if isinstance(event, Delta)]
    answer = events[-1].answer
    assert "".join(deltas).startswith(answer.claims[0].text + " [1]")
    assert str(answer).startswith("".join(deltas))
    assert answer == assistant.ask("When were the salt roads of Tamaland closed?")


def test_a_question_that_points_back_is_understood_by_the_one_before(assistant: Assistant) -> None:
    turns = (Turn("user", "Who built the ferry over the Ilm?"), Turn("assistant", "Hedda Brun."))
    answer = assistant.ask("When was it built?", turns)
    assert answer.question == "When was it built?"
    assert "ferry over the Ilm" in answer.asked_as
    assert "1902" in answer.claims[0].text
    alone = assistant.ask("How many percent was the tax on salt?", turns)
    assert alone.asked_as == "How many percent was the tax on salt?"


def test_a_question_may_be_limited_to_some_sources(assistant: Assistant) -> None:
    answer = assistant.ask("Who built the ferry over the Ilm?", paths=["twin.txt"])
    assert {citation.path for citation in answer.citations} == {"twin.txt"}
    assert {passage.document.path for passage in answer.passages} == {"twin.txt"}
