"""The page's requests as values: JSON that is checked, field by field, before it is used.

A model for each call that takes values; what it does not name is passed over, what is missing or of another kind
raises QuestionProblem with the field's name. This module does not know what is done with them.
"""

from __future__ import annotations

from typing import TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request

from rag.errors import QuestionProblem
from rag.evidence import Kind, PackedAnswer
from rag.types import AnswerShape, AnswerStatus, Citation, Claim, PartlyReason, QuotedRows, Role, Span, Support, Turn

__all__ = [
    "AskRequest",
    "CitationStatusRequest",
    "EvidenceRequest",
    "FeedbackRequest",
    "PackRequest",
    "PageRequest",
    "PathRequest",
    "RestoreRequest",
    "SuggestionsRequest",
    "parse_request",
]

_MOST_BYTES = 8_000_000  # of a request in JSON: a long conversation with its quotes
_MOST_TEXT = 20_000  # characters of a text that is kept
_MOST_ROWS = 1_000  # of a table that is quoted
_T = TypeVar("_T", bound=BaseModel)


class PageRequest(BaseModel):
    """A call without values."""

    model_config = ConfigDict(strict=True, frozen=True)  # a number is no text, and the other way round


class PathRequest(PageRequest):
    """A file among the sources."""

    path: str


class RestoreRequest(PageRequest):
    """What a removed file is put back with."""

    token: str


class _Place(PageRequest):
    document_id: str
    span: tuple[int, int]


class EvidenceRequest(_Place):
    """A citation to be shown in its surroundings, of so many characters on either side."""

    quote: str = ""
    path: str = ""
    answer: tuple[int, int] | None = None
    around: int = 700


class _Quoted(_Place):
    path: str
    quote: str


class CitationStatusRequest(PageRequest):
    """Citations that may have changed since."""

    citations: list[_Quoted] | None = None


class SuggestionsRequest(PageRequest):
    """What has been asked and cited so far."""

    question: str
    asked: list[str] | None = None
    cited: list[_Place] | None = None
    paths: list[str] | None = None


class _Rows(PageRequest):
    heads: list[list[str]] = Field(max_length=_MOST_ROWS)
    rows: list[list[str]] = Field(max_length=_MOST_ROWS)
    cell: tuple[int, int] | None = None
    sheet: str = ""
    cells: str = ""

    def value(self) -> QuotedRows:
        heads, rows = (tuple(map(tuple, each)) for each in (self.heads, self.rows))
        return QuotedRows(heads, rows, self.cell, self.sheet[:_MOST_TEXT], self.cells[:_MOST_TEXT])


class _Cited(_Quoted):
    number: int = 0
    title: str
    page: int | None = None
    page_label: str | None = None
    answer: tuple[int, int] | None = None
    table: _Rows | None = None

    def value(self) -> Citation:
        """A citation as the page keeps it; what it says is compared with the source before it is believed."""
        return Citation(
            number=self.number,
            document_id=self.document_id,
            path=self.path,
            title=self.title,
            page=self.page,
            page_label=self.page_label,
            span=Span(*self.span),
            quote=self.quote[:_MOST_TEXT],
            answer=None if self.answer is None else Span(*self.answer),
            table=None if self.table is None else self.table.value(),
        )


class _Turn(PageRequest):
    role: str
    text: str

    def value(self) -> Turn:
        role: Role = "assistant" if self.role == "assistant" else "user"
        return Turn(role, self.text[:_MOST_TEXT])


class AskRequest(PageRequest):
    """A question in its conversation; `llm` names the language model that writes, None the configured one."""

    question: str
    turns: list[_Turn] | None = None
    paths: list[str] | None = None
    llm: str | None = None


class FeedbackRequest(PageRequest):
    """What a person says of an answer. `user` is who has signed in, whatever the request says."""

    kind: Kind
    status: AnswerStatus
    reason: PartlyReason = ""
    question: str
    turns: list[_Turn] | None = None
    answers: list[str] | None = None
    citations: list[_Cited] | None = None
    wrong: list[int | str] | None = None
    expected: str = ""
    user: str = ""


class _Claim(PageRequest):
    text: str
    support: Support
    citations: list[_Cited] | None = None
    group: str = ""


class _Asked(PageRequest):
    question: str
    claims: list[_Claim] | None = None
    notes: list[str] | None = None
    status: AnswerStatus | None = None
    reason: PartlyReason = ""
    shape: AnswerShape = "fact"

    def value(self) -> PackedAnswer:
        """An answer as the page keeps it; those kept by an earlier version say less of it."""
        claims = tuple(
            Claim(one.text, tuple(each.value() for each in one.citations or ()), one.support, group=one.group)
            for one in self.claims or ()
        )
        status = self.status or ("answered" if claims else "not_found")
        return PackedAnswer(self.question, claims, tuple(self.notes or ()), status, self.reason, self.shape)


class PackRequest(PageRequest):
    """A conversation to be packed."""

    title: str
    conversation: list[_Asked] | None = None


async def parse_request(request: Request, kind: type[_T]) -> _T:
    """The body of a request. Raises QuestionProblem if it is too long, no JSON, or not as `kind` has it."""
    if request.headers.get("content-type", "").partition(";")[0] != "application/json":
        raise _misunderstood("content type")
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > _MOST_BYTES:
            raise _misunderstood("body too long")
    try:
        given = kind.model_validate_json(body)
    except ValidationError as error:
        raise _misunderstood(".".join(map(str, error.errors()[0]["loc"])) or "body") from error
    if "user" in kind.model_fields:
        return given.model_copy(update={"user": request.scope.get("user_name") or ""})
    return given


def _misunderstood(what: str) -> QuestionProblem:
    return QuestionProblem(f"Invalid request: {what}.", "Load the page again.")
