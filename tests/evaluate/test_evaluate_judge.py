"""What is wrong with an answer is found, and a good answer is left alone; and spoilt answers are noticed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from paths import ROOT
from words import WordEncoder

from rag.evaluate.cases import Case, Expected, load_cases
from rag.evaluate.failures import failure, highlighted_diff
from rag.evaluate.judge import Kind, citation_scores, in_source_words, supported_by
from rag.evaluate.locations import Sources, locate
from rag.evaluate.matchers import (
    assert_all_quotes_exact,
    assert_answers,
    assert_cites,
    assert_partly,
    assert_refuses,
)
from rag.evaluate.mutations import good_answer, mutation_gate
from rag.evaluate.predictions import Prediction
from rag.evaluate.results import _almost, examine, judge_all
from rag.parsing import load_bytes
from rag.types import Answer, Chunk, Citation, Claim, Document, Page, PartlyReason, Passage, Span

TEXT = "The train left at nine. In all, 64 people died in the attack on the train. It did not stop again."
NEAR = "The train left at ten. In all, 46 people died in the attack on the train. Nobody knows why."
DIED = "In all, 64 people died in the attack on the train."


def document(name: str, text: str) -> Document:
    half = text.index("In all")
    pages = (Page(1, "i", Span(0, half)), Page(2, "1", Span(half, len(text))))
    return Document(name, f"{name}.pdf", "", text, pages, (), "", "application/pdf")


DOCUMENTS = {one.id: one for one in (document("report", TEXT), document("near", NEAR))}
SOURCES = Sources({one.path: one.id for one in DOCUMENTS.values()}, DOCUMENTS.get)
CASE = Case("deaths", "How many died?", answers=("64",), citations=(Expected("report.pdf", 2, DIED),))


def cite(quote: str, name: str = "report", number: int = 1) -> Citation:
    found = DOCUMENTS[name]
    start = found.text.index(quote)
    page = found.page_at(start)
    assert page
    return Citation(number, name, found.path, "", page.number, page.label, Span(start, start + len(quote)), quote)


def says(*claims: Claim) -> Prediction:
    return Prediction("", "answered", claims, (), 0.8)


GOOD = says(Claim(DIED, (cite(DIED),), "quoted"))
CLOSE = says(Claim("It did not stop again.", (cite("It did not stop again."),), "quoted"))


def kinds(prediction: Prediction, case: Case = CASE) -> list[Kind]:
    return [finding.kind for finding in examine(case, prediction, SOURCES).findings]


def with_citation(**changes: object) -> Prediction:
    return says(Claim(DIED, (replace(cite(DIED), **changes),), "quoted"))  # type: ignore[arg-type]


def test_a_good_answer_is_left_alone() -> None:
    assert kinds(GOOD) == []
    assert examine(CASE, GOOD, SOURCES).passed


@pytest.mark.parametrize(
    ("prediction", "found"),
    [
        (with_citation(quote=DIED.replace("64", "46")), ["quote"]),
        (with_citation(span=Span(0, 900)), ["quote"]),
        (with_citation(page=1), ["page"]),
        (with_citation(page_label="2"), ["page"]),
        (with_citation(path="near.pdf"), ["source"]),
        (with_citation(document_id="gone"), ["source", "unsupported", "place"]),
        (with_citation(answer=Span(0, 3)), ["quote"]),
        (says(Claim(DIED.replace("64", "46"), (cite(DIED),), "quoted")), ["unsupported", "answer"]),
        (says(Claim("64 people died in the attack on the train.", (cite(DIED),), "quoted")), ["unsupported"]),
        (says(Claim(DIED, (), "quoted")), ["uncited", "place"]),
        (says(GOOD.claims[0], Claim("It was foggy.", (), "unsupported")), []),
        (says(Claim(DIED, (cite("It did not stop again."),), "quoted")), ["unsupported", "place"]),
        (says(Claim("It did not stop again.", (cite("It did not stop again."),), "quoted")), ["place", "answer"]),
        (
            says(
                GOOD.claims[0],
                Claim(DIED.replace("64", "46"), (cite(DIED.replace("64", "46"), "near"),), "quoted"),
            ),
            ["near_duplicate"],
        ),
        (replace(GOOD, status="partly"), []),
        (replace(GOOD, status="partly", reason="incomplete"), []),
        (replace(GOOD, status="partly", reason="closest"), ["closest"]),
        (replace(CLOSE, status="partly", reason="closest"), ["closest", "place", "answer"]),
        (Prediction("", "not_found", (), (), 0.1), ["refused"]),
        (Prediction("", "not_found", (), (), 0.0, trouble="The question is empty."), ["trouble"]),
    ],
)
def test_what_is_wrong_is_named(prediction: Prediction, found: list[Kind]) -> None:
    assert kinds(prediction) == found


def test_an_unanswerable_case_wants_a_refusal() -> None:
    none = Case("x", "Who won?", answerable=False)
    assert kinds(GOOD, none) == ["answered"]
    assert kinds(Prediction("", "not_found", (), (), 0.1), none) == []


def test_what_comes_closest_is_no_false_answer_and_must_hold_all_the_same() -> None:
    none = Case("x", "Who won?", answerable=False)
    assert kinds(replace(CLOSE, status="partly", reason="closest"), none) == []
    assert kinds(replace(CLOSE, status="partly", reason="incomplete"), none) == []
    assert kinds(replace(CLOSE, status="partly"), none) == ["answered"], "a language model's answer, partly carried"
    assert kinds(replace(with_citation(page=1), status="partly", reason="closest"), none) == ["page"]


def test_any_and_all() -> None:
    both = (Expected("report.pdf", quote=DIED), Expected("report.pdf", quote="It did not stop again."))
    assert kinds(GOOD, replace(CASE, citations=both)) == []
    assert kinds(GOOD, replace(CASE, citations=both, cite="all")) == ["place"]
    assert kinds(GOOD, replace(CASE, answers=("64", "nine"))) == []
    assert kinds(GOOD, replace(CASE, answers=("64", "nine"), need="all")) == ["answer"]


def test_half_of_the_places_or_one_in_each_source() -> None:
    after, late = "It did not stop again.", "The train left at ten."
    three = tuple(Expected("report.pdf", quote=quote) for quote in (DIED, after, "The train left at nine."))
    two = says(*GOOD.claims, Claim(after, (cite(after, number=2),), "quoted"))
    assert kinds(GOOD, replace(CASE, citations=three, cite="half")) == ["place"]
    assert kinds(two, replace(CASE, citations=three, cite="half")) == []
    sides = (*three[:2], Expected("near.pdf", quote=late))
    assert kinds(two, replace(CASE, citations=sides, cite="each")) == ["place"]
    both = says(*GOOD.claims, Claim(late, (cite(late, "near", 2),), "quoted"))
    assert kinds(both, replace(CASE, citations=sides, cite="each")) == []


def test_a_case_that_does_not_fit_the_sources_is_broken_and_not_failed() -> None:
    result = examine(replace(CASE, citations=(Expected("report.pdf", quote="65 people"),)), GOOD, SOURCES)
    assert (result.passed, result.findings) == (False, ())
    assert "does not contain '65 people'" in result.broken


@pytest.mark.parametrize(
    ("claim", "premises", "carried"),
    [
        ("It did not stop again.", [TEXT], True),
        ("it did  NOT stop\nagain.", [TEXT], True),
        ("stop again.", [TEXT], False),
        ("It did stop again.", [TEXT], False),
        ("The train left at nine. It did not stop again.", [TEXT], True),
        ("In all, 64 people died. It did not stop again.", [TEXT], False),
        ("a · b", ["| a | b |"], True),
        ("It was **bold**.", ["It was bold."], True),
        ("", [TEXT], False),
    ],
)
def test_only_whole_sentences_in_the_source_s_words_carry_a_claim(
    claim: str, premises: list[str], carried: bool
) -> None:
    assert in_source_words(claim, premises) is carried


def test_a_written_sentence_is_compared_as_the_program_compares_it() -> None:
    judge = supported_by(WordEncoder())
    assert judge(DIED, [TEXT])
    assert judge("64 people died in the attack on the train.", [TEXT])
    assert not judge("46 people died in the attack on the train.", [TEXT])
    assert not judge("64 people did not die in the attack on the train.", [TEXT])
    assert not judge("A second inquiry came to the opposite conclusion.", [TEXT])


def test_citation_precision_and_recall_are_alce_s() -> None:
    other = cite("It did not stop again.", number=2)

    def joined(claim: str, premises: list[str]) -> bool:
        return all(word in " ".join(premises) for word in claim.split())

    # needed together; the first is enough and the second is of no use; nothing carries it
    for claim, citations, recall, precision in (
        ("64 people again.", (cite(DIED), other), [1.0], [1.0, 1.0]),
        ("64 people", (cite(DIED), other), [1.0], [1.0, 0.0]),
        ("65 people", (cite(DIED), other), [0.0], [0.0, 0.0]),
        ("64 people", (), [0.0], []),
    ):
        claims = [Claim(claim, citations, "supported")]
        assert citation_scores(claims, SOURCES, joined) == (recall, precision), claim  # type: ignore[arg-type]


def test_the_failure_shows_what_was_cited_and_what_should_have_been() -> None:
    wrong = says(Claim(DIED.replace("64", "46"), (cite(DIED.replace("64", "46"), "near"),), "quoted"))
    text = failure(examine(CASE, wrong, SOURCES), SOURCES)
    assert "case deaths: How many died?" in text
    assert "expected  report.pdf, page 2: In all, 64 people died" in text
    assert "cited [1] near.pdf, page 2: In all, 46 people died" in text
    assert "In all, [-64-] {+46+} people died" in text
    assert "\x1b" not in text
    assert "\x1b[31m64" in failure(examine(CASE, wrong, SOURCES), SOURCES, colour=True)


def test_a_document_cannot_steer_the_terminal() -> None:
    evil = says(Claim("x\x1b[2Jy", (replace(cite(DIED), quote="x\x1b[2Jy"),), "quoted"))
    assert "\x1b" not in failure(examine(CASE, evil, SOURCES), SOURCES)


def test_a_difference_is_read_word_by_word() -> None:
    assert highlighted_diff("it did not stop", "it did stop twice") == "it did [-not-] stop {+twice+}"


def test_measures_are_left_out_where_they_do_not_apply() -> None:
    refused = Prediction("", "not_found", (), (), 0.1)
    none = Case("none", "Who won?", answerable=False)
    good, bad, unasked = judge_all([CASE, replace(CASE, id="b"), none], [GOOD, refused, refused], SOURCES)
    assert good.values["quote validity"] == good.values["right place"] == good.values["answer string recall"] == 1
    assert good.values["cited span IoU"] == 1
    assert (bad.values["false refusals"], bad.values["right place"]) == (1, 0)
    assert "quote validity" not in bad.values
    assert set(unasked.values) == {"passed", "false answers", "partly, unanswerable", "tokens read"}


@pytest.mark.parametrize(
    ("given", "answered", "closest", "incomplete", "refused"),
    [
        (GOOD, 1, 0, 0, 0),
        (replace(GOOD, status="partly"), 1, 0, 0, 0),
        (replace(GOOD, status="partly", reason="closest"), 0, 1, 0, 0),
        (replace(GOOD, status="partly", reason="incomplete"), 0, 0, 1, 0),
        (Prediction("", "not_found", (), (), 0.1), 0, 0, 0, 1),
    ],
)
def test_every_case_counts_in_one_strength(
    given: Prediction, answered: int, closest: int, incomplete: int, refused: int
) -> None:
    names = ("answered", "closest", "incomplete", "false refusals")
    assert tuple(examine(CASE, given, SOURCES).values[name] for name in names) == (
        answered, closest, incomplete, refused
    )  # fmt: skip
    none = examine(Case("x", "Who won?", answerable=False), given, SOURCES).values
    assert (none["false answers"], none["partly, unanswerable"]) == (answered, closest + incomplete)
    assert Prediction.from_dict(given.to_dict()) == given


def answer(prediction: Prediction) -> Answer:
    passages = tuple(Passage(Chunk(1, one.id, Span(0, len(one.text))), one, 1.0) for one in DOCUMENTS.values())
    return Answer("", "", prediction.status, prediction.claims, passages, 0.8, reason=prediction.reason)


def test_matchers_pass_on_a_good_answer() -> None:
    assert_cites(answer(GOOD), path="report.pdf", page=2, quote="64 people\ndied")
    assert_cites(answer(GOOD), page=2)
    assert_all_quotes_exact(answer(GOOD))
    assert_answers(answer(GOOD), "64", "the attack")
    assert_refuses(answer(Prediction("", "not_found", (), (), 0.1)))


@pytest.mark.parametrize("reason", ["closest", "incomplete", ""])
def test_what_is_partly_an_answer_is_matched_by_its_reason(reason: PartlyReason) -> None:
    partly = answer(replace(GOOD, status="partly", reason=reason))
    assert_partly(partly)
    assert_partly(partly, reason)
    assert_cites(partly, path="report.pdf")
    for other in {"closest", "incomplete", ""} - {reason}:
        with pytest.raises(AssertionError, match="Expected partly"):
            assert_partly(partly, other)  # type: ignore[arg-type]
    with pytest.raises(AssertionError, match=r"report\.pdf"):
        assert_refuses(partly)
    if reason == "closest":
        with pytest.raises(AssertionError, match="only the closest sentences"):
            assert_answers(partly, "64")
    else:
        assert_answers(partly, "64")
    for whole in (GOOD, Prediction("", "not_found", (), (), 0.1)):
        with pytest.raises(AssertionError, match="Expected partly, but the answer is"):
            assert_partly(answer(whole))


def test_matchers_fail_and_say_what_was_cited() -> None:
    with pytest.raises(AssertionError, match=r"does not cite near\.pdf, page 2") as caught:
        assert_cites(answer(GOOD), path="near.pdf", page=2, quote=DIED.replace("64", "46"))
    assert "[1] report.pdf, page 2" in str(caught.value)
    assert "[-46-] {+64+}" in str(caught.value)
    with pytest.raises(AssertionError, match="cites nothing: not_found"):
        assert_cites(answer(Prediction("", "not_found", (), (), 0.1)), path="report.pdf")
    with pytest.raises(AssertionError, match="does not stand in"):
        assert_all_quotes_exact(answer(with_citation(quote="In all, nobody died.")))
    with pytest.raises(AssertionError, match="Expected a refusal, but the answer is answered"):
        assert_refuses(answer(GOOD))
    with pytest.raises(AssertionError, match="does not say '6'"):
        assert_answers(answer(GOOD), "64", "6")
    with pytest.raises(TypeError):
        assert_cites(answer(GOOD))


@pytest.fixture(scope="module")
def samples() -> Sources:
    paths = [path for path in (ROOT / "sources").iterdir() if path.is_file()]
    documents = [load_bytes(path.read_bytes(), path.name).document for path in paths]
    known = {one.id: one for one in documents}
    return Sources({one.path: one.id for one in documents}, known.get)


def test_the_gate_notices_every_kind_of_mutation_and_blames_no_good_answer(samples: Sources) -> None:
    gate = mutation_gate(load_cases(ROOT / "tests/cases/samples.jsonl"), samples, rounds=2)
    assert gate.holds, gate.missed
    assert gate.unaltered.made >= 80
    for kind in gate.kinds:
        assert kind.made >= 10, kind
        assert kind.share >= 0.95, kind


def test_the_gate_fails_with_a_judge_that_believes_everything_or_nothing(samples: Sources) -> None:
    cases = load_cases(ROOT / "tests/cases/samples.jsonl")
    credulous = mutation_gate(cases, samples, judge=lambda claim, premises: True)
    assert not credulous.holds
    assert {kind.kind for kind in credulous.kinds if kind.share < 0.95} >= {
        "number swapped",
        "negation dropped",
        "invented sentence, real citation",
    }
    doubting = mutation_gate(cases, samples, judge=lambda claim, premises: False)
    assert not doubting.holds
    assert doubting.unaltered.noticed == doubting.unaltered.made


def test_a_good_answer_is_made_of_whole_sentences() -> None:
    found = good_answer(locate(replace(CASE, citations=(Expected("report.pdf", quote="64 people"),)), SOURCES), SOURCES)
    assert found
    assert found.text == DIED


def test_a_minus_is_no_list_mark() -> None:
    assert in_source_words("Rain fell.", ["- Rain fell."])
    assert not in_source_words("5 degrees were measured.", ["-5 degrees were measured."])


@pytest.mark.parametrize(
    ("words", "other", "near"),
    [(20, 4, True), (20, 5, False), (6, 1, True), (5, 1, False)],  # from 8 in 10 the same, and from six words on
)
def test_a_quote_that_is_almost_the_expected_one_is_its_near_duplicate(words: int, other: int, near: bool) -> None:
    expected = [f"word{i}" for i in range(words)]
    quoted = [f"other{i}" if i < other else word for i, word in enumerate(expected)]
    assert _almost(quoted, [expected]) == near
