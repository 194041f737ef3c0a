"""The values of the page's requests, checked before they are used.

This module does not know what is done with them.
"""

from __future__ import annotations

import json
from typing import cast, get_args

from starlette.requests import Request

from rag.errors import QuestionProblem
from rag.evidence import Asked
from rag.types import JSON, AnswerShape, Citation, Claim, PartlyReason, Span, Support, Turn

__all__ = ["Given", "asked_of", "citation_of", "misunderstood", "reason_of", "turn_of"]

_MOST_BYTES = 8_000_000  # of a request in JSON: a long conversation with its quotes
_MOST_TEXT = 20_000


class Given:
    """The JSON of a request, read by name; what is missing or of another kind raises QuestionProblem."""

    def __init__(self, values: JSON, user: str = "") -> None:
        self._values = values if isinstance(values, dict) else {}
        self.user = user

    @classmethod
    async def of(cls, request: Request) -> Given:
        """Reads the body of a request. Raises QuestionProblem if it is no JSON, or too long."""
        if request.headers.get("content-type", "").partition(";")[0] != "application/json":
            raise misunderstood("its kind")
        body = b""
        async for piece in request.stream():
            body += piece
            if len(body) > _MOST_BYTES:
                raise misunderstood("its length")
        try:
            return cls(json.loads(body), request.scope.get("user_name") or "")
        except ValueError as error:
            raise misunderstood("its body") from error

    def has(self, name: str) -> bool:
        """Whether a value was given and is not null."""
        return self._values.get(name) is not None

    def text(self, name: str, default: str | None = None) -> str:
        """A string."""
        value = self._values.get(name, default)
        if not isinstance(value, str):
            raise misunderstood(name)
        return value

    def number(self, name: str, default: int) -> int:
        """A whole number."""
        value = self._values.get(name, default)
        if not isinstance(value, int):
            raise misunderstood(name)
        return value

    def span(self, name: str) -> Span:
        """Two whole numbers."""
        match self._values.get(name):
            case [int(start), int(end)]:
                return Span(start, end)
        raise misunderstood(name)

    def texts(self, name: str) -> list[str]:
        """A list of strings; empty if not given."""
        values = self._values.get(name) or []
        if not isinstance(values, list):
            raise misunderstood(name)
        return [str(value) for value in values]

    def several(self, name: str) -> list[Given]:
        """A list of objects; empty if not given."""
        values = self._values.get(name) or []
        if not isinstance(values, list):
            raise misunderstood(name)
        return [Given(value) for value in values]


def turn_of(given: Given) -> Turn:
    return Turn("assistant" if given.text("role") == "assistant" else "user", given.text("text")[:_MOST_TEXT])


def asked_of(given: Given) -> Asked:
    """A question with its answer as the page keeps it; kept ones of an earlier version name no reason and no shape."""
    shape = given.text("shape", "fact")
    if shape not in get_args(AnswerShape):
        raise misunderstood("shape")
    claims = tuple(_claim_of(each) for each in given.several("claims"))
    notes = tuple(given.texts("notes"))
    return Asked(given.text("question"), claims, notes, reason_of(given), cast(AnswerShape, shape))


def reason_of(given: Given) -> PartlyReason:
    reason = given.text("reason", "")
    if reason not in get_args(PartlyReason):
        raise misunderstood("reason")
    return cast(PartlyReason, reason)


def _claim_of(given: Given) -> Claim:
    support = given.text("support")
    if support not in get_args(Support):
        raise misunderstood("support")
    citations = tuple(citation_of(each) for each in given.several("citations"))
    return Claim(given.text("text"), citations, cast(Support, support), group=given.text("group", ""))


def citation_of(given: Given) -> Citation:
    """A citation as the page keeps it; what it says is compared with the source before it is believed."""
    return Citation(
        number=given.number("number", 0),
        document_id=given.text("document_id"),
        path=given.text("path"),
        title=given.text("title"),
        page=given.number("page", 0) if given.has("page") else None,
        page_label=given.text("page_label") if given.has("page_label") else None,
        span=given.span("span"),
        quote=given.text("quote")[:_MOST_TEXT],
    )


def misunderstood(what: str) -> QuestionProblem:
    return QuestionProblem(f"This request is not understood: {what}.", "Load the page again.")
