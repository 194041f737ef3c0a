"""Tables as offices keep them: years across, headings between rows, short names of columns, several rows that fit."""

from __future__ import annotations

import pytest

from rag.answering.table_answer import TableAnswer, answer_from_tables
from rag.answering.table_closest import closest_in_tables
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


RIDES = """Season,Driver,Car,Opened
1998,Ada Moor,Lark 2,3 May 1998
1999,Bo Finch,Lark 3,2 May 1999
2000,Cy Reed,Wren,7 May 2000
2001,Di Heath,Wren 2,6 May 2001
"""
NEWEST_FIRST = "\n".join([RIDES.split("\n")[0], *RIDES.split("\n")[4:0:-1]])


def rows(question: str, text: str) -> list[str]:
    """The rows that come closest, in order, and what is said of them."""
    found = closest_in_tables(question, [document(text, "rides.csv")])
    if found is None:
        return []
    assert found.status == "partly"
    assert not any(place.answer for place in found.places)
    return [*(place.document.text[slice(*place.span)] for place in found.places), *found.notes]


@pytest.mark.parametrize(
    ("question", "driver", "side"),
    [
        ("Who drove after Bo Finch?", "Cy Reed", "after"),
        ("Which driver came right before Cy Reed?", "Bo Finch", "before"),
        ("Who was the driver previous to Bo Finch?", "Ada Moor", "before"),
    ],
)
@pytest.mark.parametrize("text", [RIDES, NEWEST_FIRST], ids=["oldest first", "newest first"])
def test_the_row_next_to_a_named_one_is_offered(question: str, driver: str, side: str, text: str) -> None:
    first, second, note = rows(question, text)
    assert driver in first
    assert note.startswith(f"This row comes {side} “")
    assert note.split("“")[1].split("”")[0] in second


@pytest.mark.parametrize(
    "question",
    ["Who drove after Eve Stone?", "Who drove before Ada Moor?", "Who drove after 1999?", "Who drove after the war?"],
)
def test_no_row_is_next_to_one_that_is_not_there(question: str) -> None:
    assert rows(question, RIDES) == []


def test_the_first_and_last_of_a_list_are_its_first_and_last_rows() -> None:
    assert "Ada Moor" in rows("Which driver is the first listed?", RIDES)[0]
    assert "Di Heath" in rows("Who is the driver at the bottom of the table?", RIDES)[0]
    assert rows("Which ship is the first listed?", RIDES) == []


def test_a_noun_that_the_table_does_not_say_leaves_the_row_as_coming_closest() -> None:
    first, *_, note = rows("Which pilot opened latest?", RIDES)
    assert "Di Heath" in first
    assert note == "The table does not say “pilot”: its rows are taken for that."
    assert rows("Which pilot has a licence?", RIDES) == []


@pytest.mark.parametrize(("question", "cell"), [("larger", "640"), ("smaller", "640")])
def test_of_two_years_the_one_with_more_is_told(question: str, cell: str) -> None:
    two = "Item;2019;2018\nStaff;702;640\nRent;120;126\n"
    found = asked(f"In which year was the cost of staff {question}?", two, "costs.csv")
    assert said(found) == [{"larger": "702", "smaller": cell}[question]]
    assert asked("In which year were the visits larger?", FIGURES, "figures.csv") is None  # of three


def test_the_first_year_is_a_year() -> None:
    assert said(asked("What is the first season?", RIDES, "rides.csv")) == ["1998"]


def test_days_of_something_else_are_not_compared() -> None:
    ships = "Ship,Launched,Fate\nOrla,3 May 1940,Scrapped in 1970\nVenn,4 June 1941,Scrapped in 1962\n"
    assert asked("What was the last ship that was scrapped?", ships, "ships.csv") is None
    assert said(asked("What was the last ship that was launched?", ships, "ships.csv")) == ["Venn"]


STAFF = """Hollin Works;;;;
;;;;
Employee;Department;Hired;Salary (€);Room
Nora Quist;Sales;2019-03-04;41.200;B12
Tomas Ebel;Workshop;2021-11-15;38.900;A03
Lea Brandt;Sales;2023-06-01;36.450;B14
Oskar Penn;Accounts;2016-09-12;47.800;
;;;;
"""


@pytest.mark.parametrize("question", ["Who works in Sales?", "Who is in the Sales department?"])
def test_all_who_share_a_value_are_listed_whatever_their_column_is_called(question: str) -> None:
    found = asked(question, STAFF, "staff.csv")
    assert said(found) == ["Nora Quist", "Lea Brandt"]
    assert found is not None
    assert found.shape == "list"
    assert found.notes == ("All 2 rows where “Department” is Sales.",)


@pytest.mark.parametrize(
    "question", ["Who leads Sales?", "Who founded the Sales department?", "Who is the head of Sales?", "Who is Nora?"]
)
def test_who_did_something_else_is_not_who_stands_there(question: str) -> None:
    assert said(asked(question, STAFF, "staff.csv")) == []


def test_one_who_has_a_value_alone_is_the_cell() -> None:
    assert said(asked("Who sits in room A03?", STAFF, "staff.csv")) == ["Tomas Ebel"]
    assert said(asked("Who was hired most recently?", STAFF, "staff.csv")) == ["Lea Brandt"]


def test_blank_lines_of_records_are_no_rows() -> None:
    (table,) = document(STAFF, "staff.csv").tables
    assert len(table.rows) - table.header_rows == 4
    assert [document(STAFF, "staff.csv").text[slice(*note)] for note in table.notes] == ["Hollin Works;;;;"]
    found = asked("Who has the lowest salary?", STAFF, "staff.csv")
    assert found is not None
    assert found.notes == ("Compared “Salary (€)” in 4 rows: this is the lowest.",)


LOSSES = """<title>Brack Ferries, Inc.</title><h1>Annual report</h1><h2>Results of operations</h2>
<p>In thousands.</p>
<table><tr><th></th><th>2021</th><th>2020</th></tr>
<tr><td>Comparison of the years ended December 31, 2021 and 2020</td><td></td><td></td></tr>
<tr><td>Crossings</td><td>9,412</td><td>4,870</td></tr><tr><td>Fuel</td><td>3,105</td><td>2,990</td></tr></table>
<h2>Riders</h2>
<table><tr><th></th><th>2021</th><th>2020</th></tr>
<tr><td>Three months ended March 31</td><td>310</td><td>402</td></tr>
<tr><td>Three months ended June 30</td><td>377</td><td>120</td></tr>
<tr><td>Three months ended September 30</td><td>415</td><td>261</td></tr></table>
<h2>Exhibits</h2>
<table><tr><th>Number</th><th>Description</th><th>Form</th><th>Exhibit</th><th>Filing date</th></tr>
<tr><td>4.4</td><td>Indenture of Brack Ferries, Inc.</td><td>8-K</td><td>4.1</td><td>5/15/2020</td></tr>
<tr><td>4.5</td><td>Lease of the quay</td><td>8-K</td><td>4.2</td><td>6/30/2021</td></tr></table>"""


@pytest.mark.parametrize(
    "question",
    [
        "How much did Brack Ferries lose in 2020?",  # a row with the name and the year says nothing of a loss
        "How much did Brack Ferries lose in 2021?",  # nor does one whose name has the year among other words
        "How many riders did Brack Ferries have?",  # three quarters are no three riders
    ],
)
def test_a_year_and_the_name_of_the_document_find_no_cell(question: str) -> None:
    found = asked(question, LOSSES, "report.html")
    assert found is None or found.status != "answered", said(found)


def test_what_else_a_row_says_finds_its_cell_in_the_year() -> None:
    assert said(asked("How many crossings did Brack Ferries have in 2020?", LOSSES, "report.html")) == ["4,870"]
    assert said(asked("What was the fuel in 2021?", LOSSES, "report.html")) == ["3,105"]


STATEMENTS = """<title>Brack Ferries, Inc.</title><h2>Results</h2>
<table><tr><th>In thousands</th><th>2021</th><th>2020</th></tr>
<tr><td>Income</td><td>3,208,323</td><td>2,364,681</td></tr>
<tr><td>Cost of income</td><td>1,649,532</td><td>1,447,516</td></tr></table>
<h2>Shares of income</h2>
<table><tr><th></th><th>2021</th><th>2020</th></tr>
<tr><td>Income</td><td>100 %</td><td>100 %</td></tr><tr><td>Cost of income</td><td>51 %</td><td>61 %</td></tr></table>
<h2>Figures</h2>
<table><tr><th>In millions</th><th>2021</th><th>2020</th></tr>
<tr><td>Income</td><td>3,208.3</td><td>{other}</td></tr><tr><td>Ships</td><td>12</td><td>11</td></tr></table>"""


def test_tables_that_say_the_same_in_thousands_and_in_millions_answer_together() -> None:
    statements = STATEMENTS.format(other="2,364.7")
    assert said(asked("What was the income in 2021?", statements, "report.html")) == ["3,208,323", "3,208.3"]
    assert said(asked("What was the income in 2020?", statements, "report.html")) == ["2,364,681", "2,364.7"]


def test_tables_that_say_something_else_do_not_answer_together() -> None:
    found = asked("What was the income in 2020?", STATEMENTS.format(other="2,371.0"), "report.html")
    assert found is not None
    assert found.status == "partly"
    near = asked("What is the extension of Tom?", "Name;Extension\nTom;9000\nPia;9001\nTom;9003\n", "staff.csv")
    assert near is None or near.status == "partly", "nearly the same number is another one"
    assert said(asked("What was the cost of income in 2020, in percent?", STATEMENTS, "report.html")) != ["1,447,516"]


def test_figures_in_brackets_are_losses() -> None:
    results = "Branch;Result;Change\nNorth;$ 92.9;4.1%\nSouth;$ (755.2);(74.1)%\nWest;(112.3) $;9.0%\n"
    assert said(asked("Which branch has the lowest result?", results, "branches.csv")) == ["South"]
    assert said(asked("Which branch has the highest result?", results, "branches.csv")) == ["North"]
    assert said(asked("Which branch has the lowest change?", results, "branches.csv")) == ["South"]
