"""Raised marks: the numbers of footnotes and exponents, told by their size and height, as words of their own.

A mark is written with superscript characters, one for one, so the numbering of a page's characters stays: "12,5003"
becomes "12,500" and "³". This module does not know what a mark means.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["APART", "CLOSE", "Words", "with_marks"]

APART, CLOSE = 1, 2
"""How a mark follows what stands before it: "12,500 ³" as a word of its own, "km²" as a part of it."""
_SMALL = 0.8  # of the height of what it follows
_RAISED = 0.15  # its foot stands higher by as much of that height
_BESIDE = 0.6  # heights; what is farther from the word before it belongs to no word
_MARK = re.compile(r"[-–−]?\d{1,3}(?:[,–]\d{1,3})*$|[a-i]$")
_AFTER = re.compile(r"\d[.,;:)\]]+$")
_UNIT = re.compile(r"(?<![^\W\d_])(?:[a-zµμ]{2}|[^\W\d_])$|(?<![\d.,])10$")
_RAISE = str.maketrans("0123456789-−–abcdefghi", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁻⁻ᵃᵇᶜᵈᵉᶠᵍʰⁱ")

Boxes = NDArray[np.float32]


@dataclass(slots=True)
class Words:
    """Words of a page: `(n,)` places in its text, `(n, 4)` boxes of their first and last characters, kinds of marks."""

    starts: NDArray[np.int32]
    ends: NDArray[np.int32]
    first: Boxes
    last: Boxes
    marks: NDArray[np.int8]


def with_marks(text: str, words: Words, boxes: Callable[[NDArray[np.int32]], Boxes]) -> tuple[str, Words]:
    """The text with its marks raised, and its words with those marks taken off; `boxes` gives those of characters."""
    parts = _parts(text, words, boxes)
    if not parts:
        return text, words
    chars = list(text)
    starts, ends, marks, at = [], [], [], 0
    for word, cuts in sorted(parts.items()):
        starts += words.starts[at:word].tolist()
        ends += words.ends[at:word].tolist()
        marks += [0] * (word - at)
        for start, end, is_mark in cuts:
            before = text[max(0, start - 12) : start].rstrip()
            marks.append((CLOSE if _UNIT.search(before) else APART) if is_mark else 0)
            starts.append(start)
            ends.append(end)
            if is_mark:
                chars[start:end] = text[start:end].translate(_RAISE)
        at = word + 1
    starts += words.starts[at:].tolist()
    ends += words.ends[at:].tolist()
    marks += [0] * (len(words.starts) - at)
    begin, stop = np.array(starts, np.int32), np.array(ends, np.int32)
    fresh = Words(begin, stop, boxes(begin), boxes(stop - 1), np.array(marks, np.int8))
    return "".join(chars), fresh


def _parts(
    text: str, words: Words, boxes: Callable[[NDArray[np.int32]], Boxes]
) -> dict[int, list[tuple[int, int, bool]]]:
    """Words that are or have marks, by number: their parts, each with whether it is a mark."""
    found: dict[int, list[tuple[int, int, bool]]] = {}
    first, last = words.first, words.last
    tail = _above(last, first)
    head = _above(first, last)
    whole = np.zeros(len(tail), np.bool_)
    whole[1:] = _above(first[1:], last[:-1]) & (np.abs(first[1:, 0] - last[:-1, 2]) < _BESIDE * _height(last[:-1]))
    whole &= ~head & ~tail
    texts = [text[start:end] for start, end in zip(words.starts.tolist(), words.ends.tolist(), strict=True)]
    for at in np.flatnonzero(whole).tolist():
        if _MARK.match(texts[at]) and (texts[at][-1].isdecimal() or _may_carry_letter(texts[at - 1])):
            found[at] = [(int(words.starts[at]), int(words.ends[at]), True)]
    inside = np.flatnonzero(tail | head).tolist()
    ended = [
        (at, one.start()) for at, word in enumerate(texts) if word[-1] in ".,;:)]" and (one := _AFTER.search(word))
    ]
    if ended:
        which = np.array([at for at, _ in ended])
        figures = boxes(words.starts[which] + np.array([place for _, place in ended], np.int32))
        inside += which[_above(figures, first[which])].tolist()
    for at in sorted(set(inside) - set(found)):
        cuts = _cut(texts[at], int(words.starts[at]), boxes)
        if cuts:
            found[at] = cuts
    return found


def _cut(word: str, start: int, boxes: Callable[[NDArray[np.int32]], Boxes]) -> list[tuple[int, int, bool]]:
    """A word's parts where a run of its characters is small and raised; none where that is no mark."""
    places = boxes(np.arange(start, start + len(word), dtype=np.int32))
    heights = _height(places)
    tall = places[int(np.argmax(heights))]
    high = _above(places, np.broadcast_to(tall, places.shape)).tolist()
    if True not in high:
        return []
    begin = high.index(True)
    end = begin + high[begin:].index(False) if False in high[begin:] else len(word)
    mark, base = word[begin:end], word[:begin]
    if any(high[end:]) or not _MARK.match(mark) or not (mark[-1].isdecimal() or _may_carry_letter(base)):
        return []
    if word[end:] and any(map(str.isalnum, word[end:])) and base:
        return []  # inside of a word or a formula
    cuts = [(start, start + begin, False), (start + begin, start + end, True), (start + end, start + len(word), False)]
    return [cut for cut in cuts if cut[0] < cut[1]]


def _may_carry_letter(word: str) -> bool:
    """Whether a raised letter after the word is a mark, not the end of an ordinal or an abbreviation."""
    return word[-1:].isdecimal() or (len(word) > 3 and word[-1:].isalpha())


def _above(small: Boxes, tall: Boxes) -> NDArray[np.bool_]:
    """Whether each box is smaller than the other, and stands higher on the same line."""
    height = _height(tall)
    size = (_height(small) > 0) & (_height(small) < _SMALL * height)
    raised = (small[:, 3] < tall[:, 3] - _RAISED * height) & (small[:, 3] > tall[:, 1])
    above: NDArray[np.bool_] = size & raised
    return above


def _height(boxes: Boxes) -> NDArray[np.float32]:
    height: NDArray[np.float32] = boxes[:, 3] - boxes[:, 1]
    return height
