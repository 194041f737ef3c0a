"""Verification: what each kind of invention, twist and mistake comes to, on the real encoder."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.answering.verification.checking import SourceSentence, Verdict, verify
from rag.answering.verification.facts import facts
from rag.language import dates, quantities
from rag.models.encoder.encoder import SentenceEncoder
from rag.types import ChunkEmbedding, EmbedInput, Encoder

REPORT = (
    "The Gwadar Port Authority published its annual report in March 2023.",
    "Profits of the port were 12.4 million dollars in 2022, up from 9.1 million in the year before.",
    "The provincial council did not approve the extension of the eastern jetty.",
    "Some of the fishing villages were moved before the works began.",
    "More than 300 workers were employed on the eastern jetty.",
    "China Overseas Ports Holding Company operates the port since 2013.",
    "The road from the port to Turbat is 140 km long.",
    "Exports rose in the second half of the year.",
)


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return SentenceEncoder()


def checked(encoder: Encoder, sentence: str, sources: Sequence[str] = REPORT) -> Verdict:
    return verify(sentence, [SourceSentence(source, "Annual report of Gwadar Port") for source in sources], encoder)


@pytest.mark.parametrize(
    ("sentence", "source"),
    [
        ("Profits of the port were 12.4 million dollars in 2022.", 1),
        ("In 2022 the port made profits of $12.4 million.", 1),
        ("The council did not approve the extension of the jetty.", 2),
        ("The port has been operated by China Overseas Ports Holding Company since 2013.", 5),
        ("The road to Turbat is 140 kilometres long.", 6),
        ("Over three hundred workers were employed on the eastern jetty.", 4),
    ],
)
def test_what_a_source_says_in_other_words_is_supported_by_that_very_sentence(
    encoder: Encoder, sentence: str, source: int
) -> None:
    verdict = checked(encoder, sentence)
    assert (verdict.support, verdict.evidence[0]) == ("supported", source), verdict


@pytest.mark.parametrize(
    ("sentence", "source", "kind", "stands"),
    [
        ("Profits of the port were 98.7 million dollars in 2022.", 1, "number", "12.4 million"),
        ("Profits of the port were 12.4 million dollars in 2019.", 1, "date", "2022"),
        ("Profits of the port were 12.4 million euros in 2022.", 1, "unit", "12.4 million $"),
        ("The provincial council did approve the extension of the eastern jetty.", 2, "negation", "did not approve"),
        ("The provincial council approved the extension of the eastern jetty.", 2, "negation", "did not approve"),
        ("All of the fishing villages were moved before the works began.", 3, "quantifier", "some"),
        ("Fewer than 300 workers were employed on the eastern jetty.", 4, "bound", "> 300"),
        ("More than 300 workers were employed on the western jetty.", 4, "comparison", "eastern"),
        ("The road from the port to Turbat is 140 miles long.", 6, "unit", "140 km"),
        ("Exports fell in the second half of the year.", 7, "comparison", "rose"),
    ],
)
def test_one_changed_fact_is_contradicted_by_the_sentence_that_says_otherwise(
    encoder: Encoder, sentence: str, source: int, kind: str, stands: str
) -> None:
    verdict = checked(encoder, sentence)
    assert (verdict.support, verdict.evidence[0]) == ("contradicted", source), verdict
    assert (kind, stands) in {(one.kind, one.stands) for one in verdict.differences}


COURTS = (
    "The Judicial Council makes the policy of the Punjab courts, the largest court system of the land.",
    "The chief justice of Lahore High Court has chaired the council in less difficult years, not without friends.",
    "You may find a lawyer for the parts that are more difficult to do on your own.",
    "Form FL-312 asks a judge to order the return of a child, and all visits are paid for two years.",
    "Fees of the 2018-2019 year can't be waived for most students.",
)


@pytest.mark.parametrize(
    ("sentence", "kind", "said", "stands"),
    [
        ("The Judicial Council makes the policy of the Lahore courts, the largest court system of the land.",
         "name", "Lahore", "Punjab"),
        ("You may find a lawyer for the parts that are less difficult to do on your own.",
         "comparison", "less", "more"),
        ("Form FL-300 asks a judge to order the return of a child.", "number", "300", "312"),
        ("Form FL-312 asks a judge to order the return of a child, and few visits are paid for two years.",
         "quantifier", "few", "all"),
        ("Fees of the 2018-2019 year can be waived for most students.", "negation", "can be waived", "can't be waived"),
        ("You may not find a lawyer for the parts that are more difficult to do on your own.",
         "negation", "may not find", "You may find"),
    ],
)  # fmt: skip
def test_what_stands_in_the_place_of_something_else_is_contradicted_wherever_else_the_same_words_are(
    encoder: Encoder, sentence: str, kind: str, said: str, stands: str
) -> None:
    verdict = checked(encoder, sentence, COURTS)
    assert verdict.support == "contradicted", verdict
    assert (kind, said, stands) in {(one.kind, one.said, one.stands) for one in verdict.differences}


@pytest.mark.parametrize(
    "sentence",
    [
        "Fees of the 2018-19 year cannot be waived for most students.",
        "You may find an attorney for the parts that are more difficult to do on your own.",
        "Form FL-312 asks a judge to order the return of a child, and all visits are paid for about two years.",
    ],
)
def test_other_words_in_the_same_place_that_say_the_same_are_no_difference(encoder: Encoder, sentence: str) -> None:
    assert not [one for one in checked(encoder, sentence, COURTS).differences if one.stands]


def test_the_year_of_a_day_may_be_that_of_its_source_and_no_other(encoder: Encoder) -> None:
    source = SourceSentence("The zoologist Charlie Russell died on May 7 in Calgary.", "Charlie Russell\n2018-05-10")
    right = verify("Charlie Russell died in Calgary on May 7, 2018.", [source], encoder)
    assert (right.support, right.differences) == ("supported", ())
    wrong = verify("Charlie Russell died in Calgary on May 7, 2017.", [source], encoder)
    assert wrong.support != "supported"
    assert [one.kind for one in wrong.differences] == ["date"]


def test_a_quote_may_leave_something_out_if_it_says_so(encoder: Encoder) -> None:
    source = ["The paper called the video mature, tasteful, and, if we dare say so, full of charm."]
    left_out = checked(encoder, 'The paper called the video "mature, tasteful, and [...] full of charm".', source)
    assert left_out.support == "supported"
    assert (
        checked(encoder, 'The paper called the video "mature, full of charm and tasteful".', source).support
        != "supported"
    )


@pytest.mark.parametrize(
    "sentence",
    [
        "The port was visited by the president of France.",
        "Fishing is the oldest trade of the coast and feeds half of its people.",
        "Maersk Line operates the port since 2013.",
        'The report says that "the council approved profits of 12.4 million dollars".',  # stitched from two sentences
        "Yes.",
        "…",
    ],
)
def test_what_no_source_says_is_not_supported(encoder: Encoder, sentence: str) -> None:
    assert checked(encoder, sentence).support != "supported"


def test_a_sentence_may_join_two_sources_and_names_both(encoder: Encoder) -> None:
    verdict = checked(
        encoder, "China Overseas Ports Holding Company operates the port, and the road to Turbat is 140 km long."
    )
    assert verdict.support == "supported"
    assert set(verdict.evidence) == {5, 6}


def test_a_pronoun_of_the_source_is_explained_by_what_stands_around_it(encoder: Encoder) -> None:
    sentence = "The Karot dam was completed in 2022."
    bare = verify(sentence, [SourceSentence("It was completed in 2022.", "")], encoder)
    explained = verify(
        sentence, [SourceSentence("It was completed in 2022.", "The Karot dam stands on the Jhelum.")], encoder
    )
    assert bare.support == "unsupported"
    assert explained.score > bare.score
    assert not explained.differences


def test_nothing_to_look_in_supports_nothing(encoder: Encoder) -> None:
    assert checked(encoder, "Profits were 12.4 million.", ()) == Verdict("unsupported", 0.0, ())


def test_known_vectors_give_the_same_verdict_as_encoding(encoder: Encoder) -> None:
    sentence = "Profits of the port were 12.4 million dollars in 2022."
    windows = [SourceSentence(source, "") for source in REPORT]
    vectors = np.stack([encoder.query(source) for source in REPORT])
    first, second = verify(sentence, windows, encoder), verify(sentence, windows, encoder, vectors=vectors)
    assert first.evidence == second.evidence
    assert first.score == pytest.approx(second.score, abs=1e-5)


def test_the_passage_that_is_named_is_taken_where_two_say_the_same(encoder: Encoder) -> None:
    twice = ("Exports rose in 2022.", "Something else happened in Lahore.", "Exports rose in 2022.")
    windows = [SourceSentence(source, "") for source in twice]
    assert verify("Exports rose in 2022.", windows, encoder).evidence == (0,)
    assert verify("Exports rose in 2022.", windows, encoder, preferred=[2]).evidence == (2,)
    assert verify("Exports rose in 2022.", windows, encoder, preferred=[1]).evidence == (0,), "a wrong name misleads"


@settings(max_examples=60)
@given(st.sampled_from(REPORT))
def test_a_source_sentence_supports_itself(sentence: str) -> None:
    verdict = verify(sentence, [SourceSentence(source, "") for source in REPORT], _Same())
    assert verdict.support == "supported"
    assert REPORT[verdict.evidence[0]] == sentence


@given(st.text(max_size=200), st.text(max_size=200))
def test_no_text_breaks_the_taking_apart(one: str, other: str) -> None:
    verify(one, [SourceSentence(other, one), SourceSentence(one, "")], _Same())


class _Same:
    """An encoder to whom all texts are the same: the words alone decide."""

    fingerprint, dimension, max_tokens = "same", 2, 256

    def query(self, text: str) -> np.ndarray:
        return np.array([1.0, 0.0], np.float32)

    def count(self, texts: Sequence[str]) -> list[int]:
        return [1 for _ in texts]

    def passages(self, inputs: Sequence[EmbedInput]) -> Iterator[tuple[int, ChunkEmbedding]]:
        raise NotImplementedError


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("12.4 million, up 40 per cent", [(12_400_000, ""), (40, "%")]),
        ("$5bn and Rs 5.2 crore and US$3m", [(5e9, "$"), (52_000_000, "rs"), (3_000_000, "$")]),
        ("two hundred and five thousand rupees", [(205_000, "rs")]),
        ("twenty-six of the 347,190 square kilometres", [(26, ""), (347_190, "sq km")]),
        ("the 21st century, version B2 and v1.2", [(21, "th")]),
        ("5 m tall, 5 km away, 12.5%-14%", [(5, "metre"), (5, "km"), (12.5, "%"), (14, "%")]),
        ("No one came, and one of five left.", [(1, ""), (5, "")]),
        ("in May 2022 and 1998", []),
    ],
)
def test_numbers_are_read_as_values_with_their_units(text: str, found: list[tuple[float, str]]) -> None:
    assert [(number.value, number.unit) for number in quantities(text)] == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("on 3 May 2022", [(2022, 5, 3)]),
        ("March 11, 2025", [(2025, 3, 11)]),
        ("in the 1990s and in 2010", [(1990, None, None), (2010, None, None)]),
        ("2024-05-06", [(2024, 5, 6)]),
        ("They may march on. 2,010 people and 31% of 2000 %", []),
    ],
)
def test_dates_are_read_as_far_as_they_are_given(text: str, found: list[tuple[int | None, ...]]) -> None:
    assert [(date.year, date.month, date.day) for date in dates(text)] == found


def test_a_negation_reaches_its_own_clause_only() -> None:
    words = {
        word.stem: word.negated for word in facts("The council did not approve the plan, but funded the road.").words
    }
    assert words["approv"]
    assert not words["road"]
