"""Cases are read as a person writes them, trouble is named, and sets of other makers become sources and cases."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from paths import ROOT

from rag.errors import CaseProblem
from rag.evaluate.cases import Case, Expected, case_hash, load_cases, to_jsonl, to_yaml
from rag.evaluate.datasets import import_set, is_dataset
from rag.evaluate.locations import Sources, locate
from rag.evidence.feedback import FeedbackEntry, FeedbackStore
from rag.types import Citation, Document, Span, Turn

YAML = """
- question: When did it begin?
  answers: [12:30, 2024-03-11, 1.10, no]
  need: all
  citations:
    - {path: report.pdf, page: 3, quote: "It began at 12:30."}
    - {path: notes.txt, span: [4, 9]}
- id: second
  question: And who won?
  turns:
    - user: When did it begin?
    - assistant: At 12:30.
  answerable: no
"""


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def test_yaml_is_taken_as_it_is_written(tmp_path: Path) -> None:
    first, second = load_cases(write(tmp_path, "mine.yaml", YAML))
    assert first == Case(
        id="mine-1",
        question="When did it begin?",
        answers=("12:30", "2024-03-11", "1.10", "no"),
        need="all",
        citations=(
            Expected("report.pdf", page=3, quote="It began at 12:30."),
            Expected("notes.txt", span=Span(4, 9)),
        ),
    )
    assert not second.answerable
    assert second.turns == (Turn("user", "When did it begin?"), Turn("assistant", "At 12:30."))


def test_how_many_places_are_enough_and_the_kind_are_read_and_written(tmp_path: Path) -> None:
    rows = ("question: Which groups\n  kind: list\n  cite: half", "question: Where\n  cite: each", "question: Who")
    text = "".join(f"- {row}\n" for row in rows)
    cases = load_cases(write(tmp_path, "mine.yaml", text))
    assert [(case.kind, case.cite) for case in cases] == [("list", "half"), ("", "each"), ("", "any")]
    assert load_cases(write(tmp_path, "mine.jsonl", to_jsonl(cases))) == cases


def test_every_form_holds_the_same_cases_and_has_the_same_hash(tmp_path: Path) -> None:
    cases = load_cases(ROOT / "tests/cases/samples.jsonl")
    again = load_cases(write(tmp_path, "samples.yaml", to_yaml(cases)))
    lines = load_cases(write(tmp_path, "samples.jsonl", to_jsonl(cases)))
    exported = load_cases(write(tmp_path, "e.json", json.dumps({"cases": [case.to_dict() for case in cases]})))
    assert cases == again == lines == exported
    assert case_hash(cases) == case_hash(again)
    assert case_hash(cases) != case_hash(cases[1:])


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.yaml", "- question: Who?\n  anwsers: [x]", "case 1: unknown key 'anwsers'"),
        ("a.yaml", "- answers: [x]", "question: expected text"),
        ("a.yaml", "- question: Who?\n  answers: x", "answers: expected a list"),
        (
            "a.yaml",
            "- question: Who?\n  citations: [{path: a.md, page: zero}]",
            "page: expected a whole number of at least 1",
        ),
        ("a.yaml", "- question: Who?\n  citations: [{path: a.md, span: [5, 5]}]", "[5, 5] is empty"),
        ("a.yaml", "- question: Who?\n  answerable: perhaps", "expected true or false"),
        ("a.yaml", "- question: Who?\n  answerable: false\n  answers: [x]", "answerable, but has answers"),
        ("a.yaml", "- question: Who?\n  need: half", "need: unknown value 'half'"),
        ("a.yaml", "- question: Who?\n  cite: most", "cite: unknown value 'most'"),
        ("a.yaml", "- question: Who?\n  turns: [{nobody: x}]", "unknown key 'nobody'"),
        ("a.yaml", "- {id: x, question: Who}\n- {id: x, question: What}", "two cases have the id 'x'"),
        ("a.yaml", "- question: [", "invalid YAML"),
        ("a.jsonl", '{"question": "Who?"}\n{"question": ', "line 2: invalid JSON"),
        ("a.jsonl", "\n", "contains no cases"),
        ("a.csv", "question\nWho?", "is not a case file"),
    ],
)
def test_trouble_says_where_it_is(tmp_path: Path, name: str, text: str, said: str) -> None:
    with pytest.raises(CaseProblem, match=r".+") as caught:
        load_cases(write(tmp_path, name, text))
    assert said in caught.value.message
    assert caught.value.hint


def sources(**texts: str) -> Sources:
    documents = {
        name: Document(name, f"{name}.txt", "", text, (), (), "", "text/plain") for name, text in texts.items()
    }
    return Sources({document.path: document.id for document in documents.values()}, documents.get)


def test_a_quote_is_found_whatever_white_space_parts_its_words() -> None:
    case = Case("x", "Who?", citations=(Expected("a.txt", quote="two words here"),))
    (place,) = locate(case, sources(a="Not two wordshere, but two\n  words here and two words here."))
    assert place.spans == (Span(23, 39), Span(44, 58))


@pytest.mark.parametrize(
    ("expected", "said"),
    [
        (Expected("b.txt"), "b.txt is not indexed"),
        (Expected("a.txt", quote="two word"), "does not contain 'two words'"),
        (Expected("a.txt", page=1), "has no page 1"),
        (Expected("a.txt", quote="two words", span=Span(0, 9)), "has a different text at [0, 9]"),
        (Expected("a.txt", span=Span(0, 900)), "has no span [0, 900]"),
    ],
)
def test_an_expectation_that_does_not_stand_in_the_sources_is_named(expected: Expected, said: str) -> None:
    wrong = Expected(expected.path, expected.page, expected.quote and "two words", expected.span)
    with pytest.raises(CaseProblem) as caught:
        locate(Case("x", "Who?", citations=(wrong,)), sources(a="There are two,words."))
    assert said in caught.value.message


def test_a_beir_folder_becomes_files_and_cases(tmp_path: Path) -> None:
    corpus = [{"_id": "d/1", "title": "Ships", "text": "A ship sank."}, {"_id": "d2", "text": "Nothing here."}]
    queries = [
        {"_id": "q1", "text": "What sank?", "answers": ["ship"], "history": [{"role": "agent", "text": "Hello."}]},
        {"_id": "q2", "text": "What rose?"},
    ]
    spans = [{"start": 2, "end": 6, "text": "ship"}]
    write(tmp_path, "corpus.jsonl", "\n".join(map(json.dumps, corpus)))
    write(tmp_path, "queries.jsonl", "\n".join(map(json.dumps, queries)))
    write(tmp_path, "qrels.jsonl", json.dumps({"query": "q1", "doc": "d/1", "score": 2, "spans": spans}))
    assert is_dataset(tmp_path)
    made = import_set(tmp_path, tmp_path / "made")
    first, second = load_cases(made.cases)
    (citation,) = first.citations
    file = made.sources / citation.path
    assert file.read_text("utf-8") == "Ships\n\nA ship sank."
    assert citation.span == Span(9, 13)
    assert (citation.quote, citation.relevance) == ("ship", 2)
    assert (first.answers, first.turns) == (("ship",), (Turn("assistant", "Hello."),))
    assert not second.answerable


def test_beir_s_own_tables_are_read_and_squad_s_json_too(tmp_path: Path) -> None:
    write(tmp_path, "corpus.jsonl", json.dumps({"_id": "d", "text": "A ship sank."}))
    write(tmp_path, "queries.jsonl", json.dumps({"_id": "q", "text": "What sank?"}))
    (tmp_path / "qrels").mkdir()
    write(tmp_path / "qrels", "test.tsv", "query-id\tcorpus-id\tscore\nq\td\t1\n")
    (case,) = load_cases(import_set(tmp_path, tmp_path / "made").cases)
    assert case.citations == (Expected("d.txt"),)

    answers = [{"text": "ship", "answer_start": 2}, {"text": "ship", "answer_start": 2}]
    questions = [
        {"id": "1", "question": "What sank?", "answers": answers},
        {"id": "2", "question": "Why?", "answers": [], "is_impossible": True},
    ]
    data = {
        "version": "v2.0",
        "data": [{"title": "A_Ship", "paragraphs": [{"context": "A ship sank.", "qas": questions}]}],
    }
    file = write(tmp_path, "dev.json", json.dumps(data))
    assert is_dataset(file)
    first, second = load_cases(import_set(file, tmp_path / "squad").cases)
    assert [(one.quote, one.span) for one in first.citations] == [("ship", Span(10, 14))]
    assert not second.answerable


def test_what_is_no_set_is_named(tmp_path: Path) -> None:
    write(tmp_path, "corpus.jsonl", json.dumps({"_id": "d", "text": "x"}))
    with pytest.raises(CaseProblem, match="it has no qrels"):
        import_set(tmp_path, tmp_path / "made")


def test_what_people_said_on_the_page_is_read(tmp_path: Path) -> None:
    kept = FeedbackStore(tmp_path / "feedback.jsonl")
    turns = (Turn("user", "The dam?"), Turn("assistant", "It stands."))
    cited = Citation(1, "d", "a.txt", "A", None, None, Span(10, 20), "two words")
    kept.add(FeedbackEntry("helpful", "How many?", "answered", turns=turns, answers=("two",), citations=(cited,)))
    kept.add(FeedbackEntry("helpful", "Who won?", "not_found"))
    kept.add(FeedbackEntry("should_answer", "How high?", "not_found"))
    lines = "\n".join(json.dumps(case) for case in kept.cases())
    many, won, high = load_cases(write(tmp_path, "said.jsonl", lines))
    assert (many.answers, many.turns, many.citations) == (("two",), turns, (Expected("a.txt", quote="two words"),))
    assert [case.answerable for case in (many, won, high)] == [True, False, True]
    assert locate(many, sources(a="There are two words."))


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.yaml", b"- question: x\n  question: y\n", "line 2, column 3: invalid YAML: 'question' is a duplicate key"),
        ("a.yaml", b'- question: "x\n', "line 2, column 1: invalid YAML: found unexpected end of stream"),
        ("a.yaml", b"- &a\n  question: x\n  answers: [*a]\n", "invalid YAML: "),
        ("a.yaml", b'- question: !!python/object/apply:os.system ["exit"]\n', "question: expected text"),
        ("a.yaml", b'- id: "a\\nb"\n  question: x\n', "contains control characters"),
        ("a.yaml", "- question: x".encode("utf-16"), "cannot be read"),
        ("a.jsonl", b'{"question": "\\ud800"}', "half of a surrogate pair"),
        ("a.jsonl", b'{"question": "x", "page": ' + b"9" * 5000 + b"}", "invalid JSON"),
        ("a.json", b"[" * 100_000, "invalid JSON"),
        ("a.jsonl", b'{"question": "x", "anwsers": ["y"]}', "unknown key 'anwsers'"),
    ],
)
def test_odd_files_get_one_sentence(name: str, content: bytes, said: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(CaseProblem) as caught:
        load_cases(tmp_path / name)
    assert said in caught.value.message
    assert caught.value.hint
    assert "\n" not in caught.value.message


@pytest.mark.parametrize("name", ["a.yaml", "a.jsonl"])
def test_a_byte_order_mark_and_windows_lines_are_read(name: str, tmp_path: Path) -> None:
    text = '{"question": "How many?"}\r\n' if name == "a.jsonl" else "- question: How many?\r\n"
    (tmp_path / name).write_bytes(b"\xef\xbb\xbf" + text.encode())
    (case,) = load_cases(tmp_path / name)
    assert case.question == "How many?"


@pytest.mark.parametrize(
    ("expected", "said"),
    [
        (Expected("../../etc/passwd"), "../../etc/passwd is not indexed."),
        (Expected("a.txt", span=Span(2, 99)), "a.txt has no span [2, 99]."),
        (Expected("a.txt", quote="three words"), "does not contain 'three words'."),
        (Expected("a.txt", page=2), "has no page 2."),
    ],
)
def test_a_place_that_is_not_there_is_named(expected: Expected, said: str) -> None:
    with pytest.raises(CaseProblem) as caught:
        locate(Case("c", "How?", citations=(expected,)), sources(a="There are two words."))
    assert caught.value.message.endswith(said)
