"""What the page sends is checked by field: what is wrong is named, what is given too much is passed over."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable

import pytest
from starlette.requests import Request

from rag.errors import QuestionProblem
from rag.server.requests import AskCall, EvidenceCall, Nothing, PackCall, RemarkCall, read_call

CITED = {"document_id": "d", "path": "a.md", "title": "A", "span": [3, 8], "quote": "words", "more": 1}


def request(body: bytes, kind: str = "application/json", user: str | None = None) -> Request:
    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": body, "more_body": False}

    headers = [(b"content-type", kind.encode())]
    return Request({"type": "http", "method": "POST", "headers": headers, "user_name": user}, receive)


def of(kind: type[Nothing], values: object, user: str | None = None) -> Nothing:
    return asyncio.run(read_call(request(json.dumps(values).encode(), user=user), kind))


@pytest.mark.parametrize(
    ("kind", "values", "named"),
    [
        (AskCall, {}, "question"),
        (AskCall, {"question": 5}, "question"),
        (AskCall, {"question": "Who?", "turns": [{"role": "user"}]}, "turns.0.text"),
        (AskCall, {"question": "Who?", "paths": "a.md"}, "paths"),
        (AskCall, [], "body"),
        (EvidenceCall, {"document_id": "d", "span": "ab"}, "span"),
        (EvidenceCall, {"document_id": "d", "span": [1]}, "span.1"),
        (EvidenceCall, {"document_id": "d", "span": [1, 2], "around": "700"}, "around"),
        (RemarkCall, {"kind": "bad", "status": "answered", "question": "Who?"}, "kind"),
        (
            PackCall,
            {"title": "T", "conversation": [{"question": "Q", "claims": [{"text": "", "support": ""}]}]},
            "conv",
        ),
    ],
)
def test_what_is_wrong_is_named(kind: type[Nothing], values: object, named: str) -> None:
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
        asyncio.run(read_call(made(), AskCall))


def test_a_remark_is_of_who_has_signed_in() -> None:
    values = {"kind": "helpful", "status": "answered", "question": "Who?", "user": "eve", "citations": [CITED]}
    for user in ("ada", None):
        given = of(RemarkCall, {**values, "wrong": ["1"], "turns": None}, user)
        assert isinstance(given, RemarkCall)
        assert given.user == (user or "")
        assert given.citations is not None
        citation = given.citations[0].value()
        assert (citation.span.start, citation.span.end, citation.page, citation.quote) == (3, 8, None, "words")
