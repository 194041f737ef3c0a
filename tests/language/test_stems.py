"""Words of other languages than English: their stems, what is left out, and that the index holds what is compared."""

from __future__ import annotations

import pytest

from benchmarks.languages import FOLDER, LANGUAGES
from rag.language import analyzer, content_terms, indexed, terms

ALIKE = {  # two sentences that say the same words in other forms; function words and cases count for nothing
    "de": ("Die Häuser der Städte", "das Haus in einer Stadt"),
    "fr": ("Les chevaux des associations", "le cheval de l'association"),
    "es": ("Las fábricas de los trabajadores", "la fábrica del trabajador"),
    "it": ("I rifugi delle montagne", "il rifugio della montagna"),
    "pt": ("As cooperativas dos produtores", "a cooperativa do produtor"),
    "nl": ("De woningen van huurders", "de woning van een huurder"),
    "ru": ("Экспедиции на озёрах", "экспедицию по озеру"),
    "ar": ("المكتبة والكِتاب", "الكتاب في مكتبة"),
    "zh": ("公司的员工", "员工和公司"),
    "ja": ("温泉の旅館", "旅館は温泉です"),
}


@pytest.mark.parametrize("language", ALIKE)
def test_words_in_other_forms_are_the_same_terms(language: str) -> None:
    one, other = ({*terms(text, language)} for text in ALIKE[language])
    assert one == other
    assert len(one) >= 2


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_index_holds_what_is_compared(language: str) -> None:
    text = (FOLDER / f"{language}.txt").read_text("utf-8")
    assert analyzer().analyze(indexed(text, language)) == terms(text, language)


def test_a_name_is_found_whatever_language_it_stands_in() -> None:
    for language in ("de", "nl", "es", "it", "pt"):
        assert {*terms("Ahrenfels 1913", language)} == {*terms("Ahrenfels 1913")}


def test_english_stays_as_it_is() -> None:
    text = "The men's houses were built in 1904; children began to write."
    for language in ("", "en", "xx"):  # and so does a language without a stemmer
        assert indexed(text, language) == text
        assert terms(text, language) == terms(text)
    assert terms(text)[:2] == ["the", "man"]


@pytest.mark.parametrize(
    ("text", "found"), [("长江大桥", {"长江", "江大", "大桥", "长", "江", "大", "桥"}), ("Abc 12", {"abc", "12"})]
)
def test_a_script_without_spaces_is_cut_into_pairs(text: str, found: set[str]) -> None:
    assert {*terms(text, "zh")} == found


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("the colours of a driving licence", "the color of a driving license"),
        ("organisations that criticised the labour programme", "organization criticizes labor program"),
        ("neighbourhood centres", "a neighborhood center"),
    ],
)
def test_the_spellings_of_two_countries_are_the_same_terms(one: str, other: str) -> None:
    assert set(content_terms(one)) == set(content_terms(other))
