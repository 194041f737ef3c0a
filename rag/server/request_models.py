"""The page's requests as values: JSON that is checked, field by field, before it is used.

A model for each call that takes values; what it does not name is passed over, what is missing or of another kind
raises QuestionProblem with the field's name. This module does not know what is done with them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError, model_validator
from starlette.requests import Request

from rag.errors import QuestionProblem
from rag.evidence import Kind, PackedAnswer
from rag.server.limits import (
    MOST_BODY,
    MOST_CITATIONS,
    MOST_MEMBERS,
    MOST_NAME,
    MOST_PACKED,
    MOST_PATHS,
    MOST_SOUGHT,
    MOST_TEXT,
    MOST_TURN,
)
from rag.types import AnswerShape, AnswerStatus, Citation, Claim, PartlyReason, QuotedRows, Role, Span, Support, Turn

__all__ = [
    "ArchiveRequest",
    "AskRequest",
    "CitationStatusRequest",
    "CollectionRequest",
    "ConversationRequest",
    "ConversationsRequest",
    "DeleteRequest",
    "EvidenceRequest",
    "FeedbackRequest",
    "FindRequest",
    "GrantRequest",
    "GroupRequest",
    "KeepRequest",
    "MakeRequest",
    "MoveRequest",
    "OwnRequest",
    "PackRequest",
    "PageRequest",
    "PartRequest",
    "PathRequest",
    "PinRequest",
    "QuotaRequest",
    "RemoveRequest",
    "RenameRequest",
    "RestoreRequest",
    "SearchRequest",
    "SuggestionsRequest",
    "checked",
    "parse_request",
]

_MOST_ROWS = 1_000  # of a table that is quoted
Text = Annotated[str, Field(max_length=MOST_TEXT)]
Paths = Annotated[list[Text], Field(max_length=MOST_PATHS)]
_T = TypeVar("_T", bound=BaseModel)


class PageRequest(BaseModel):
    """A call without values."""

    model_config = ConfigDict(strict=True, frozen=True)  # a number is no text, and the other way round


class OwnRequest(PageRequest):
    """A call of a person: `user` is who has signed in, whatever the request says."""

    user: Text = ""


class PathRequest(PageRequest):
    """A file among the sources."""

    path: Text


class RemoveRequest(OwnRequest, PathRequest):
    """A file that is taken out."""


class AddressRequest(OwnRequest):
    """The address of a page or file on the web."""

    address: Text


class RestoreRequest(OwnRequest):
    """What a removed file is put back with."""

    token: Text


class _Place(PageRequest):
    document_id: Text
    span: tuple[int, int]


class PartRequest(_Place):
    """A part of a source's text."""


class FindRequest(PageRequest):
    """Words that are looked for in one source."""

    document_id: Text
    words: Text


class EvidenceRequest(_Place):
    """A citation to be shown in its surroundings, of so many characters on either side."""

    quote: Text = ""
    path: Text = ""
    answer: tuple[int, int] | None = None
    around: int = 700


class _Quoted(_Place):
    path: Text
    quote: Text


class CitationStatusRequest(PageRequest):
    """Citations that may have changed since."""

    citations: list[_Quoted] | None = None


class ConversationsRequest(OwnRequest):
    """The conversations of who has signed in, or those that hold every word of a text."""

    text: Annotated[str, Field(max_length=MOST_SOUGHT)] = ""


class ConversationRequest(PageRequest):
    """One conversation of who has signed in."""

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,64}$")]
    user: Text = ""


class PinRequest(ConversationRequest):
    """Whether a conversation stands in front of the others."""

    pinned: bool


class KeepRequest(ConversationRequest):
    """A conversation to be kept as the page has it, which read it in `version`; 0 is a new one."""

    title: Text
    at: Annotated[int, Field(ge=0, lt=2**53)]
    version: Annotated[int, Field(ge=0, lt=2**53)] = 0
    pinned: bool = False
    conversation: dict[str, JsonValue]


class CollectionRequest(PageRequest):
    """A collection."""

    name: Text


class MakeRequest(PageRequest):
    """The title of a collection to be made."""

    title: Text


class RenameRequest(CollectionRequest):
    """Another title for a collection."""

    title: Text


class ArchiveRequest(CollectionRequest):
    """Whether a collection is put aside."""

    archived: bool


class DeleteRequest(CollectionRequest):
    """A collection to be deleted for good, with its title as somebody has typed it."""

    typed: Text


class MoveRequest(CollectionRequest):
    """Sources of a collection that go to another."""

    to: Text
    paths: Paths


class GrantRequest(CollectionRequest):
    """What somebody may do: "ask", "add", "manage", or nothing."""

    who: Annotated[str, Field(max_length=MOST_NAME)]
    level: Literal["ask", "add", "manage", ""]


class GroupRequest(PageRequest):
    """The members of a group."""

    group: Annotated[str, Field(max_length=MOST_NAME)]
    members: Annotated[list[Annotated[str, Field(max_length=MOST_NAME)]], Field(max_length=MOST_MEMBERS)]


class QuotaRequest(CollectionRequest):
    """How much a collection may hold."""

    most_files: Annotated[int, Field(ge=0, lt=2**53)] | None = None
    most_bytes: Annotated[int, Field(ge=0, lt=2**53)] | None = None


class SuggestionsRequest(PageRequest):
    """What has been asked and cited so far."""

    question: Text
    asked: list[Text] | None = None
    cited: list[_Place] | None = None
    paths: Paths | None = None


class _Rows(PageRequest):
    heads: list[list[Text]] = Field(max_length=_MOST_ROWS)
    rows: list[list[Text]] = Field(max_length=_MOST_ROWS)
    cell: tuple[int, int] | None = None
    sheet: Text = ""
    cells: Text = ""

    def value(self) -> QuotedRows:
        heads, rows = (tuple(map(tuple, each)) for each in (self.heads, self.rows))
        return QuotedRows(heads, rows, self.cell, self.sheet, self.cells)


class _Cited(_Quoted):
    number: int = 0
    title: Text
    page: int | None = None
    page_label: Text | None = None
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
            quote=self.quote,
            answer=None if self.answer is None else Span(*self.answer),
            table=None if self.table is None else self.table.value(),
        )


class _Turn(PageRequest):
    role: Text
    text: Annotated[str, Field(max_length=MOST_TURN)]

    def value(self) -> Turn:
        role: Role = "assistant" if self.role == "assistant" else "user"
        return Turn(role, self.text)


class AskRequest(PageRequest):
    """A question in its conversation; `llm` names the language model that writes, None the configured one."""

    question: Text = Field(description="What is asked, in a sentence.")
    turns: list[_Turn] | None = Field(
        None, description='Earlier turns, oldest first, each {"role": "user" or "assistant", "text": "..."}.'
    )
    paths: Paths | None = Field(None, description="Only these sources are asked; none means all.")
    llm: Text | None = Field(
        None,
        description='The language model that writes, "" for the sources\' own words; none means the configured one.',
    )


class SearchRequest(PageRequest):
    """What is looked for, and how many passages are wanted."""

    question: Text = Field(description="What is looked for.")
    k: int = Field(8, description="How many passages, at most 50.")
    paths: Paths | None = Field(None, description="Only these sources are searched; none means all.")


class FeedbackRequest(PageRequest):
    """What a person says of an answer. `user` is who has signed in, whatever the request says."""

    kind: Kind
    status: AnswerStatus
    reason: PartlyReason = ""
    question: Text
    turns: list[_Turn] | None = None
    answers: list[Text] | None = None
    citations: list[_Cited] | None = None
    wrong: list[int | Text] | None = None
    expected: Text = ""
    user: Text = ""


class _Claim(PageRequest):
    text: Text
    support: Support
    citations: list[_Cited] | None = None
    group: Text = ""


class _Asked(PageRequest):
    question: Text
    claims: list[_Claim] | None = None
    notes: list[Text] | None = None
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

    title: Text
    conversation: Annotated[list[_Asked], Field(max_length=MOST_PACKED)] | None = None

    @property
    def answers(self) -> list[PackedAnswer]:
        """What is packed."""
        return [each.value() for each in self.conversation or ()]

    @model_validator(mode="after")
    def _few(self) -> PackRequest:
        """Each citation has its page drawn."""
        claims = (claim for one in self.conversation or () for claim in one.claims or ())
        if sum(len(claim.citations or ()) for claim in claims) > MOST_CITATIONS:
            raise ValueError(f"more than {MOST_CITATIONS} citations")
        return self


async def parse_request(request: Request, kind: type[_T]) -> _T:
    """The body of a request. Raises QuestionProblem if it is too long, no JSON, or not as `kind` has it."""
    if request.headers.get("content-type", "").partition(";")[0] != "application/json":
        raise _misunderstood("content type")
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > MOST_BODY:
            raise _misunderstood("body too long")
    given = checked(kind, bytes(body))
    if "user" in kind.model_fields:
        return given.model_copy(update={"user": request.scope.get("user_name") or ""})
    return given


def checked(kind: type[_T], given: bytes | Mapping[str, object]) -> _T:
    """What was given, in JSON or as values. Raises QuestionProblem that names what is wrong with it."""
    try:
        return kind.model_validate_json(given) if isinstance(given, bytes) else kind.model_validate(given)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "body"
        most = first.get("ctx", {}).get("max_length")
        if first["type"] == "string_too_long":
            where += f" has more than {most:,} characters"
        elif first["type"] == "too_long":
            where += f" has more than {most:,} entries"
        elif first["type"] == "value_error":
            where += f" has {first['ctx']['error']}"
        raise _misunderstood(where) from error


def _misunderstood(what: str) -> QuestionProblem:
    return QuestionProblem(f"Invalid request: {what}.", "Send what docs/api.md says; on the page, load it again.")
