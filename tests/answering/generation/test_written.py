"""Written answers, end to end, against a scripted model behind a real socket."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from building import build
from paths import ROOT
from speaking import Speaker, speaker
from words import WordEncoder

import rag
from rag.assistant import Assistant
from rag.config import Config
from rag.errors import ConfigProblem, QuestionProblem
from rag.models.llm.setting import open_llm
from rag.types import Answer, Delta, Done, Found, Turn

REPORT = """The Gwadar Port Authority published its annual report in March 2023.

Profits of the port were 12.4 million dollars in 2022, up from 9.1 million in the year before.

The provincial council did not approve the extension of the eastern jetty.
"""
ROADS = """The road from the port to Turbat is 140 km long.

China Overseas Ports Holding Company operates the port since 2013.
"""
ROAD = "The road from the port to Turbat is 140 km long."
QUESTION = "What were the profits of the port in 2022?"
PROFITS = "Profits of the port were 12.4 million dollars in 2022, up from 9.1 million in the year before."


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(tmp_path_factory.mktemp("written"), {"report.txt": REPORT, "roads.txt": ROADS})


def built(folder: Path, files: dict[str, str]) -> Path:
    sources = folder / "sources"
    sources.mkdir()
    for name, text in files.items():
        (sources / name).write_text(text)
    build(sources, folder / "index", encoder=WordEncoder(), size=200, overlap=1, workers=1)
    return folder / "index"


@pytest.fixture
def model() -> Iterator[Speaker]:
    with speaker() as server:
        yield server


def opened(index: Path, llm: str, **settings: Any) -> Assistant:
    config = Config(index=index, sources=index.parent / "sources", llm=llm, **settings)
    return Assistant(config, WordEncoder())


def asked(
    index: Path, model: Speaker, says: str | Callable[..., None], question: str = QUESTION, **settings: Any
) -> Answer:
    model.says = says
    with opened(index, model.setting, **settings) as assistant:
        answer = assistant.ask(question)
        for citation in answer.citations:
            document = assistant.document(citation.document_id)
            assert document is not None
            assert document.text[slice(*citation.span)] == citation.quote
        return answer


def fell_back(answer: Answer, why: str) -> bool:
    quoted = [claim.support for claim in answer.claims] == ["quoted"] * len(answer.claims)
    return quoted and answer.claims[0].citations[0].quote == PROFITS and why in answer.notes[-1]


def test_a_sentence_that_a_source_carries_is_cited_to_that_very_sentence(index: Path, model: Speaker) -> None:
    answer = asked(index, model, "In 2022 the profits of the port were 12.4 million dollars [1].")
    (claim,) = answer.claims
    assert (answer.status, claim.support, claim.text) == (
        "answered", "supported", "In 2022 the profits of the port were 12.4 million dollars.",
    )  # fmt: skip
    assert [citation.quote for citation in claim.citations] == [PROFITS]
    assert str(answer).startswith(f"{claim.text} [1]")


def test_an_invented_number_is_contradicted_by_the_source_that_has_another(index: Path, model: Speaker) -> None:
    answer = asked(index, model, f"{PROFITS} [1] Profits of the port were 98.7 million dollars in 2022 [1].")
    assert [claim.support for claim in answer.claims] == ["quoted", "contradicted"]
    assert answer.claims[1].citations[0].quote == PROFITS
    assert answer.status == "partly"
    assert "98.7 million dollars in 2022. (the sources say otherwise) [1]" in str(answer)
    assert any("otherwise" in note for note in answer.notes)


def test_did_approve_where_the_source_says_did_not_is_contradicted(index: Path, model: Speaker) -> None:
    says = f"{PROFITS} The provincial council did approve the extension of the eastern jetty [1]."
    answer = asked(index, model, says)
    assert [claim.support for claim in answer.claims] == ["quoted", "contradicted"]
    assert "did not approve" in answer.claims[1].citations[0].quote


def test_a_stitched_quote_is_not_cited(index: Path, model: Speaker) -> None:
    says = f'{PROFITS} The report says: "the council approved profits of 12.4 million dollars" [1].'
    answer = asked(index, model, says)
    assert answer.claims[-1].support != "supported"
    assert answer.status == "partly"


def test_a_mark_that_names_no_passage_is_dropped_and_counted(index: Path, model: Speaker) -> None:
    answer = asked(index, model, "The profits of the port were 12.4 million dollars in 2022 [7].")
    assert answer.claims[0].support == "supported"
    assert [citation.number for citation in answer.citations] == [1]
    assert any("did not point to any passage" in note for note in answer.notes)


def test_a_sentence_without_marks_is_cited_where_a_source_carries_it(index: Path, model: Speaker) -> None:
    answer = asked(
        index, model, "The profits of the port were 12.4 million dollars in 2022. The road to Turbat is 140 km long."
    )
    assert [claim.citations[0].path for claim in answer.claims] == ["report.txt", "roads.txt"]
    assert [citation.number for citation in answer.citations] == [1, 2]


def test_marks_on_every_sentence_to_one_source_are_put_right(index: Path, model: Speaker) -> None:
    says = (
        "The profits of the port were 12.4 million dollars in 2022 [1]. The road to Turbat is 140 km long [1]. "
        "The port was painted green by its friendly neighbours [1]."
    )
    answer = asked(index, model, says)
    assert [claim.support for claim in answer.claims] == ["supported", "supported", "unsupported"]
    assert [[citation.path for citation in claim.citations] for claim in answer.claims] == [
        ["report.txt"],
        ["roads.txt"],
        [],
    ]


def test_the_year_may_be_that_of_the_sources_own_date(tmp_path: Path, model: Speaker) -> None:
    head = '<head><title>Bears</title><meta property="article:published_time" content="2018-05-10"></head>'
    body = "<p>Bears have lost a friend. The zoologist Charlie Russell died on May 7 in Calgary.</p>"
    index = built(tmp_path, {"obituary.html": f"<html>{head}<body>{body}</body></html>"})
    right = asked(
        index,
        model,
        "The zoologist Charlie Russell died in Calgary on May 7, 2018.",
        "On which day in May did the zoologist Charlie Russell die in Calgary?",
    )
    assert [claim.support for claim in right.claims] == ["supported"]
    wrong = asked(
        index,
        model,
        "The zoologist Charlie Russell died in Calgary on May 7, 2017.",
        "On which day in May did the zoologist Charlie Russell die in Calgary?",
    )
    assert not [claim for claim in wrong.claims if claim.support == "supported"]


@pytest.mark.parametrize("number", [1, 2])
def test_a_right_sentence_cited_to_the_wrong_passage_is_cited_to_the_right_one(
    index: Path, model: Speaker, number: int
) -> None:
    answer = asked(index, model, f"The profits of the port were 12.4 million dollars in 2022 [{number}].")
    assert [citation.quote for citation in answer.citations] == [PROFITS]


def test_what_is_not_found_is_marked_or_dropped_as_the_setting_says(index: Path, model: Speaker) -> None:
    says = f"{PROFITS} The port was painted green by its friendly neighbours."
    shown = asked(index, model, says)
    assert [claim.support for claim in shown.claims] == ["quoted", "unsupported"]
    assert shown.claims[1].citations == ()
    assert "neighbours. (not found in the sources)" in str(shown)
    dropped = asked(index, model, says, llm_unsupported="drop")
    assert [claim.support for claim in dropped.claims] == ["quoted"]
    assert "left out" in dropped.notes[0]


def test_that_sources_differ_and_which_were_asked_is_told_of_a_written_answer_too(
    tmp_path: Path, model: Speaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    rag.build(ROOT / "sources", tmp_path / "index")
    question = "How many people died in the attack on the Jaffar Express?"
    monkeypatch.setenv("FOOTNOTE_LLM", model.setting)
    with rag.open(tmp_path / "index") as assistant:
        plain = assistant.ask(question, llm="")
        said = [claim.text for claim in plain.claims if {c.number for c in claim.citations} & {*plain.differing}]
        model.says = f"Passengers were taken hostage. {' '.join(reversed(said))} It killed 98 people."
        answer = assistant.ask(question)
        limited = assistant.ask(question, paths=["jaffar-express-hijacking.md"])
        model.says = f"{said[0]} {said[1].replace('31', '98')}"
        one_sided = assistant.ask(question)
    told = {c.number: c.quote for c in answer.citations}
    assert {told[number] for number in answer.differing} == {
        c.quote for c in plain.citations if c.number in plain.differing
    }
    assert len(answer.differing) == 2
    assert answer.notes[0] == plain.notes[0]
    assert {claim.support for claim in one_sided.claims} == {"quoted", "contradicted"}
    assert one_sided.differing == (), "what is contradicted is not what its source says"
    assert limited.notes[0] == "Asked of jaffar-express-hijacking.md only."


def test_nothing_that_the_sources_carry_gives_the_sources_own_words(index: Path, model: Speaker) -> None:
    assert fell_back(
        asked(index, model, "The moon is made of cheese. Bananas are blue."), "Nothing that the language model"
    )


def test_an_answer_comes_sentence_by_sentence_and_marks_are_never_split(index: Path, model: Speaker) -> None:
    model.says = lambda server: server.speak(
        f"{PROFITS} [1] The road to Turbat is 140 km long. [2]", pause=0.002, size=1
    )
    with opened(index, model.setting) as assistant:
        events = list(assistant.stream(QUESTION))
    deltas = [event.text for event in events if isinstance(event, Delta)]
    assert isinstance(events[0], Found)
    assert isinstance(events[-1], Done)
    assert deltas == [f"{PROFITS} [1]", " The road to Turbat is 140 km long. [2]"]
    assert str(events[-1].answer).startswith("".join(deltas))


def test_a_sentence_is_shown_before_the_next_one_is_finished(index: Path, model: Speaker) -> None:
    go_on = threading.Event()

    def says(server: Any) -> None:
        server.begin()
        server.piece({"content": f"{PROFITS} [1] The road"})
        go_on.wait(20)
        server.piece({"content": " to Turbat is 140 km long [2]."})
        server.piece({}, finish="stop")

    model.says = says
    with opened(index, model.setting) as assistant:
        stream = assistant.stream(QUESTION)
        assert isinstance(next(stream), Found)
        assert next(stream) == Delta(f"{PROFITS} [1]"), "the first sentence waits for the second"
        go_on.set()
        assert isinstance(list(stream)[-1], Done)


ALOUD = "Okay, profits. The road to Turbat is 140 km long [2]. The passages do not say much. Yes.\n</think>\n"


def test_what_a_model_thinks_aloud_is_taken_back_and_the_next_time_not_shown(index: Path, model: Speaker) -> None:
    model.says = f"{ALOUD}\n{PROFITS} [1]"
    with opened(index, model.setting) as assistant:
        first = list(assistant.stream(QUESTION))
        again = list(assistant.stream(QUESTION))
    answers = [events[-1].answer for events in (first, again) if isinstance(events[-1], Done)]
    assert [[(claim.text, claim.support) for claim in answer.claims] for answer in answers] == [
        [(PROFITS, "quoted")]
    ] * 2
    assert [citation.number for citation in answers[0].citations] == [1], "numbers begin anew"
    assert answers[0].status == "answered"
    assert answers[0].notes == ()
    shown = [event for event in first if isinstance(event, Delta)]
    assert shown[-2:] == [Delta("", anew=True), Delta(f"{PROFITS} [1]")]
    assert [event for event in again if isinstance(event, Delta)] == [Delta(f"{PROFITS} [1]")]


def test_a_long_thought_is_listened_to_until_it_ends(index: Path, model: Speaker) -> None:
    thoughts = " ".join(f"Maybe option {number} is what the reader means." for number in range(40))
    answer = asked(index, model, f"{thoughts}</think>{PROFITS} [1]")
    assert [claim.text for claim in answer.claims] == [PROFITS]
    assert answer.notes == (), "it is the model's answer"


def test_a_model_that_does_not_come_to_an_end_is_left_after_twelve_sentences(index: Path, model: Speaker) -> None:
    def says(server: Any) -> None:
        server.begin()
        for number in range(30):
            server.piece({"content": f"{PROFITS} [1] In {1900 + number} it rained. {ROAD} [2] "})
        for _ in range(100):
            server.piece({})
            time.sleep(0.05)

    answer = asked(index, model, says)
    assert len(answer.claims) == 12
    assert model.gone.wait(10), "the server still writes"


def test_a_sentence_that_was_cut_off_at_the_limit_is_left_out_and_told(index: Path, model: Speaker) -> None:
    def says(server: Any) -> None:
        server.begin()
        server.piece({"content": f"{PROFITS} [1] The provincial council did not approve the"})
        server.piece({}, finish="length")

    answer = asked(index, model, says)
    assert [claim.text for claim in answer.claims] == [PROFITS]
    assert "had not finished after" in answer.notes[0]


def silent(server: Any) -> None:
    server.server.gone.wait(3)


def stalls(server: Any) -> None:
    server.begin()
    server.piece({"content": f"{PROFITS} [1] The road"})
    server.server.gone.wait(3)


def dies(server: Any) -> None:
    server.begin()
    server.piece({"content": f"{PROFITS} [1] The road"})
    server.cut()


def ends_early(server: Any) -> None:
    server.speak(f"{PROFITS} [1] The road", end=False)


def garbage(server: Any) -> None:
    server.begin()
    server.raw(b"data: {\x00\xff not json\n\n")


def noise(server: Any) -> None:
    server.speak("".join(chr(33 + 7 * number % 90) for number in range(1200)))


def loops(server: Any) -> None:
    server.begin()
    for _ in range(400):
        server.piece({"content": "and the port and the port "})
    server.piece({}, finish="stop")


def thinks_too_long(server: Any) -> None:
    server.begin()
    server.piece({"content": "<think>Okay, the user wants to know the profits. Passage 1 says"})
    server.piece({}, finish="length")


def too_long(server: Any) -> None:
    server.json({"error": {"message": "the request exceeds the available context size", "code": 400}}, 400)


def fails(server: Any) -> None:
    server.json({"error": {"message": "CUDA out of memory"}}, 500)


@pytest.mark.parametrize(
    ("says", "why"),
    [
        (silent, "did not answer in time"),
        (stalls, "did not answer in time"),
        (dies, "broke off"),
        (ends_early, "broke off"),
        (garbage, "broke off"),
        (noise, "wrote invalid text"),
        (loops, "repeated itself"),
        (thinks_too_long, "had not finished after"),
        (too_long, "exceeds the available context"),
        (fails, "out of memory"),
        ("I'm sorry, but I cannot help with that.", "found no answer"),
        ("The passages do not answer this.", "found no answer"),
        ("", "Nothing that the language model"),
        ("<think>The user wants profits. 12.4 million", "Nothing that the language model"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_when_the_model_fails_the_sources_own_words_come_with_one_sentence_why(
    index: Path, model: Speaker, monkeypatch: pytest.MonkeyPatch, says: str | Callable[..., None], why: str
) -> None:
    quick = says in (silent, stalls)  # the others are waited for as long as a busy machine takes
    if quick:
        monkeypatch.setattr("rag.models.llm.timeouts.Timeouts", lambda first: short(first, 0.8, 8.0))
    answer = asked(index, model, says, llm_wait=0.8 if quick else 60)
    assert fell_back(answer, why), answer.notes


def short(first: float, between: float, whole: float) -> Any:
    from rag.models.llm.timeouts import Timeouts

    return Timeouts(first, between, whole)


def test_a_model_that_does_not_run_is_told_and_the_question_answered(index: Path) -> None:
    with speaker() as server:
        setting = server.setting
    with opened(index, setting) as assistant:
        assert fell_back(assistant.ask(QUESTION), "does not run")


def test_a_question_that_nothing_is_about_is_not_put_to_the_model(tmp_path: Path, model: Speaker) -> None:
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "report.txt").write_text(REPORT)
    config = Config(index=tmp_path / "index", sources=tmp_path / "sources", llm=model.setting)
    rag.build(config=config)
    model.says = "The mayor is 12.4 million."
    with rag.open(config=config) as assistant:
        answer = assistant.ask("Who painted the Mona Lisa in Florence?")
    assert answer.status == "not_found"
    assert answer.claims == ()
    assert model.asked == []


def test_stop_ends_the_request(index: Path, model: Speaker) -> None:
    def endless(server: Any) -> None:
        server.begin()
        for number in range(600):
            server.piece({"content": f"{PROFITS} [1] Word{number} "})
            time.sleep(0.01)

    model.says = endless
    with opened(index, model.setting) as assistant:
        stream = assistant.stream(QUESTION)
        assert isinstance(next(stream), Found)
        assert isinstance(next(stream), Delta)
        stream.close()  # type: ignore[attr-defined]
        assert model.gone.wait(10), "the server still writes"


def test_others_do_not_wait_for_a_model_that_hangs(index: Path, model: Speaker) -> None:
    model.says = silent
    with opened(index, model.setting, llm_wait=30) as assistant:
        hanging = [threading.Thread(target=assistant.ask, args=(QUESTION,), daemon=True) for _ in range(2)]
        for thread in hanging:
            thread.start()
        while len(model.asked) < 2:
            time.sleep(0.02)
        answer = assistant.ask(QUESTION)
        assert fell_back(answer, "busy with other questions")
        assert assistant.ask(QUESTION, llm="").notes == (), "nobody waits who does not ask the model"
        assert len(assistant.search(QUESTION)) > 0
        for thread in hanging:
            thread.join(20)


def test_after_a_silence_the_model_is_left_in_peace_for_a_while(
    index: Path, model: Speaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.models.llm.timeouts.Timeouts", lambda first: short(first, 0.5, 8.0))
    model.says = silent
    with opened(index, model.setting, llm_wait=0.5) as assistant:
        assert fell_back(assistant.ask(QUESTION), "did not answer in time")
        count = len(model.asked)
        assert fell_back(assistant.ask(QUESTION), "a moment ago")
        assert len(model.asked) == count


def test_the_prompt_has_numbered_passages_and_the_question_last(index: Path, model: Speaker) -> None:
    asked(index, model, PROFITS)
    assert "Passage 1 (" in model.prompt
    assert PROFITS in model.prompt
    assert model.prompt.rstrip().endswith(QUESTION)
    body = model.asked[-1]
    assert body["stream"] is True
    assert body["model"] == "tiny"
    assert 0 < body["max_tokens"] <= 1024, "a quarter of the context that is taken where nobody tells"


def test_a_follow_up_is_rewritten_by_the_model_and_shown(index: Path, model: Speaker) -> None:
    turns = (Turn("user", QUESTION), Turn("assistant", PROFITS))
    model.says = PROFITS
    with opened(index, model.setting) as assistant:
        model.rewrites = "How high were the profits of the port the year before?"
        assert assistant.ask("And the year before?", turns).asked_as == model.rewrites
        model.rewrites = "How high were the profits of Karachi under Mayor Wahab?"
        invented = assistant.ask("And the year before?", turns)
        assert "Karachi" not in invented.asked_as, "a rewriting that invents is not used"
        assert invented.asked_as == "What were the profits of the port in 2021?"
        assert assistant.ask(QUESTION, turns).asked_as == QUESTION, "what stands alone is left alone"


def test_earlier_turns_are_part_of_the_prompt_and_go_before_passages_do(index: Path, model: Speaker) -> None:
    turns = [Turn("user", "Tell me about the port."), Turn("assistant", "It lies on the sea. " * 20)] * 3
    model.says = PROFITS
    for context, there in ((4096, True), (560, False)):
        with opened(index, model.setting, llm_context=context) as assistant:
            assistant.ask(QUESTION, turns)
        assert ("Tell me about the port." in model.prompt) is there
        assert PROFITS in model.prompt


@pytest.mark.parametrize("context", [600, 1000, 2000])
def test_no_more_is_sent_than_the_model_reads(tmp_path: Path, model: Speaker, context: int) -> None:
    rain = "\n\n".join(f"It rained on the town on day {n}, on its port and all of its gardens." for n in range(80))
    model.says = PROFITS
    with opened(
        built(tmp_path, {"report.txt": REPORT, "rain.txt": rain}), model.setting, llm_context=context
    ) as assistant:
        assistant.ask(QUESTION)
    (body,) = model.asked
    sent = sum(open_llm(model.setting).count([message["content"] for message in body["messages"]]))
    assert context / 2 < sent + body["max_tokens"] <= context
    assert PROFITS in model.prompt, "the best goes first"


def test_a_model_that_reads_too_little_is_not_asked(index: Path, model: Speaker) -> None:
    model.row = {"meta": {"n_ctx": 250}}
    answer = asked(index, model, PROFITS)
    assert fell_back(answer, "reads only 250 tokens")
    assert model.asked == []


def test_a_remote_host_needs_its_own_setting(index: Path) -> None:
    for setting in ("http://192.0.2.7:8080/v1#m", "https://api.example.com/v1#m", "http://localhost.example.com/v1#m",
                    "http://127.0.0.1.example.com/v1#m", "http://127.0.0.1@example.com/v1#m"):  # fmt: skip
        with pytest.raises(ConfigProblem):
            opened(index, setting)
    opened(index, "http://192.0.2.7:8080/v1#m", llm_remote=True).close()
    opened(index, "http://[::1]:8080/v1#m").close()


def test_a_redirect_leads_nowhere(index: Path, model: Speaker) -> None:
    with speaker() as other:

        def elsewhere(server: Any) -> None:
            server.send_response(307)
            server.send_header("location", f"http://127.0.0.1:{other.port}/v1/chat/completions")
            server.send_header("content-length", "0")
            server.end_headers()

        assert fell_back(asked(index, model, elsewhere), "")
        assert other.asked == []


def test_a_proxy_of_the_environment_is_not_used(index: Path, model: Speaker, monkeypatch: pytest.MonkeyPatch) -> None:
    with speaker() as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "OPENAI_BASE_URL"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        monkeypatch.setenv("OPENAI_API_KEY", "a key for somebody else")
        answer = asked(index, model, PROFITS)
        assert answer.claims[0].support == "quoted"
        assert proxy.asked == []
        assert "somebody else" not in str(model.headers)


def test_only_a_model_that_was_named_or_found_may_be_asked(index: Path, model: Speaker) -> None:
    with opened(index, "") as assistant, pytest.raises(QuestionProblem):
        assistant.ask(QUESTION, llm=model.setting)
    assert model.asked == []
