"""What the page sends is checked by field: what is wrong is named, what is given too much is passed over."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable

import pytest
from starlette.requests import Request

from rag.errors import QuestionProblem
from rag.server.request_models import (
    AskRequest,
    EvidenceRequest,
    FeedbackRequest,
    PackRequest,
    PageRequest,
    parse_request,
)

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
