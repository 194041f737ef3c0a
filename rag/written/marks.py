"""Citation marks in a text that comes in pieces: taken out, read, and never shown in halves.

`[1]`, `[1, 2]`, `[1][2]`, `[2-4]`, `【1】`, `(1)`, `[^1]`, `[Passage 1]`, `[1](link)` and a raised ¹ after a full stop
are marks; a list of sources at the end is left out. This module does not know what the numbers stand for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rag.text import sentence_spans

__all__ = ["Said", "Sentences", "without_marks"]

_NUMBERS = r"\^?\d{1,3}(?:\s*(?:,|;|&|and|-|–)\s*\^?\d{1,3})*"
_LABEL = r"(?:(?:passages?|sources?|documents?|refs?\.?|references?|citations?)\s*:?\s*\#?)?"
_MARK = re.compile(
    rf"""\[\s*{_LABEL}(?P<square>{_NUMBERS})(?:\s*,?\s*pp?\.\s*\d+)?\s*\](?:\((?:https?:|\#)[^)\s]*\))?
      | 【\s*{_LABEL}(?P<heavy>{_NUMBERS})(?:[†:][^】]*)?】
      | (?<=[\w.!?”"'%’)\]]\s)\((?P<round>{_NUMBERS})\)(?=[\s.,;:!?]|$)
      | (?<=[.!?”"])(?P<raised>[⁰¹²³⁴-⁹]+)""",
    re.VERBOSE | re.IGNORECASE,
)
_NOT_ROUND = re.compile(
    r"\b(?:see|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|sections?|articles?|steps?|figures?|tables?|"
    r"equations?|chapters?|parts?|paragraphs?|clauses?|\d+)\s$",
    re.IGNORECASE,
)
_HALF = re.compile(
    r"(?:\[[\s^\w,;:&.#–-]{0,40}|【[^】]{0,40}|\([\d\s,;&–-]{0,12})$|\[[^\[\]]{1,40}\](?:\([^)\s]{0,200})?$|\s$"
)
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_LIST = re.compile(
    r"^\W*(?:sources?|references?|citations?|footnotes?|notes)\W*$|^\s*(?:\[\^?\d+\]|【\d+】)\s*:", re.IGNORECASE
)
_BULLET = re.compile(r"^\s*(?:[-*+•–]\s+|\d{1,2}[.)]\s+|#{1,6}\s+|>\s+)+")
_EMPHASIS = re.compile(r"\*\*|__|`|(?<!\w)\*(?=\w)|(?<=[\w.,!?])\*(?!\w)")
_SPACE_BEFORE = re.compile(r"\s+(?=[.,;:!?](?:\s|$))")
_CLOSED_THOUGHT = re.compile(r"<think(?:ing)?>.*?</think(?:ing)?>\s*", re.DOTALL | re.IGNORECASE)
_THINKING = re.compile(r"\s*<(?:think(?:ing)?>|t?h?i?n?k?i?n?g?$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence as a person would read it, and the numbers that its marks name."""

    text: str
    marks: frozenset[int]


@dataclass(slots=True)
class Sentences:
    """Takes pieces of a text and gives its sentences, each as soon as the next one has begun.

    Marks from 1 to `known` exist; `unknown` counts the others.
    """

    known: int
    unknown: int = 0
    _line: str = ""  # as it came
    _given: int = 0  # characters of the line, marks taken out, that were given
    _ended: bool = False  # a list of sources has begun

    def feed(self, piece: str) -> Iterator[Said]:
        """The sentences that the piece completes."""
        self._line = _CLOSED_THOUGHT.sub("", self._line + piece)
        if _THINKING.match(self._line):
            return
        *lines, last = self._line.split("\n")
        for line in lines:
            yield from self._sentences(line, whole=True)
            self._given = 0
        self._line = last
        half = _HALF.search(last)
        yield from self._sentences(last[: half.start()] if half else last, whole=False)

    def end(self) -> Iterator[Said]:
        """What is left when nothing more comes."""
        line = "" if _THINKING.match(self._line) else self._line
        yield from self._sentences(line, whole=True)
        self._line, self._given = "", 0

    def _sentences(self, line: str, whole: bool) -> Iterator[Said]:
        """What was not given yet of the sentences of a line, the last one only where the line is whole."""
        self._ended = self._ended or (whole and _LIST.match(line) is not None)
        if self._ended:
            return
        plain, marks = _taken_out(_BULLET.sub("", line), self.known)
        spans = sentence_spans(plain)
        for at, span in enumerate(spans if whole else spans[:-1]):
            if span.end <= self._given:
                continue
            border = spans[at + 1].start if at + 1 < len(spans) else len(plain)
            numbers = {n for place, found in marks if _between(place, span.start, border, at) for n in found}
            text = _EMPHASIS.sub("", plain[max(span.start, self._given) : span.end])
            self.unknown += sum(not 1 <= number <= self.known for number in numbers)
            self._given = border
            if any(char.isalnum() for char in text):
                yield Said(
                    _SPACE_BEFORE.sub("", " ".join(text.split())), frozenset(n for n in numbers if 1 <= n <= self.known)
                )


def without_marks(text: str) -> str:
    """The text without what a reader of marks would take for one."""
    return _taken_out(text, 999)[0]


def _between(place: int, start: int, border: int, at: int) -> bool:
    """Whether a mark belongs to a sentence: it stands in it, or before the next one begins."""
    return (start < place or (at == 0 and place <= start)) and place <= border


def _taken_out(line: str, known: int) -> tuple[str, list[tuple[int, list[int]]]]:
    """The line without its marks, and where each stood in it with its numbers."""
    plain, marks, end = "", [], 0
    for match in _MARK.finditer(line):
        numbers = _numbers(match)
        if match["round"] and (_NOT_ROUND.search(line, 0, match.start()) or not all(1 <= n <= known for n in numbers)):
            continue
        plain += line[end : match.start()]
        marks.append((len(plain), numbers))
        end = match.end()
    plain += line[end:]
    return plain, marks


def _numbers(match: re.Match[str]) -> list[int]:
    """The numbers that a mark names, ranges written out."""
    written = match["square"] or match["heavy"] or match["round"] or match["raised"].translate(_RAISED)
    found: list[int] = []
    for part in re.split(r"[,;&]|and", written):
        ends = [int(number) for number in re.findall(r"\d+", part)]
        found += range(ends[0], min(ends[-1], ends[0] + 20) + 1) if len(ends) > 1 else ends
    return found
