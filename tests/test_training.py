"""What the reader is taught with is what it claims to be: answers of sheets stand where they say, near misses miss."""

from __future__ import annotations

import random

import numpy as np

from rag.models.encoder.encoder import bundled_folder
from rag.models.onnx import TokenizerFile
from rag.types import Span
from training.renamed import Renamer, exchanged
from training.sheets import sheet, shown
from training.twisted import names_in, twisted
from training.windows import Example

NAMES = ("Ashford", "Lake Orlo", "Marienau")


def test_answers_of_sheets_stand_in_one_line_of_the_sheet() -> None:
    made = list(shown(random.Random(1), 3000))
    answers = [one.text[slice(*one.answer)] for one in made if one.answer]
    assert 0.4 < len(answers) / len(made) < 0.75
    assert all(answer and answer == answer.strip() and not set(answer) & set("|\n") for answer in answers)
    for one in made:
        if one.answer and ("member of the" in one.question or "belong to the" in one.question):
            assert one.text[slice(*one.answer)] in one.question
        if not one.answer and "of the" in one.question and "member" in one.question:
            assert one.question.rstrip("?").split()[-1] not in one.text.split(": ")[1].split(", ")


def test_a_whole_sheet_has_the_line_that_answers_where_it_says() -> None:
    made = [sheet(random.Random(seed), 20) for seed in range(20)]
    asked = [(one, each) for one in made for each in one.questions]
    lines = [one.text[slice(*each.span)] for one, each in asked if each.span]
    assert 0.6 < len(lines) / len(asked) < 0.9
    assert all(line and "\n" not in line for line in lines)
    assert all(one.text[each.span[0] - 1] == "\n" == one.text[each.span[1]] for one, each in asked if each.span)
    assert all("{" not in each.question and each.whose in each.question for _, each in asked)
    others = [(one, each) for one, each in asked if each.whose != one.title]
    assert 0.05 < len(others) / len(asked) < 0.2
    assert not any(each.span for _, each in others)
    assert sum(each.whose in one.text for one, each in others) > len(others) / 2


def test_the_figure_of_a_year_stands_below_it() -> None:
    for one in shown(random.Random(2), 3000):
        year = one.question.rstrip("?").split()[-1]
        if one.answer and one.text.startswith("| ") and year.isdigit() and " | 20" in one.text.split("\n")[0]:
            at = one.text[: one.answer[0]].rsplit("\n", 1)[1].count("|")
            assert one.text.split("\n")[0].split("|")[at].strip() == year


def test_a_twisted_question_asks_for_what_the_window_does_not_say() -> None:
    window = "In 1923 the first bridge over the Lake Orlo canal was built by Ashford."
    rng = random.Random(3)
    for question, kept in (
        ("Who built the bridge over the Lake Orlo canal?", "Who built the bridge over the "),
        ("Who built a bridge in 1923?", "Who built a bridge in "),
        ("What was the first bridge built over?", "What was the last bridge built over?"),
    ):
        made = {twisted(question, window, NAMES, rng) for _ in range(40)}
        made.discard(None)
        assert made
        for other in made:
            assert other is not None
            assert other != question
            new = set(other.split()) - set(question.split())
            assert other.startswith(kept[:9])
            assert not any(word.strip("?").isdigit() and word.strip("?") in window for word in new)
    assert twisted("who is there", "Nothing is here.", NAMES, random.Random(4)) in (None, "who isn't there")
    assert names_in("Who met Ann Lee in the Lake Orlo canal?") == ["Ann Lee", "Lake Orlo"]


TOLD = (
    "In 1923 the mayor Ashford met Marlowe. Marlowe said in May that the Church of Rosenheim, built in 1919, "
    "is Ashford's."
)


def test_exchanged_words_take_the_answer_along() -> None:
    answers = tuple(
        Span(at, at + len(said)) for said in ("Ashford", "Church of Rosenheim") for at in [TOLD.index(said)]
    )
    made = exchanged(
        Example("Whom did Marlowe meet?", "Ashford", TOLD, answers, False),
        {"Ashford": "Bo", "Marlowe": "Winterbourne", "Rosenheim": "Ulm"},
    )
    assert (made.question, made.title) == ("Whom did Winterbourne meet?", "Bo")
    assert [made.text[slice(*span)] for span in made.answers] == ["Bo", "Church of Ulm"]
    assert made.text.replace("Bo", "Ashford").replace("Winterbourne", "Marlowe").replace("Ulm", "Rosenheim") == TOLD


def test_all_of_an_example_is_told_of_the_same_others() -> None:
    names = ["Ashford", "Marlowe", "Rosenheim", "Winterbourne", "Keswick", "Larkhill", "Church"]
    texts = [f"once {name} and {name} met {name}, in a church" for name in names]
    table = np.random.default_rng(0).normal(size=(40_000, 8)).astype(np.float32)
    renamer = Renamer(texts, TokenizerFile(bundled_folder() / "tokenizer.json"), table)
    example = Example("Whom did Ashford meet in 1923?", "Marlowe", TOLD, (Span(12, 25),), False)
    changed = set[str]()
    for seed in range(200):
        made = renamer(example, random.Random(seed))
        asked, told = made.question.split(), made.text.split()
        assert asked[2] == told[4], "the same name in question and text"
        assert made.title == told[6].rstrip("."), "and in the title"
        assert int(asked[-1].rstrip("?")) == int(told[1]) == int(made.text.split("built in ")[1][:4]) + 4
        assert made.text[slice(*made.answers[0])] == f"mayor {asked[2]}"
        assert asked[2] != made.title, "two names stay two"
        assert " in May " in made.text, "no month is a name"
        assert " Church of " in made.text, "nor what is also written small"
        changed |= {asked[2], made.title, asked[-1]}
    assert {"Keswick", "Larkhill", "Ashford"} < changed
