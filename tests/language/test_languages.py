"""Which language a text is in, and its sentences by that language's rules."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.language import language_of, sentence_spans, sentences
from rag.language.abbreviations import stops_of
from rag.types import Block, Document, Span

DOCUMENT = Document("d", "d.txt", "", "", (), (), "", "text/plain")
SENTENCES = {  # each as it is to come out
    "de": [
        "Am 3. März 2021 beschloss der Rat den Umbau.",
        "Das 2. Obergeschoss hat ca. 40 Räume.",
        "Die Mauer ist 41 m hoch und wurde im 19. Jahrhundert errichtet.",
        "Seit dem 1. Mai 2025 ist das Baden wieder erlaubt.",
        "40 Personen kamen.",
        "Das gilt z. B. für Mieter bzw. Pächter.",
        "Siehe Abs. 3 Nr. 4 des Gesetzes.",
        "Dr. A. Meyer wohnt in der Goethestr. 5.",
        "Er zahlt 12 Mio. Euro.",
        "Die Frist läuft bis zum 3. 4. 2021.",
        "Der Antrag endet am 1. Juni.",
        "Die Kosten trägt der Mieter.",
    ],
    "fr": [
        "M. Dupont habite à Lyon.",
        "L'art. 12 fixe le montant.",
        "Le Dr. Martin a vu env. 40 patients.",
        "C'est le cas, p. ex. ici.",
        "1987 fut difficile.",
    ],
    "es": ["Hay problemas, p. ej. Sevilla.", "El art. 12 lo dice.", "El Sr. Gómez y la Sra. Ruiz viven aquí.", "Fin."],
    "it": ["L'art. 12 fissa la tassa.", "Il sig. Rossi abita qui.", "Vedi pag. 3.", "Il dott. Bianchi è partito."],
    "pt": ["O Sr. Silva mora no Porto.", "Ver pág. 3.", "O art. 12 fixa a taxa.", "A Dra. Costa saiu."],
    "nl": ["Er zijn steden, bijv. Utrecht.", "Dhr. De Vries woont daar.", "Het kost ca. 40 euro.", "Zie art. 12."],
    "ru": [
        "Бюджет составляет 12 млн. рублей в год.",
        "Это на 3 млрд. больше.",
        "Он родился в 1900 г. в Москве.",
        "Ул. Ленина закрыта.",
        "Проф. И. И. Иванов пришёл.",
    ],
    "ar": ["وافق المجلس على الترميم.", "يعيش د. أحمد في القاهرة.", "هل هذا صحيح؟", "نعم."],
    "zh": ["市议会批准了。", "王先生住在上海。", "对吗？"],
    "ja": ["市議会は承認した。", "田中さんは大阪に住んでいます。", "本当ですか？"],
    "tr": [
        "Yönetmeliğin 12. maddesi ücreti belirler.",
        "Dr. Ahmet geldi.",
        "Bina 19. yüzyılda yapıldı.",
        "Bkz. sayfa 3.",
    ],
    "pl": ["Mieszka od 1987 r. w Krakowie.", "Art. 12 określa opłatę.", "Dr. Nowak wyszedł w XIX w. z domu."],
    "hu": ["A 12. cikk szól erről.", "A 19. században épült.", "Dr. Kovács 2021. május 4. napján elment.", "Vége."],
    "sv": ["Det kostar ca. 40 kronor.", "Se bl.a. Uppsala och t.ex. Lund.", "Dr. Berg gick.", "Se art. 12 i lagen."],
    "da": ["Den 4. maj kom han.", "Det koster ca. 40 kr. om året.", "Se f.eks. Aarhus.", "40 mennesker kom.", "Slut."],
    "cs": ["Dne 4. května přišel.", "Viz odst. 3 a čl. 12 zákona.", "Stálo to 12 mil. korun.", "Konec."],
    "fi": ["Se rakennettiin 19. vuosisadalla.", "Hinta on 12 milj. euroa.", "Loppu."],
}


@pytest.mark.parametrize("language", SENTENCES)
def test_sentences_end_where_a_reader_of_the_language_would_end_them(language: str) -> None:
    text = " ".join(SENTENCES[language])
    assert [text[slice(*span)] for span in sentence_spans(text, language=language)] == SENTENCES[language]


def test_the_number_of_an_item_stays_with_it() -> None:
    items = ["1. Die Miete ist fällig.", "2. Die Kaution beträgt 400 Euro.", "3. Alles andere folgt."]
    for text in (" ".join(items), "\n".join(items)):
        assert [text[slice(*span)] for span in sentence_spans(text, language="de")] == items


@pytest.mark.parametrize("language", SENTENCES)
def test_the_language_of_a_text_is_told(language: str) -> None:
    assert language_of(" ".join(SENTENCES[language])) == language


@pytest.mark.parametrize("text", ["", "OK", "12 | 13 | 14.5\n2021 | 7 | 9", "x", "???", "a1 b2 c3"])
def test_what_says_too_little_has_no_language(text: str) -> None:
    assert language_of(text) == ""


def test_english_is_told_without_the_model() -> None:
    text = "The council approved the repair of the old town hall, and the work began in May."
    code = (
        "import sys; from rag.language import language_of\n"
        f"assert language_of({text!r} * 50) == 'en'\n"
        "assert 'py3langid' not in sys.modules, 'two seconds for nothing'"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_long_text_is_in_the_language_of_most_of_it() -> None:
    german, english = " ".join(SENTENCES["de"]), "The rest of the report is in English and was never translated. "
    assert language_of(f"{english * 10}\n\n{german * 60}") == "de"
    assert language_of(f"{english * 200}\n\n{german * 3}") == "en"


def test_a_paragraph_clearly_in_another_language_has_its_own_rules() -> None:
    german = "Die Mauer der Talsperre ist 41 m hoch und wurde im 19. Jahrhundert errichtet."
    english = "The wall of the dam is 41 m high and was built for the town in the 1870s by Mr. Smith."
    for language in ("en", "de"):
        text = f"{german} {german}\n\n{english}\n\n{german}"
        spans = [(0, 2 * len(german) + 1), (2 * len(german) + 3, 2 * len(german) + 3 + len(english))]
        blocks = tuple(Block("paragraph", Span(*span)) for span in (*spans, (len(text) - len(german), len(text))))
        found = sentences(replace(DOCUMENT, text=text, blocks=blocks, language=language))
        assert [text[slice(*span)] for span in found] == [german, german, english, german]


@pytest.mark.parametrize("language", ["", "en"])
def test_english_has_the_splitter_s_own_rules(language: str) -> None:
    assert stops_of(language) is None
    text = "Am 3. Mai. See p. 4. It cost ca. 40 Mio. Euro. Mr. Smith left."
    assert sentence_spans(text, language=language) == sentence_spans(text)
    assert len(sentence_spans(text)) > 4


@given(st.text(st.sampled_from("aZ9. \n!?…„M»é"), max_size=80), st.sampled_from([*SENTENCES, "xx", "no", "el"]))
def test_no_character_is_lost_in_any_language(text: str, language: str) -> None:
    spans = sentence_spans(text, language=language)
    covered = [i for a, b in spans for i in range(a, b)]
    assert len(covered) == len(set(covered))
    assert covered == sorted(covered)
    assert set(covered) >= {i for i, char in enumerate(text) if not char.isspace()}
    assert all(text[a:b] == text[a:b].strip() for a, b in spans)
