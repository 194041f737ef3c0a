"""What several documents say of a topic, a part of a document that is named, and documents of another year."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from opened import opened_on

from rag.assistant import Assistant
from rag.language import parts_named, sources_asked, things_asked, those_asked

TEXTS = {
    "harbour-charter.md": """# Harbour charter

The harbour is open to all who pay its dues.

Every boat has to carry a lantern from dusk to dawn.

## 3 Salvage of wrecks

A wreck belongs to whoever brings it in within three tides.

The finder pays a tenth of its worth to the harbour. Anchors are not part of a wreck.
""",
    "market-charter.md": """# Market charter

Stalls are let by the day.

A stall that trades after dusk needs a lantern of its own and somebody who watches it.
""",
    "mill-charter.md": """# Mill charter

The mill grinds for everybody in the order in which they come.
""",
    "ferry-2021.md": """# Ferry

The report of the ferry company.

## Fares

A crossing cost four crowns. Children crossed for half of that.

## Staff

The ferry had a crew of seven, and the crew lit a lantern at both piers.
""",
    "quarry.md": """# Stone quarry

The quarry was opened by two brothers. People ask about the safety rules and how they are applied.

## Safety rules

Whoever enters the pit signs the book. Nobody works alone below the second ledge.

## Steps of blasting

These are the steps:

- the horn is blown twice
- the ledge is cleared
- the fuse is lit from the hut

## Prices

A cart of gravel costs nine crowns.
""",
}


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    with opened_on(tmp_path_factory.mktemp("topics"), TEXTS) as opened:
        yield opened


@pytest.mark.parametrize(
    ("question", "paths"),
    [
        ("What do the charters say about lanterns?", {"harbour-charter.md", "market-charter.md"}),
        ("what do the documents say about a lantern", {"harbour-charter.md", "market-charter.md", "ferry-2021.md"}),
    ],
)
def test_each_of_several_documents_says_its_own(assistant: Assistant, question: str, paths: set[str]) -> None:
    answer = assistant.ask(question)
    assert (answer.status, answer.shape) == ("answered", "overview")
    assert {citation.path for citation in answer.citations} == paths
    assert all("lantern" in claim.text and claim.group for claim in answer.claims)


def test_files_of_a_kind_are_asked_by_what_they_are_called(tmp_path: Path) -> None:
    mail = "From: {}@example.org\nSubject: {}\nContent-Type: text/plain\n\n{}\n"
    texts = {
        "a.eml": mail.format("brun", "Lantern", "The lantern at the pier needs oil, and so do the oars."),
        "b.eml": mail.format("lund", "Oars", "Two oars are missing from the shed."),
        "harbour.md": TEXTS["harbour-charter.md"],
    }
    with opened_on(tmp_path, texts) as opened:
        answer = opened.ask("Which emails are about a lantern?")
        often = opened.ask("Which emails mention oars?")
    assert {citation.path for citation in answer.citations} == {"a.eml"}
    assert [citation.path for citation in often.citations] == ["b.eml", "a.eml"]  # which is called so
    assert often.notes == ("2 of 2 sources mention “oars”.",)


@pytest.mark.parametrize("question", ["What do the charters say about dragons?", "What do the charters say about tax?"])
def test_what_none_of_several_documents_says_is_no_answer(assistant: Assistant, question: str) -> None:
    assert assistant.ask(question).status != "answered"


@pytest.mark.parametrize(
    "question",
    [
        "Summarise the section on the salvage of wrecks",
        "Give me a summary of the salvage of wrecks in the harbour charter",
        "summary of the wrecks salvage section",
    ],
)
def test_an_overview_of_a_part_shows_that_part(assistant: Assistant, question: str) -> None:
    answer = assistant.ask(question)
    assert (answer.status, answer.shape) == ("answered", "overview")
    assert answer.claims[0].text.startswith("A wreck belongs to whoever")
    assert not any("dues" in claim.text for claim in answer.claims)


def test_an_overview_of_what_no_document_is_called_is_no_outline_of_another(assistant: Assistant) -> None:
    answer = assistant.ask("Summarise the life of the lamp lighter")
    assert answer.status != "answered"
    assert not any("dues" in claim.text or "Stalls" in claim.text for claim in answer.claims)


@pytest.mark.parametrize(
    ("question", "status"),
    [
        ("What does the 2021 ferry report say about fares?", "answered"),
        ("What does the ferry report say about fares?", "answered"),
        ("What does the 2019 ferry report say about fares?", "partly"),
        ("What did a crossing cost according to the 2019 ferry report?", "partly"),
    ],
)
def test_a_document_of_another_year_does_not_answer(assistant: Assistant, question: str, status: str) -> None:
    assert assistant.ask(question).status == status


@pytest.mark.parametrize(
    ("question", "paths"),
    [
        ("Which charters mention a lantern?", {"harbour-charter.md", "market-charter.md"}),
        ("which documents mention a lantern", {"harbour-charter.md", "market-charter.md", "ferry-2021.md"}),
    ],
)
def test_documents_that_are_called_so_and_mention_a_thing(assistant: Assistant, question: str, paths: set[str]) -> None:
    answer = assistant.ask(question)
    assert answer.status == "answered"
    assert {citation.path for citation in answer.citations} == paths
    assert f"{len(paths)} of {3 if 'charters' in question else 5} sources mention" in answer.notes[0]


def test_what_people_say_is_not_what_documents_say(assistant: Assistant) -> None:
    answer = assistant.ask("What do the sailors say about a lantern?")
    assert not any(claim.group for claim in answer.claims)


def test_what_no_documents_are_called_is_asked_of_what_they_say(assistant: Assistant) -> None:
    answer = assistant.ask("Which brothers mention a quarry?")
    assert not any("sources mention" in note for note in answer.notes)


@pytest.mark.parametrize(
    ("question", "said"),
    [
        (
            "What are the safety rules of the quarry?",
            ["Whoever enters the pit signs the book.", "Nobody works alone below the second ledge."],
        ),
        (
            "List the steps of blasting",
            ["These are the steps:", "the horn is blown twice", "the ledge is cleared", "the fuse is lit from the hut"],
        ),
    ],
)
def test_a_section_that_is_headed_so_answers(assistant: Assistant, question: str, said: list[str]) -> None:
    answer = assistant.ask(question)
    assert answer.status == "answered"
    assert [claim.text for claim in answer.claims] == said


@pytest.mark.parametrize(
    "question",
    [
        "What are the safety rules of the ferry?",  # nothing of the ferry stands in the quarry's section
        "What are the safety rules of 1903?",
        "What are the prices of slate?",
    ],
)
def test_a_section_about_something_else_does_not_answer(assistant: Assistant, question: str) -> None:
    answer = assistant.ask(question)
    assert answer.status != "answered"


@pytest.mark.parametrize(
    ("question", "sources"),
    [
        ("What do the licences say about patents?", "licences"),
        ("what did all the annual reports say on tax", "annual reports"),
        ("What does the report say about tax?", ""),
        ("What do we say about tax?", ""),
    ],
)
def test_sources_of_which_is_asked_what_they_say(question: str, sources: str) -> None:
    assert sources_asked(question) == sources


@pytest.mark.parametrize(
    ("topic", "parts"),
    [
        ("the section on wrecks", [("wrecks", "")]),
        ("the section on the salvage of wrecks", [("salvage of wrecks", ""), ("salvage", "wrecks")]),
        ("the wrecks section of the charter", [("wrecks", "the charter")]),
        ("the preamble of the charter", [("preamble", "the charter")]),
        ("the charter", []),
    ],
)
def test_the_parts_that_a_topic_may_name(topic: str, parts: list[tuple[str, str]]) -> None:
    assert list(parts_named(topic)) == parts


@pytest.mark.parametrize(
    ("question", "those"),
    [
        ("which towns are walled", ("towns", "walled")),
        ("Which towns have a harbour?", ("towns", "a harbour")),
        ("Which towns does the river pass?", None),
        ("Which towns are near Korve?", None),
        ("Which towns are there?", None),
    ],
)
def test_those_that_something_is_said_of(question: str, those: tuple[str, str] | None) -> None:
    assert those_asked(question) == those


def test_a_list_has_every_document_that_says_the_same_of_itself(tmp_path: Path) -> None:
    rain = ("wet", "dry", "mild", "foggy", "windy")
    texts = {
        f"{town.lower()}.md": f"# {town}\n\nDefences: {'walled' if n % 2 == 0 else 'open'} on {n + 2} sides\n\n"
        f"Summers are {rain[n]} in the town, where a mill stands.\n"
        for n, town in enumerate(("Arrun", "Belmat", "Korve", "Tarnholm", "Ostwick"))
    }
    with opened_on(tmp_path, texts) as assistant:
        answer = assistant.ask("Which towns are walled?")
        mills = assistant.ask("Which towns are mills?")
    assert mills.status != "answered" or len(mills.claims) < len(texts)  # each has one, none is one
    assert {citation.path for citation in answer.citations} == {"arrun.md", "korve.md", "ostwick.md"}
    assert {claim.group for claim in answer.claims} == {"Arrun", "Korve", "Ostwick"}


@pytest.mark.parametrize(
    ("question", "things"),
    [
        ("what harbour pilots are there", "pilots"),
        ("Which benefits does the harbour offer?", "benefits"),
        ("Who is it?", ""),
    ],
)
def test_what_a_list_is_asked_of(question: str, things: str) -> None:
    assert things_asked(question) == things
