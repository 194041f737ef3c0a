"""The ledger counts by kind, and the property over it notices what is lost."""

from __future__ import annotations

import pytest
from ledger_property import account, assert_every_word_is_kept_or_told, table

from rag.parsing.ledger import Ledger, word_count
from rag.types import Document, Left, LoadedDocument


def _loaded(text: str, *left: Left) -> LoadedDocument:
    return LoadedDocument(Document("id", "a.txt", "", text, (), (), "", "text/plain", left=left))


def test_the_ledger_counts_by_kind_with_each_place_once() -> None:
    ledger = Ledger()
    ledger.leave("running head", "Annual report", "page 1")
    ledger.leave("picture", place="page 1")
    ledger.leave("running head", "Annual report 2", "page 2", count=2)
    ledger.leave("running head", place="page 2")
    assert ledger.entries() == (Left("running head", 4, ("page 1", "page 2"), 5), Left("picture", 1, ("page 1",), 0))


def test_a_word_is_a_run_of_letters_and_digits() -> None:
    assert word_count("Costs | 12 500 — l'été, ٣ бочки\n(none)") == 8


def test_a_word_that_is_neither_kept_nor_told_is_noticed() -> None:
    assert_every_word_is_kept_or_told(_loaded("one two", Left("comment", 1, (), 1)), 3)
    for wrong in (2, 4):
        with pytest.raises(AssertionError, match=r"a\.txt: 2 words of text \+ 1"):
            assert_every_word_is_kept_or_told(_loaded("one two", Left("comment", 1, (), 1)), wrong)
    with pytest.raises(AssertionError, match="twice"):
        assert_every_word_is_kept_or_told(_loaded("one", Left("comment", 1), Left("comment", 2)), 1)


def test_the_table_marks_what_is_out_of_balance() -> None:
    shown = table([("good.txt", account(_loaded("one two"), 2)), ("bad.txt", account(_loaded("one two"), 5))])
    _, good, bad, told = shown.splitlines()
    assert good.split() == ["2", "0", "2", "good.txt"]
    assert bad.split() == ["2", "0", "5", "!", "bad.txt"]
    assert told == "1 of 2 out of balance"
