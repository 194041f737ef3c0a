"""Which language a question is in, what it asks for, and what is said of languages."""

from __future__ import annotations

import pytest

from benchmarks.languages import LANGUAGES, questions_of
from rag.language import asks_for, by_words_notice, gives, languages_served, question_language

ENGLISH = {"en": 9}
EVERY = {"en": 9, **dict.fromkeys(LANGUAGES, 1)}
QUESTIONS_IN_ENGLISH = (
    "Who wrote Die Leiden des jungen Werthers?",
    "What does der Bürgermeister earn?",
    "when was he in Paris",
    "population of Rio de Janeiro",
    "cost of the renovation",
    "Was it closed in 1904?",
    "How do people in Córdoba live?",
    "Los Angeles mayor",
    "Did La Paz grow?",
)


@pytest.mark.parametrize("held", [ENGLISH, EVERY, dict.fromkeys(LANGUAGES, 1)])
def test_the_language_of_a_question_is_told(held: dict[str, int]) -> None:
    asked = [(language, question) for language in LANGUAGES for question, _ in questions_of(language)]
    wrong = [(language, question) for language, question in asked if question_language(question, held) != language]
    assert len(wrong) <= 2, wrong


@pytest.mark.parametrize("held", [{}, ENGLISH, {"en": 9, "de": 1}, EVERY])
@pytest.mark.parametrize("question", QUESTIONS_IN_ENGLISH)
def test_english_needs_no_proof(question: str, held: dict[str, int]) -> None:
    assert question_language(question, held) == "en"


def test_a_few_words_are_in_the_language_of_the_only_sources() -> None:
    assert question_language("Sanierung Freibad", {"de": 3}) == "de"
    assert question_language("Sanierung Freibad", ENGLISH) == "en"
    assert question_language("橋の長さ", {"ja": 1}) == question_language("橋梁长度", {"ja": 1}) == "ja"
    assert question_language("橋梁长度", {"en": 1}) == "zh"


@pytest.mark.parametrize(
    ("language", "question", "kind", "says", "not_so"),
    [
        ("de", "Wann wurde sie gebaut?", "date", "Gebaut 1904.", "Gebaut aus Holz."),
        ("fr", "Combien ça coûte ?", "money", "Trois euros.", "Un prix juste."),
        ("es", "¿Por qué cerró?", "reason", "Cerró debido al frío.", "Cerró ayer."),
        ("ru", "Кто построил мост?", "person", "Его построил Иван Петров.", "Его построили быстро."),
        ("zh", "谁设计的？", "person", "由李明博士设计。", "设计得很好。"),
        ("ja", "いくらですか。", "money", "入場料は400円です。", "入場できます。"),
    ],
)
def test_what_is_asked_for_is_looked_for(language: str, question: str, kind: str, says: str, not_so: str) -> None:
    assert kind in asks_for(question, language)
    assert gives(kind, says, language)
    assert not gives(kind, not_so, language)


def test_every_language_of_the_benchmark_has_its_own_notice() -> None:
    assert len({by_words_notice(language) for language in LANGUAGES}) == len(LANGUAGES)
    assert "Finnish" in by_words_notice("fi")
    assert by_words_notice("xx")


def test_how_well_languages_are_served_is_told() -> None:
    told = languages_served({"en": 4, "de": 2, "ja": 1, "pl": 1, "": 3})
    assert told == (
        "English (4): fully; German (2), Japanese (1): by their words only; "
        "Polish (1): by their words as they are written"
    )
    assert languages_served({"": 2}) == ""
