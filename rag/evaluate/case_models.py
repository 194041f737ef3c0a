"""A case as a person writes it, checked field by field: what is left blank is not set, what is wrong is named.

YAML gives every value as a string, JSON gives numbers and flags as well; both are read alike. This module does not
know files, nor what is done with a case.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated, Literal, TypeAlias

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from rag.errors import CaseProblem
from rag.types import JSON

__all__ = ["Cite", "Need", "WrittenCase", "check_case"]

Need: TypeAlias = Literal["any", "all"]
Cite: TypeAlias = Literal["any", "half", "each", "all"]
"""How many of the expected places are enough: one, half of them, one in each source that they name, or every one."""

_FLAGS = {"true": True, "yes": True, "false": False, "no": False}
_TEXT = "expected text", "Write it in quotes."
_SENTENCES = {
    "missing": _TEXT,
    "string_type": _TEXT,
    "string_pattern_mismatch": _TEXT,
    "string_unicode": ("the text contains half of a surrogate pair", "Type the character again."),
    "list_type": ("expected a list", "Write a list, even for a single item."),
    "bool_type": ("expected true or false", "Write true or false."),
}


def _flag(value: JSON) -> JSON:
    return _FLAGS.get(value.casefold(), value) if isinstance(value, str) else value


def _number(value: JSON) -> JSON:
    with suppress(ValueError):
        return int(value) if isinstance(value, str) else value
    return value


def _printable(name: str) -> str:
    if not name.isprintable():
        raise ValueError(f"the id {name!r} contains control characters", "Use letters, digits and dashes.")
    return name


def _not_empty(span: list[int]) -> list[int]:
    if span[1] <= span[0]:
        raise ValueError(f"the span {span} is empty", "The end must be after the start.")
    return span


def _blank_is(default: JSON) -> BeforeValidator:
    return BeforeValidator(lambda value: default if value is None or value == "" else value)


_Text: TypeAlias = Annotated[str, Field(strict=False, coerce_numbers_to_str=True, pattern=r"[^\s\x1c-\x1f]")]
_Whole: TypeAlias = Annotated[int, Field(ge=1), BeforeValidator(_number)]
_Place: TypeAlias = Annotated[int, Field(ge=0), BeforeValidator(_number)]
_Span: TypeAlias = Annotated[list[_Place], Field(min_length=2, max_length=2), AfterValidator(_not_empty)]
_Optional: TypeAlias = Annotated[_Text | None, BeforeValidator(lambda value: value or None)]


class _Given(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")


class _Citation(_Given):
    path: _Text
    page: _Whole | None = None
    quote: _Text | None = None
    span: Annotated[_Span | None, BeforeValidator(lambda value: None if value == [] else value)] = None
    relevance: _Whole | None = None

    @field_validator("*", mode="before")
    @classmethod
    def _blank(cls, value: JSON) -> JSON:
        return None if value in ("", "null", "~") else value


class _Turn(_Given):
    role: Literal["user", "assistant", "agent"]
    text: _Text
    user: object = None
    assistant: object = None
    agent: object = None

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: JSON) -> JSON:
        """`{user: text}` as other programs write it: `{role: user, text: text}`."""
        if isinstance(value, dict) and len(value) == 1 and value.keys() <= {"user", "assistant", "agent"}:
            ((role, text),) = value.items()
            return {"role": role, "text": text}
        return value


class WrittenCase(_Given):
    """A case with the values that were written, None for what was not."""

    question: _Text
    answers: Annotated[list[_Text], _blank_is([])] = []
    citations: Annotated[list[_Citation], _blank_is([])] = []
    answerable: Annotated[bool, BeforeValidator(_flag), _blank_is(True)] = True
    id: Annotated[_Text, AfterValidator(_printable)]
    need: Need | None = None
    cite: Cite | None = None
    turns: Annotated[list[_Turn], _blank_is([])] = []
    reference: _Optional = None
    kind: _Optional = None

    @model_validator(mode="after")
    def _agrees(self) -> WrittenCase:
        if not self.answerable and (self.answers or self.citations):
            raise ValueError(
                "it is not answerable, but has answers or citations", "Remove them, or `answerable: false`."
            )
        return self


_MODELS: dict[str, type[_Given]] = {"citations": _Citation, "turns": _Turn}


def check_case(row: JSON, place: str, default_id: str) -> WrittenCase:
    """A case as it was written; `place` names it in a CaseProblem."""
    try:
        return WrittenCase.model_validate({**row, "id": row.get("id") or default_id} if isinstance(row, dict) else row)
    except ValidationError as error:
        raise _problem(error, place) from error


def _problem(found: ValidationError, place: str) -> CaseProblem:
    # an unknown key comes first: often it is the missing one, misspelt
    error = min(found.errors(), key=lambda one: one["type"] != "extra_forbidden")
    names = [part for part in error["loc"] if isinstance(part, str)]
    model = _MODELS[names[0]] if len(error["loc"]) > 1 and names[0] in _MODELS else WrittenCase
    known = f"Known keys: {', '.join(sorted(model.model_fields))}."
    match error["type"], names:
        case "extra_forbidden", [*names, key]:
            said, hint = f"unknown key {key!r}", known
        case "model_type", _:
            said, hint = "expected a mapping", known
        case _, ["turns", "role"]:
            said, hint = "unknown role", "Write {user: …} or {assistant: …}."
        case "literal_error", _:
            said, hint = f"unknown value {error['input']!r}", "Use " + error["ctx"]["expected"].replace("'", "") + "."
        case (("int_type" | "greater_than_equal"), _):
            said = f"expected a whole number of at least {0 if 'span' in names else 1}"
            hint = "Pages are counted from 1 in file order."
        case (("too_short" | "too_long"), [*names, _]):
            said, hint = "a span needs a start and an end", "Write [start, end], counted in characters."
        case "value_error", [*names, _] | names:  # raised here, with a hint; it names the field itself
            said, hint = error["ctx"]["error"].args
        case kind, _:
            said, hint = _SENTENCES[kind]
    field = names[:1] if model is _Turn else names  # nobody wrote `text` in {user: text}
    return CaseProblem(f"{': '.join([place, *field, said])}.", hint)
