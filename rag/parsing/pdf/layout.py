"""The words of a PDF page → its rows, in reading order: columns one after the other, table rows from left to right.

Rows come from geometry; the order in which the file draws its words only decides between columns and tables.
Everything is done in the coordinates of the page as shown, rotated for words that are written upwards or downwards.

This module does not know what a paragraph is, nor what stands on other pages.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.language import RIGHT_TO_LEFT
from rag.parsing.pdf.pdfium import Boxes, PageText

__all__ = ["Row", "rows_of"]

_GAP = 1.0  # a wider gap, in heights of the row, is not the space between two words
_SWITCHES = 4  # changes of side, in the file's order, that columns may have: captions and footnotes; chosen by hand
_SWITCHED = 0.3  # the same as a share of the pieces of the column that has fewer
_MAX_DEPTH = 4  # columns within columns


@dataclass(slots=True)
class Row:
    """One printed line of one column, or one row of a table.

    `cells` are ranges of words, half-open, in reading order, apart from each other by more than a space. Coordinates
    are those of the page as shown, turned so that the row reads from left to right.
    """

    page: int
    region: int  # rows of one region follow each other without a jump
    left: float
    top: float
    right: float
    bottom: float
    size: float  # height of its characters, points
    cells: list[tuple[int, int]]
    gap: float  # widest gap between two cells, in heights
    text: str
    bold: bool
    turn: int


@dataclass(slots=True)
class _Pieces:
    """Runs of words that stand side by side, in the order of the file: `(n,)` and `(n, 4)` arrays."""

    first: NDArray[np.intp]
    last: NDArray[np.intp]  # half-open
    boxes: Boxes
    chars: NDArray[np.int32]
    sizes: NDArray[np.float32]  # mean height of its characters


def rows_of(page: PageText) -> list[Row]:
    """All rows of a page in reading order. Upright text comes first, then what is written upwards or downwards."""
    if not len(page.starts):
        return []
    rows: list[Row] = []
    turns = _settled_turns(page)
    for turn in sorted(set(turns.tolist()), key=lambda value: (-int(np.sum(turns == value)), value)):
        words = np.flatnonzero(turns == turn)
        boxes = _turned(page, page.boxes[words], turn)
        pieces = _pieces(page, words, boxes)
        for region in _regions(pieces, np.arange(len(pieces.first)), 0):
            number = rows[-1].region + 1 if rows else 0
            rows += _rows(page, pieces, words, region, number, turn)
    return rows


def _settled_turns(page: PageText) -> NDArray[np.int8]:
    """A word of one character has no direction of its own: it takes that of its neighbour on the line."""
    turns = page.turns.copy()
    if not turns.any():
        return turns
    single = (page.ends - page.starts) == 1
    pairs = list(pairwise(range(len(turns))))
    for at, near in [*((after, before) for before, after in pairs), *reversed(pairs)]:
        between = page.text[page.ends[min(at, near)] : page.starts[max(at, near)]]
        if single[at] and turns[near] and "\n" not in between:
            turns[at] = turns[near]
    return turns


def _turned(page: PageText, boxes: Boxes, turn: int) -> Boxes:
    if turn == 1:
        return np.stack([page.height - boxes[:, 3], boxes[:, 0], page.height - boxes[:, 1], boxes[:, 2]], axis=1)
    if turn == -1:
        return np.stack([boxes[:, 1], page.width - boxes[:, 2], boxes[:, 3], page.width - boxes[:, 0]], axis=1)
    return boxes


def _pieces(page: PageText, words: NDArray[np.intp], boxes: Boxes) -> _Pieces:
    height = boxes[:, 3] - boxes[:, 1]
    before, after = boxes[:-1], boxes[1:]
    overlap = np.minimum(before[:, 3], after[:, 3]) - np.maximum(before[:, 1], after[:, 1])
    gap = np.maximum(after[:, 0] - before[:, 2], before[:, 0] - after[:, 2])
    apart = overlap < 0.4 * np.minimum(height[:-1], height[1:])
    apart |= gap > _GAP * (height[:-1] + height[1:]) / 2
    apart |= np.diff(words) != 1
    first = np.concatenate([[0], np.flatnonzero(apart) + 1]).astype(np.intp)
    last = np.concatenate([first[1:], [len(words)]]).astype(np.intp)
    sides = [np.minimum.reduceat(boxes[:, side], first) for side in (0, 1)]
    sides += [np.maximum.reduceat(boxes[:, side], first) for side in (2, 3)]
    chars = page.ends[words[last - 1]] - page.starts[words[first]]
    letters = (page.ends - page.starts)[words].astype(np.float32)
    sizes = np.add.reduceat(height * letters, first) / np.add.reduceat(letters, first)
    return _Pieces(first, last, np.stack(sides, axis=1).astype(np.float32), chars, sizes.astype(np.float32))


def _regions(pieces: _Pieces, which: NDArray[np.intp], depth: int) -> list[NDArray[np.intp]]:
    """Splits pieces into regions in reading order: bands between what crosses the columns, and columns in each band."""
    gutter = _gutter(pieces, which) if depth < _MAX_DEPTH else None
    if gutter is None:
        return [which]
    side = _sides(pieces.boxes[which], gutter)  # -1 left, 0 across, 1 right
    middle = (pieces.boxes[which, 1] + pieces.boxes[which, 3]) / 2
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
                regions += _regions(pieces, column, depth + 1) if len(column) else []
        crossing.append(which[here & (side == 0)])
    rest = np.concatenate(crossing)
    return [*regions, rest] if len(rest) else regions


def _sides(boxes: Boxes, gutter: float) -> NDArray[np.int8]:
    """-1 left of the gutter, 1 right of it, 0 across; a tenth of a piece may stick out."""
    width = np.maximum(boxes[:, 2] - boxes[:, 0], 1e-3)
    right_part = (boxes[:, 2] - gutter) / width
    return np.where(right_part < 0.1, -1, np.where(right_part > 0.9, 1, 0)).astype(np.int8)


def _gutter(pieces: _Pieces, which: NDArray[np.intp]) -> float | None:
    """The x where the second of two columns of running text begins, or None."""
    if len(which) < 8:
        return None
    boxes, chars = pieces.boxes[which], pieces.chars[which]
    edges, counts = np.unique(np.round(boxes[:, 0] / 3), return_counts=True)
    common = np.argsort(-counts, kind="stable")[:12]
    best, best_score = None, 0.0
    for at in common.tolist():
        if counts[at] < 4 or edges[at] * 3 <= boxes[:, 0].min() + 30:
            continue
        gutter = float(edges[at] * 3 - 2)
        side = _sides(boxes, gutter)
        if not _is_columns(boxes, chars, side):
            continue
        score = min(float(chars[side == value].sum()) for value in (-1, 1)) - float(chars[side == 0].sum()) / 2
        if score > best_score:
            best, best_score = gutter, score
    return best


def _is_columns(boxes: Boxes, chars: NDArray[np.int32], side: NDArray[np.int8]) -> bool:
    """Whether both sides hold running text rather than the cells of a table."""
    fill = []
    for value in (-1, 1):
        mine = side == value
        if mine.sum() < 4 or chars[mine].sum() < 120:
            return False
        # Weighed by characters, so that the labels of a figure do not outvote the column it stands in.
        width, weight = boxes[mine, 2] - boxes[mine, 0], chars[mine]
        height = np.median(boxes[mine, 3] - boxes[mine, 1])
        usual = _weighted_median(width, weight)
        if _weighted_median(weight, weight) < 18 or usual < 7 * height:
            return False
        fill.append(usual / float(boxes[mine, 2].max() - boxes[mine, 0].min()))
    drawn = side[(side != 0) & (chars >= 15)]
    switches = int(np.sum(drawn[1:] != drawn[:-1]))
    fewer = min(int((drawn == -1).sum()), int((drawn == 1).sum()))
    # A table is drawn row by row; columns are drawn one after the other, or are filled from edge to edge.
    return switches <= max(_SWITCHES, _SWITCHED * fewer) or (min(fill) > 0.85 and fewer >= 8)


def _weighted_median(values: NDArray[Any], weights: NDArray[np.int32]) -> float:
    order = np.argsort(values)
    total = np.cumsum(weights[order])
    return float(values[order[np.searchsorted(total, total[-1] / 2)]])


def _rows(
    page: PageText, pieces: _Pieces, words: NDArray[np.intp], which: NDArray[np.intp], region: int, turn: int
) -> list[Row]:
    boxes = pieces.boxes.tolist()
    order = sorted(which.tolist(), key=lambda at: boxes[at][1] + boxes[at][3])
    groups: list[list[int]] = []
    top = bottom = 0.0
    for at in order:
        _, upper, _, lower = boxes[at]
        overlap = min(bottom, lower) - max(top, upper)
        if groups and overlap > 0.5 * min(bottom - top, lower - upper):
            groups[-1].append(at)
            if lower - upper > bottom - top:
                top, bottom = upper, lower
        else:
            groups.append([at])
            top, bottom = upper, lower
    return [_row(page, pieces, words, group, boxes, region, turn) for group in groups]


def _row(
    page: PageText,
    pieces: _Pieces,
    words: NDArray[np.intp],
    group: list[int],
    boxes: list[list[float]],
    region: int,
    turn: int,
) -> Row:
    cells = [(int(words[pieces.first[at]]), int(words[pieces.last[at] - 1]) + 1) for at in group]
    texts = [page.text[page.starts[first] : page.ends[last - 1]] for first, last in cells]
    if len(group) > 1:
        backwards = sum(len(RIGHT_TO_LEFT.findall(text)) for text in texts) * 2 > sum(map(len, texts))
        order = sorted(range(len(group)), key=lambda i: -boxes[group[i]][2] if backwards else boxes[group[i]][0])
        group, cells, texts = [group[i] for i in order], [cells[i] for i in order], [texts[i] for i in order]
    longest = max(group, key=lambda at: pieces.chars[at])
    size = float(pieces.sizes[longest])
    pairs = pairwise(group)
    gaps = [max(boxes[b][0] - boxes[a][2], boxes[a][0] - boxes[b][2]) for a, b in pairs]
    return Row(
        page=page.number,
        region=region,
        left=min(boxes[at][0] for at in group),
        top=min(boxes[at][1] for at in group),
        right=max(boxes[at][2] for at in group),
        bottom=max(boxes[at][3] for at in group),
        size=size,
        cells=cells,
        gap=max(gaps, default=0.0) / max(size, 1e-3),
        text=" ".join(texts),
        bold=bool(page.bold[cells[0][0]]) and bool(page.bold[cells[-1][1] - 1]),
        turn=turn,
    )
