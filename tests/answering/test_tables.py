"""Questions over tables: values looked up over all rows, and what is worked out over them."""

from __future__ import annotations

from pathlib import Path

import pytest
from opened import opened_on

import rag
from benchmarks.lookup_sheets import LEDGER, write_sheets
from benchmarks.tables import ABSENT, BLANK, look_ups
from rag.answering.citing import claims_of
from rag.answering.table_answer import TableAnswer, answer_from_tables
from rag.parsing.formats import load_bytes
from rag.types import Document


@pytest.fixture(scope="module")
def sheets(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Document]:
    """The twelve sheets of the benchmark, read."""
    place = tmp_path_factory.mktemp("sheets")
    write_sheets(place)
    return {file.name: load_bytes(file.read_bytes(), file.name).document for file in sorted(place.iterdir())}


def said(found: TableAnswer | None) -> list[str]:
    """The cells that an answer sets off, or its whole rows."""
    places = found.places if found else ()
    return [place.document.text[slice(*(place.answer or place.span))] for place in places]


def is_blank(found: TableAnswer) -> bool:
    """Whether an answer says that the cell asked for is blank."""
    return found.places[0].answer is None and any("blank" in note for note in found.notes)


def test_of_120_look_ups_most_are_right_and_nearly_none_is_wrong(sheets: dict[str, Document]) -> None:
    right, wrong = 0, []
    for asked in look_ups():
        found = answer_from_tables(asked.question, list(sheets.values()))
        if found is None or found.status == "partly":
            right += asked.cell == ABSENT
        elif said(found)[:1] == [asked.cell] or (asked.cell == BLANK and is_blank(found)):
            right += 1
        else:
            wrong.append((asked.question, said(found)))
    assert right >= 108
    assert len(wrong) <= 3, wrong


@pytest.mark.parametrize(
    ("question", "cells"),
    [
        ("Which article has the highest margin?", ["Butter biscuit"]),
        ("What is the highest retail price?", ["6.40 €"]),
        ("Which flat has the lowest rent?", ["B1"]),
        ("Who is the oldest member?", ["Dietz"]),  # whose day of birth comes first
        ("Which version was released last?", ["3.1"]),
        ("When was the latest release?", ["2024-08-06"]),
        ("Which station had the most rain in May?", ["Corriemuir"]),
    ],
)
def test_the_highest_the_lowest_the_first_and_the_last(
    sheets: dict[str, Document], question: str, cells: list[str]
) -> None:
    found = answer_from_tables(question, list(sheets.values()))
    assert found is not None
    assert (found.status, found.shape, said(found)) == ("answered", "cell", cells)
    assert "Compared" in found.notes[0]


@pytest.mark.parametrize(
    ("question", "note", "rows"),
    [
        ("How many members live in Göttingen?", "Counted: 3 rows where Göttingen, of 9 in the table.", 3),
        ("Which members joined before 1990?", "All 3 rows where “Joined” is before 1990.", 3),
        ("Which members pay a fee of more than 100?", "All 3 rows where “Fee (EUR)” is more than 100.", 3),
        ("Which rooms have a projector?", "All 4 rows where “Projector” says yes.", 4),
        ("Which vessels leave after 11:00?", "All 3 rows where “Departs” is after 11:00.", 3),
        ("What is the sum of the rents?", "Sum of “Rent” over 7 rows, computed: 4,662.75.", 7),
        ("What is the average fee of the members?", "Average of “Fee (EUR)” over 9 rows, computed: 201.03.", 9),
    ],
)
def test_rows_are_counted_listed_and_added_up_and_each_is_cited(
    sheets: dict[str, Document], question: str, note: str, rows: int
) -> None:
    found = answer_from_tables(question, list(sheets.values()))
    assert found is not None
    assert (found.status, found.notes, len(found.places)) == ("answered", (note,), rows)


def test_of_many_rows_a_screen_is_cited_and_the_others_are_told(sheets: dict[str, Document]) -> None:
    found = answer_from_tables("list all orders of Tanaka for kettles", [sheets["orders.csv"]])
    many = sum(row[2] == "Tanaka" and row[3] == "kettles" for row in LEDGER)
    assert found is not None
    assert len(found.places) == 12
    assert found.notes[1] == f"The first 12 are shown, and {many - 12} more fit."
    assert all("Tanaka,kettles" in row for row in said(found))


@pytest.mark.parametrize(
    "question",
    [
        "What is the weight of the bronze owl?",
        "What is the highest mountain?",
        "Which kettle is the cheapest?",
        "Who won the world cup in 2018?",
        "How many cars does the curator have?",
        "Which vessel departs after the Gannet?",  # another row than the one that is named
    ],
)
def test_what_no_table_says_is_not_made_of_one(sheets: dict[str, Document], question: str) -> None:
    found = answer_from_tables(question, list(sheets.values()))
    assert found is None or found.status == "partly"


def test_rows_that_fit_alike_are_shown_as_such(sheets: dict[str, Document]) -> None:
    found = answer_from_tables("When does the Petrel depart?", [sheets["ferries.ods"]])
    assert found is not None
    assert (found.status, found.notes) == ("partly", ("2 rows fit what is asked.",))


def test_a_citation_carries_the_row_with_its_heads_and_its_place_in_the_sheet(sheets: dict[str, Document]) -> None:
    found = answer_from_tables("How many sesame rolls are in the cellar?", [sheets["bakery.xlsx"]])
    assert found is not None
    (claim,) = claims_of(found.places)
    table = claim.citations[0].table
    assert table is not None
    assert table.heads[0][3:5] == ("Stock", "Stock")  # a merged cell is said over each column it covers
    assert table.heads[1][3:5] == ("Shop", "Cellar")
    assert table.cell is not None
    assert table.rows[table.cell[0]][table.cell[1]] == "210"
    assert (table.sheet, table.cells) == ("Price list", "A9:F9")


def test_a_blank_cell_has_its_place_in_the_quoted_row(sheets: dict[str, Document]) -> None:
    found = answer_from_tables("What is the wholesale price of the plum cake?", [sheets["bakery.xlsx"]])
    assert found is not None
    table = claims_of(found.places)[0].citations[0].table
    assert table is not None
    assert table.cell == (0, 2)
    assert table.rows[0][2] == ""


def test_a_row_far_below_its_head_is_looked_up_in_an_index(tmp_path: Path) -> None:
    (tmp_path / "sources").mkdir()
    rows = [f"V-{n},{('Ash', 'Elm', 'Oak')[n % 3]},{n}.50" for n in range(1000, 1600)]
    (tmp_path / "sources" / "vouchers.csv").write_text("\n".join(["Voucher,Payee,Gross", *rows]), "utf-8")
    rag.build(tmp_path / "sources", tmp_path / "index")
    with rag.open(tmp_path / "index") as assistant:
        answer = assistant.ask("What is the gross of voucher V-1571?")
        assert (answer.status, answer.shape) == ("answered", "cell")
        assert answer.citations[0].quote == "V-1571,Oak,1571.50"
        assert assistant.ask("What is the gross of voucher V-2571?").status != "answered"


def test_a_count_of_one_thing_is_no_count_of_another() -> None:
    text = "# Berths of the ports\n\n| | |\n|---|---|\n| Gwadar | 3 |\n| Gadani | 2 |\n"
    document = load_bytes(text.encode(), "ports.md").document
    assert answer_from_tables("How many people live in Gwadar?", [document]) is None
    assert said(answer_from_tables("How many berths does Gwadar have?", [document])) == ["3"]


READERS = """# Schools of the coast

Schools along the coast are few. Many stand empty in winter, when the fishing boats need every hand that can be had.

| Place | Women who can read (percent) | Year |
|---|---|---|
| Vell | 81 | 2016 |
| Kessock | 27 | latest available |

The figures are those of the census, and the schools were built after it. How many there are nobody has written down.
"""


@pytest.mark.parametrize("question", ["How many schools are there in Kessock?", "How many schools does Vell have?"])
def test_a_row_in_a_text_on_schools_counts_no_schools(question: str, tmp_path: Path) -> None:
    document = load_bytes(READERS.encode(), "schools.md").document
    assert answer_from_tables(question, [document]) is None
    assert said(answer_from_tables("How many women can read in Kessock?", [document])) == ["27"]
    with opened_on(tmp_path, {"schools.md": READERS}) as assistant:
        assert assistant.ask(question).status != "answered"


def test_words_inside_of_a_cell_count_nothing() -> None:
    plan = "| 10.4+ | Dunmore 2019 Employee Stock Purchase Plan | 10.1 | 11/04/2021 |"
    rows = f"{plan}\n| 10.5 | Lease | 10.2 | 03/02/2020 |\n"
    text = f"# Exhibits\n\n| Number | Description | Exhibit | Filing Date |\n|---|---|---|---|\n{rows}"
    document = load_bytes(text.encode(), "exhibits.md").document
    assert answer_from_tables("How many employees did Dunmore have at the end of 2021?", [document]) is None
