"""Answers in the sources' own words: exact quotes, duplicates merged, lists whole, no claim without a source."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

import rag
from rag.assistant import Assistant
from rag.config import Config
from rag.models.encoder.encoder import SentenceEncoder
from rag.types import Answer, Delta, Done, Found, SentenceScore, Span, Turn, Window

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
FLOOD = """# The flood at Korve

The river rose on 3 April. In all, 14 people drowned in the flood at Korve, two of them children.

The mill was the first house to go. It had been built by Anna Lund in 1804.
"""
COUNT = """# First count of the dead at Korve

According to the mayor, 9 people drowned in the flood at Korve.
"""


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    place = tmp_path_factory.mktemp("answer")
    (place / "sources").mkdir()
    for name, text in (
        ("salt.md", MARKDOWN),
        ("twin.txt", TWIN),
        ("other.txt", OTHER),
        ("flood.md", FLOOD),
        ("count.md", COUNT),
    ):
        (place / "sources" / name).write_bytes(text.encode())
    rag.build(place / "sources", place / "index")
    with rag.open(place / "index") as opened:
        yield opened


def check(assistant: Assistant, answer: Answer) -> None:
    """What holds for every answer: exact quotes, numbers from 1 in order of first use, no claim without a citation."""
    numbers = []
    for claim in answer.claims:
        assert claim.citations
        assert claim.answer is None or 0 <= claim.answer.start < claim.answer.end <= len(claim.text)
        for citation in claim.citations:
            if citation.answer is not None:
                assert citation.span.start <= citation.answer.start < citation.answer.end <= citation.span.end
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


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("When were the salt roads of Tamaland closed?", "1931"),
        ("How many percent was the tax on salt?", "12"),
        ("Who built the ferry over the Ilm?", "Hedda Brun"),
    ],
)
def test_the_exact_words_are_told_in_the_claim_and_in_the_source(
    assistant: Assistant, question: str, words: str
) -> None:
    claim = assistant.ask(question).claims[0]
    assert claim.answer is not None
    assert words in claim.text[slice(*claim.answer)]
    citation = claim.citations[0]
    document = assistant.document(citation.document_id)
    assert document is not None
    assert citation.answer is not None
    assert words in document.text[slice(*citation.answer)]


def test_sources_that_differ_stand_side_by_side(assistant: Assistant) -> None:
    answer = assistant.ask("How many people drowned in the flood at Korve?")
    check(assistant, answer)
    assert [claim.citations[0].path for claim in answer.claims[:2]] == ["flood.md", "count.md"]
    assert answer.differing == (1, 2)
    (note,) = answer.notes
    assert "Two sources differ" in note
    assert "14" in note
    assert "9" in note
    assert note in str(answer)
    assert assistant.ask("Who built the ferry over the Ilm?").notes == ()


def test_what_is_said_of_one_country_is_no_answer_for_another(tmp_path: Path) -> None:
    sources = tmp_path / "sources"
    sources.mkdir()
    facts = "Velland has 12 harbours. Fishing feeds most of its villages. The winters are long and dark."
    (sources / "velland.md").write_text(f"# Velland\n\n{facts}\n", "utf-8")
    named = "In 2022, the Northern League designated Skarholm as a partner. The coast is steep, and ferries are rare."
    (sources / "skarholm.md").write_text(f"# Skarholm\n\n{named}\n", "utf-8")
    rag.build(sources, tmp_path / "index")
    with rag.open(tmp_path / "index") as both:
        assert both.ask("When did the Northern League designate Skarholm as a partner?").status == "answered"
        other = both.ask("When did the Northern League designate Velland as a partner?")
        assert (other.status, other.reason) == ("partly", "closest")


def test_of_sources_that_differ_the_newer_comes_first(tmp_path: Path) -> None:
    sources = tmp_path / "sources"
    sources.mkdir()
    said = "In all, {} people drowned in the flood at Korve."
    for name, date, number in (("a", "2 May 1999", 9), ("b", "3 June 2004", 14)):
        text = f"# The flood {name}\n\n*Valley Post, {date}. What the water left.*\n\n{said.format(number)}\n"
        (sources / f"{name}.md").write_text(text, "utf-8")
    rag.build(sources, tmp_path / "index")
    with rag.open(tmp_path / "index") as both:
        answer = both.ask("How many people drowned in the flood at Korve?")
    assert [claim.citations[0].path for claim in answer.claims[:2]] == ["b.md", "a.md"]
    (note,) = answer.notes
    assert note == "Two sources differ: 14 (The flood b, 2004-06-03); 9 (The flood a, 1999-05-02)."


def test_a_sentence_that_leans_on_the_one_before_brings_it_along(assistant: Assistant) -> None:
    answer = assistant.ask("Who built the mill in 1804?")
    check(assistant, answer)
    assert (
        answer.claims[0].citations[0].quote
        == "The mill was the first house to go. It had been built by Anna Lund in 1804."
    )


class SecondYear:
    """A reader whose exact words are the last "1931" of a sentence."""

    def read(self, question: str, windows: Sequence[Window]) -> list[tuple[SentenceScore, ...]]:
        return [
            tuple(
                SentenceScore(9.0, Span(at, at + 4))
                if (at := w.text.rfind("1931", *s)) >= 0
                else SentenceScore(-9.0, s)
                for s in w.sentences
            )
            for w in windows
        ]


def test_of_equal_words_those_are_told_that_answer(tmp_path: Path) -> None:
    said = "In 1931 the  dam of Korve broke, and mending it cost 1931 crowns."
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "dam.txt").write_text(f"The dam\n\n{said}\n", "utf-8")
    config = Config(sources=tmp_path / "sources", index=tmp_path / "index")
    rag.build(config=config)
    with Assistant(config, SentenceEncoder(), SecondYear()) as opened:
        claim = opened.ask("How many crowns did mending the dam of Korve cost?").claims[0]
    assert claim.answer is not None
    assert claim.text[claim.answer.start :] == "1931 crowns."
    assert claim.citations[0].answer is not None
    assert f"The dam\n\n{said}"[claim.citations[0].answer.start :] == "1931 crowns."


def test_more_risk_never_answers_less(assistant: Assistant, tmp_path: Path) -> None:
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "salt.md").write_bytes(MARKDOWN.encode())
    asked = [
        "When were the salt roads closed?",
        "What did the camels drink?",
        "Who closed the roads?",
        "Who is the king?",
    ]
    answered = []
    for risk in (0.01, 0.15, 1.0):
        config = Config(sources=tmp_path / "sources", index=tmp_path / "index", risk=risk)
        rag.build(config=config)
        with rag.open(config=config) as opened:
            answered.append({question for question in asked if opened.ask(question).status == "answered"})
    assert answered[0] <= answered[1] <= answered[2]
    # risk moves the first boundary only: what the sources are not about is not answered at any risk
    assert answered[0] < answered[2] == set(asked) - {"Who is the king?"}
