"""What the page sends is checked by field: what is wrong is named, what is given too much is passed over."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from building import build
from starlette.requests import Request
from words import WordEncoder

from rag.assistant import Assistant
from rag.config import load_config
from rag.errors import QuestionProblem
from rag.evidence import Viewer
from rag.server import asking
from rag.server.api import Endpoints
from rag.server.calls import Stream
from rag.server.limits import (
    AT_ONCE,
    MOST_CITATIONS,
    MOST_PACKED,
    MOST_PASSAGES,
    MOST_PATHS,
    MOST_TEXT,
    MOST_TURN,
)
from rag.server.request_models import (
    AskRequest,
    EvidenceRequest,
    FeedbackRequest,
    PackRequest,
    PageRequest,
    PathRequest,
    SearchRequest,
    parse_request,
)
from rag.types import JSON

CITED = {"document_id": "d", "path": "a.md", "title": "A", "span": [3, 8], "quote": "words", "more": 1}


def request(body: bytes, kind: str = "application/json", user: str | None = None) -> Request:
    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": body, "more_body": False}

    headers = [(b"content-type", kind.encode())]
    return Request({"type": "http", "method": "POST", "headers": headers, "user_name": user}, receive)


def of(kind: type[PageRequest], values: object, user: str | None = None) -> PageRequest:
    return asyncio.run(parse_request(request(json.dumps(values).encode(), user=user), kind))


@pytest.mark.parametrize(
    ("kind", "values", "named"),
    [
        (AskRequest, {}, "question"),
        (AskRequest, {"question": 5}, "question"),
        (AskRequest, {"question": "Who?", "turns": [{"role": "user"}]}, "turns.0.text"),
        (AskRequest, {"question": "Who?", "paths": "a.md"}, "paths"),
        (AskRequest, [], "body"),
        (EvidenceRequest, {"document_id": "d", "span": "ab"}, "span"),
        (EvidenceRequest, {"document_id": "d", "span": [1]}, "span.1"),
        (EvidenceRequest, {"document_id": "d", "span": [1, 2], "around": "700"}, "around"),
        (FeedbackRequest, {"kind": "bad", "status": "answered", "question": "Who?"}, "kind"),
        (
            PackRequest,
            {"title": "T", "conversation": [{"question": "Q", "claims": [{"text": "", "support": ""}]}]},
            "conv",
        ),
    ],
)
def test_what_is_wrong_is_named(kind: type[PageRequest], values: object, named: str) -> None:
    with pytest.raises(QuestionProblem) as caught:
        of(kind, values)
    assert caught.value.message.startswith(f"Invalid request: {named}")
    assert caught.value.message.count("\n") == 0


@pytest.mark.parametrize(
    ("made", "named"),
    [
        (lambda: request(b"no JSON"), "body"),
        (lambda: request(b"{}", "text/plain"), "content type"),
        (lambda: request(b'{"question": "%s"}' % (b"x" * 8_000_001)), "body too long"),
    ],
)
def test_a_body_that_is_no_request_is_refused(made: Callable[[], Request], named: str) -> None:
    with pytest.raises(QuestionProblem, match=named):
        asyncio.run(parse_request(made(), AskRequest))


def test_a_remark_is_of_who_has_signed_in() -> None:
    values = {"kind": "helpful", "status": "answered", "question": "Who?", "user": "eve", "citations": [CITED]}
    for user in ("ada", None):
        given = of(FeedbackRequest, {**values, "wrong": ["1"], "turns": None}, user)
        assert isinstance(given, FeedbackRequest)
        assert given.user == (user or "")
        assert given.citations is not None
        citation = given.citations[0].value()
        assert (citation.span.start, citation.span.end, citation.page, citation.quote) == (3, 8, None, "words")


@pytest.mark.parametrize(
    ("kind", "values", "named"),
    [
        (AskRequest, {"question": "x" * (MOST_TEXT + 1)}, "question has more than 20,000 characters"),
        (
            AskRequest,
            {"question": "Who?", "turns": [{"role": "user", "text": "x" * (MOST_TURN + 1)}]},
            "turns.0.text has more than 2,000 characters",
        ),
        (AskRequest, {"question": "Who?", "paths": ["x" * (MOST_TEXT + 1)]}, "paths.0 has more"),
        (AskRequest, {"question": "Who?", "paths": ["x"] * (MOST_PATHS + 1)}, "paths has more than 20,000 entries"),
        (SearchRequest, {"question": "Who?", "paths": ["x"] * (MOST_PATHS + 1)}, "paths has more than 20,000 entries"),
        (AskRequest, {"question": "Who?", "llm": "x" * (MOST_TEXT + 1)}, "llm has more"),
        (EvidenceRequest, {"document_id": "d", "span": [1, 2], "quote": "x" * (MOST_TEXT + 1)}, "quote has more"),
        (
            FeedbackRequest,
            {"kind": "helpful", "status": "answered", "question": "Q", "answers": ["x" * 20_001]},
            "answ",
        ),
        (PathRequest, {"path": "x" * (MOST_TEXT + 1)}, "path has more"),
        (PackRequest, {"title": "x" * (MOST_TEXT + 1)}, "title has more"),
    ],
)
def test_texts_have_a_length(kind: type[PageRequest], values: object, named: str) -> None:
    with pytest.raises(QuestionProblem) as caught:
        of(kind, values)
    assert caught.value.message.startswith(f"Invalid request: {named}")


def test_a_search_gives_so_many_passages(tmp_path: Path) -> None:
    (tmp_path / "sources").mkdir()
    texts = [f"The harbour counts {n} ships. " * 5 for n in range(MOST_PASSAGES + 10)]
    (tmp_path / "sources" / "ships.txt").write_text("\n\n".join(texts))
    build(tmp_path / "sources", tmp_path / "index", encoder=WordEncoder(), size=32, overlap=0, workers=1)
    config = load_config(index=tmp_path / "index", chunk_tokens=32, overlap_sentences=0)
    with Assistant(config, WordEncoder()) as assistant:
        assert len(assistant.search("harbour", k=1000)) > MOST_PASSAGES
        endpoints = Endpoints(Viewer(assistant))
        assert len(endpoints.search(SearchRequest(question="harbour", k=10**9))) == MOST_PASSAGES
        assert len(endpoints.search(SearchRequest(question="harbour", k=-1))) == 1


def test_texts_of_the_greatest_length_pass() -> None:
    turns = [{"role": "user", "text": "x" * MOST_TURN}]
    assert of(AskRequest, {"question": "x" * MOST_TEXT, "turns": turns})


def test_a_pack_has_a_size() -> None:
    asked: dict[str, object] = {"question": "Q"}
    assert of(PackRequest, {"title": "T", "conversation": [asked] * MOST_PACKED})
    with pytest.raises(QuestionProblem, match="conversation has more than 200 entries"):
        of(PackRequest, {"title": "T", "conversation": [asked] * (MOST_PACKED + 1)})
    claim = {"text": "C", "support": "quoted", "citations": [CITED] * MOST_CITATIONS}
    assert of(PackRequest, {"title": "T", "conversation": [{**asked, "claims": [claim]}]})
    claims = [claim, {**claim, "citations": [CITED]}]
    with pytest.raises(QuestionProblem, match="more than 500 citations"):
        of(PackRequest, {"title": "T", "conversation": [{**asked, "claims": claims}]})


def test_questions_wait_and_only_so_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some are answered, some wait and are told so, one more has to come again; when they have left, there is room."""
    monkeypatch.setattr(asking, "MOST_WAITING", 2)

    async def all_of_them() -> tuple[list[str], list[str]]:
        lines = answering(tmp_path)
        hold, begun = threading.Event(), []

        def answer(number: int) -> Iterator[dict[str, JSON]]:
            begun.append(number)
            hold.wait(30)
            yield {"event": "done"}

        async def told(number: int) -> str:
            return "".join([line async for line in lines.in_turn(answer(number), threading.Event())])

        asking = [asyncio.create_task(told(number)) for number in range(AT_ONCE + 2)]
        while len(begun) < AT_ONCE:
            await asyncio.sleep(0.01)
        refused = await told(99)
        assert len(begun) == AT_ONCE, "the others wait"
        hold.set()
        answered = [await one for one in asking]
        return [refused], [*answered, await told(100)]

    refused, answered = asyncio.run(all_of_them())
    assert "Too many questions are waiting" in refused[0]
    events = [[json.loads(line)["event"] for line in lines.splitlines()] for lines in answered]
    assert events == [["done"]] * AT_ONCE + [["waiting", "done"]] * 2 + [["done"]]


def answering(folder: Path) -> asking.Answering[AskRequest]:
    """Answers questions to an index of one file."""
    (folder / "sources").mkdir()
    (folder / "sources" / "a.txt").write_text("Some words.")
    build(folder / "sources", folder / "index", encoder=WordEncoder(), size=40, overlap=1, workers=1)
    assistant = Assistant(load_config(index=folder / "index", chunk_tokens=40), WordEncoder())
    return asking.Answering(Stream("ask", AskRequest, Endpoints(Viewer(assistant), ()).ask))
