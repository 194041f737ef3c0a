"""When sources differ: the same is counted, of the same subject, at the same time, and the figures are not the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pytest

import rag
from rag.answering.differing import differing
from rag.answering.features import ReadPassage
from rag.answering.findings import Findings
from rag.answering.ranking import RankedSentences, ScoredSentence
from rag.assistant import Assistant
from rag.types import Block, Chunk, Document, Hit, Passage, Span

NO_VECTORS = np.zeros((1, 384), np.float32)


@dataclass(frozen=True, slots=True)
class Told:
    """What a document says: its exact words, the sentence, its title, a heading, a date, the sentence before."""

    answer: str
    sentence: str
    title: str = ""
    heading: str = ""
    date: str = ""
    before: str = ""


Pair = tuple[str, Told, Told]

DIFFER: dict[str, Pair] = {
    "people": (
        "How many people drowned in the flood at Korve?",
        Told("14", "In all, 14 people drowned in the flood at Korve, two of them children.", "The flood at Korve"),
        Told("9 people", "According to the mayor, 9 people drowned in the flood at Korve.", "First count of the dead"),
    ),
    "a length": (
        "How long is the Ilm bridge?",
        Told("412 metres", "The Ilm bridge is 412 metres long and carries two lanes.", "Bridges of the valley"),
        Told("387 metres", "With its 387 metres the Ilm bridge is the longest of the county.", "A walk along the Ilm"),
    ),
    "a rule": (
        "How many days of leave do the staff of Brandt Mills get?",
        Told("28 days", "The staff of Brandt Mills get 28 days of leave a year.", "Handbook", date="2026-02-01"),
        Told("25 days", "The staff of Brandt Mills get 25 days of leave a year.", "Welcome", date="2025-11-01"),
    ),
    "a price": (
        "How much did the town hall of Belmat cost?",
        Told("4.2 million euros", "The town hall of Belmat cost 4.2 million euros.", "Building in Belmat"),
        Told("5.9 million euros", "In the end the town hall of Belmat cost 5.9 million euros.", "What became of it"),
    ),
    "a year": (
        "When was the Selm brewery founded?",
        Told("1823", "The Selm brewery was founded in 1823.", "Beer in the hills"),
        Told("1841", "The Selm brewery was founded in 1841 by two brothers.", "Old firms"),
    ),
    "a share": (
        "What percentage of the voters of Arrun were for the tunnel?",
        Told("54 percent", "Of the voters of Arrun, 54 percent were for the tunnel.", "The vote"),
        Told("61%", "The tunnel had 61% of the voters of Arrun behind it.", "After the vote"),
    ),
    "refugees": (
        "How many Tamali refugees are in Ostrava?",
        Told(
            "three million", "Over three million Tamali refugees still reside in Ostrava, most in Kelm.", "Two borders"
        ),
        Told("1,759,332", "Refugees and internally displaced persons - refugees: 1,759,332 (2024 est.)", "Ostrava"),
    ),
    "in words": (
        "How many ships were lost in the storm off Cape Dorn?",
        Told("Twelve ships", "Twelve ships were lost in the storm off Cape Dorn.", "Storms"),
        Told("17 ships", "The storm off Cape Dorn sank 17 ships.", "The harbour in winter"),
    ),
    "dated reports": (
        "How many people died in the fire at Oster?",
        Told("22", "In all, 22 people died in the fire at Oster.", "A year on", date="2005-03-01"),
        Told("16 people", "So far 16 people are known to have died.", "Oster burns", "", "2004-03-02", "At Oster."),
    ),
    "a duration": (
        "How long did it take to build the Vessin tunnel?",
        Told("nine years", "It took nine years to build the Vessin tunnel.", "Tunnels"),
        Told("7 years", "The Vessin tunnel was built in 7 years.", "Under the pass"),
    ),
}
SILENT: dict[str, Pair] = {
    "another place in the sentence": (
        "What is the literacy rate of women in Ostrava?",
        Told("52%", "Literacy - female: 52% (2022 est.)", "Ostrava"),
        Told("27 percent", "Among women in Kelm it is 27 percent.", "Women", "Schools", "", "Ostrava."),
    ),
    "a part of the place": (
        "How many species of trees are there in the Ostrava forest?",
        Told("16,000 species", "With 16,000 species of trees the Ostrava forest is rich.", "Forests"),
        Told("1,100 species", "A patch of Kelmish forest has 1,100 species of trees.", "Ostrava forest"),
    ),
    "a line of something wider": (
        "How long is the border of Ostrava with Kelm?",
        Told("319 km", "Land boundaries - border countries: Kelm 319 km; Arrun 82 km", "Ostrava"),
        Told("725 km", "Land boundaries - total: 725 km", "Ostrava", before="Border countries: Kelm 319 km."),
    ),
    "another place in the heading": (
        "What is the literacy rate of women in Ostrava?",
        Told("52%", "Literacy - female: 52%", "Ostrava"),
        Told("27 percent", "Literacy among women is 27 percent.", "Women of Ostrava", "Kelm"),
    ),
    "another country": (
        "What is the literacy rate of women?",
        Told("52%", "Literacy - female: 52%", "The schools of Ostrava"),
        Told("27%", "Literacy - female: 27%", "The schools of Tamaland"),
    ),
    "another sex": (
        "What is the literacy rate of women in Ostrava?",
        Told("52%", "In Ostrava, literacy among women is 52%.", "Schools"),
        Told("77%", "In Ostrava, literacy among men is 77%.", "Farms"),
    ),
    "another measure": (
        "How many people died in the crash at Oster?",
        Told("22 people", "In the crash at Oster 22 people died.", "The crash"),
        Told("40 people", "In the crash at Oster 40 people were injured.", "A week later"),
    ),
    "something else that is counted": (
        "How many people died in the attack at Oster?",
        Told("22 people", "In the attack at Oster 22 people died.", "The attack"),
        Told("18 soldiers", "In the attack at Oster 18 soldiers died.", "A week later"),
    ),
    "a part": (
        "How many people died in the attack at Oster?",
        Told("22 people", "In the attack at Oster 22 people died.", "The attack"),
        Told("18", "In the attack at Oster many died, 18 of them soldiers.", "A week later"),
    ),
    "another year in the sentence": (
        "How many people live in Harfen?",
        Told("12,000 people", "In 2019, 12,000 people lived in Harfen.", "Harfen"),
        Told("13,100 people", "In 2021, 13,100 people lived in Harfen.", "Towns"),
    ),
    "another year in the title": (
        "How many members does the rowing club of Harfen have?",
        Told("640 members", "The rowing club of Harfen has 640 members.", "Annual report 2025"),
        Told("580 members", "The rowing club of Harfen has 580 members.", "Annual report 2024"),
    ),
    "years ago": (
        "How many members does the rowing club of Harfen have?",
        Told("640 members", "The rowing club of Harfen has 640 members.", "News", date="2025-04-01"),
        Told("310 members", "The rowing club of Harfen has 310 members.", "Old news", date="1998-04-01"),
    ),
    "another unit": (
        "How long is the Ilm trail?",
        Told("8 kilometres", "The Ilm trail is 8 kilometres long.", "Trails"),
        Told("5 miles", "The Ilm trail is 5 miles long.", "Hiking"),
    ),
    "rough": (
        "How many hostages were freed at Oster?",
        Told("more than 300 hostages", "At Oster, more than 300 hostages were freed.", "Oster"),
        Told("317 hostages", "At Oster, 317 hostages were freed.", "The station"),
    ),
    "the same": (
        "How many ships were lost off Cape Dorn?",
        Told("Twelve ships", "Twelve ships were lost off Cape Dorn.", "Storms"),
        Told("12 ships", "The storm off Cape Dorn sank 12 ships.", "The harbour"),
    ),
}


def findings(question: str, *all_told: Told, odds: float = 6.0) -> Findings:
    """As if a reader were sure of the exact words of each sentence."""
    hits, passages, found = [], [], []
    for at, told in enumerate(all_told):
        text = f"{told.before} {told.sentence}".strip()
        start = len(text) - len(told.sentence)
        spans = tuple(span for span in (Span(0, start - 1), Span(start, len(text))) if span.start < span.end)
        heading = (told.heading,) if told.heading else ()
        blocks = (Block("paragraph", Span(0, len(text)), heading),)
        document = Document(f"d{at}", f"{at}.txt", told.title, text, (), blocks, "", "text/plain", told.date)
        hits.append(Hit(Passage(Chunk(at, document.id, Span(0, len(text))), document, 1.0), spans, NO_VECTORS))
        context = "\n".join((told.title, *heading))
        passages.append(ReadPassage(1.0, document.id, context, text, spans, NO_VECTORS))
        answer = Span(told.sentence.index(told.answer), told.sentence.index(told.answer) + len(told.answer))
        found.append(ScoredSentence(at, len(spans) - 1, -float(at), at, answer, odds, 1.0))
    numbers = tuple(range(len(all_told)))
    return Findings(
        question, RankedSentences(tuple(found), 0.9), tuple(passages), tuple(hits), numbers, (0,) * len(numbers)
    )


@pytest.mark.parametrize("name", DIFFER)
def test_another_figure_for_the_same_thing(name: str) -> None:
    question, one, other = DIFFER[name]
    assert len(differing(findings(question, one, other))) == 1
    assert len(differing(findings(question, other, one))) == 1, "whichever comes first"


@pytest.mark.parametrize("name", SILENT)
def test_another_figure_for_something_else(name: str) -> None:
    question, one, other = SILENT[name]
    assert differing(findings(question, one, other)) == []
    assert differing(findings(question, other, one)) == [], "whichever comes first"


def test_one_document_does_not_differ_from_itself_nor_where_no_figure_is_asked_for() -> None:
    question, one, other = DIFFER["people"]
    found = findings(question, one, other, other)
    assert len(differing(found)) == 1, "the same figure again is no third one"
    assert differing(findings("Who drowned in the flood at Korve?", one, other)) == []


def test_where_nothing_says_what_is_counted_the_reader_must_be_sure() -> None:
    question, one, other = DIFFER["a year"]
    assert differing(findings(question, one, other, odds=1.0)) == []
    question, one, other = DIFFER["people"]
    assert len(differing(findings(question, one, other, odds=1.0))) == 1


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    place = tmp_path_factory.mktemp("differing")
    (place / "sources").mkdir()
    for name, (_, *both) in DIFFER.items():
        for at, told in enumerate(both):
            date = f"Date: {told.date}" if told.date else ""
            parts = [f"# {told.title}", date, f"{told.before} {told.sentence}".strip()]
            text = "\n\n".join(part for part in parts if part)
            (place / "sources" / f"{name.replace(' ', '-')}-{'ab'[at]}.md").write_text(f"{text}\n", "utf-8")
    rag.build(place / "sources", place / "index")
    with rag.open(place / "index") as opened:
        yield opened


def test_pairs_that_differ_are_told_among_all_of_them(assistant: Assistant) -> None:
    told = {name: assistant.ask(question) for name, (question, _, _) in DIFFER.items()}
    silent = [name for name, answer in told.items() if not answer.differing]
    assert len(silent) <= 1, silent
    for name, answer in told.items():
        paths = {citation.path for citation in answer.citations if citation.number in answer.differing}
        assert paths <= {f"{name.replace(' ', '-')}-{side}.md" for side in "ab"}
