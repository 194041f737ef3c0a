"""Pieces of a page's lines → regions that are read one after the other: bands, columns, tables beside each other.

Columns are told from the cells of a table by what their lines look like: running text fills its lines whatever stands
beside it; a box beside it has lines at other heights; the file may draw one column after the other. What is none of
that is one region, read from left to right.

This module does not know words, nor what stands on other pages.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.parsing.pdf.pdfium import Boxes

__all__ = ["Pieces", "regions_of"]

_SWITCHES = 4  # changes of side, in the file's order, that columns may have: captions and footnotes; chosen by hand
_PIECE = 15  # characters of a piece that tells
_SWITCHED = 0.3  # the same as a share of the pieces of the column that has fewer
_MAX_DEPTH = 4  # columns within columns
_LINES = 4  # a column has as many at least
_PROSE = 6  # lines of one side that make it running text, where the other side is none
_LONG = 18  # characters of a usual line of running text
_BOX = 4.0  # heights: a box beside the text is as wide at least; marks and labels are not
_VALUE = 25  # characters; a longer piece is no cell of a table of short ones


@dataclass(slots=True)
class Pieces:
    """Runs of words that stand side by side, in the order of the file: `(n,)` and `(n, 4)` arrays."""

    first: NDArray[np.intp]
    last: NDArray[np.intp]  # half-open
    boxes: Boxes
    sizes: NDArray[np.float32]  # mean height of its characters
    heights: NDArray[np.float32]  # `(words,)`
    sides: NDArray[np.float32]  # left and right of each word, `(words, 2)`
    texts: list[str]
    chars: NDArray[np.int32] = field(init=False)
    wordy: NDArray[np.bool_] = field(init=False)  # has letters, as values of a table have not
    lower: NDArray[np.bool_] = field(init=False)  # begins with a small letter

    def __post_init__(self) -> None:
        self.chars = np.array([len(text) for text in self.texts], np.int32)
        self.wordy = np.array([sum(map(str.isalpha, text)) > 2 for text in self.texts], np.bool_)
        self.lower = np.array([text[:1].islower() for text in self.texts], np.bool_)


def regions_of(pieces: Pieces, *, backwards: bool = False) -> list[NDArray[np.intp]]:
    """The pieces by region, in reading order; `backwards`: columns follow each other from right to left."""
    boxes = pieces.boxes
    if backwards:
        width = float(boxes[:, 2].max())
        boxes = np.stack([width - boxes[:, 2], boxes[:, 1], width - boxes[:, 0], boxes[:, 3]], axis=1)
    return _Page(pieces, boxes).regions(np.arange(len(pieces.first)), 0)


@dataclass(slots=True)
class _Side:
    """The pieces on one side of a gutter, from top to bottom."""

    which: NDArray[np.intp]
    boxes: Boxes
    chars: NDArray[np.int32]
    wordy: float
    lower: float

    @property
    def width(self) -> float:
        """Of a usual line, weighed by characters: the labels of a figure do not outvote the column it stands in."""
        return _weighted_median(self.boxes[:, 2] - self.boxes[:, 0], self.chars)

    @property
    def fill(self) -> float:
        return self.width / max(1e-3, float(self.boxes[:, 2].max() - self.boxes[:, 0].min()))

    def full(self, share: float) -> float:
        """The share of lines that are nearly as long as the longest ones."""
        widths = self.boxes[:, 2] - self.boxes[:, 0]
        return float(np.mean(widths >= share * np.quantile(widths, 0.9)))

    @property
    def height(self) -> float:
        return float(np.median(self.boxes[:, 3] - self.boxes[:, 1]))

    @property
    def long(self) -> bool:
        """Whether the lines are as long as those of running text."""
        return _weighted_median(self.chars, self.chars) >= _LONG and self.width >= 7 * self.height

    @property
    def dense(self) -> bool:
        """Whether the lines follow each other as those of a text do, without holes as high as two of them."""
        steps = np.diff(np.sort(self.boxes[:, 3]))
        steps = steps[steps > 0.3 * self.height]
        return len(steps) > 1 and float(np.median(steps)) < 2.2 * self.height

    @property
    def runs(self) -> bool:
        """Whether this is running text without a doubt: full lines that mostly go on in the middle of a sentence."""
        many = len(self.which) >= _PROSE and float(self.chars.mean()) > _VALUE
        return many and self.long and self.dense and self.full(0.8) > 0.65 and self.lower > 0.4

    @property
    def ragged(self) -> bool:
        """Whether this looks like running text that is not set to one width."""
        enough = len(self.which) >= 8 or self.lower > 0.4
        return enough and self.dense and self.full(0.65) > 0.8


class _Page:
    def __init__(self, pieces: Pieces, boxes: Boxes) -> None:
        self.pieces, self.boxes = pieces, boxes

    def regions(self, which: NDArray[np.intp], depth: int) -> list[NDArray[np.intp]]:
        """Splits pieces into regions: bands between what crosses the columns, and columns in each band."""
        gutter = self._gutter(which) if depth < _MAX_DEPTH else None
        if gutter is None:
            return [which]
        wide = self._wide_rows(which)
        if wide.any():
            gutter = self._gutter(which[~wide]) or gutter
        side = _sides(self.boxes[which], gutter)
        side[wide] = 0
        middle = (self.boxes[which, 1] + self.boxes[which, 3]) / 2
        across = np.sort(middle[side == 0])
        band = np.searchsorted(across, middle)
        regions: list[NDArray[np.intp]] = []
        crossing: list[NDArray[np.intp]] = []
        for number in range(len(across) + 1):
            here = band == number
            columns = [which[here & (side == -1)], which[here & (side == 1)]]
            if any(len(column) for column in columns):
                if crossing:
                    regions.append(np.concatenate(crossing))
                    crossing = []
                for column in columns:
                    regions += self.regions(column, depth + 1) if len(column) else []
            crossing.append(which[here & (side == 0)])
        rest = np.concatenate(crossing)
        return [*regions, rest] if len(rest) else regions

    def _wide_rows(self, which: NDArray[np.intp]) -> NDArray[np.bool_]:
        """Which pieces are cells of a table that is wider than a column: rows of three short ones or more."""
        wide = np.zeros(len(which), np.bool_)
        lines = _lines(self.boxes[which])
        several = [len(line) >= 3 and int(self.pieces.chars[which[line]].max()) < _VALUE for line in lines]
        for at, line in enumerate(lines):
            near = several[max(0, at - 1) : at] + several[at + 1 : at + 2]
            wide[line] = several[at] and any(near)
        return wide if wide.mean() < 0.5 else np.zeros(len(which), np.bool_)

    def _gutter(self, which: NDArray[np.intp]) -> float | None:
        """The x where the second of two columns begins, or None."""
        if len(which) < 2 * _LINES:
            return None
        boxes, chars = self.boxes[which], self.pieces.chars[which]
        edges, counts = np.unique(np.round(boxes[:, 0] / 3), return_counts=True)
        common = np.argsort(-counts, kind="stable")[:12]
        best, best_score = None, float("-inf")
        for at in common.tolist():
            if counts[at] < _LINES - 1 or edges[at] * 3 <= boxes[:, 0].min() + 30:
                continue
            gutter = float(edges[at] * 3 - 2)
            side = _sides(boxes, gutter)
            score = min(float(chars[side == value].sum()) for value in (-1, 1)) - float(chars[side == 0].sum()) / 2
            if score > best_score and self._is_columns(which, side, score):
                best, best_score = gutter, score
        return best

    def _is_columns(self, which: NDArray[np.intp], side: NDArray[np.int8], score: float) -> bool:
        """Whether the two sides are read one after the other, rather than being cells of one table."""
        fewer = min(int(np.sum(side == -1)), int(np.sum(side == 1)))
        if fewer < _LINES - 1:
            return False
        left, right = self._side(which[side == -1]), self._side(which[side == 1])
        both = (left, right)
        text = fewer >= _LINES and all(one.long and one.chars.sum() >= 120 for one in both)
        if text and score > 0:
            drawn = side[self.pieces.chars[which] >= _PIECE]
            if _drawn_apart(drawn) or (min(one.fill for one in both) > 0.85 and _fewer(both) >= 8):
                return True
        if not self._uncrossed(which, side):
            return False
        if text and all(one.ragged for one in both) and not _same_breaks(left, right):
            return True
        if min(one.wordy for one in both) > 0.5 and all(one.dense for one in both):
            beside = (any(one.runs for one in both) and fewer >= _LINES) or _matched(left, right) < 0.5
            if beside and min(one.width / one.height for one in both) > _BOX:
                return True
        return fewer >= _LINES and self._two_tables(left, right, once=_drawn_once(side))

    def _uncrossed(self, which: NDArray[np.intp], side: NDArray[np.int8]) -> bool:
        """Whether the sides stand beside each other for several lines, not here and there among lines across."""
        middle = (self.boxes[which, 1] + self.boxes[which, 3]) / 2
        band = np.searchsorted(np.sort(middle[side == 0]), middle)
        counts = [np.bincount(band[side == value], minlength=int(band.max()) + 1) for value in (-1, 1)]
        whole = np.minimum(*counts) >= _LINES - 1
        return float(np.mean(whole[band[side != 0]])) > 0.8

    def _side(self, which: NDArray[np.intp]) -> _Side:
        which = which[np.argsort(self.boxes[which, 3], kind="stable")]
        pieces = self.pieces
        return _Side(
            which,
            self.boxes[which],
            pieces.chars[which],
            float(pieces.wordy[which].mean()),
            float(pieces.lower[which].mean()),
        )

    def _two_tables(self, left: _Side, right: _Side, *, once: bool) -> bool:
        """Whether each side is a table or a list of its own: drawn for itself, headed alike, or far from the other."""
        inner = _corridors(left.boxes), _corridors(right.boxes)
        if once and _fewer((left, right)) >= 8 and self._alike(left, right):
            return True
        if not all(inner) or min(self._labels(one) for one in (left, right)) < 0.7:
            return False
        if once and _fewer((left, right)) >= 6:
            return True
        heads = [[self.pieces.texts[at] for at in one.which[_lines(one.boxes)[0]]] for one in (left, right)]
        if len(heads[0]) > 1 and heads[0] == heads[1]:
            return True
        between = float(right.boxes[:, 0].min() - left.boxes[:, 2].max())
        return between > 2.5 * max(*inner[0], *inner[1]) and between > 3 * left.height

    def _labels(self, side: _Side) -> float:
        """The share of lines that begin with words: a table of its own names its rows."""
        return float(np.mean([self.pieces.wordy[side.which[line[0]]] for line in _lines(side.boxes)]))

    def _alike(self, left: _Side, right: _Side) -> bool:
        """Whether the two sides hold the same kind of entries, as the columns of an index do."""
        figures = [
            float(np.mean([any(map(str.isdecimal, self.pieces.texts[at])) for at in one.which]))
            for one in (left, right)
        ]
        lengths = float(left.chars.mean()), float(right.chars.mean())
        words = min(left.wordy, right.wordy) > 0.5
        return words and abs(figures[0] - figures[1]) < 0.2 and max(lengths) < 1.5 * min(lengths)


def _fewer(sides: tuple[_Side, _Side]) -> int:
    return min(len(one.which) for one in sides)


def _drawn_apart(side: NDArray[np.int8]) -> bool:
    """A table is drawn row by row, columns mostly one after the other; `side` is that of each piece, as drawn."""
    drawn = side[side != 0]
    switches = int(np.sum(drawn[1:] != drawn[:-1]))
    fewer = min(int((drawn == -1).sum()), int((drawn == 1).sum()))
    return switches <= max(_SWITCHES, _SWITCHED * fewer)


def _drawn_once(side: NDArray[np.int8]) -> bool:
    drawn = side[side != 0]
    return int(np.sum(drawn[1:] != drawn[:-1])) == 1


def _sides(boxes: Boxes, gutter: float) -> NDArray[np.int8]:
    """-1 left of the gutter, 1 right of it, 0 across; a tenth of a piece may stick out."""
    width = np.maximum(boxes[:, 2] - boxes[:, 0], 1e-3)
    right_part = (boxes[:, 2] - gutter) / width
    return np.where(right_part < 0.1, -1, np.where(right_part > 0.9, 1, 0)).astype(np.int8)


def _lines(boxes: Boxes) -> list[NDArray[np.intp]]:
    """The pieces by line, from top to bottom, each from left to right."""
    order = np.argsort(boxes[:, 1] + boxes[:, 3], kind="stable")
    middle = (boxes[order, 1] + boxes[order, 3]) / 2
    height = float(np.median(boxes[:, 3] - boxes[:, 1]))
    cuts = np.flatnonzero(np.diff(middle) > 0.5 * height) + 1
    return [line[np.argsort(boxes[line, 0], kind="stable")] for line in np.split(order, cuts)]


def _matched(left: _Side, right: _Side) -> float:
    """The share of the lines of the shorter side which stand beside one of the other: of a table, nearly all."""
    few, many = sorted((left, right), key=lambda side: len(side.which))
    spread = np.abs(few.boxes[:, None, 3] - many.boxes[None, :, 3]).min(axis=1)
    return float(np.mean(spread < 0.2 * few.height))


def _same_breaks(left: _Side, right: _Side) -> bool:
    """Whether both sides have a wider step at the same heights, more than once: rows of a table of wrapped cells."""
    breaks = []
    for side in (left, right):
        bottoms = side.boxes[:, 3]
        steps = np.diff(bottoms)
        usual = float(np.median(steps[steps > 0.3 * side.height])) if np.any(steps > 0.3 * side.height) else 0.0
        breaks.append(side.boxes[1:, 1][steps > 1.25 * usual])
    if min(map(len, breaks)) < 2:
        return False
    apart = np.abs(breaks[0][:, None] - breaks[1][None, :]).min(axis=1)
    return float(np.mean(apart < 0.3 * left.height)) > 0.6


def _corridors(boxes: Boxes) -> list[float]:
    """How wide the empty strips from top to bottom are between the columns of one side; none for a single column."""
    order = np.argsort(boxes[:, 0], kind="stable")
    starts, ends = boxes[order, 0], np.maximum.accumulate(boxes[order, 2])
    gaps = starts[1:] - ends[:-1]
    return [float(gap) for gap in gaps[gaps > 3]]


def _weighted_median(values: NDArray[Any], weights: NDArray[np.int32]) -> float:
    order = np.argsort(values)
    total = np.cumsum(weights[order])
    return float(values[order[np.searchsorted(total, total[-1] / 2)]])
