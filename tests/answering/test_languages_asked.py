"""Documents in ten languages, asked in their own: a short form of `benchmarks.languages`, and what is said about it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import rag
from benchmarks.languages import FOLDER, LANGUAGES, Asked, index_of, questions_of

QUESTIONS = 4  # of each language


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[rag.Assistant]:
    with index_of(LANGUAGES, tmp_path_factory.mktemp("languages")) as found:
        yield found


def built(folder: Path, **texts: str) -> rag.Assistant:
    (folder / "sources").mkdir()
    for name, text in texts.items():
        (folder / "sources" / f"{name}.txt").write_text(text, "utf-8")
    rag.build(folder / "sources", folder / "index")
    return rag.open(folder / "index")


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_answers_a_question_stands_in_one_place(language: str) -> None:
    text = (FOLDER / f"{language}.txt").read_text("utf-8")
    asked = questions_of(language)
    assert len({question for question, _ in asked}) == 12
    assert [gold for _, gold in asked if text.count(gold) != 1] == []


def test_the_right_sentence_is_shown_and_never_called_an_answer(assistant: rag.Assistant) -> None:
    asked = [
        Asked(question, gold, assistant.ask(question), 0.0)
        for language in LANGUAGES
        for question, gold in questions_of(language)[:QUESTIONS]
    ]
    assert sum(one.right for one in asked) >= 0.75 * len(asked)
    assert [one.question for one in asked if one.answered] == []
    assert all(2 <= len(one.answer.claims) <= 5 for one in asked)


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ("Wie tief ist der tiefste Brunnen?", "nur über ihre Wörter"),
        ("Combien de temps ont duré les travaux de la serre ?", "que par leurs mots"),
        ("Какова площадь озера?", "только по словам"),
        ("公司有多少名员工？", "只能根据词语"),
    ],
)
def test_a_note_says_why_in_the_language_of_the_question(assistant: rag.Assistant, question: str, says: str) -> None:
    answer = assistant.ask(question)
    assert answer.status == "partly"
    assert answer.reason == "closest"
    assert [note for note in answer.notes if says in note]


def test_an_english_question_to_a_german_source_is_not_called_answered(assistant: rag.Assistant) -> None:
    answer = assistant.ask("When was the Wasserwerk im Lohtal errichtet?", paths=["de.txt"])
    assert answer.status == "partly"
    assert "1913" in answer.claims[0].text
    assert any("German" in note for note in answer.notes)


def test_a_question_in_a_language_of_no_source_says_so(tmp_path: Path) -> None:
    text = "The Alder Bridge was built in 1904 by Robert Thorne. It is 212 metres long. Trams cross it every day."
    with built(tmp_path, bridge=text) as assistant:
        answer = assistant.ask("Wann wurde die Alder Bridge gebaut?")
        assert answer.status == "partly"
        assert any("1904" in claim.text for claim in answer.claims[:2])
        assert answer.notes[0] == "Die Frage ist auf Deutsch gestellt, aber keine der Quellen ist auf Deutsch."
        answer = assistant.ask("When was the Alder Bridge built?")
        assert (answer.status, answer.notes) == ("answered", ())


def test_a_follow_up_of_few_words_is_searched_with_the_question_before(tmp_path: Path) -> None:
    text = "Der Turm am Markt ist 61 m hoch. Er wurde 1487 von Veit Hartung erbaut.\n\nDas Rathaus ist 22 m hoch."
    with built(tmp_path, turm=text) as assistant:
        turns = [rag.Turn("user", "Wie hoch ist der Turm am Markt?"), rag.Turn("assistant", "61 m")]
        assert any("1487" in claim.text for claim in assistant.ask("Und wann wurde er erbaut?", turns).claims[:2])


@pytest.mark.parametrize(
    ("question", "first"),
    [("Worum geht es im Jahresbericht?", "Im vergangenen Jahr"), ("Fasse den Text zusammen", "Im vergangenen Jahr")],
)
def test_an_outline_needs_no_reader(tmp_path: Path, question: str, first: str) -> None:
    with built(tmp_path, Jahresbericht=(FOLDER / "de.txt").read_text("utf-8")) as assistant:
        answer = assistant.ask(question)
        assert answer.shape == "overview"
        assert answer.claims[0].text.startswith(first)


def test_a_row_that_names_columns_is_no_answer(tmp_path: Path) -> None:
    sources = tmp_path / "sources"
    sources.mkdir()
    rows = "Preisliste 2026;;;\n;;;\nArtikel;Preis (€);Lager;Lieferzeit\n"
    rows += "Wasserkocher blau;39,90;12;2 Tage\nKaffeemühle;89,00;3;5 Tage\n"
    (sources / "liste.csv").write_text(rows, "utf-8")
    rag.build(sources, tmp_path / "index")
    with rag.open(tmp_path / "index") as assistant:
        answer = assistant.ask("Welche Lieferzeit hat die Kaffeemühle?")
    assert answer.claims[0].text.startswith("Kaffeemühle")
    assert not any(claim.text.startswith("Artikel") for claim in answer.claims)
