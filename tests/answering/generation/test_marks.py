"""Citation marks in a stream: each way of writing one, what is none, and that the pieces it comes in do not matter."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rag.answering.generation.citation_marks import GeneratedSentence, ReasoningEnded, SentenceStream, without_marks

KNOWN = 4


def read(*pieces: str) -> tuple[list[tuple[str, list[int]]], int]:
    """The sentences with their marks, and how many numbers were unknown."""
    sentences = SentenceStream(KNOWN)
    found: list[tuple[str, list[int]]] = []
    for heard in (*(said for piece in pieces for said in sentences.feed(piece)), *sentences.end()):
        found = [] if isinstance(heard, ReasoningEnded) else [*found, (heard.text, sorted(heard.marks))]
    return found, sentences.unknown


@pytest.mark.parametrize(
    ("text", "marks"),
    [
        ("It rose [1].", [1]),
        ("It rose. [1]", [1]),
        ("It rose[1].", [1]),
        ("[1] It rose.", [1]),
        ("It rose [1, 2].", [1, 2]),
        ("It rose [1][2].", [1, 2]),
        ("It rose [1] [2].", [1, 2]),
        ("It rose.[1][2]", [1, 2]),
        ("It rose [1; 3].", [1, 3]),
        ("It rose [1 and 2].", [1, 2]),
        ("It rose [2-4].", [2, 3, 4]),
        ("It rose [2–4].", [2, 3, 4]),  # an en dash is what models write
        ("It rose 【1】.", [1]),
        ("It rose 【1†source】.", [1]),
        ("It rose 【3:1†report.txt】.", [3]),
        ("It rose (1).", [1]),
        ("It rose. (1)", [1]),
        ("It rose [^1].", [1]),
        ("It rose.[^1]", [1]),
        ("It rose^[1].", [1]),
        ("It rose.¹", [1]),
        ("It rose¹.", [1]),
        ("It rose.¹²", [1, 2]),
        ("It rose.¹,²", [1, 2]),
        ("It rose<sup>1</sup>.", [1]),
        ("It rose <sup>[1]</sup>.", [1]),
        (r"It rose \[1\].", [1]),
        ("It rose ［1］.", [1]),
        ("It rose **[1]**.", [1]),
        ("It rose [Passage 1].", [1]),
        ("It rose (Passage 1).", [1]),
        ("It rose [source 1, source 2].", [1, 2]),
        ("It rose [Sources: 1, 2].", [1, 2]),
        ("It rose [#1].", [1]),
        ("It rose [1, p. 12].", [1]),
        ("It rose [1](https://example.org/report_(2)).", [1]),
        ("It rose [1](#source-1).", [1]),
        ("- It rose [1].", [1]),
        ("2. It rose [1].", [1]),
    ],
)
def test_a_mark_is_read_and_not_shown(text: str, marks: list[int]) -> None:
    assert read(text) == ([("It rose.", marks)], 0)


@pytest.mark.parametrize(
    "text",
    [
        "In [2024] it rose.",
        "It rose (2024).",
        "It rose to [1,200] tonnes.",
        "It rose to (12) tonnes.",  # 12 is no passage
        "It covers 5 km².",
        "Then x² is larger.",
        "It rose [sic] twice.",
        "It rose [citation needed].",
        "See section (2) of the act.",
        "Use `rows[1]` here.",
        "Use `f(1)` here.",
        "See https://example.org/rows[1]/cell for it.",
        "See https://example.org/Port_(1) now.",
    ],
)
def test_what_only_looks_like_a_mark_stays_in_the_text(text: str) -> None:
    (((_, marks),), unknown) = read(text)
    assert (marks, unknown) == ([], 0)
    assert read(text)[0][0][0] == text.replace("`", "")


def test_unknown_numbers_are_dropped_and_counted_and_the_others_kept() -> None:
    assert read("It rose [1, 7]. It fell [0]. It stayed [12][2].") == (
        [("It rose.", [1]), ("It fell.", []), ("It stayed.", [2])],
        3,
    )


def test_a_mark_belongs_to_the_sentence_that_it_stands_in_or_behind() -> None:
    found, _ = read("It rose [1]. [2] It fell. [3] It stayed by 2.5 % [4]. Dr. Khan left.")
    assert found == [("It rose.", [1, 2]), ("It fell.", [3]), ("It stayed by 2.5 %.", [4]), ("Dr. Khan left.", [])]


@pytest.mark.parametrize(
    "end",
    [
        "Sources:\n[1] report.txt\n[2] roads.txt",
        "**References**\n1. report.txt. All of it.",
        "[^1]: report.txt",
        "Footnotes\n[^1]: report.txt\nMore of it.",
        "[1]: https://example.org/report",
    ],
)
def test_a_list_of_sources_at_the_end_is_left_out(end: str) -> None:
    assert read(f"It rose [1].\n\n{end}\n") == ([("It rose.", [1])], 0)


def test_the_counting_of_a_list_is_no_mark() -> None:
    assert read("(1) It rose. (2) It fell [2].") == ([("It rose.", []), ("(2) It fell.", [2])], 0)


def test_a_block_of_code_is_left_out() -> None:
    assert read("It rose [1].\n```python\nprint(rows[2])\n```\nIt fell [3].") == (
        [("It rose.", [1]), ("It fell.", [3])],
        0,
    )


@pytest.mark.parametrize(
    "half", ["[", "[1", "[1,", "[1, ", "[Passage ", "【", "【1", "(", "(1", "^[1", "<sup>1", r"\[1", "</thin"]
)
def test_a_mark_that_was_cut_off_is_not_shown(half: str) -> None:
    assert read(f"It rose [2]. It fell {half}") == ([("It rose.", [2]), ("It fell", [])], 0)


def test_a_sentence_comes_when_the_next_one_has_begun_and_not_before_its_marks() -> None:
    sentences = SentenceStream(KNOWN)
    assert list(sentences.feed("It rose.")) == []
    assert list(sentences.feed(" [1")) == []
    assert list(sentences.feed("][2]")) == []
    (said,) = sentences.feed(" It f")
    assert isinstance(said, GeneratedSentence)
    assert (said.text, said.marks) == ("It rose.", frozenset({1, 2}))


@pytest.mark.parametrize(
    ("mark", "numbers"),
    [
        ("[Passage 1]", [1]),
        ("[source 1, source 2]", [1, 2]),
        ("[1, p. 12]", [1]),
        ("[1](https://example.org/report_(2))", [1]),
        ("【3:1†the report.txt】", [3]),
        ("<sup>[1]</sup>", [1]),
        (r"\[1\]", [1]),
        ("(Passage 1)", [1]),
        ("[1, 2, 3, 4]", [1, 2, 3, 4]),
        ("[1] [2]", [1, 2]),
    ],
)
def test_a_mark_after_the_full_stop_is_waited_for_in_whole(mark: str, numbers: list[int]) -> None:
    assert read(f"It rose. {mark} It fell. ") == ([("It rose.", numbers), ("It fell.", [])], 0)


@pytest.mark.parametrize("thought", ["<think>The user wants [1]. Yes.\n\nSo.</think>\n", "<thinking>[1]</thinking>"])
def test_what_a_model_thinks_is_not_said(thought: str) -> None:
    assert read(*thought, "It rose [2].") == ([("It rose.", [2])], 0)
    assert read(*thought.split("</")[0]) == ([], 0)


@pytest.mark.parametrize(
    "thought",
    [
        "The user wants [7]. Yes.\n\nSo.</think>\n",
        "So</thinking>",
        "```\nSources:\n[1] a\n</think>",
        "<think>a</think>b</think>",
    ],
)
def test_a_thought_that_the_template_opened_is_taken_back_when_it_ends(thought: str) -> None:
    assert read(*thought, "It rose [2].") == ([("It rose.", [2])], 0)


def test_of_a_model_that_is_known_to_think_first_nothing_comes_before_it_has() -> None:
    sentences = SentenceStream(KNOWN, thinking=True)
    assert list(sentences.feed("The user wants a number. Passage 2 has it. Done.\n</thi")) == []
    assert list(sentences.feed("nk>\nIt rose [2].")) == []
    assert list(sentences.end()) == [GeneratedSentence("It rose.", frozenset({2}))]


def test_a_model_that_was_taken_to_think_first_and_does_not_is_heard_all_the_same() -> None:
    sentences = SentenceStream(KNOWN, thinking=True)
    assert list(sentences.feed("It rose [2]. It fell [7].\n<think>")) == []
    assert list(sentences.end()) == [
        GeneratedSentence("It rose.", frozenset({2})),
        GeneratedSentence("It fell.", frozenset()),
    ]
    assert sentences.unknown == 1


PIECES = st.sampled_from(
    [
        *("It rose", "It fell by 2.5 %", "Dr. Khan of the U.S. left", "x = rows", "5 km²", "12", "e.g. ", "½", "é"),
        *(". ", "! ", "? ", "\n", "\n\n", " ", ", ", "\t", "“", "”", "[", "(", "<", ">", "^", "\\", "**", "*", "`"),
        *(
            "[1]",
            "[1, 2]",
            "[1][2]",
            "[7]",
            "[2-3]",
            "【1】",
            "【2†x】",
            "(1)",
            "(2)",
            " (3)",
            "[^1]",
            "¹",
            "²",
            r"\[1\]",
        ),
        *("[2024]", "(2024)", "[1,200]", "[sic]", "[Passage 2]", "(source 1)", "<sup>1</sup>", r"\[1\]"),
        *("[1](https://example.org/a_(b))", "https://example.org/a[1]/b", "https://example.org"),
        *("`rows[1]`", "```", "\n```\n", "- ", "1. ", "(1) ", "Sources:", "[^1]: a", "<think>", "</think>"),
    ]
)


@st.composite
def split(draw: st.DrawFn) -> tuple[str, list[str]]:
    """A text of marks, code, addresses and halves of all, and the same in pieces."""
    text = "".join(draw(st.lists(PIECES, max_size=14)))
    cuts = sorted(draw(st.sets(st.integers(1, max(len(text) - 1, 1)), max_size=8)))
    return text, [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]


@settings(max_examples=600)
@given(split())
@example(("It rose. [1]", list("It rose. [1]")))
def test_it_does_not_matter_in_which_pieces_a_text_comes(case: tuple[str, Sequence[str]]) -> None:
    text, pieces = case
    assert read(*pieces) == read(text)


@settings(max_examples=300)
@given(split())
def test_it_does_not_matter_that_it_comes_letter_by_letter(case: tuple[str, Sequence[str]]) -> None:
    assert read(*case[0]) == read(case[0])


@settings(max_examples=300)
@given(st.lists(st.sampled_from(["It rose", "the port", "and fell", ", ", ". ", "! "]), max_size=12))
def test_a_text_without_marks_is_said_whole(parts: Sequence[str]) -> None:
    text = " ".join(parts)
    said = " ".join(sentence for sentence, _ in read(text)[0])
    assert [char for char in said if char.isalnum()] == [char for char in text if char.isalnum()]


@pytest.mark.parametrize(
    ("text", "left"),
    [("The port [3] opened.[12]", "The port  opened."), ("x² and [2024] and (7)", "x² and [2024] and ")],
)
def test_the_marks_of_a_source_are_taken_out(text: str, left: str) -> None:
    assert without_marks(text) == left
