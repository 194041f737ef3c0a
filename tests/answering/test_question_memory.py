"""What one question takes of memory has a bound wherever it is spent, and what is left out is said."""

from __future__ import annotations

from pathlib import Path

import pytest
from building import build
from words import WordEncoder

from rag.answering import catalogue, citing, table_view
from rag.answering.comparison import MOST_SIDES
from rag.answering.table_view import TableView, views_of
from rag.assistant import MAX_PASSAGES, Assistant
from rag.config import load_config
from rag.errors import QuestionProblem
from rag.parsing.formats import load_bytes
from rag.retrieval import corpus, hybrid
from rag.types import Answer, Document

TOWNS = [f"{first}{second}x" for first in "ABCD" for second in "ehmrv"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("large")
    sources = place / "sources"
    sources.mkdir()
    for town in TOWNS:
        (sources / f"{town}.txt").write_text(f"The harbour of {town} is old. It was built of stone.")
    items = "\n".join(f"- Berth {n} is kept for pilots" for n in range(250))
    (sources / "berths.md").write_text(f"# Berths\n\nThese berths are kept free:\n\n{items}\n")
    build(sources, place / "index", encoder=WordEncoder(), size=40, overlap=1, workers=1)
    return place


def ask(folder: Path, question: str) -> Answer:
    with Assistant(load_config(index=folder / "index", chunk_tokens=40), WordEncoder()) as assistant:
        return assistant.ask(question)


def test_so_many_sides_are_compared_and_the_rest_is_told(folder: Path) -> None:
    names = f"{', '.join(TOWNS[:-1])} and {TOWNS[-1]}"
    answer = ask(folder, f"How do the harbours look in {names}?")
    assert f"Only the first {MOST_SIDES} of {len(TOWNS)} are compared." in answer.notes
    assert len({claim.group for claim in answer.claims} - {""}) <= MOST_SIDES
    few = f"{', '.join(TOWNS[: MOST_SIDES - 1])} and {TOWNS[MOST_SIDES - 1]}"
    answer = ask(folder, f"How do the harbours look in {few}?")
    assert answer.shape == "comparison"
    assert not [note for note in answer.notes if note.startswith("Only the first")]


def test_so_many_sentences_are_shown_and_the_rest_is_told(folder: Path) -> None:
    answer = ask(folder, "Which berths are kept free?")
    assert len(answer.claims) == citing.MOST_CLAIMS
    assert "Only the first 200 sentences are shown; the source continues." in answer.notes


def test_so_many_sources_that_mention_a_word_are_quoted(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "MOST_CLAIMS", 3)
    answer = ask(folder, "Which sources mention the harbour?")
    assert [citation.number for citation in answer.citations] == [1, 2, 3]
    assert answer.notes == ("20 of 21 sources mention “harbour”.", "The first 3 of them are shown.")


def test_documents_of_one_question_have_a_size(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A question that reaches one document passes where one that reaches many is told to ask less."""
    question = f"How do the harbours look in {TOWNS[0]} and {TOWNS[1]}?"
    ask(folder, question)
    monkeypatch.setattr(corpus, "MOST_HELD", 1_000)
    with pytest.raises(QuestionProblem, match="more text than can be held"):
        ask(folder, question)
    with Assistant(load_config(index=folder / "index", chunk_tokens=40), WordEncoder()) as assistant:
        assert assistant.ask(question, paths=[f"{TOWNS[0]}.txt"]).claims
        with pytest.raises(QuestionProblem, match="more text than can be held"):
            assistant.search("harbour", k=20)


def test_documents_kept_for_the_next_question_have_a_size(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Assistant(load_config(index=folder / "index", chunk_tokens=40), WordEncoder()) as assistant:
        assistant.search("harbour", k=20)
        remembered = assistant._remembered
        kept = list(remembered._documents.values())
        assert len(kept) > 10
        most = sum(document.memory for document in kept[-3:])
        monkeypatch.setattr(hybrid, "MOST_KEPT", most)
        assistant.search("harbour stone", k=20)
        assert 1 <= len(remembered._documents) < 10
        assert sum(document.memory for document in remembered._documents.values()) <= most
        monkeypatch.setattr(hybrid, "MOST_KEPT", 1)
        assistant.search("harbour", k=5)
        assert len(remembered._documents) == 1, "the last one stays"


def test_passages_have_a_number(folder: Path) -> None:
    with Assistant(load_config(index=folder / "index", chunk_tokens=40), WordEncoder()) as assistant:
        assert assistant.search("harbour", k=MAX_PASSAGES)
        for many in (MAX_PASSAGES + 1, 10**12, 0, -1):
            with pytest.raises(QuestionProblem, match="passages cannot be returned"):
                assistant.search("harbour", k=many)


def sheet(name: str, rows: int) -> Document:
    lines = [f"{name} {n},{n * 7},clerk {n % 5}" for n in range(rows)]
    return load_bytes(("Order,Weight,Clerk\n" + "\n".join(lines) + "\n").encode(), f"{name}.csv").document


def test_tables_asked_long_ago_give_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_view, "MOST_INDEXED", 3 * 3 * 101)
    views = [views_of(sheet(f"sheet{number}", 100))[0] for number in range(5)]

    def indexed() -> list[bool]:
        return [view._index is not None for view in views]

    for view in views:
        assert view.rows_with(["clerk"]) == set(view.body)
    assert indexed() == [False, False, True, True, True]
    assert views[2].rows_with(["#14"]) == {3, 15}, "of weight and of name"
    assert views[0].rows_with(["#14"]) == {3, 15}, "an index that has given way is made anew"
    assert indexed() == [True, False, True, False, True]
    monkeypatch.setattr(table_view, "MOST_INDEXED", 1)
    assert views[1].rows_with(["#14", "#21"]) == {3, 15, 4, 22}
    assert indexed() == [False, True, False, False, False]


def test_a_table_that_is_too_large_is_not_looked_up_in(monkeypatch: pytest.MonkeyPatch) -> None:
    document = sheet("huge", 50)
    monkeypatch.setattr(table_view, "MOST_CELLS", 3 * 51 - 1)
    assert views_of(document) == ()
    monkeypatch.setattr(table_view, "MOST_CELLS", 3 * 51)
    assert len(views_of(sheet("hugest", 50))) == 1


def test_what_the_cells_of_a_table_say_is_kept_of_so_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_view, "_KNOWN", 30)
    view: TableView = views_of(sheet("texts", 100))[0]
    said = [view.texts(row) for row in view.body]
    assert len(view._known) <= 11
    assert [view.texts(row) for row in view.body] == said
