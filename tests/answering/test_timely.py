"""Versions of one document, and times that a question means: the newest answers, the older ones are named."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

import rag
from rag.assistant import Assistant
from rag.config import Config
from rag.models import bundled_folder
from rag.models.encoder.encoder import SentenceEncoder
from rag.models.reader import SpanReader

RULES = """Rules for the boat house

Members may borrow a boat for {} hours on a weekday. Keys are kept by the warden. The rules apply to all members.
"""
MINUTES = "# Minutes of the board\n\nDate: {}\n\n{}\n"
HELD = {
    "board-2026-03-02.md": ("2 March 2026", "The board chose Ida Moll as warden. The jetty will be mended."),
    "board-2026-04-13.md": ("13 April 2026", "The board put off the new boats. The fee stays at 30 crowns."),
    "board-2026-05-11.md": ("11 May 2026", "The board agreed to buy two boats. The fee rises to 35 crowns."),
}
TODAY = date(2026, 5, 20)


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    place = tmp_path_factory.mktemp("timely")
    (place / "sources").mkdir()
    for name, hours in (("boats v1.txt", 2), ("boats v2.txt", 3), ("boats FINAL.txt", 5)):
        (place / "sources" / name).write_text(RULES.format(hours), "utf-8")
    for name, said in HELD.items():
        (place / "sources" / name).write_text(MINUTES.format(*said), "utf-8")
    config = Config(sources=place / "sources", index=place / "index")
    rag.build(config=config)
    reader = SpanReader(bundled_folder() / "tokenizer.json")
    with Assistant(config, SentenceEncoder(), reader, lambda: TODAY) as opened:
        yield opened


def test_the_final_version_answers_and_the_older_ones_are_named_by_their_files(assistant: Assistant) -> None:
    answer = assistant.ask("For how many hours may members borrow a boat on a weekday?")
    assert {citation.path for citation in answer.citations} == {"boats FINAL.txt"}
    assert answer.notes == ("Older versions say 3 hours (boats v2.txt), 2 hours (boats v1.txt).",)
    assert answer.differing == ()


def test_what_all_versions_say_is_said_without_a_note(assistant: Assistant) -> None:
    answer = assistant.ask("Who keeps the keys of the boat house?")
    assert answer.citations[0].path == "boats FINAL.txt"
    assert answer.notes == ()


def test_a_version_that_is_named_is_asked(assistant: Assistant) -> None:
    answer = assistant.ask("For how many hours may members borrow a boat on a weekday in v1?")
    assert "boats v1.txt" in {citation.path for citation in answer.citations}


@pytest.mark.parametrize(
    ("question", "path", "first"),
    [
        (
            "What was decided at the last meeting?",
            "board-2026-05-11.md",
            "The board agreed to buy two boats.",
        ),
        ("What was decided two months ago?", "board-2026-03-02.md", "The board chose Ida Moll as warden."),
        ("What did the board decide last month?", "board-2026-04-13.md", "The board put off the new boats."),
    ],
)
def test_a_time_is_told_by_the_clock_and_the_dates_of_the_sources(
    assistant: Assistant, question: str, path: str, first: str
) -> None:
    answer = assistant.ask(question)
    assert {citation.path for citation in answer.citations} == {path}
    assert answer.claims[0].text == first
    assert path in answer.notes[0]


def test_minutes_are_a_series_and_not_versions(assistant: Assistant) -> None:
    answer = assistant.ask("Who was chosen as warden?")
    assert answer.citations[0].path == "board-2026-03-02.md"
    assert answer.notes == ()


def test_what_a_time_has_nothing_to_do_with_stays_unfound(assistant: Assistant) -> None:
    for question in ("What is the latest iPhone?", "Who won the World Cup this month?"):
        assert assistant.ask(question).status == "not_found"
