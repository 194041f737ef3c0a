"""Reading order of text that runs from right to left, from where its characters and words stand.

PDFium numbers some such words from their left end and others from their right one, and so do the files. This module
does not know the Unicode bidirectional algorithm: the page has already been set by it, and is only read back.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from rag.language import RIGHT_TO_LEFT

__all__ = ["char_orders", "is_backwards", "word_order"]

Boxes = NDArray[np.float32]


def is_backwards(text: str) -> bool:
    """Whether most of the letters are written from right to left."""
    if not RIGHT_TO_LEFT.search(text):
        return False
    return len(RIGHT_TO_LEFT.findall(text)) * 2 > sum(map(str.isalpha, text))


def char_orders(
    text: str, starts: Sequence[int], ends: Sequence[int], boxes: Callable[[NDArray[np.int32]], Boxes]
) -> dict[int, tuple[int, ...]]:
    """The characters of words in reading order, by the word's first character; only where that is not their numbering.

    `boxes` gives the places of characters by their numbers.
    """
    found: dict[int, tuple[int, ...]] = {}
    if not RIGHT_TO_LEFT.search(text):
        return found
    for start, end in zip(starts, ends, strict=True):
        word = text[start:end]
        if end - start > 1 and RIGHT_TO_LEFT.search(word):
            order = _chars(word, boxes(np.arange(start, end, dtype=np.int32)))
            if order != list(range(end - start)):
                found[start] = tuple(start + at for at in order)
    return found


def _chars(word: str, boxes: Boxes) -> list[int]:
    """From right to left, figures and other letters among them from left to right, marks after what they stand on."""
    right = boxes[:, 2].tolist()
    unseen = [box[0] == box[2] for box in boxes.tolist()]
    letters = [at for at, char in enumerate(word) if not unicodedata.combining(char) and not unseen[at]]
    order = _by_runs(sorted(letters, key=lambda at: -right[at]), lambda at: _forwards(word[at]))
    for at in range(len(word)):
        if at in letters:
            continue
        middle = float(boxes[at, 0] + boxes[at, 2]) / 2
        base = [one for one in order if boxes[one, 0] <= middle <= boxes[one, 2]] if not unseen[at] else []
        place = order.index(base[0]) + 1 if base else sum(right[one] >= middle for one in order)
        while place < len(order) and unicodedata.combining(word[order[place]]):
            place += 1
        order.insert(place, at)
    return order


def _forwards(char: str) -> bool:
    return unicodedata.bidirectional(char) in ("L", "EN", "AN", "ES", "CS", "ET")


def word_order(texts: Sequence[str], boxes: Boxes) -> list[int]:
    """Words of one line in reading order, from right to left; what is written the other way among them is not."""
    order = sorted(range(len(texts)), key=lambda at: (-float(boxes[at, 2]), at))
    latin = [any(unicodedata.bidirectional(char) == "L" for char in text) for text in texts]
    figures = [not latin[at] and not RIGHT_TO_LEFT.search(text) for at, text in enumerate(texts)]
    return _by_runs(order, lambda at: latin[at] or (figures[at] and any(_near(order, latin, at))))


def _near(order: Sequence[int], latin: Sequence[bool], at: int) -> tuple[bool, ...]:
    place = order.index(at)
    return tuple(latin[one] for one in order[place + 1 : place + 2])


def _by_runs(order: Sequence[int], forwards: Callable[[int], bool]) -> list[int]:
    """The order with each run of what is read from left to right turned round."""
    found: list[int] = []
    run: list[int] = []
    for at in order:
        if forwards(at):
            run.append(at)
            continue
        found += [*reversed(run), at]
        run = []
    return [*found, *reversed(run)]
