"""What "the last meeting" and "two months ago" mean on a given day, and what a file's name says."""

from __future__ import annotations

from datetime import date

import pytest

from rag.language.recency import file_name, named_so, recency_of
from rag.language.words import terms

TODAY = date(2026, 11, 29)  # a Sunday


@pytest.mark.parametrize(
    ("question", "first", "last"),
    [
        ("What was decided two months ago?", date(2026, 9, 1), date(2026, 9, 30)),
        ("What was decided 11 months ago?", date(2025, 12, 1), date(2025, 12, 31)),
        ("What happened last month?", date(2026, 10, 1), date(2026, 10, 31)),
        ("How many members joined this year?", date(2026, 1, 1), date(2026, 12, 31)),
        ("How many members joined last year?", date(2025, 1, 1), date(2025, 12, 31)),
        ("What was sold last week?", date(2026, 11, 16), date(2026, 11, 22)),
        ("Who came yesterday?", date(2026, 11, 28), date(2026, 11, 28)),
    ],
)
def test_a_time_told_from_today(question: str, first: date, last: date) -> None:
    found = recency_of(question, TODAY)
    assert found is not None
    assert (found.first, found.last) == (first, last)


@pytest.mark.parametrize(
    ("question", "what", "rest"),
    [
        ("What was decided at the last meeting?", "meeting", "What was decided?"),
        ("What does the most recent report say?", "report say", "What does?"),
        ("Who wrote our latest newsletter?", "newsletter", "Who wrote our?"),
    ],
)
def test_the_newest_of_a_kind(question: str, what: str, rest: str) -> None:
    found = recency_of(question, TODAY)
    assert found is not None
    assert (found.what, found.rest, found.first, found.last) == (what, rest, None, TODAY)


@pytest.mark.parametrize(
    "question",
    [
        "How long did the siege last?",
        "What is a last name?",
        "When was the last time?",
        "Who was king for the last two?",
    ],
)
def test_what_names_no_time(question: str) -> None:
    assert recency_of(question, TODAY) is None


@pytest.mark.parametrize(
    ("stem", "series", "day"),
    [
        ("minutes-2026-11-16", "minutes", "2026-11-16"),
        ("Minutes 16.11.2026", "minutes", "2026-11-16"),
        ("minutes_november_2026", "minutes", "2026-11"),
        ("report 2025", "report", "2025"),
        ("expenses FINAL (2)", "expenses", ""),
        ("expenses v1", "expenses", ""),
        ("20261116_budget_draft", "budget", "2026-11-16"),
    ],
)
def test_what_the_name_of_a_file_says(stem: str, series: str, day: str) -> None:
    assert file_name(stem)[:2] == (series, day)


def test_versions_in_their_order() -> None:
    names = [
        "plan old",
        "plan draft",
        "plan",
        "plan v1",
        "plan v2",
        "plan v2.1",
        "plan v10",
        "plan FINAL",
        "plan FINAL (2)",
    ]
    assert sorted(names, key=lambda name: file_name(name).version) == names
    assert {file_name(name).series for name in names} == {"plan"}


def test_a_meeting_is_told_in_minutes() -> None:
    assert named_so("meeting", frozenset(terms("Minutes of the committee")))
    assert not named_so("iPhone", frozenset(terms("Minutes of the committee")))
