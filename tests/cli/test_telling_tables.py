"""Quoted rows in the terminal: columns within its width, the asked cell bold, and Markdown for a pipe."""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterator

import pytest
from rich.cells import cell_len

from rag.cli.output import print_passages
from rag.cli.print_answer import print_answer
from rag.parsing.formats import load_bytes
from rag.types import Answer, Chunk, Citation, Claim, Delta, Done, Event, Passage, QuotedRows, Span

HEADS = (("Item", "Price in crowns", "Where it is made"),)
KETTLE = ("Blue | kettle \\", "12.50", "")
PAN = ("Pan", "1,400", "Orrin, in the yard behind the harbour master's office\x1b[2J")


class Terminal(io.StringIO):
    """Where a person looks."""

    def isatty(self) -> bool:
        return True


def claim(number: int, cells: tuple[str, ...]) -> Claim:
    table = QuotedRows(HEADS, (cells,), (0, 1), "Costs", f"A{number}:C{number}")
    citation = Citation(number, "d", "p.xlsx", "Prices", None, None, Span(0, 9), " | ".join(cells), table=table)
    return Claim(" · ".join(cells), (citation,), "quoted")


ANSWER = Answer("q", "q", "answered", (claim(1, KETTLE), claim(2, PAN)), (), 0.9, ("A note.",))


def events(answer: Answer) -> Iterator[Event]:
    yield from map(Delta, answer.pieces())
    yield Done(answer)


def told(monkeypatch: pytest.MonkeyPatch, width: int, answer: Answer = ANSWER) -> str:
    shown = Terminal()
    monkeypatch.setattr(sys, "stdout", shown)
    monkeypatch.setenv("COLUMNS", str(width))
    print_answer(events(answer))
    return shown.getvalue()


def without_looks(text: str) -> list[str]:
    return re.sub(r"\x1b\[[0-9;]*m", "", text).splitlines()


def test_rows_stand_in_columns_under_their_heads(monkeypatch: pytest.MonkeyPatch) -> None:
    said = told(monkeypatch, 100)
    head, rule, kettle, pan, *_ = without_looks(said)
    assert head.split("  ")[0] == "Item"
    assert set(rule) == {"─"}
    assert kettle.startswith("Blue | kettle \\ ")
    assert head.index("Price in crowns") + len("Price in crowns") == kettle.index("12.50") + len("12.50")
    assert kettle.index("—") == head.index("Where") == pan.index("Orrin")
    assert kettle.index("[1]") == pan.index("[2]")
    assert re.search(r"\x1b\[1m *12\.50\x1b\[0m", said)
    assert "| ---" not in said
    assert "\x1b[2J" not in said
    assert "A note." in said
    assert "[2] Prices (p.xlsx, Costs, A2:C2)" in said


@pytest.mark.parametrize("width", [40, 60, 80])
def test_no_line_of_a_table_is_wider_than_the_terminal(monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    lines = without_looks(told(monkeypatch, width))
    table = lines[: lines.index("")]
    assert all(cell_len(line) <= width for line in table)
    assert "office" in " ".join(table)


def test_more_columns_than_the_terminal_has_room_for_are_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = without_looks(told(monkeypatch, 30))
    starts = [line.split()[0] for line in lines if line.startswith(("Item", "Price", "Where"))]
    assert starts == ["Item", "Price", "Where"] * 2
    assert lines[2].split()[-1] == "12.50"
    assert all(cell_len(line) <= 30 for line in lines[: lines.index("A note.") - 1])


def test_a_pipe_gets_the_markdown(capsys: pytest.CaptureFixture[str]) -> None:
    print_answer(events(ANSWER))
    assert capsys.readouterr().out == str(ANSWER).replace("\x1b", " ") + "\n"


def test_a_search_shows_rows_as_columns_to_a_person_and_as_they_stand_to_a_pipe(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    text = "Club;;\nNo;Name;Fee\n1;Ash;84,50\n2;Elm;\n"
    document = load_bytes(text.encode(), "club.csv").document
    found = [Passage(Chunk(1, document.id, Span(0, len(document.text)), None), document, 0.5)]
    shown = Terminal()
    monkeypatch.setattr(sys, "stdout", shown)
    monkeypatch.setenv("COLUMNS", "80")
    print_passages(found)
    lines = without_looks(shown.getvalue())
    assert any(re.search(r"No +Name +Fee", line) for line in lines)
    assert any(re.search(r"1 +Ash +84,50", line) for line in lines)
    assert any(re.search(r"2 +Elm +—", line) for line in lines)
    assert not any("1;Ash" in line for line in lines)
    piped = io.StringIO()
    monkeypatch.setattr(sys, "stdout", piped)
    print_passages(found)
    assert document.text in piped.getvalue()
