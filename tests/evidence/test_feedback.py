"""What people say of answers becomes cases that `rag eval` reads."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rag.errors import ConfigProblem
from rag.evaluate import load_cases
from rag.evidence.feedback import FeedbackEntry, FeedbackStore
from rag.types import Citation, Span, Turn

ONE = Citation(1, "d", "a.pdf", "A", 3, "iii", Span(0, 5), "first")
TWO = Citation(2, "e", "b.md", "B", None, None, Span(0, 6), "second")


def test_each_kind_becomes_its_case(tmp_path: Path) -> None:
    kept = FeedbackStore(tmp_path / "feedback.jsonl")
    kept.add(FeedbackEntry("helpful", "How many?", "answered", answers=("64",), citations=(ONE, TWO)))
    kept.add(FeedbackEntry("helpful", "Who won?", "not_found"))
    kept.add(
        FeedbackEntry("wrong_citation", "How deep?", "answered", citations=(ONE, TWO), wrong=(1,), expected="9 metres")
    )
    kept.add(FeedbackEntry("should_answer", "How high?", "not_found", turns=(Turn("user", "The dam?"),)))
    many, won, deep, high = kept.cases()
    assert many["answerable"] is True
    assert many["answers"] == ["64"]
    assert many["citations"] == [
        {"path": "a.pdf", "page": 3, "quote": "first"},
        {"path": "b.md", "page": None, "quote": "second"},
    ]
    assert won["answerable"] is False
    assert deep["answers"] == ["9 metres"]
    assert deep["citations"] == [{"path": "b.md", "page": None, "quote": "second"}]
    assert high["answerable"] is True
    assert high["turns"] == [{"user": "The dam?"}]
    assert len({case["id"] for case in (many, won, deep, high)}) == 4


def test_what_only_came_closest_is_no_answer_to_expect_again(tmp_path: Path) -> None:
    kept = FeedbackStore(tmp_path / "feedback.jsonl")
    kept.add(FeedbackEntry("helpful", "Who led it?", "partly", answers=("Ada",), citations=(ONE,), reason="closest"))
    kept.add(FeedbackEntry("helpful", "Here and there?", "partly", citations=(ONE,), reason="incomplete"))
    kept.add(FeedbackEntry("should_answer", "Who fell?", "partly", citations=(ONE,), reason="closest"))
    led, sides, fell = kept.cases()
    assert (led["answerable"], led["answers"], led["citations"]) == (False, [], [])
    assert (sides["answerable"], sides["citations"]) == (True, [{"path": "a.pdf", "page": 3, "quote": "first"}])
    assert (fell["answerable"], fell["citations"]) == (True, [])
    (tmp_path / "cases.jsonl").write_text("".join(json.dumps(case) + "\n" for case in (led, sides, fell)))
    assert [case.answerable for case in load_cases(tmp_path / "cases.jsonl")] == [False, True, True]


def test_the_last_word_counts_and_a_broken_line_is_passed_over(tmp_path: Path) -> None:
    file = tmp_path / "feedback.jsonl"
    kept = FeedbackStore(file)
    assert kept.cases() == []
    kept.add(FeedbackEntry("helpful", "How many?", "answered", answers=("64",)))
    with file.open("a") as opened:
        opened.write('{"kind": "helpful", "quest\n')
    kept.add(FeedbackEntry("wrong_citation", "How many?", "answered", citations=(ONE,), expected="31"))
    kept.add(FeedbackEntry("helpful", "How many?", "answered", answers=("64",), user="ada"))
    assert [case["answers"] for case in kept.cases()] == [["31"], ["64"]]
    assert [case["answers"] for case in kept.cases("ada")] == [["64"]]
    assert all(json.loads(line) for line in file.read_text().splitlines() if line.endswith("}"))


def test_a_file_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigProblem, match="cannot be written"):
        FeedbackStore(tmp_path / "missing" / "feedback.jsonl").add(FeedbackEntry("helpful", "How many?", "answered"))


def test_a_person_deletes_all_they_have_said_and_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "feedback.jsonl"
    kept = FeedbackStore(file)
    assert kept.delete("ada") == 0
    for name in ("ada", "bob", "ada", ""):
        kept.add(FeedbackEntry("helpful", f"Is this of {name}?", "answered", user=name))
    with file.open("a") as opened:
        opened.write('{"kind": "helpful", "user": "ad')  # cut off
    assert kept.delete("ada") == 2
    assert "of ada" not in file.read_text()
    assert [case["question"] for case in kept.cases("bob")] == ["Is this of bob?"]
    assert kept.delete("") == 2, "the one of nobody in particular, and the one that was cut off"
    assert file.read_text().count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["feedback.jsonl"]
