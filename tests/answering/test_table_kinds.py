"""Tables as offices keep them: years across, headings between rows, short names of columns, several rows that fit."""

from __future__ import annotations

import pytest

from rag.answering.table_answer import TableAnswer, answer_from_tables
from rag.parsing.formats import load_bytes
from rag.types import Document

FIGURES = """Surgery at the mill;;;;
;FY21;FY22;FY23;Target FY24
Income;;;;
Visits;812;905;1040;1100
Vaccines;96;340;215;
Costs;;;;
Staff;640;702;811;800
Rent;120;120;126;126
No-show rate;8.2%;11.7%;9.4%;5%
"""
PICKERS = """Name,Team,Started,Bins wk 36,Bins wk 37,Depth min,Depth max
Ilona Farkas,North,2025-08-04,22,31,1.5,4.0
Pete Musgrove,South,2025-08-25,14,,2.5,3.0
Danuta Wrona,North,2024-09-02,35,33,0.5,6.5
"""


def asked(question: str, text: str, name: str) -> TableAnswer | None:
    """What the table of one file answers."""
    return answer_from_tables(question, [document(text, name)])


def document(text: str, name: str) -> Document:
    return load_bytes(text.encode(), name).document


def said(found: TableAnswer | None) -> list[str]:
    """The cells that are set off, in order."""
    places = found.places if found and found.status == "answered" else ()
    return [place.document.text[slice(*place.answer)] for place in places if place.answer]


@pytest.mark.parametrize(
    ("question", "cell", "note"),
    [
        ("In which year was the no-show rate highest?", "11.7%", "“FY22” has the highest."),
        ("Which year had the lowest no-show rate?", "8.2%", "“FY21” has the lowest."),
        ("In which year was the rent lowest?", "120", "“FY21”, “FY22” have the lowest."),
    ],
)
def test_years_that_are_columns_are_compared_in_one_row(question: str, cell: str, note: str) -> None:
    found = asked(question, FIGURES, "figures.csv")
    assert said(found) == [cell]
    assert found is not None
    assert found.notes[0].endswith(note)
    assert "3 columns" in found.notes[0]  # the target is no year


@pytest.mark.parametrize(
    "question", ["Which month had the highest no-show rate?", "Which year had the highest income?"]
)
def test_columns_of_another_kind_or_several_rows_are_not_compared(question: str) -> None:
    assert said(asked(question, FIGURES, "figures.csv")) == []


@pytest.mark.parametrize(
    ("question", "cell"),
    [
        ("How much income came from vaccines in FY22?", "340"),
        ("What was the rent in FY23?", "126"),  # a word that says nothing in most questions
        ("What did staff cost in FY21?", "640"),
    ],
)
def test_rows_below_a_heading_belong_to_it_and_may_be_called_by_any_word(question: str, cell: str) -> None:
    assert said(asked(question, FIGURES, "figures.csv")) == [cell]


def test_a_row_of_another_heading_is_not_meant() -> None:
    assert said(asked("How much income came from staff in FY22?", FIGURES, "figures.csv")) == []


@pytest.mark.parametrize(
    ("question", "cells"),
    [
        ("How many bins did Danuta Wrona pick in week 37?", ["33"]),
        ("What was the maximum depth of Pete Musgrove?", ["3.0"]),
        ("What was the minimum depth of Pete Musgrove?", ["2.5"]),
        ("Who had the highest minimum depth?", ["Pete Musgrove"]),
        ("Who works in North?", ["Ilona Farkas", "Danuta Wrona"]),
    ],
)
def test_columns_are_known_by_short_names_and_all_rows_that_fit_are_the_answer(question: str, cells: list[str]) -> None:
    assert said(asked(question, PICKERS, "pickers.csv")) == cells


def test_what_several_rows_share_is_said() -> None:
    found = asked("Who works in North?", PICKERS, "pickers.csv")
    assert found is not None
    assert (found.shape, found.notes) == ("list", ("All 2 rows where “Team” is North.",))
