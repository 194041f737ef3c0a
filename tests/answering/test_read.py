"""Which sentence answers, and whether one does."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
import pytest

from rag.answering.features import FEATURES, features
from rag.answering.ranker import ranker
from rag.answering.ranking import ANSWERABLE, RankedSentences, ReadPassage, ScoredSentence, read, select
from rag.language import cased, elsewhere, is_mostly_markup, offers, terms, unspoken, wants
from rag.models.encoder.encoder import SentenceEncoder
from rag.retrieval.fusion import Candidate, fuse
from rag.types import EmbedInput, Span, Vectors

TRAIN = (
    "The Harlow Express was stopped near Dunmore in March 1987.",
    "The gang blew up the track and took the passengers hostage.",
    "The ordeal ended after two days, and 64 people lost their lives.",
    "The railway company later paid for a memorial.",
)
COUNTRY = (
    "Capital - name: Ulvarra",
    "Capital - geographic coordinates: 47 55 N, 106 55 E",
    "Capital - etymology: the name means red hero in the old language",
    "Population - total: 3,281,676 (2024 est.)",
)
BREAD = (
    "Rye bread keeps for a week in a wooden box.",
    "Bakers let the dough rest overnight because slow fermentation gives it more taste.",
    "A loaf weighs about two pounds.",
)


def passage(context: str, sentences: Sequence[str], vectors: Vectors) -> ReadPassage:
    """Sentences with a space between them."""
    ends = np.cumsum([len(sentence) + 1 for sentence in sentences]).tolist()
    spans = tuple(Span(end - len(s) - 1, end - 1) for s, end in zip(sentences, ends, strict=True))
    return ReadPassage(0.5, context, context, " ".join(sentences), spans, vectors)


class World:
    """Passages encoded as the index would hold them, and the statistics of their words."""

    def __init__(self, encoder: SentenceEncoder, texts: Sequence[tuple[str, Sequence[str]]]) -> None:
        self.encoder = encoder
        inputs = []
        for context, sentences in texts:
            text, spans = context + "\n", []
            for sentence in sentences:
                spans.append(Span(len(text), len(text) + len(sentence)))
                text += sentence + " "
            inputs.append(EmbedInput(text, tuple(spans)))
        found = dict(encoder.passages(inputs))
        self.passages = [
            passage(context, sentences, found[i].sentences) for i, (context, sentences) in enumerate(texts)
        ]
        self.words = [set(terms(s)) for _, sentences in texts for s in sentences]

    def idf(self, wanted: Iterable[str]) -> dict[str, float]:
        total = len(self.words)
        counts = {term: sum(term in words for words in self.words) for term in wanted}
        function = set(terms("the of in on is what who how did does for a and to was where when why it about"))
        weight = {term: math.log(1 + (total - n + 0.5) / (n + 0.5)) for term, n in counts.items()}
        return {term: 0.0 if term in function else w for term, w in weight.items()}

    def vector(self, question: str) -> Vectors:
        return self.encoder.query(question)

    def read(self, question: str, passages: Sequence[ReadPassage] | None = None) -> RankedSentences:
        asked, vector = terms(question), self.vector(question)
        chosen = self.passages if passages is None else passages
        candidates = [
            Candidate(i, 0.5, 0.0, terms(p.context), [terms(s) for s in p.sentences], p.vectors @ vector)
            for i, p in enumerate(chosen)
        ]
        scores = fuse(asked, candidates, self.idf(asked))
        scored = [replace(p, score=float(score)) for p, score in zip(chosen, scores, strict=True)]
        return read(question, vector, scored, terms=terms, idf=self.idf)

    def best(self, question: str) -> str:
        first = self.read(question).sentences[0]
        return self.passages[first.passage].sentences[first.sentence]


@pytest.fixture(scope="module")
def world() -> World:
    texts = [("The Harlow Express robbery", TRAIN), ("Mongria\nGovernment", COUNTRY), ("Baking", BREAD)]
    return World(SentenceEncoder(), texts)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("How many people died in the attack on the Harlow Express?", TRAIN[2]),
        ("When was the Harlow Express stopped?", TRAIN[0]),
        ("What is the capital of Mongria?", COUNTRY[0]),
        ("What is the population of Mongria?", COUNTRY[3]),
        ("Why does the dough rest overnight?", BREAD[1]),
        (TRAIN[3], TRAIN[3]),
        (BREAD[1], BREAD[1]),
    ],
)
def test_the_sentence_that_answers_comes_first(world: World, question: str, answer: str) -> None:
    assert world.best(question) == answer


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Who is the president of Mongria?", 1),
        ("Who leads the government of Mongria?", 2),
        ("How long is the coast of Mongria?", 4),
        ("What does the weather look like in Mongria?", 5),
        ("Which minerals are found in Mongria?", 6),
    ],
)
def test_a_line_of_a_fact_sheet_answers_in_other_words_than_its_key(world: World, question: str, answer: int) -> None:
    sheet = (
        "2014: Orlo TANN elected president; percent of vote - Orlo TANN 51%, Ilka VENN 47%",
        "Executive branch - chief of state: President Ilka VENN (since 2 May 2019)",
        "Executive branch - head of government: Prime Minister Bero KAST (since 9 May 2019)",
        "Land boundaries - total: 8,082 km",
        "Coastline: 310 km",
        "Climate: dry; cold winters, mild summers",
        "Natural resources: coal, copper, tin",
        "Natural hazards: dust storms, grassland fires",
    )
    assert World(world.encoder, [("Mongria\nProfile", sheet), ("Baking", BREAD)]).best(question) == sheet[answer]


def test_what_is_known_of_a_key(world: World) -> None:
    question = "What is the capital of Mongria?"
    rows = features(question, world.vector(question), world.passages, terms=terms, idf=world.idf)
    pairs = rows[:, [FEATURES.index(name) for name in ("pair", "key_asked", "key_unasked")]]
    assert pairs[4:8].round(2).tolist() == [[1, 1, 0], [1, 0.33, 0.67], [1, 0.5, 0.33], [1, 0, 0.33]]
    assert not pairs[:4].any(), "prose"


def test_wording_does_not_matter(world: World) -> None:
    asked = ("Why does the dough rest overnight?", "WHY DOES THE DOUGH REST OVERNIGHT", "why dough rest overnight")
    assert {world.best(question) for question in asked} == {BREAD[1]}


def test_sure_of_what_is_there_and_not_of_what_is_not(world: World) -> None:
    assert world.read("Why do bakers let the dough rest overnight?").answerable > 1.5 * ANSWERABLE
    assert world.read("Who won the 2022 World Cup?").answerable < ANSWERABLE
    assert world.read("How do neural networks learn?").answerable < ANSWERABLE


def test_a_year_that_is_not_in_the_passage_makes_less_sure(world: World) -> None:
    right = world.read("When in 1987 was the Harlow Express stopped?").answerable
    wrong = world.read("When in 1993 was the Harlow Express stopped?").answerable
    assert wrong < right


def test_a_heading_never_answers(world: World) -> None:
    country = world.passages[1]
    vector = world.vector("Mongria Government")
    sentences = ("## Government", *country.sentences)
    with_heading = passage(country.context, sentences, np.vstack([vector[None], country.vectors]))
    reading = world.read("What is the government of Mongria?", [with_heading])
    assert reading.sentences[-1].sentence == 0


def test_the_cost_of_what_is_asked_for_is_something_else(world: World) -> None:
    sentences = (
        "Cost of revenue increased by 202 million dollars in 2021.",
        "Revenue increased by 843 million dollars in 2021 as riders came back after the closures of the year before.",
        "The number of riders grew.",
    )
    report = passage("Report", sentences, np.vstack([world.vector(one)[None] for one in sentences]))
    best = world.read("How much did the revenue increase in 2021?", [report]).sentences[0]
    assert best.sentence == 1
    cost = world.read("How much did the cost of revenue increase in 2021?", [report]).sentences[0]
    assert cost.sentence == 0
    assert world.read("What is the number of riders?", [report]).sentences[0].sentence == 2


def test_nothing_to_read(world: World) -> None:
    assert world.read("What?", []) == RankedSentences((), 0.0)
    assert select(RankedSentences((), 0.0)) == []
    empty = passage("", (), np.empty((0, 384), np.float32))
    assert world.read("What?", [empty]).sentences == ()
    assert world.read("", [world.passages[0], empty]).answerable < ANSWERABLE


def test_every_sentence_is_scored_once_and_best_first(world: World) -> None:
    reading = world.read("How many people died?")
    places = [(s.passage, s.sentence) for s in reading.sentences]
    assert sorted(places) == [(p, s) for p, one in enumerate(world.passages) for s in range(len(one.sentences))]
    scores = [s.score for s in reading.sentences]
    assert scores == sorted(scores, reverse=True)
    assert reading == world.read("How many people died?")


def test_the_same_words_in_two_passages_are_one_group(world: World) -> None:
    reading = world.read("How many people died?", [world.passages[0], world.passages[0]])
    by_sentence: dict[int, set[int]] = {}
    for scored in reading.sentences:
        by_sentence.setdefault(scored.sentence, set()).add(scored.group)
    assert all(len(groups) == 1 for groups in by_sentence.values())
    assert len({s.group for s in reading.sentences}) == len(TRAIN)


@pytest.mark.parametrize(("several", "shown"), [(False, [0, 1]), (True, [0, 1, 2, 3])])
def test_select_keeps_what_is_hardly_worse(several: bool, shown: list[int]) -> None:
    scores = [5.0, 4.5, 3.5, 3.4, -2.0]
    scored = tuple(ScoredSentence(0, i, score, i) for i, score in enumerate(scores))
    assert [s.sentence for s in select(RankedSentences(scored, 0.9, several))] == shown
    assert [s.sentence for s in select(RankedSentences(scored, 0.9, several), 1, 1)] == [0]


def test_select_counts_repetitions_as_one() -> None:
    scored = tuple(ScoredSentence(i, 0, 5.0 - i / 100, i // 2) for i in range(8))
    assert [s.passage for s in select(RankedSentences(scored, 0.9), most=2)] == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("How many people died?", "number"),
        ("When did it begin?", "date"),
        ("Who led the group?", "person"),
        ("Where did they go?", "place"),
        ("Why was it stopped?", "reason"),
        ("What does HP mean?", "meaning"),
        ("What percentage of women can read?", "share"),
        ("Which groups are active?", "several"),
        ("Which groups operate there?", "several"),
        ("What natural hazards does the country face?", "several"),
        ("What measures can help?", "several"),
        ("Is it safe?", "choice"),
    ],
)
def test_what_a_question_wants(question: str, kind: str) -> None:
    assert wants(question)[kind]
    assert not wants("Name it")[kind]


@pytest.mark.parametrize(
    "question", ["Which gas is used?", "What causes fires?", "What does it do?", "Which virus was it?"]
)
def test_who_asks_for_one_thing_does_not_ask_for_several(question: str) -> None:
    assert not wants(question)["several"]


def test_what_a_sentence_offers() -> None:
    held = offers("In March 1987, Anna Berg didn't pay 1,200 dollars in Dunmore.")
    assert held.years == {"1987"}
    assert held.figures == {"1987", "1,200"}
    assert {"anna", "berg", "dunmore"} <= held.names
    assert "in" not in held.names
    assert held.negated
    assert held.place
    assert not offers("They paid.").negated


@pytest.mark.parametrize(
    ("question", "left_out"),
    [
        ("When did the United States designate Qatar as an ally?", (False, False)),
        ("When did the United States designate Oman as an ally?", (True, False)),
        ("When did the Qatari army join the United States?", (False, False)),  # a form of the name
        ("When did Qatar's army join the United States?", (False, False)),
        ("Which ally did Qatar find in 2022?", (False, False)),
        ("Which ally did Qatar find in 1985?", (False, True)),
        ("who founded it?", (False, False)),
        ("When did the US designate Qatar as an ally?", (False, False)),  # by its initials
        ("When did the UAE designate Qatar as an ally?", (True, False)),
    ],
)
def test_what_a_passage_leaves_out_of_a_question(question: str, left_out: tuple[bool, bool]) -> None:
    text = "In 2022, the United States designated it as a major ally."
    assert unspoken(question, "Qatar", text) == left_out


@pytest.mark.parametrize(
    ("sentence", "with_addresses", "without"),
    [
        ("[![docs](https://example.org/d.svg)](https://example.org/docs)", True, False),
        ('<p align="center"><img src="logo.png"></p>', True, True),
        ("https://example.org/licences/ROL-2", True, False),
        ("Read the [guide](https://example.org/guide) before you start.", False, False),
        ("| 3 |  |  |  | 4 |  |  |", False, False),
        ("数据科学是一门利用数据学习知识的学科", False, False),
    ],
)
def test_what_is_hardly_more_than_markup(sentence: str, with_addresses: bool, without: bool) -> None:
    assert is_mostly_markup(sentence) == with_addresses
    assert is_mostly_markup(sentence, with_addresses=False) == without


@pytest.mark.parametrize(
    ("question", "first"), [("Who is the founder of Tarn?", 1), ("Which command prints the founder of Tarn?", 0)]
)
def test_who_did_it_is_read_in_prose(question: str, first: int) -> None:
    world = World(
        SentenceEncoder(), [("Tarn", ("tarn --print  # the founder of Tarn", "The founder of Tarn was Aino Berg."))]
    )
    program = replace(world.passages[0], code=frozenset(world.passages[0].spans[:1]))
    assert world.read(question, [program]).sentences[0].sentence == first


@pytest.mark.parametrize(
    ("question", "headings", "of_another"),
    [
        ("What is the capital of Korve?", "Mongria\nGeography", True),
        ("What is the capital of Mongria?", "Mongria\nGeography", False),
        ("Is Mongria a member of the WTO?", "Mongria\nGovernment", False),
        ("What is the Mongrian anthem?", "Mongria", False),
        ("what is its capital?", "Mongria", False),
    ],
)
def test_headings_with_no_name_of_the_question_are_of_something_else(
    question: str, headings: str, of_another: bool
) -> None:
    assert elsewhere(question, headings) == of_another


def test_the_numbers_fit_the_features(world: World) -> None:
    rows = features("How many?", world.vector("How many?"), world.passages, terms=terms, idf=world.idf)
    assert rows.shape == (11, len(FEATURES))
    assert np.isfinite(rows).all()
    assert ranker().linear.shape == (len(FEATURES),)
    assert np.isfinite(ranker().scores(rows)).all()


def test_a_row_of_figures_does_not_say_what_something_is(world: World) -> None:
    rows = ("QUILL → Base 34.2 64.6", "QUILL 27.4 60.9", "QUILL is a method that writes down each step of a proof.")
    other = World(world.encoder, [("Results", rows), ("Baking", BREAD)])
    assert other.best("What is QUILL?") == rows[2]
    assert other.best("How many points did QUILL get?") in rows[:2]


@pytest.mark.parametrize(
    ("question", "read_as"),
    [
        ("HOW MANY DIED ON THE ORRIN EXPRESS?", "how many died on the Orrin Express?"),
        ("how many died on the orrin express", "how many died on the Orrin Express"),
        ("What is an express?", "What is an express?"),
        ("WHO IS OLGA?", "who is olga?"),
    ],
)
def test_names_are_seen_in_a_question_of_one_case(question: str, read_as: str) -> None:
    texts = [
        "Olga died. They say that the Orrin Express was robbed; the express was late, the Express too.",
        "On the way.",
    ]
    assert cased(question, texts) == read_as
