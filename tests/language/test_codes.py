"""Codes and versions: what is said of one does not answer for the next."""

from __future__ import annotations

from pathlib import Path

import pytest
from opened import opened_on

from rag.language import codes_unsaid

TEXT = (
    "The KR-20 pump came with release 2.1. It follows ISO 9001, speaks Bus/2 and was built by 37signals for COVID-19."
)


@pytest.mark.parametrize(
    ("question", "unsaid"),
    [
        ("How much does the KR-20 weigh?", False),
        ("How much does the kr20 weigh?", False),
        ("How much does the KR-30 weigh?", True),
        ("Does it speak Bus/3?", True),
        ("Does it speak Bus/2?", False),
        ("What came with release 2.1?", False),
        ("What came with release 2.2?", True),
        ("What came with release 2?", False),
        ("Did it help against Covid-19?", False),
        ("What happened in the 1990s on the 2nd of May, 10km away?", False),
        ("What was earned in 2021-22?", False),
        ("Is it 3.5 metres long?", False),
    ],
)
def test_a_code_that_is_named_has_to_be_said(question: str, unsaid: bool) -> None:
    assert codes_unsaid(question, TEXT) is unsaid


def test_another_version_is_no_answer(tmp_path: Path) -> None:
    text = """# Tarn

Tarn is a fully featured message client library for boats. It includes an integrated command line client, has support
for both BUS/1.1 and BUS/2, and provides both short and long calls.

Tarn requires boats of class 3 or more, and 3 calls a day over the BUS are free.
"""
    with opened_on(tmp_path, {"tarn.md": text}) as assistant:
        right, wrong = (assistant.ask(f"does tarn support bus/{n}") for n in (2, 3))
    assert (right.status, wrong.status) == ("answered", "partly")
