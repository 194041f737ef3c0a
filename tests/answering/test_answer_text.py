"""How an answer reads as Markdown in each strength and shape; the pieces of a stream are its beginning."""

from __future__ import annotations

from typing import Any

import pytest

from rag.types import CLOSEST, INCOMPLETE, Answer, AnswerSection, AnswerShape, Citation, Claim, Span, parts


def claim(number: int, text: str, group: str = "") -> Claim:
    return Claim(text, (Citation(number, "d", "a.md", "A", None, None, Span(0, 1), text),), "quoted", group=group)


def answer(*claims: Claim, **more: Any) -> Answer:
    return Answer("q", "q", **{"status": "answered", "claims": claims, "passages": (), "confidence": 0.5, **more})


ONE, TWO = claim(1, "It rained."), claim(2, "It snowed.")
SIDES = (claim(1, "It rained.", "North"), claim(2, "It poured.", "North"), claim(3, "It snowed.", "south  of\nit"))


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (answer(ONE, TWO), "It rained. [1] It snowed. [2]"),
        (
            answer(ONE, TWO, status="partly", reason="closest"),
            f"{CLOSEST}\n\n- It rained. [1]\n- It snowed. [2]",
        ),
        (answer(ONE, status="partly", reason="incomplete"), f"{INCOMPLETE}\n\nIt rained. [1]"),
        (answer(ONE, status="partly"), "It rained. [1]"),
        (answer(ONE, TWO, reason="closest"), "It rained. [1] It snowed. [2]"),
        (
            answer(claim(1, "Three fell:"), TWO, claim(3, "Snow"), shape="list"),
            "Three fell: [1]\n\n- It snowed. [2]\n- Snow [3]",
        ),
        (
            answer(*SIDES, shape="comparison"),
            "### North\n\nIt rained. [1] It poured. [2]\n\n### South of it\n\nIt snowed. [3]",
        ),
        (
            answer(*SIDES[:1], TWO, shape="overview", status="partly", reason="incomplete"),
            f"{INCOMPLETE}\n\n### North\n\nIt rained. [1]\n\nIt snowed. [2]",
        ),
        (answer(ONE, TWO, shape="overview"), "- It rained. [1]\n- It snowed. [2]"),
        (answer(status="not_found"), ""),
    ],
)
def test_the_pieces_of_every_strength_and_shape(given: Answer, text: str) -> None:
    assert "".join(given.pieces()) == text
    assert str(given).startswith(text)


def test_a_piece_never_splits_a_claim_from_its_marks() -> None:
    given = answer(*SIDES, shape="comparison", status="partly", reason="incomplete")
    introduced, *told = given.pieces()
    assert introduced == INCOMPLETE
    assert [piece.splitlines()[-1].strip() for piece in told] == [str(each) for each in SIDES]


def test_notes_and_sources_follow_the_text() -> None:
    text = str(answer(ONE, TWO, status="partly", reason="closest", notes=("Asked of a.md only.",)))
    assert text.endswith(
        '- It snowed. [2]\n\nAsked of a.md only.\n\nSources:\n[1] A (a.md): "It rained."\n[2] A (a.md): "It snowed."'
    )


@pytest.mark.parametrize("shape", ["list", "overview"])
def test_a_heading_stands_once_though_a_list_begins_below_it(shape: AnswerShape) -> None:
    announced = (claim(1, "Three fell:", "North"), claim(2, "Rain", "North"), claim(3, "Snow", "North"))
    found = parts(announced, shape)
    listed = (AnswerSection("North", False, announced[:1]), AnswerSection("", True, announced[1:]))
    assert found == (listed if shape == "list" else (AnswerSection("North", False, announced),))


def test_what_is_said_of_the_sources_themselves_is_the_answer() -> None:
    said = answer(shape="list", notes=("There are 2 documents to ask:\n- A (a.md)\n- B (b.md)",))
    assert list(said.pieces()) == []
    assert str(said) == said.notes[0]


def test_what_is_not_found_says_so_and_names_no_sentence() -> None:
    assert str(answer(status="not_found", notes=("Asked of a.md only.",))) == (
        "The sources do not answer this question.\nAsked of a.md only."
    )
