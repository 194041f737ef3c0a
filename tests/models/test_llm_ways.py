"""Servers as they are: whatever way they answer, the text is read, or one sentence says why not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from speaking import Speaker, speaker
from ways_of_answering import ANSWERED, FAILED

from rag.errors import LanguageModelProblem
from rag.models.llm.chat_stream import pieces_of, sentence_in
from rag.models.llm.setting import open_llm
from rag.models.llm.timeouts import Timeouts, stream_with_timeouts
from rag.types import Turn

TEXT = "The pump house of Mölnbruch was built by Ada Krol in 1931 [1]. It cost “two” 千 crowns [2]."
ASKED = [Turn("user", "Who built the pump house?")]
PATIENT = Timeouts(120, 120, 240)


@pytest.fixture
def model() -> Iterator[Speaker]:
    with speaker() as server:
        yield server


@pytest.mark.parametrize("name", ANSWERED)
def test_the_text_is_read(model: Speaker, name: str) -> None:
    model.says = lambda server: ANSWERED[name](server, TEXT)
    llm = open_llm(model.setting)
    for _ in range(2):  # what was refused is left out from then on
        assert "".join(stream_with_timeouts(llm, "Answer.", ASKED, 99, PATIENT)) == TEXT
    assert len(model.asked) <= 3


@pytest.mark.parametrize("name", FAILED)
def test_one_sentence_says_why_there_is_none(model: Speaker, name: str) -> None:
    way, why = FAILED[name]
    model.says = lambda server: way(server, TEXT)
    with pytest.raises(LanguageModelProblem) as raised:
        list(stream_with_timeouts(open_llm(model.setting), "Answer.", ASKED, 99, PATIENT))
    assert why in raised.value.message
    assert "\n" not in str(raised.value)


def test_lone_surrogates_of_a_question_are_sent(model: Speaker) -> None:
    model.says = TEXT
    said = stream_with_timeouts(open_llm(model.setting), "Answer.", [Turn("user", "a \ud800 b")], 99, PATIENT)
    assert "".join(said) == TEXT


def test_a_text_that_ends_within_a_sentence_without_a_reason_was_cut_off() -> None:
    for text, whole in (("He came. She", False), ("He came.", True), ("Er kam ”gern.”", True), ("He came [1]", True)):
        data = [b'data: {"choices": [{"delta": {"content": "%s"}}]}\n\n' % text.encode()]
        assert (list(pieces_of(data))[-1].end == "finished") is whole, text


def test_a_model_that_repeats_itself_is_heard_to() -> None:
    again = b'data: {"choices": [{"delta": {"content": "so it is "}}]}\n\n'
    end = b'data: {"choices": [{"delta": {"content": "now"}, "finish_reason": "stop"}]}\n\n'
    assert "".join(piece.text for piece in pieces_of([again, again, end])) == "so it is so it is now"


def test_an_error_is_one_short_line() -> None:
    assert len(sentence_in(b'{"error": {"message": "%s"}}' % (b"long\\n" * 200))) <= 160
    assert sentence_in(b"\xff\xfe") != ""
    assert sentence_in(b"<html><body>no title</body></html>") == ""
    assert sentence_in(b"[" * 100_000) != ""
