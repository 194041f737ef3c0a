"""Documents in ten languages, asked in their own: the material of `benchmarks.languages`, and a short form of it."""

from __future__ import annotations

import pytest

from benchmarks.languages import FOLDER, LANGUAGES, questions_of


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_answers_a_question_stands_in_one_place(language: str) -> None:
    text = (FOLDER / f"{language}.txt").read_text("utf-8")
    asked = questions_of(language)
    assert len({question for question, _ in asked}) == 12
    assert [gold for _, gold in asked if text.count(gold) != 1] == []
