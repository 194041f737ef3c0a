"""Citation marks in a text that comes in pieces: taken out, read, and never shown in halves.

`[1]`, `[1, 2]`, `[1][2]`, `[2-4]`, `【1】`, `(1)`, `[^1]`, `[Passage 1]`, `(source 1)`, `[1](link)`, `\\[1\\]`,
`<sup>1</sup>` and a raised ¹ are marks. Years in brackets, `[1,200]`, `km²`, what stands in code or in an address, and
`(1)` where it counts the parts of a list are not. A list of sources at the end is left out, and so is what a model
thinks. This module does not know what the numbers stand for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from rag.language import NUMBERED, sentence_spans

__all__ = ["GeneratedSentence", "Heard", "ReasoningEnded", "SentenceStream", "without_marks"]

_NAMED = r"(?:passages?|sources?|documents?|docs?|refs?\.?|references?|citations?)\s*:?\s*"
_NUMBER = rf"(?:{_NAMED})?\#?\^?\d{{1,3}}(?!\d)"
_NUMBERS = rf"{_NUMBER}(?:\s*(?:,(?!\d{{3}})|;|&|and|-|–)\s*{_NUMBER})*"
_TARGET = r"(?:[^()\s]|\([^()\s]*\))*"
_RAISED_DIGITS = "[⁰¹²³⁴-⁹]"
_MARK = re.compile(
    rf"""\^?(?:\\?\[|［)\s*(?P<square>{_NUMBERS})(?:\s*,?\s*pp?\.\s*\d+)?\s*(?:\\?\]|］)(?:\((?:https?:|\#){_TARGET}\))?
      | 【\s*(?P<heavy>{_NUMBERS})(?:[†:][^】]*)?】
      | <sup>\s*\[?(?P<small>{_NUMBERS})\]?\s*</sup>
      | (?<=[\w.!?”"'%’)\]]\s)\((?P<round>{_NUMBERS})\)(?=[\s.,;:!?]|$)
      | (?:(?<=[.!?”"])|(?<=[^\W\d_]{{3}}))(?P<raised>{_RAISED_DIGITS}(?:[,\s]?{_RAISED_DIGITS})*)""",
    re.VERBOSE | re.IGNORECASE,
)
_PROTECTED = re.compile(
    r"`[^`\n]{1,80}`|https?://[^\s<>()\[\]]+(?:[\[(][^\s\])]*[\])](?=[^\s.,;:!?\])]))*[^\s<>()\[\]]*"
)
"""Code, and addresses with the brackets inside them."""
_COUNTED = re.compile(r"^\s*\(\d{1,2}\)\s+")  # "(1) It rose. (2) It fell."
_OPEN = (
    r"\^?\\?[\[［][\s^\w,;:&.#–\\-]{0,40}|【[^】]{0,40}|\((?:[a-z]{0,12}\.?:?\s?)?[\d\s,;&–-]{0,12}|"
    r"<[/sup\[\d,\s]{0,12}|[\\^]"
)
_HALF = re.compile(
    rf"(?:{_OPEN})$|[\[［][^\[\]]{{1,40}}\](?:\((?:[^()\s]|\([^()\s]*\)?){{0,200}})?$|<sup>[^<]{{0,20}}(?:<[/sup]{{0,4}})?$|`[^`]{{0,81}}$|"
    rf"https?://\S*$|{_RAISED_DIGITS}[,\s]?$|\s$",
    re.IGNORECASE,
)
_CUT_OFF = re.compile(rf"\s*\^?(?:\\?[\[［]|【|\(|<sup>)\s*(?:{_NAMED})?[\d\s,;&^–-]{{0,20}}$", re.IGNORECASE)
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_LIST = re.compile(
    r"^\W*(?:sources?|references?|citations?|footnotes?|notes)\W*$|^\s*(?:\[\^?\d+\]|【\d+】)\s*:", re.IGNORECASE
)
_BULLET = re.compile(r"^\s*(?:[-*+•–]\s+|\d{1,2}[.)]\s+|\(\d{1,2}\)\s+|#{1,6}\s+|>\s+)+")
_FENCE = re.compile(r"^\s*(?:```|~~~)")
_EMPHASIS = re.compile(r"\*\*|__|`|(?<!\w)\*(?=\w)|(?<=[\w.,!?])\*(?!\w)")
_SPACE_BEFORE = re.compile(r"\s+(?=[.,;:!?](?:\s|$))")
_CLOSED_THOUGHT = re.compile(r"<think(?:ing)?>.*?</think(?:ing)?>", re.DOTALL | re.IGNORECASE)
_OPEN_THOUGHT = re.compile(
    r"<think(?:ing)?>.*|</?(?:t|th|thi|thin|think|thinki|thinkin|thinking)?\Z", re.DOTALL | re.IGNORECASE
)
_ASSUMED = "<think>\0"  # no model writes it
_END_OF_THOUGHT = re.compile(r".*</think(?:ing)?>", re.DOTALL | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class GeneratedSentence:
    """A sentence as a person would read it, and the numbers that its marks name."""

    text: str
    marks: frozenset[int]


class ReasoningEnded:
    """All that was given before was thought, not said: many chat templates open a thought that the model only ends."""


Heard: TypeAlias = GeneratedSentence | ReasoningEnded


@dataclass(slots=True)
class SentenceStream:
    """Takes pieces of a text and gives its sentences, each as soon as the next one has begun.

    Marks from 1 to `known` exist; `unknown` counts the others. `thinking`: what comes first is taken for a thought, and
    held back; for the answer after all where nothing ends it.
    """

    known: int
    thinking: bool = False
    unknown: int = 0
    _line: str = ""  # as it came
    _given: int = 0  # characters of the line, marks taken out, that were given
    _ended: bool = False  # a list of sources has begun
    _fenced: bool = False  # in a block of code

    def __post_init__(self) -> None:
        self._line = _ASSUMED if self.thinking else ""

    def feed(self, piece: str) -> Iterator[Heard]:
        """The sentences that the piece completes, whatever the pieces are: what was said is looked at word by word."""
        for char in piece:
            word = self._line[-1:].isalnum() and not char.isalnum()
            self._line += char
            if word or char == "\n":
                yield from self._look()

    def _look(self) -> Iterator[Heard]:
        text = _CLOSED_THOUGHT.sub("", self._line)
        if ended := _END_OF_THOUGHT.match(text):
            text = text[ended.end() :]
            self._given, self._ended, self._fenced, self.unknown = 0, False, False, 0
            yield ReasoningEnded()
        thought = _OPEN_THOUGHT.search(text)
        *lines, last = text[: thought.start() if thought else len(text)].split("\n")
        for line in lines:
            yield from self._sentences(line, whole=True)
            self._given = 0
        self._line = last + (thought[0] if thought else "")
        half = _HALF.search(last)
        yield from self._sentences(last[: half.start()] if half else last, whole=False)

    def end(self) -> Iterator[Heard]:
        """What is left when nothing more comes, without a mark that was cut off."""
        if self._line.startswith(_ASSUMED):
            text, self._line = self._line.removeprefix(_ASSUMED), ""
            yield from self.feed(text)
        line = _CUT_OFF.sub("", _OPEN_THOUGHT.sub("", self._line))
        yield from self._sentences(line, whole=True)
        self._line, self._given = "", 0

    def _sentences(self, line: str, whole: bool) -> Iterator[GeneratedSentence]:
        """What was not given yet of the sentences of a line, the last one only where the line is whole."""
        self._ended = self._ended or (whole and _LIST.match(line) is not None)
        if self._ended or self._in_code(line, whole):
            return
        plain, marks = _taken_out(_BULLET.sub("", line), self.known, counted=_COUNTED.match(line) is not None)
        spans = sentence_spans(plain)
        begun = [at for at, span in enumerate(spans) if any(map(str.isalnum, plain[span.start : span.end]))]
        # A sentence has ended once the next one has a word.
        for at, span in enumerate(spans if whole else spans[: begun[-1]] if begun else []):
            text = _EMPHASIS.sub("", plain[max(span.start, self._given) : span.end])
            if not any(map(str.isalnum, text)):
                continue
            border = spans[at + 1].start if at + 1 < len(spans) else len(plain)
            numbers = {n for place, found in marks if _between(place, span.start, border, at) for n in found}
            self.unknown += sum(not 1 <= number <= self.known for number in numbers)
            self._given = border
            yield GeneratedSentence(
                _SPACE_BEFORE.sub("", " ".join(text.split())), frozenset(n for n in numbers if 1 <= n <= self.known)
            )

    def _in_code(self, line: str, whole: bool) -> bool:
        """Whether a line is of a block of code: an example that a model makes up, which no source can carry."""
        fence = _FENCE.match(line) is not None
        if fence and whole:
            self._fenced = not self._fenced
        return fence or self._fenced


def without_marks(text: str) -> str:
    """The text without what a reader of marks would take for one."""
    return _taken_out(text, 999)[0]


def _between(place: int, start: int, border: int, at: int) -> bool:
    """Whether a mark belongs to a sentence: it stands in it, or before the next one begins."""
    return (start < place or (at == 0 and place <= start)) and place <= border


def _taken_out(line: str, known: int, counted: bool = False) -> tuple[str, list[tuple[int, list[int]]]]:
    """The line without its marks, and where each stood in it with its numbers. `counted`: round ones are no marks."""
    plain, marks, end = "", [], 0
    protected = [match.span() for match in _PROTECTED.finditer(line)]
    for match in _MARK.finditer(line):
        numbers = _numbers(match, known)
        if any(a <= match.start() < b for a, b in protected):
            continue
        if match["round"] and (
            counted or NUMBERED.search(line, 0, match.start()) or not all(1 <= n <= known for n in numbers)
        ):
            continue
        plain += line[end : match.start()]
        marks.append((len(plain), numbers))
        end = match.end()
    plain += line[end:]
    return plain, marks


def _numbers(match: re.Match[str], known: int) -> list[int]:
    """The numbers that a mark names, ranges written out."""
    if match["raised"]:
        raised = [int(number) for number in re.findall(r"\d+", match["raised"].translate(_RAISED))]
        return [n for number in raised for n in ([number] if number <= known else map(int, str(number)))]
    written = match["square"] or match["heavy"] or match["small"] or match["round"]
    found: list[int] = []
    for part in re.split(r"[,;&]|and", written):
        ends = [int(number) for number in re.findall(r"\d+", part)]
        found += range(ends[0], min(ends[-1], ends[0] + 20) + 1) if len(ends) > 1 else ends
    return found
