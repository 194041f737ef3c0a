"""Who said what in the text of a message: quoted lines and forwarded messages, each with its writer and date.

How mail programs word it is data (`quote_heads.txt`, `header_names.txt`). This module does not know what a message is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

__all__ = ["Passage", "head_of", "passages_of", "whole_head_of"]

_QUOTED = re.compile(r"((?:[>|][ \t]?)+)(.*)", re.DOTALL)
_DIVIDER = re.compile(
    r"(?i)\s*(?:[-_]{3,}|Begin|Anfang der)\s*(?:(?:\w+ ){0,3}(?:message|Nachricht|transféré|message d'origine|original|"
    r"reenviado|inoltrato|bericht|wiadomość|meddelande|сообщение|İleti|zpráva|üzenet)\b.{0,40}?)?[-_:]*\s*"
)
_WHEN = (  # it ends in a number, or in what may stand behind one
    r"(?P<when>[^<>@]{3,60}\d(?:[hH年月日.時]|\.?\s?(?:г\.|god\.|uur|Uhr|óra|น\.))*"
    r"(?: ?[APap]\.?[Mm]\.?)?(?: \(?[A-Z]{3,5}\)?| ?(?:GMT|UTC)?[+-]\d\d:?\d\d)*)"
)
_WHO = r"(?P<who>[^\d\s:<].{1,120}?)"
_MOST_HEAD = 3  # lines over which a long head may be wrapped
_LONGEST = 240


class Passage(NamedTuple):
    """Lines of one writer. `head` names writer and date ("Ann <a@x>, 3 May"), empty where nothing says who wrote."""

    depth: int  # how often it is quoted
    head: str
    text: str


def passages_of(text: str) -> list[Passage]:
    """The passages of a message in order; the first of depth 0 without a head is the sender's own."""
    lines = [_unquoted(line) for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    found: list[Passage] = []
    heads: dict[int, str] = {}  # who speaks at a depth
    pending: list[str] = []
    now = 0
    at = 0
    while at < len(lines):
        depth, line = lines[at]
        head, used, speaking = _head_at(lines, at)
        blank = not line.strip()
        if head or (depth != now and not blank):
            _close(found, now, heads.get(now, ""), pending)
            now = speaking if head else depth
        if head:
            heads = {level: who for level, who in heads.items() if level <= now}
            heads[now] = head
            at += used
            continue
        pending.append("" if blank else line)
        at += 1
    _close(found, now, heads.get(now, ""), pending)
    return found


def head_of(line: str) -> str:
    """Writer and date, where a line says that what is below it was written by somebody; else empty."""
    line = " ".join(line.split())
    if not 6 <= len(line) <= _LONGEST or line[-1] not in ":：":
        return ""
    line = line.rstrip(" :：")
    for pattern in _heads():
        match = pattern.fullmatch(line)
        if match and "://" not in line:
            told = match.groupdict()
            return ", ".join(filter(None, (told.get("who"), told.get("when"))))
    return ""


def whole_head_of(lines: Sequence[str]) -> tuple[str, int]:
    """Writer and date where lines head a forwarded message ("From: … Sent: …"), and how many lines that took."""
    names = _names()
    sender = names["from"].fullmatch(lines[0].strip(" *\t")) if lines else None
    if sender is None:
        return "", 0
    who, when, used = sender[1].strip(" *"), "", 1
    for line in lines[1:8]:
        told = line.strip(" *\t")
        date = names["when"].fullmatch(told)
        if date:
            when = when or date[1].strip(" *")
        elif not names["more"].fullmatch(told):
            break
        used += 1
    return (", ".join(filter(None, (who, when))), used) if used > 1 else ("", 0)


def _head_at(lines: list[tuple[int, str]], at: int) -> tuple[str, int, int]:
    """The head that begins at a line, how many lines it takes, and the depth of what follows it."""
    depth, line = lines[at]
    if not line.strip():
        return "", 0, 0
    near = [text for level, text in lines[at : at + 8] if level == depth]
    head, used = whole_head_of(near)
    if head:
        return head, _only_told(near[:used], used), depth
    if _DIVIDER.fullmatch(line) and len(line.strip()) > 2:
        rest = next((step for step in range(1, 4) if at + step < len(lines) and lines[at + step][1].strip()), 0)
        inner = _head_at(lines, at + rest) if rest else ("", 0, 0)
        return (inner[0], inner[1] + rest, inner[2]) if inner[0] else ("", 0, 0)
    for count in range(1, _MOST_HEAD + 1):
        part = lines[at : at + count]
        if len(part) < count or any(level != depth or not text.strip() for level, text in part):
            break
        head = head_of(" ".join(text for _, text in part))
        if head:
            after = next((level for level, text in lines[at + count :] if text.strip()), depth)
            dated = any(char.isdigit() for char in head.split(">")[-1])  # "as the council wrote:" heads nothing
            return (head, count, after) if after > depth or dated else ("", 0, 0)
    return "", 0, 0


def _only_told(near: Sequence[str], used: int) -> int:
    """The lines of a head that its heading repeats: those of sender and date stand first; the others stay text."""
    names = _names()
    first = 0
    for line in near[:used]:
        told = line.strip(" *\t")
        if not (names["from"].fullmatch(told) or names["when"].fullmatch(told)):
            break
        first += 1
    return first


def _close(found: list[Passage], depth: int, head: str, pending: list[str]) -> None:
    text = "\n".join(pending).strip("\n")
    pending.clear()
    if text.strip() or (head and not any(one.head == head for one in found[-1:])):
        found.append(Passage(depth, head, text))


def _unquoted(line: str) -> tuple[int, str]:
    match = _QUOTED.fullmatch(line)
    if match is None or (line[0] == "|" and line.count("|") > 2):  # a row of a table
        return 0, line
    return sum(char in ">|" for char in match[1]), match[2]


@cache
def _heads() -> list[re.Pattern[str]]:
    lines = (Path(__file__).parent / "quote_heads.txt").read_text("utf-8").splitlines()
    lines = [line for line in lines if line and not line.startswith("#")]
    return [re.compile(line.replace("WHO", _WHO).replace("WHEN", _WHEN)) for line in lines]


@cache
def _names() -> dict[str, re.Pattern[str]]:
    lines = (Path(__file__).parent / "header_names.txt").read_text("utf-8").splitlines()
    parts = (line.split(": ", 1) for line in lines if line and not line.startswith("#"))
    return {what: re.compile(rf"\*?(?:{names})\*?\s?[:：]\*?\s*(.*\S)\s*") for what, names in parts}
