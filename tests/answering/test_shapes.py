"""Every shape and strength of an answer, asked of a small company's papers as people type questions."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from opened import opened_on

import rag
from rag.answering.overview import LINES
from rag.assistant import Assistant
from rag.types import Answer

HANDBOOK = """# Handbook of the Korve Boat Yard

This handbook explains how the yard works and what it expects of those who work here.

## Working hours

The yard opens at seven in the morning and closes at five in the afternoon. On Saturdays it is closed.
Night shifts are limited to four a month because tired welders make dangerous mistakes.

## Leave

Every employee has 28 days of paid leave a year. Leave must be asked for three weeks ahead.

There are three kinds of special leave:

- leave to care for a sick child;
- leave to move house;
- leave to sit an examination.

## Safety

A lockout tag is a red card that forbids anyone to start a machine. It may be removed only by the person who hung it.

After an accident, stop the machine first. Then call the first aider on extension 112. Do not move the injured person.
Write down what happened before the end of the shift.

Employees on probation may not use the crane.

## Expenses

Travel by train is repaid in full. Taxi fares are repaid only after nine in the evening.

## Leaving the yard

An employee who leaves gives back keys, tools and clothes. The last wage is paid on the final day.
"""
MINUTES = """# Minutes of the works council, 14 March 2023

Present were Anna Lund, Piet Maas and Hedda Brun. The meeting was opened at ten.

## Crane

The old crane was closed in February because its brake had failed twice. The council decided to buy a second-hand crane
for 48,000 crowns.

## Canteen

The council turned down the proposal to close the canteen on Fridays.

The council asked for three improvements:

1. a second coffee machine;
2. a vegetarian dish every day;
3. longer opening hours in winter.

## Next meeting

The next meeting is on 9 May.
"""
STUDY = """# Noise of old and new grinders in a boat yard

## Abstract

We measured the noise of 40 grinders in a boat yard over six weeks. New grinders were quieter by 7 decibels on average.
We conclude that old grinders should be replaced within five years.

## Background

Grinders are among the loudest tools in a yard. Hearing loss develops slowly and is often noticed too late.

## Methods

Noise was recorded with a calibrated microphone at a distance of one metre. Each grinder was run for two minutes on
steel and two minutes on oak.

## Results

Old grinders reached 101 decibels on steel, new ones 94 decibels. On oak, the difference was smaller.

## Limits of the study

Only one yard took part, and ear protection was not recorded.

## Conclusion

Replacing old grinders lowers the noise more than any other single step. Yards should begin with the tools that are used
most.
"""
HERON = """# Heron 20 product sheet

The Heron 20 is a rowing boat of oak for four people.

The Heron 20 costs 9,400 crowns. It weighs 180 kilograms and is 6.1 metres long. The hull is guaranteed for ten years.
"""
TERN = """# Tern 15 product sheet

The Tern 15 is a sailing dinghy of larch for two people.

The Tern 15 costs 12,700 crowns. It weighs 95 kilograms and is 4.6 metres long. The hull is guaranteed for five years.
"""
HISTORY = """The yard at Korve

The boat yard at Korve was founded in 1887 by Elias Brun, a carpenter from Arrun. The first slipway was designed by
Marta Lund.

In 1931 a flood carried the slipway away. The workers rebuilt it in a single winter, and the yard took no orders until
the spring. Two of the oldest boats were never found.

The ferry Ilma was built here for Trinidad and Tobago in 1954.
"""
SOURCES = {
    "handbook.md": HANDBOOK,
    "council/minutes-2023-03.md": MINUTES,
    "studies/noise.md": STUDY,
    "sheets/heron-20.md": HERON,
    "sheets/tern-15.md": TERN,
    "history.txt": HISTORY,
}


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    place = tmp_path_factory.mktemp("shapes")
    for name, text in SOURCES.items():
        path = place / "sources" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    rag.build(place / "sources", place / "index")
    with rag.open(place / "index") as opened:
        yield opened


def checked(assistant: Assistant, question: str) -> Answer:
    """The answer to a question, after what holds for every answer: exact quotes, and no claim without one."""
    answer = assistant.ask(question)
    for claim in answer.claims:
        assert claim.citations
        for citation in claim.citations:
            document = assistant.document(citation.document_id)
            assert document is not None
            assert document.text[slice(*citation.span)] == citation.quote != ""
    numbers = [citation.number for claim in answer.claims for citation in claim.citations]
    assert list(dict.fromkeys(numbers)) == list(range(1, len(set(numbers)) + 1))
    assert (answer.reason != "") == (answer.status == "partly")
    return answer


def quotes(answer: Answer) -> list[str]:
    """The first quote of each claim."""
    return [claim.citations[0].quote for claim in answer.claims]


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("How much does the Heron 20 cost?", "9,400 crowns"),
        ("how many days of paid leave do employees have", "28 days"),
        ("HOW MUCH DOES THE TERN 15 COST?", "12,700 crowns"),
        ("Could you please tell me who founded the boat yard at Korve?", "Elias Brun"),
        ("who desinged the first slipway", "Marta Lund"),
        ("When is the next meeting?", "9 May"),
        ("When was the ferry for Trinidad and Tobago built?", "1954"),
    ],
)
def test_a_fact_is_one_sentence_with_its_words(assistant: Assistant, question: str, words: str) -> None:
    answer = checked(assistant, question)
    assert (answer.status, answer.shape) == ("answered", "fact")
    (claim,) = answer.claims
    assert claim.answer is not None
    assert words in claim.text[slice(*claim.answer)]


@pytest.mark.parametrize(
    ("question", "announcing", "items"),
    [
        ("What kinds of special leave are there?", "There are three kinds of special leave:", 3),
        ("which improvements did the council ask for", "The council asked for three improvements:", 3),
    ],
)
def test_a_list_is_whole_and_comes_with_its_announcement(
    assistant: Assistant, question: str, announcing: str, items: int
) -> None:
    answer = checked(assistant, question)
    assert (answer.status, answer.shape) == ("answered", "list")
    assert quotes(answer)[0] == announcing
    assert len(answer.claims) == items + 1
    assert all(not quote.startswith(("-", "1.", "2.", "3.")) for quote in quotes(answer))


def test_lists_of_two_sources_are_both_shown(tmp_path_factory: pytest.TempPathFactory) -> None:
    said = (
        "# Rules of the {0} yard\n\nVisitors of the {0} yard must wear protective clothes:\n\n- {1};\n- {2};\n- {3}.\n"
    )
    texts = {
        "north.md": said.format("north", "a helmet", "gloves", "boots"),
        "south.md": said.format("south", "goggles", "a vest", "ear plugs"),
    }
    with opened_on(tmp_path_factory.mktemp("lists"), texts) as opened:
        answer = checked(opened, "Which protective clothes must visitors wear?")
    assert answer.shape == "list"
    assert {citation.path for citation in answer.citations} == {"north.md", "south.md"}
    assert {"a helmet;", "gloves;", "boots.", "goggles;", "a vest;", "ear plugs."} <= set(quotes(answer))


@pytest.fixture(scope="module")
def manuals(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    """Sources as programs come with them: badges, feature lists, code, licences known by their initials."""
    with opened_on(tmp_path_factory.mktemp("manuals"), MANUALS) as opened:
        yield opened


MANUALS = {
    "tarn.md": """# Tarn ![build](https://example.org/badge.svg)

[![docs](https://example.org/d.svg)](https://example.org/docs) [![chat](https://example.org/c.svg)](https://example.org)

Tarn officially supports Python 3.11 and later. Tarn is a library for timetables.

<p align="center"><img src="https://example.org/logo.png"></p>

- Reads timetables of trains and ferries
- Fits into the editor Quill
- Writes calendars and posters
- Needs no other library

```console
$ python -m tarn --author "Bea Holm" founder
Bea Holm
```

Tarn was started by Aino Berg after a winter of missed ferries.
""",
    "rove.md": """# Rove

Rove builds on the timetables of Tarn, and gives you:

- Python versions of every Tarn command
- Support for maps
- Support for tickets
- Support for groups

## 7 Seats

Seats are kept for a day.
""",
    "changes.md": """# Changes of Tarn

## v2.1.3 (2024-05-02)

Night trains keep their date.

## v2.1.0 (2024-03-11)

Ferries that run on request are read.

## v2.10.0 (2025-01-20)

Stops may have several names.
""",
    "harbour.md": """# Harbour rules

## 4 Dues

Every ship pays for its berth.

### 4.2 Berths

Berths are paid for by the metre. Ferries pay half.

## 4.20 Fuel

Fuel is sold at the quay.

## 7 Fees

Fees rise in May.
""",
    "licence.txt": """                    Ridge Open Licence
                    Version 2, March 2019

1. Definitions.

   "Joint Work" means a work that combines the Software with material under other terms.

2. Grant of Patent Rights. Each contributor grants you a free right to use the patents that the Software needs.
""",
}


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("What does section 4.2 say?", ["Berths are paid for by the metre.", "Ferries pay half."]),
        (
            "summarise section 4 of the harbour rules",
            ["Every ship pays for its berth.", "Berths are paid for by the metre.", "Ferries pay half."],
        ),
        ("What's new in Tarn 2.1?", ["Ferries that run on request are read."]),
        ("What changed in version 2.1.3?", ["Night trains keep their date."]),
    ],
)
def test_a_part_is_shown_by_its_number(manuals: Assistant, question: str, said: list[str]) -> None:
    answer = checked(manuals, question)
    assert (answer.status, answer.shape, quotes(answer)) == ("answered", "overview", said)


def test_that_other_sources_have_such_a_part_is_said(manuals: Assistant) -> None:
    answer = checked(manuals, "What does section 7 say?")
    other = {"harbour.md": "Rove", "rove.md": "Harbour rules"}[answer.citations[0].path]
    assert answer.notes == (f"Other sources have one as well: “{other}”.",)
    assert checked(manuals, "What does section 7 of the harbour rules say?").notes == ()


def test_a_part_that_no_source_has_is_not_made_up(manuals: Assistant) -> None:
    assert checked(manuals, "What does section 9.7 say?").status != "answered"


def test_a_sentence_that_answers_is_not_lost_to_a_list_that_shares_its_words(manuals: Assistant) -> None:
    answer = checked(manuals, "Which Python versions does Tarn support?")
    assert answer.status == "answered"
    assert quotes(answer)[0] == "Tarn officially supports Python 3.11 and later."
    assert "Support for maps" not in quotes(answer)


def test_one_item_that_answers_does_not_bring_its_list(manuals: Assistant) -> None:
    answer = checked(manuals, "Which editors does Tarn fit into?")
    assert quotes(answer)[0] == "Fits into the editor Quill"
    assert "Writes calendars and posters" not in quotes(answer)


def test_a_name_may_be_the_initials_of_what_a_source_is_called(manuals: Assistant) -> None:
    answer = checked(manuals, 'What does the ROL call a "Joint Work"?')
    assert answer.status != "not_found"
    assert quotes(answer)[0].startswith('"Joint Work" means')


def test_a_run_in_heading_brings_its_sentence(manuals: Assistant) -> None:
    answer = checked(manuals, "Does the ROL grant patent rights?")
    assert quotes(answer)[0] == (
        "Grant of Patent Rights. Each contributor grants you a free right to use the patents that the Software needs."
    )


@pytest.mark.parametrize(
    ("question", "needed"),
    [
        ("Why was the old crane closed?", ["because its brake had failed twice"]),
        ("What should I do after an accident?", ["stop the machine first"]),
        ("What happened to the slipway in 1931?", ["a flood carried the slipway away"]),
    ],
)
def test_an_explanation_stands_in_the_order_of_the_text(assistant: Assistant, question: str, needed: list[str]) -> None:
    answer = checked(assistant, question)
    assert answer.shape == "explanation"
    assert answer.status != "not_found"
    assert all(any(words in quote for quote in quotes(answer)) for words in needed)
    for path in {citation.path for citation in answer.citations}:
        spans = [citation.span for citation in answer.citations if citation.path == path]
        assert spans == sorted(spans)
    assert len(answer.claims) <= 5


@pytest.mark.parametrize(
    ("question", "settles"),
    [
        ("Can employees on probation use the crane?", "Employees on probation may not use the crane."),
        ("did the council close the canteen on Fridays", "The council turned down the proposal"),
        ("Is the yard open on Saturdays?", "On Saturdays it is closed."),
    ],
)
def test_a_yes_or_no_is_settled_by_a_sentence(assistant: Assistant, question: str, settles: str) -> None:
    answer = checked(assistant, question)
    assert answer.shape == "yes_no"
    assert answer.status != "not_found"
    assert quotes(answer)[0].startswith(settles)
    assert not any(note.startswith(("Yes", "No")) for note in answer.notes)


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("How much do the Heron 20 and the Tern 15 cost?", ["9,400", "12,700"]),
        ("how much do the heron 20 and the tern 15 cost", ["9,400", "12,700"]),
        ("Which is cheaper, the Heron 20 or the Tern 15?", ["9,400", "12,700"]),
        ("Is the Heron 20 cheaper than the Tern 15?", ["9,400", "12,700"]),
        ("Compare the Heron 20 and the Tern 15.", ["oak", "larch"]),
    ],
)
def test_a_comparison_has_a_group_for_each_side(assistant: Assistant, question: str, words: list[str]) -> None:
    answer = checked(assistant, question)
    assert answer.shape == "comparison"
    assert answer.status == "answered"
    for side, said in zip(("the Heron 20", "the Tern 15"), words, strict=True):
        own = [claim for claim in answer.claims if claim.group == side]
        assert any(said in claim.text for claim in own)
        assert {citation.path[7:11] for claim in own for citation in claim.citations} == {side[4:8].lower().strip()}


@pytest.mark.parametrize(
    "question",
    [
        "What are the prices of the Heron 20 and the Osprey 30?",
        "Compare the Heron 20 with the Osprey 30.",
    ],
)
def test_a_side_that_is_missing_is_named(assistant: Assistant, question: str) -> None:
    answer = checked(assistant, question)
    assert (answer.status, answer.reason) == ("partly", "incomplete")
    assert {claim.group for claim in answer.claims} == {"the Heron 20"}
    assert "Osprey 30" in answer.notes[0]
    assert "Heron" not in answer.notes[0]


@pytest.mark.parametrize(
    ("question", "path"),
    [
        ("Summarise the handbook.", "handbook.md"),
        ("what is the handbook about", "handbook.md"),
        ("Could you please summarise the minutes of March 2023?", "council/minutes-2023-03.md"),
        ("summarize the study for me please", "studies/noise.md"),
        ("What are the main findings of the study on noise?", "studies/noise.md"),
    ],
)
def test_an_overview_reaches_into_the_last_third(assistant: Assistant, question: str, path: str) -> None:
    answer = checked(assistant, question)
    assert (answer.status, answer.shape) == ("answered", "overview")
    assert {citation.path for citation in answer.citations} == {path}
    assert 3 <= len(answer.claims) <= LINES
    document = assistant.document(answer.citations[0].document_id)
    assert document is not None
    assert answer.citations[-1].span.start >= 2 * len(document.text) // 3
    assert [claim.citations[0].span for claim in answer.claims] == sorted(c.span for c in answer.citations)


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("Tell me about leave.", "Every employee has 28 days of paid leave a year."),
        ("What does the handbook say about expenses?", "Travel by train is repaid in full."),
        ("what do you know about safety", "A lockout tag is a red card that forbids anyone to start a machine."),
    ],
)
def test_a_topic_that_is_a_heading_is_its_section(assistant: Assistant, question: str, first: str) -> None:
    answer = checked(assistant, question)
    assert (answer.status, answer.shape) == ("answered", "overview")
    assert quotes(answer)[0] == first
    assert {citation.path for citation in answer.citations} == {"handbook.md"}


def test_a_sentence_that_defines_wins_over_one_that_mentions(tmp_path_factory: pytest.TempPathFactory) -> None:
    texts = {
        "letter.txt": (
            "A letter\n\nWhat is a tidal bore worth to the town? The tidal bore of 1904 was seen by the whole town. "
            "The tidal bore came at noon and the tidal bore left at one.\n"
        ),
        "glossary.txt": (
            "Words of the river\n\nThe river has words of its own. A tidal bore is a wave that runs up a river "
            "against its current.\n"
        ),
    }
    with opened_on(tmp_path_factory.mktemp("terms"), texts) as opened:
        for question in ("What is a tidal bore?", "could you tell me what a tidal bore is", "define tidal bore"):
            answer = checked(opened, question)
            assert answer.status != "not_found"
            assert quotes(answer)[0] == "A tidal bore is a wave that runs up a river against its current.", question


def test_a_term_is_defined_by_prose_and_not_by_a_row_that_names_it(tmp_path_factory: pytest.TempPathFactory) -> None:
    texts = {
        "paper.md": (
            "# Reading the tide by lamp\n\n"
            "In this report we present Skerry, a method that reads the tide from a lamp.\n\n"
            "| Method | Instruction |\n|---|---|\n"
            "| Skerry | Determine whether there is a tide that supports a claim |\n"
            "| Lantern | Determine whether there is a tide |\n"
        ),
    }
    with opened_on(tmp_path_factory.mktemp("rows"), texts) as opened:
        answer = checked(opened, "What is Skerry?")
    assert quotes(answer)[0] == "In this report we present Skerry, a method that reads the tide from a lamp."


def test_a_term_at_the_head_of_a_paragraph_is_shown_with_what_says_what_it_is(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    texts = {
        "boats.md": (
            "# What the yard offers\n\n"
            "The yard rents out boats in two ways. Last year Harbour Pass brought in most.\n\n"
            "- Day Sail. A boat for one day, with a skipper who knows the fjord.\n"
            "- Harbour Pass. Our yearly rental of small boats to members who own none. A member may take any boat.\n"
        ),
    }
    with opened_on(tmp_path_factory.mktemp("heads"), texts) as opened:
        answer = checked(opened, "What is Harbour Pass?")
        assert answer.status != "not_found"
        assert quotes(answer)[0] == "Harbour Pass. Our yearly rental of small boats to members who own none."


def test_a_source_of_nothing_but_headings_answers_nothing_and_breaks_nothing(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    texts = {"contents.md": "# The harbour\n\n## Pilots of the harbour\n\n## Dues\n"}
    with opened_on(tmp_path_factory.mktemp("bare"), texts) as opened:
        for question in ("Who are the pilots of the harbour?", "Compare pilots and dues.", "Summarise the harbour."):
            assert checked(opened, question).status in ("not_found", "partly", "answered")


def test_what_comes_closest_is_two_to_five_sentences_said_to_be_so(assistant: Assistant) -> None:
    answer = checked(assistant, "What happened after the flood of 1931?")
    assert (answer.status, answer.reason) == ("partly", "closest")
    assert 2 <= len(answer.claims) <= 5
    assert str(answer).startswith("The sources do not say this outright. They come closest here:")


@pytest.mark.parametrize(
    "question",
    [
        "Who won the 2022 World Cup?",
        "how do volcanoes erupt",
        "What is the boiling point of mercury?",
        "what do the sources say about unicorns",
    ],
)
def test_what_no_source_is_about_is_not_found(assistant: Assistant, question: str) -> None:
    answer = checked(assistant, question)
    assert (answer.status, answer.claims, answer.notes) == ("not_found", (), ())
    assert answer.passages


@pytest.mark.parametrize("question", ["What can I ask?", "hello", "what questions can i ask here"])
def test_who_does_not_know_what_to_ask_gets_examples(assistant: Assistant, question: str) -> None:
    answer = checked(assistant, question)
    assert answer.status == "answered"
    (note,) = answer.notes
    assert "6 documents" in note
    examples = [line[2:] for line in note.splitlines() if line.startswith("- ")]
    assert examples
    for example in examples:
        assert checked(assistant, example).status == "answered", example


@pytest.mark.parametrize("question", ["which documents do you have", "Could you list all documents?"])
def test_the_documents_are_listed(assistant: Assistant, question: str) -> None:
    (note,) = checked(assistant, question).notes
    assert all(path in note for path in SOURCES)


@pytest.mark.parametrize(
    ("question", "paths"),
    [
        ("Which documents mention the crane?", {"council/minutes-2023-03.md", "handbook.md"}),
        ("which documents mention grinder", {"studies/noise.md"}),
        ("Where is Hedda Brun mentioned?", {"council/minutes-2023-03.md"}),
        ("Could you tell me which sources mention Korve?", {"handbook.md", "history.txt"}),
    ],
)
def test_the_documents_that_mention_a_thing_are_quoted(assistant: Assistant, question: str, paths: set[str]) -> None:
    answer = checked(assistant, question)
    assert answer.status == "answered"
    assert {citation.path for citation in answer.citations} == paths
    assert all(not quote.startswith("#") for quote in quotes(answer))


@pytest.mark.parametrize("question", ["Which documents are about the crane?", "which files deal with cranes"])
def test_documents_that_are_about_a_thing_do_not_only_mention_it(assistant: Assistant, question: str) -> None:
    answer = checked(assistant, question)
    assert answer.status == "answered"
    assert [citation.path for citation in answer.citations] == ["council/minutes-2023-03.md"]


def test_a_sentence_that_mentions_comes_before_a_heading(assistant: Assistant) -> None:
    answer = checked(assistant, "Which documents mention the crane?")
    assert "The old crane was closed in February because its brake had failed twice." in quotes(answer)


def test_a_thing_that_no_document_mentions_is_not_found(assistant: Assistant) -> None:
    answer = checked(assistant, "Which documents mention unicorns?")
    assert (answer.status, answer.notes) == ("not_found", ("No source mentions “unicorns”.",))


def test_each_of_two_questions_is_answered(assistant: Assistant) -> None:
    answer = checked(assistant, "When was the boat yard at Korve founded? And who designed the first slipway?")
    assert answer.status == "answered"
    assert [claim.group for claim in answer.claims] == [
        "When was the boat yard at Korve founded?",
        "And who designed the first slipway?",
    ]
    assert ["1887" in answer.claims[0].text, "Marta Lund" in answer.claims[1].text] == [True, True]


def test_a_second_question_leans_on_the_first(assistant: Assistant) -> None:
    answer = checked(assistant, "Who founded the boat yard at Korve and when was it founded?")
    assert answer.status == "answered"
    assert [claim.group for claim in answer.claims] == ["Who founded the boat yard at Korve?", "When was it founded?"]
    assert "it" not in answer.asked_as.split()


def test_of_two_questions_the_one_without_an_answer_is_named(assistant: Assistant) -> None:
    answer = checked(assistant, "When was the boat yard at Korve founded? Who won the 2022 World Cup?")
    assert (answer.status, answer.reason) == ("partly", "incomplete")
    assert {claim.group for claim in answer.claims} == {"When was the boat yard at Korve founded?"}
    assert answer.notes == ("Nothing was found in the sources for “Who won the 2022 World Cup?”",)


def test_of_two_questions_a_list_stays_whole(assistant: Assistant) -> None:
    answer = checked(assistant, "Why was the old crane closed? What kinds of special leave are there?")
    own = [claim.text for claim in answer.claims if claim.group == "What kinds of special leave are there?"]
    assert own[0] == "There are three kinds of special leave:"
    assert len(own) == 4


def test_two_questions_without_an_answer_are_not_found(assistant: Assistant) -> None:
    answer = checked(assistant, "Who won the 2022 World Cup? How do volcanoes erupt?")
    assert (answer.status, answer.claims, answer.notes) == ("not_found", (), ())


def test_lines_below_a_key_are_all_of_its_list(tmp_path: Path) -> None:
    guilds = "Guilds: Guild of Weavers\nGuild of Tanners\nGuild of Coopers\nGuild of Salters"
    climate = "Climate: mild and wet in summer, with long winters that bring snow from the north"
    text = f"# Ardal, a profile\n\n{climate}\n{guilds}\nMayor: Hedda Brun\nRivers: the Orl\n"
    with opened_on(tmp_path, {"ardal.md": text}) as opened:
        answer = opened.ask("Which guilds are there in Ardal?")
        rivers = opened.ask("Which rivers are there in Ardal?")
    assert (answer.status, answer.shape) == ("answered", "list")
    assert [claim.text for claim in answer.claims] == guilds.split("\n")
    assert "Rivers: the Orl" in quotes(rivers)
    assert not any("Guild" in quote for quote in quotes(rivers)[:1])


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("Two welders on one machine can cause a deadlock, and no rule prevents a deadlock.", "partly"),
        ("A deadlock is a state in which two welders wait for each other's tools.", "answered"),
    ],
)
def test_a_sentence_that_only_mentions_a_term_does_not_answer_what_it_is(
    tmp_path: Path, text: str, status: str
) -> None:
    with opened_on(tmp_path, {"yard.md": f"# The yard\n\n{text} The yard is closed on Sundays.\n"}) as opened:
        answer = opened.ask("What is a deadlock?")
    assert answer.status == status
    assert "deadlock" in answer.claims[0].text
