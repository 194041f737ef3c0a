"""What a model's server sends, read as it is: the pieces of an answer, whatever the server makes of the protocol.

Servers leave out what others rely on: the reason why they have finished, the mark of the end, the delta of the last
chunk, the stream itself. This module takes bytes and gives text; it does not know how they came, nor what they say.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

__all__ = ["NotAChat", "Piece", "Refused", "pieces_of", "sentence_in"]

_LIMIT = 4_000_000  # characters without an end of line; no answer is so long
_CUT = frozenset({"length", "max_tokens", "model_length", "max_output_tokens"})
_FILTERED = frozenset({"content_filter", "safety", "prohibited_content", "blocklist", "recitation"})
_WHOLE = re.compile(r"""[.!?…。！？؟।](?:["'”’»)\]*_]|\s|\[[\d,\s]+\]|[⁰¹²³⁴-⁹])*$|\[[\d,\s]+\]\s*$""")
"""How a text ends whose last sentence is whole."""
_LINE_END = re.compile(r"\r\n|\n|\r(?!$)")  # a \r at the very end may be half of an end of line
_TITLE = re.compile(r"<title[^>]*>(.*?)</title", re.DOTALL | re.IGNORECASE)
_MOST = 160  # characters of what a server says of itself

End: TypeAlias = Literal["", "finished", "cut", "filtered"]


class Refused(ValueError):
    """The server says that it cannot, in its own words; `status` is that of its answer."""

    def __init__(self, said: str, status: int | None = None) -> None:
        super().__init__(said)
        self.status = status


class NotAChat(ValueError):
    """What came is no answer in any form of the protocol."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of the answer, "" as a sign of life; with `end` it is the last one."""

    text: str
    end: End = ""


def pieces_of(data: Iterable[bytes]) -> Iterator[Piece]:
    """The pieces of an answer as they come; the last one has an `end`, unless the data just stop within a sentence.

    Raises Refused, NotAChat, and whatever the data raise.
    """
    said, held = "", ""
    for event in _events(data):
        if event is None:
            yield Piece("")
            continue
        piece = _read(event)
        new = _beyond(said, piece.text)
        told = held if new else ""
        said += told
        if new and new.strip() == said.strip():  # a model that repeats itself, unless nothing follows
            held = new
        elif new:
            told, said, held = told + new, said + new, ""
        yield Piece(told, piece.end)
        if piece.end:
            return
    if _WHOLE.search(said):
        yield Piece("", "finished")


def sentence_in(body: bytes) -> str:
    """What an answer that is an error says of itself, in one line; "" if nothing."""
    text = body.decode("utf-8", "replace").strip()
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        title = _TITLE.search(text)
        found = title[1] if title else "" if text.startswith("<") else text
    return " ".join(_complaint(found).split())[:_MOST]


def _complaint(found: Any) -> str:
    """The words of an error in any of the forms that servers give it."""
    if isinstance(found, list):
        return next((said for said in map(_complaint, found) if said), "")
    if isinstance(found, dict):
        return next((said for key in ("error", "message", "detail", "msg") if (said := _complaint(found.get(key)))), "")
    return found if isinstance(found, str) else ""


def _events(data: Iterable[bytes]) -> Iterator[Any]:
    """What the lines hold, decoded; None for a sign of life. Server-sent events, lines of JSON, or one JSON value."""
    lines, plain, held = _lines(data), "", []
    for line in lines:
        name, colon, value = line.partition(":")
        if not plain and colon and name in ("data", "event", "id", "retry", ""):
            if name == "data":
                held.append(value.removeprefix(" "))
            else:
                yield None
        elif not plain and not line.strip():
            yield from _decoded(held)
            held = []
        elif line.strip():
            plain += line + "\n"
            yield None
            if len(plain) > _LIMIT:
                raise NotAChat("more than an answer")
    yield from _decoded(held)
    yield from _values(plain)


def _decoded(held: list[str]) -> Iterator[Any]:
    """The value of an event's data lines: several lines are one value, unless each is one of its own."""
    text = "\n".join(held).strip()
    if not text:
        return
    if text.strip('"') == "[DONE]":
        yield {"done": True}
        return
    try:
        yield json.loads(text)
    except (ValueError, RecursionError) as error:
        if len(held) == 1:
            raise NotAChat("an event that is no JSON") from error
        for line in held:
            yield from _decoded([line])


def _values(text: str) -> Iterator[Any]:
    """The JSON values of a text that is no stream of events: one, or one a line."""
    if not text.strip():
        return
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        if not text.lstrip().startswith("{"):
            raise NotAChat(sentence_in(text.encode()) or "no JSON") from None
        for line in text.splitlines():
            yield from _decoded([line.removeprefix("data:")])
    else:
        yield from found if isinstance(found, list) else [found]


def _lines(data: Iterable[bytes]) -> Iterator[str]:
    """Lines however they end, without a mark of the byte order; characters may come in halves."""
    decoder, rest, begun = codecs.getincrementaldecoder("utf-8")("replace"), "", False
    for part in data:
        text = decoder.decode(part)
        if not begun and text:
            text, begun = text.removeprefix("\ufeff"), True
        *whole, rest = _LINE_END.split(rest + text)
        yield from whole
        if len(rest) > _LIMIT:
            raise NotAChat("a line without an end")
    rest += decoder.decode(b"", final=True)
    if rest:
        yield rest.rstrip("\r")


def _read(event: Any) -> Piece:
    """What one value says. Raises Refused for an error, NotAChat for what is none of the forms."""
    if not isinstance(event, dict):
        raise NotAChat("a value that is no object")
    bare = "choices" not in event and (isinstance(event.get("message"), str) or "detail" in event)
    if event.get("error") or event.get("object") == "error" or bare:
        raise Refused(sentence_in(json.dumps(event).encode()) or "it names no reason")
    end: End = "finished" if event.get("done") is True else ""
    choices = event.get("choices")
    rows = choices if isinstance(choices, list) else [choices]
    row = next((one for one in rows if isinstance(one, dict) and one.get("index") in (None, 0)), None)
    if row is None:  # usage, results of a filter, or Ollama's own dialect
        return Piece(_text(event.get("message")), end)
    why = row.get("finish_reason")
    if isinstance(why, str) and why.lower() not in ("", "null", "none"):
        end = "cut" if why.lower() in _CUT else "filtered" if why.lower() in _FILTERED else "finished"
    elif "message" in row and "delta" not in row:  # not streamed: there is no more
        end = "finished"
    return Piece(_text(row.get("delta")) or _text(row.get("message")) or _text(row.get("text")), end)


def _text(value: Any) -> str:
    """The text in a message, a delta, a content or a part of one. What a model thinks is not part of it."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "".join(map(_text, value))
    if isinstance(value, dict) and value.get("type", "text") in ("text", "output_text", "message"):
        return next((found for key in ("content", "text", "value") if (found := _text(value.get(key)))), "")
    return ""


def _beyond(said: str, piece: str) -> str:
    """What a piece adds: some servers give all that was said again and more, every time or at the end."""
    if " " in said.strip():
        for before in (said, said.rstrip(), said.strip()):
            if len(piece.rstrip()) > len(before) and piece.startswith(before):
                return piece[len(before) :]
    return piece
