"""An answer in the terminal: what was told piece by piece is never told again, and headings stand out for who looks."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator

import pytest

from rag.cli.output import print_report, print_sources
from rag.cli.print_answer import print_answer
from rag.evidence import Origin
from rag.types import (
    CLOSEST,
    Answer,
    BuildReport,
    Citation,
    Claim,
    Delta,
    Done,
    Event,
    Found,
    Left,
    Source,
    Span,
)


def claim(number: int, text: str, group: str = "") -> Claim:
    citation = Citation(number, "d", "a.md", "A\x1b[2J", None, None, Span(0, 1), text)
    return Claim(text, (citation,), "quoted", group=group)


class Terminal(io.StringIO):
    """Where a person looks."""

    def isatty(self) -> bool:
        return True


def events(answer: Answer) -> Iterator[Event]:
    yield Found(())
    yield from map(Delta, answer.pieces())
    yield Done(answer)


SIDES = (claim(1, "It rained.", "North"), claim(2, "It snowed.", "South"))
COMPARED = Answer(
    "q", "q", "partly", SIDES, (), 0.5, ("Nothing of the west.",), reason="incomplete", shape="comparison"
)
CLOSE = Answer("q", "q", "partly", (claim(1, "It rained."),), (), 0.5, reason="closest")


@pytest.mark.parametrize("answer", [COMPARED, CLOSE, Answer("q", "q", "not_found", (), (), 0.0)])
def test_what_is_piped_is_the_answer_as_markdown(answer: Answer, capsys: pytest.CaptureFixture[str]) -> None:
    assert print_answer(events(answer)) is answer
    assert capsys.readouterr().out == str(answer).replace("\x1b", " ") + "\n"


def test_a_terminal_gets_bold_headings_and_no_orders_of_a_document(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = Terminal()
    monkeypatch.setattr(sys, "stdout", shown)
    print_answer(events(COMPARED))
    said = shown.getvalue()
    assert "\n\n\x1b[1mNorth\x1b[0m\n\nIt rained. [1]" in said
    assert "###" not in said
    assert "\x1b[2J" not in said
    assert "Nothing of the west." in said


def test_what_comes_closest_is_introduced_before_its_first_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert next(event for event in events(CLOSE) if isinstance(event, Delta)) == Delta(CLOSEST)
    print_answer(events(CLOSE))
    assert capsys.readouterr().out.startswith(f"{CLOSEST}\n\n- It rained. [1]\n")


def test_sources_are_listed_with_what_was_left_out_of_them(capsys: pytest.CaptureFixture[str]) -> None:
    left = (
        Left("doubtful encoding", 1, ("windows-1250",)),
        Left("running head", 3, ("page 1", "page 2", "page 3"), 12),
        Left("hidden sheet", 1, ("sheet Co\x1bsts",)),
    )
    origins = {"b.md": Origin("https://orrin.example/b", "2026-11-30T12:00:00+00:00")}
    print_sources([Source("a.pdf", "indexed", "A", language="de", left=left), Source("b.md", "indexed", "B")], origins)
    table, told = capsys.readouterr().out.split("left out:")
    assert "language" in table
    assert "de" in table.splitlines()[3].split()
    assert told.splitlines() == [
        " 'a.pdf': 3 running heads (pages 1-3, 12 words), 1 hidden sheet (Co sts)",
        "in doubt: 'a.pdf': the encoding (windows-1250)",
        "fetched: 'b.md': https://orrin.example/b on 2026-11-30",
    ]


def test_a_build_says_its_notes(capsys: pytest.CaptureFixture[str]) -> None:
    print_report(BuildReport((), (), (), (), ("a.md",), (), 0, 0.1, notes=("1 source was read again.",)))
    assert capsys.readouterr().out.splitlines()[1:] == ["1 source was read again."]
