"""Cells of tables that questions in other languages ask for, by the words of heads and rows alone."""

from __future__ import annotations

from pathlib import Path

import pytest

import rag
from rag.answering.foreign_cells import cell_by_words
from rag.parsing.formats import load_bytes

TABLES = {
    "de": "Artikel;Preis (€);Lagerort\nWasserkocher blau;39,90;Halle 2\nKaffeemühle;89,00;\n",
    "fr": "Gare;Quais;Ouverture\nSaint-Amand;4;6 h 30\nPontarlier;2;7 h 15\n",
    "es": "Puerto;Barcos;Capitán\nLuarca;12;Inés Rey\nCudillero;31;Juan Prado\n",
    "ru": "Город;Население;Река\nТверь;416000;Волга\nПсков;189000;Великая\n",
    "zh": "产品,价格,仓库\n蓝色水壶,39,二号\n咖啡磨,89,一号\n",
    "ja": "商品,価格,倉庫\n青いやかん,39,二号\nコーヒーミル,89,一号\n",
}


@pytest.mark.parametrize(
    ("language", "question", "cell"),
    [
        ("de", "Wie hoch ist der Preis der Kaffeemühle?", "89,00"),
        ("de", "An welchem Lagerort steht der Wasserkocher blau?", "Halle 2"),
        ("fr", "Combien de quais a la gare de Pontarlier ?", "2"),
        ("es", "¿Cuántos barcos tiene Cudillero?", "31"),
        ("ru", "Какова население города Псков?", "189000"),
        ("zh", "咖啡磨的价格是多少？", "89"),
        ("ja", "コーヒーミルの価格はいくらですか。", "89"),
    ],
)
def test_the_words_of_a_question_lead_to_a_cell(language: str, question: str, cell: str) -> None:
    document = load_bytes(TABLES[language].encode(), "table.csv").document
    place = cell_by_words(question, language, [document])
    assert place is not None
    assert place.answer is not None
    assert document.text[slice(*place.answer)] == cell


@pytest.mark.parametrize(
    "question",
    [
        "Wie hoch ist der Preis?",  # of which row
        "Wie schwer ist die Kaffeemühle?",  # no column
        "Wie hoch ist der Preis der Saftpresse?",  # no row
    ],
)
def test_half_of_it_leads_to_none(question: str) -> None:
    document = load_bytes(TABLES["de"].encode(), "table.csv").document
    assert cell_by_words(question, "de", [document]) is None


def test_such_a_cell_is_never_called_an_answer_and_all_around_it_is_in_the_language_of_the_question(
    tmp_path: Path,
) -> None:
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "liste.csv").write_text(TABLES["de"], "utf-8")
    (tmp_path / "sources" / "haus.txt").write_text("Das Haus am Markt ist rot und steht seit 1904.\n", "utf-8")
    rag.build(tmp_path / "sources", tmp_path / "index")
    with rag.open(tmp_path / "index") as assistant:
        answer = assistant.ask("Wie hoch ist der Preis der Kaffeemühle?")
        assert (answer.status, answer.reason) == ("partly", "")
        assert answer.introduction == "Nach den Wörtern der Frage ist diese Zelle gemeint:"
        assert "**89,00**" in str(answer)
        blank = assistant.ask("An welchem Lagerort ist die Kaffeemühle?")
        assert (blank.status, blank.notes[-1]) == ("partly", "In dieser Zeile ist „Lagerort“ leer.")
        near = assistant.ask("Welche Farbe hat das Haus am Markt?")
        assert near.introduction == "Die Quellen sagen das nicht ausdrücklich. Am nächsten kommen sie hier:"
