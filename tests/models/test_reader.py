"""The reader: exact words inside the sentence that holds them, and doubt where nothing answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest

from rag.answering.ranking import RankedSentences, ReadPassage, ScoredSentence
from rag.answering.rerank import CANDIDATES, RISK, read_again, reordered, rerank_sentences
from rag.answering.strength import SIGNALS, boundaries, signals, strength
from rag.language import is_function_word, sentence_spans, terms
from rag.models.encoder.encoder import bundled_folder
from rag.models.onnx import TokenizerFile
from rag.models.reader import MOST_TOKENS, Row, SpanReader, rows_of, sentences_read
from rag.types import SentenceScore, Span, Window

NOWHERE = np.zeros(4, np.float32)
"""The vector of a question that is near nothing."""
TOKENIZER = bundled_folder() / "tokenizer.json"
TEXT = (
    "The bridge at Korve was opened by Queen Adela in 1887. It has eleven arches of grey stone. "
    "A flood carried two of them away in the spring of 1931, and 14 people drowned."
)


@pytest.fixture(scope="module")
def reader() -> SpanReader:
    return SpanReader(TOKENIZER)


def window(text: str = TEXT, context: str = "The bridge at Korve") -> Window:
    return Window(context, text, tuple(sentence_spans(text)))


@pytest.mark.parametrize(
    ("question", "sentence", "words"),
    [
        ("Who opened the bridge at Korve?", 0, "Queen Adela"),
        ("When was the bridge at Korve opened?", 0, "1887"),
        ("How many arches does the bridge have?", 1, "eleven"),
        ("How many people drowned in the flood?", 2, "14"),
    ],
)
def test_the_exact_words_stand_in_the_best_sentence(
    reader: SpanReader, question: str, sentence: int, words: str
) -> None:
    (reads,) = reader.read(question, [window()])
    assert int(np.argmax([one.score for one in reads])) == sentence
    assert words in TEXT[slice(*reads[sentence].answer)]
    for one, span in zip(reads, window().sentences, strict=True):
        assert span.start <= one.answer.start < one.answer.end <= span.end


def test_what_nothing_answers_scores_below_what_something_answers(reader: SpanReader) -> None:
    def best(question: str) -> float:
        (reads,) = reader.read(question, [window()])
        return max(one.score for one in reads)

    assert best("Who opened the bridge at Korve?") > best("Who won the 2022 World Cup?")
    assert best("Who won the 2022 World Cup?") < 0


def test_the_context_is_read_and_never_quoted(reader: SpanReader) -> None:
    text = "It was finished in 1904."
    (with_context,) = reader.read("When was the lighthouse of Belmat finished?", [window(text, "Lighthouse of Belmat")])
    (without,) = reader.read("When was the lighthouse of Belmat finished?", [window(text, "")])
    assert with_context[0].score > without[0].score
    assert "1904" in text[slice(*with_context[0].answer)]


def test_windows_are_read_together_as_alone(reader: SpanReader) -> None:
    windows = [window(), window("Rye bread keeps for a week.", "Baking")]
    alone = [reader.read("Who opened the bridge?", [one])[0] for one in windows]
    assert reader.read("Who opened the bridge?", windows) == alone
    assert reader.read("Who?", []) == []


def test_a_row_is_question_context_window_and_never_too_long() -> None:
    long = " ".join(f"Sentence {i} says little of interest." for i in range(200))
    (row,) = rows_of(TokenizerFile(TOKENIZER), ["why " * 100], [window(long, "title " * 80)])
    assert len(row.ids) == MOST_TOKENS
    assert row.head < row.first < MOST_TOKENS
    start, end = row.offsets[0]
    assert long[start:end] == "Sentence"


def test_a_sentence_beyond_what_is_read_is_no_answer(reader: SpanReader) -> None:
    text = "The mill is old. " * 120 + "The queen opened it in 1887."
    (reads,) = reader.read("When did the queen open the mill?", [window(text, "")])
    assert reads[-1].score < -20


def test_odd_text_is_read(reader: SpanReader) -> None:
    for text in ("😀 ﬁne 😀.", "\u202eabc\u202c שלום.", "\x00", "…", "a" * 5000):
        (reads,) = reader.read("What is it?", [Window("", text, (Span(0, len(text)),))])
        assert len(reads) == 1
        assert 0 <= reads[0].answer.start <= reads[0].answer.end <= len(text)


class Scripted:
    """A reader that likes one sentence, to check what is done with a reader's scores; it marks three letters, `at`."""

    def __init__(self, liked: str, at: int = 0) -> None:
        self.liked, self.at, self.windows = liked, at, list[Window]()

    def read(self, question: str, windows: Sequence[Window]) -> list[tuple[SentenceScore, ...]]:
        self.windows = list(windows)
        return [
            tuple(
                SentenceScore(
                    9.0 if self.liked in w.text[slice(*s)] else -9.0, Span(s.start + self.at, s.start + self.at + 3)
                )
                for s in w.sentences
            )
            for w in windows
        ]


def passage(*sentences: str) -> ReadPassage:
    ends = np.cumsum([len(s) + 1 for s in sentences]).tolist()
    spans = tuple(Span(end - len(s) - 1, end - 1) for s, end in zip(sentences, ends, strict=True))
    return ReadPassage(0.5, "doc", "Title", " ".join(sentences), spans, np.zeros((len(sentences), 4), np.float32))


def idf(wanted: Iterable[str]) -> Mapping[str, float]:
    """Every word is as rare as the others, less those that carry no meaning."""
    return {term: 0.0 if is_function_word(term) else 1.0 for term in wanted}


def place(at: int, sentence: int, score: float, group: int) -> ScoredSentence:
    return ScoredSentence(at, sentence, score, group, covered=1.0)


def test_neighbours_are_read_along_and_windows_join_where_they_meet() -> None:
    one = passage(*(f"Sentence number {i} stands here." for i in range(12)))
    scored = tuple(
        place(0, i, 5.0 - n / 10, n) for n, i in enumerate([4, 5, 9, *(i for i in range(12) if i not in (4, 5, 9))])
    )
    reading = RankedSentences(scored[:3], 0.5)
    scripted = Scripted("number 6")
    reads = read_again(RankedSentences(scored, 0.5), "q", [one], scripted)
    assert len(scripted.windows) == 1, "eight candidates of twelve sentences meet"
    assert [r.scored.sentence for r in reads] == list(range(11))
    reads = read_again(reading, "q", [one], scripted)
    assert [w.text.count("Sentence") for w in scripted.windows] == [4, 3]
    best = reordered(RankedSentences(scored, 0.5), "q", [one], scripted).sentences[0]
    assert best.sentence == 6, "a neighbour may answer"
    assert best.answer == Span(0, 3)
    assert best.odds == 9.0


def test_what_is_meant_is_read_along_where_it_was_named_before() -> None:
    one = passage(
        "Old.", "Adela built a bridge.", "It was long.", "It was grey.", "It leaned.", "A flood took it.", "End."
    )
    for question, start in (
        ("What took it?", "It leaned."),
        ("What took the bridge of Adela?", "Adela built"),
        ("What took the bridge of Kolm?", "It leaned."),
    ):
        scripted = Scripted("flood")
        read_again(RankedSentences((place(0, 5, 1.0, 0),), 0.5), question, [one], scripted)
        assert [w.text.startswith(start) for w in scripted.windows] == [True], question
        assert scripted.windows[0].text.endswith("End.")


def test_at_most_so_many_candidates_are_read_and_repetitions_come_along() -> None:
    passages = [passage(f"Fact {i} is true.", "Filler.") for i in range(20)] + [passage("Fact 0 is true.", "Filler.")]
    scored = [place(i, 0, 20.0 - i, i) for i in range(20)] + [place(20, 0, 0.0, 0)]
    scripted = Scripted("Fact 0")
    again = rerank_sentences(
        RankedSentences(tuple(scored), 0.5), "q", NOWHERE, passages, scripted, terms=terms, idf=idf
    )
    assert len(scripted.windows) == CANDIDATES
    assert [(s.passage, s.group) for s in again.sentences[:2]] == [(0, 0), (20, 0)]
    assert {s.passage for s in again.sentences} == {*range(CANDIDATES), 20}
    assert (again.least, again.sure_about, again.least_about) == boundaries(RISK)
    assert 0 < again.answerable < 1


def signal(name: str, question: str, first: ScoredSentence, *passages: ReadPassage) -> float:
    values = signals(question, NOWHERE, RankedSentences((first,), 0.5), passages, terms, idf)
    assert values.shape == (len(SIGNALS),)
    return float(values[SIGNALS.index(name)])


def test_names_are_said_before_the_answer_and_years_beside_it() -> None:
    one = passage("Trains crossed it.", "It was grey.", "Adela opened it in 1887.", "It was long.", "A flood took it.")
    question = "What took the bridge of Adela in 1887?"
    for sentence, name, year in ((0, 1, 1), (1, 0, 0), (2, 0, 0), (3, 0, 0), (4, 0, 1)):
        first = place(0, sentence, 1.0, 0)
        assert signal("name_missing", question, first, one) == name, sentence
        assert signal("year_missing", question, first, one) == year, sentence
        stranger = "What took the bridge of Kolm in 1931?"
        assert signal("name_missing", stranger, first, one) == signal("year_missing", stranger, first, one) == 1


def test_the_first_sentence_and_its_passage_are_what_is_known() -> None:
    one, other = (
        passage("A flood took the bridge.", "End."),
        replace(passage("Rye bread.", "End."), score=0.7, cosine=0.8),
    )
    first = replace(place(0, 0, 1.0, 0), odds=2.5)
    question = "Which flood took the ferry?"
    assert signal("odds", question, first, one, other) == 2.5
    assert signal("odds", question, replace(first, odds=-40.0), one, other) == -12
    assert signal("passage", question, first, one, other) == 0.5
    assert signal("best_passage", question, first, one, other) == 0.7
    assert signal("nearest", question, first, one, other) == 0.8
    assert 0 < signal("covered", question, first, one, other) < 1
    assert signal("covered", "What took the bridge?", first, one, other) == 1
    assert signal("covered", question, place(1, 0, 1.0, 0), one, other) == 0


def test_a_line_of_a_sheet_on_something_else_is_told() -> None:
    line = replace(passage("Capital: Arrun", "Area: 40"), context="Velland")
    first = replace(place(0, 0, 1.0, 0), pair=True)
    assert signal("pair", "What is the capital of Velland?", first, line) == 1
    assert signal("of_another", "What is the capital of Velland?", first, line) == 0
    assert signal("of_another", "What is the capital of Skarholm?", first, line) == 1
    assert signal("of_another", "What is the capital of Skarholm?", replace(first, pair=False), line) == 0


def test_a_surer_reader_makes_a_stronger_answer_that_is_never_likelier_than_its_topic() -> None:
    known = {"passage": 1.0, "best_passage": 1.0, "cosine": 0.7, "covered": 1.0, "nearest": 0.7}
    rows = [np.array([{**known, "odds": odds}.get(name, 0.0) for name in SIGNALS]) for odds in (-12.0, 0.0, 8.0)]
    said = [strength(row) for row in rows]
    assert said[0].answers < said[1].answers < said[2].answers
    far = strength(np.zeros(len(SIGNALS)))
    assert far.about < said[0].about
    assert all(0 <= one.answers <= one.about <= 1 for one in (*said, far))


def test_nothing_to_read_again() -> None:
    nothing = RankedSentences((), 0.0)
    assert reordered(nothing, "q", [], Scripted("")) == nothing
    assert rerank_sentences(nothing, "q", NOWHERE, [], Scripted(""), terms=terms, idf=idf) == nothing


def test_less_risk_asks_for_more_certainty() -> None:
    found = [boundaries(risk) for risk in (0.01, 0.03, 0.05, 0.2, 0.7, 1.0)]
    least = [one.answers for one in found]
    assert least == sorted(least, reverse=True)
    assert 0 <= least[-1] < least[2] < 1
    assert len({(one.sure_about, one.about) for one in found}) == 1, "the risk moves the first boundary only"


@pytest.mark.parametrize(
    ("text", "exact"),
    [
        ("12,500 ³", "12,500"),
        ("9,840 ⁴ ⁵", "9,840"),
        ("² Lund", "Lund"),
        ("86 km²", "86 km²"),
        ("10⁶", "10⁶"),
        ("³", "³"),
    ],
)
def test_raised_marks_are_no_part_of_exact_words(text: str, exact: str) -> None:
    words = text.split(" ")
    places = [(len(" ".join(words[:at])) + (at > 0), len(" ".join(words[: at + 1]))) for at in range(len(words))]
    row = Row([101, 102, *range(200, 200 + len(words)), 102], 2, 2, places)
    starts, ends = np.zeros(len(words) + 3, np.float32), np.zeros(len(words) + 3, np.float32)
    starts[2], ends[1 + len(words)] = 9.0, 9.0
    (read,) = sentences_read(row, Window("", text, (Span(0, len(text)),)), starts, ends)
    assert text[slice(*read.answer)] == exact


def test_exact_words_are_not_longer_than_an_answer() -> None:
    words = [f"w{i:02}" for i in range(50)]
    text = " ".join(words)
    row = Row([101, 102, *range(200, 250), 102], 2, 2, [(4 * i, 4 * i + 3) for i in range(50)])
    starts, ends = np.zeros(53, np.float32), np.zeros(53, np.float32)
    starts[2 + 5], ends[2 + 45], ends[2 + 9] = 9.0, 9.0, 8.0  # forty words would score best
    (read,) = sentences_read(row, Window("", text, (Span(0, len(text)),)), starts, ends)
    assert text[slice(*read.answer)] == "w05 w06 w07 w08 w09"
    assert read.score == pytest.approx(17.0, abs=1e-3)
