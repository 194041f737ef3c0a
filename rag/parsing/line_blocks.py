"""Lines of a text and which of them belong together: a wrapped paragraph does, a run of `Key: value` lines does not.

This module does not know any file format; it is shared by the readers of plain text and Markdown.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from rag.language import ends_sentence, is_pair_line
from rag.types import BlockKind, Span

__all__ = ["Line", "LineBlock", "line_blocks_of", "lines_of", "paragraphs_of", "span_of"]

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r|\Z)")
_ITEM = re.compile(r"\s*(?:>\s*)*(?:[-*+•●▪■◦‣⁃–—]\s|\(?(?:\d{1,3}|[A-Za-z])[.)]\s)\s*\S")
_TABLE = re.compile(r"\S\t+\S.*\t|^\s*\|.*\|\s*$|^\s*\S+(?:\s{3,}\S+){2,}\s*$")
_LONG = 130  # characters; a longer line was not wrapped by an editor: those wrap at 72 to 120; chosen by hand


class Line(NamedTuple):
    """A line without its end: `text == whole[start : start + len(text)]`."""

    start: int
    text: str

    @property
    def blank(self) -> bool:
        return not self.text or self.text.isspace()


class LineBlock(NamedTuple):
    """Lines `first .. last` (half-open) that make one block."""

    kind: BlockKind
    first: int
    last: int


def lines_of(text: str) -> list[Line]:
    """All lines; they end at LF, CRLF or CR."""
    lines: list[Line] = []
    for match in _LINE.finditer(text):
        if match.start() == len(text) and lines:
            break
        lines.append(Line(match.start(), match[0].rstrip("\r\n")))
    return lines


def span_of(lines: Sequence[Line], first: int, last: int) -> Span:
    """From the first to the last visible character of the lines; they are not all blank."""
    inside = [line for line in lines[first:last] if not line.blank]
    opening, closing = inside[0], inside[-1]
    start = opening.start + len(opening.text) - len(opening.text.lstrip())
    return Span(start, closing.start + len(closing.text.rstrip()))


def paragraphs_of(lines: Sequence[Line]) -> list[tuple[int, int]]:
    """Runs of lines without blank ones between, half-open."""
    stanzas: list[tuple[int, int]] = []
    start = None
    for at, line in enumerate(lines):
        if line.blank and start is not None:
            stanzas.append((start, at))
            start = None
        elif not line.blank and start is None:
            start = at
    return [*stanzas, (start, len(lines))] if start is not None else stanzas


def line_blocks_of(lines: Sequence[Line], first: int, last: int, kind: BlockKind = "paragraph") -> list[LineBlock]:
    """Splits a run of lines without blank ones between into blocks; `kind` is that of its ordinary text."""
    pieces: list[LineBlock] = []
    width = max((len(line.text) for line in lines[first:last]), default=0)
    wrapped = _is_wrapped(lines, first, last, width)
    for at in range(first, last):
        if lines[at].blank:  # by Unicode; Markdown knows only spaces and tabs
            continue
        text = lines[at].text
        before = lines[at - 1].text if at > first and not lines[at - 1].blank else ""
        mine: BlockKind = "table" if _TABLE.search(text) else "list" if _ITEM.match(text) else kind
        if pieces and before and mine == kind and not _breaks(lines, first, last, at, width, before, wrapped):
            pieces[-1] = LineBlock(pieces[-1].kind, pieces[-1].first, at + 1)
        else:
            pieces.append(LineBlock(mine, at, at + 1))
    return pieces


def _breaks(lines: Sequence[Line], first: int, last: int, at: int, width: int, before: str, wrapped: bool) -> bool:
    """Whether line `at` begins a new block although it looks like ordinary text."""
    text = lines[at].text
    if _TABLE.search(before) or len(before) > _LONG:
        return True
    if wrapped:
        return not _continues(before, text, width)
    near = [lines[i].text for i in (at - 1, at + 1) if first <= i < last]
    if is_pair_line(text) and any(is_pair_line(other) for other in near):
        return True
    return not _continues(before, text, width)


def _is_wrapped(lines: Sequence[Line], first: int, last: int, width: int) -> bool:
    """Three lines or more of nearly one length, but for the last: somebody's editor broke them."""
    return (
        last - first > 2
        and 50 <= width <= 100
        and all(len(line.text) > 0.8 * width for line in lines[first : last - 1])
    )


def _continues(before: str, text: str, width: int) -> bool:
    """The line before was full, or this one goes on in small letters."""
    start = text.lstrip()[:1]
    if before.endswith(("  ", "\\")):  # Markdown's hard break
        return False
    word = text.split(None, 1)[0]
    if len(before.rstrip()) + 1 + len(word) > min(width, _LONG):
        return True
    return start.islower() and not ends_sentence(before.rstrip())
