"""The words of a PDF page → its rows, in reading order: columns one after the other, table rows from left to right.

Rows come from geometry; columns are found elsewhere (`columns.py`).
Everything is done in the coordinates of the page as shown, rotated for words that are written upwards or downwards.

This module does not know what a paragraph is, nor what stands on other pages.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.parsing.pdf.backwards import is_backwards
from rag.parsing.pdf.columns import Pieces, regions_of
from rag.parsing.pdf.pdfium import Boxes, PageText

__all__ = ["Row", "rows_of"]

_GAP = 1.0  # a wider gap, in heights of the row, is not the space between two words
_NARROW = 0.2  # a wider one is none either, where it ends at the left edge of a column
_EDGE = 3  # pieces that begin at one place near each other make it an edge
_NEAR = 8.0  # heights, above and below
_LINE = 7  # heights: what is shorter is no full line, but a label or the mark of a list


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
    spans: list[tuple[float, float]]  # of the cells: left and right
    texts: list[str]  # likewise
    words: list[list[tuple[float, float]]]  # likewise: left and right of each word; none of a row of one cell
    gap: float  # widest gap between two cells, in heights
    text: str
    bold: bool
    turn: int
    columns: tuple[int, ...] = ()  # of a table with blank cells: in which of its columns each cell stands
    of: int = 0  # how many there are


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
        backwards = is_backwards("".join(pieces.texts))
        for region in regions_of(pieces, backwards=backwards):
            number = rows[-1].region + 1 if rows else 0
            rows += _rows(page, pieces, words, region, number, turn, backwards)
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


def _pieces(page: PageText, words: NDArray[np.intp], boxes: Boxes) -> Pieces:
    height = boxes[:, 3] - boxes[:, 1]
    before, after = boxes[:-1], boxes[1:]
    overlap = np.minimum(before[:, 3], after[:, 3]) - np.maximum(before[:, 1], after[:, 1])
    gap = np.maximum(after[:, 0] - before[:, 2], before[:, 0] - after[:, 2])
    mean = (height[:-1] + height[1:]) / 2
    apart = overlap < 0.4 * np.minimum(height[:-1], height[1:])
    apart |= gap > _GAP * mean
    apart |= np.diff(words) != 1
    narrow = ~apart & (gap > _NARROW * mean)
    if narrow.any():
        apart |= _at_edges(boxes, apart, narrow, mean)
    first = np.concatenate([[0], np.flatnonzero(apart) + 1]).astype(np.intp)
    last = np.concatenate([first[1:], [len(words)]]).astype(np.intp)
    sides = [np.minimum.reduceat(boxes[:, side], first) for side in (0, 1)]
    sides += [np.maximum.reduceat(boxes[:, side], first) for side in (2, 3)]
    letters = (page.ends - page.starts)[words].astype(np.float32)
    sizes = np.add.reduceat(height * letters, first) / np.add.reduceat(letters, first)
    starts, ends = page.starts[words[first]].tolist(), page.ends[words[last - 1]].tolist()
    texts = [page.text[start:end] for start, end in zip(starts, ends, strict=True)]
    whole = np.stack(sides, axis=1).astype(np.float32)
    return Pieces(first, last, whole, sizes.astype(np.float32), height, boxes[:, ::2], texts)


def _at_edges(
    boxes: Boxes, apart: NDArray[np.bool_], narrow: NDArray[np.bool_], height: NDArray[Any]
) -> NDArray[np.bool_]:
    """`(words - 1,)`: words that begin where those of lines near them do: a full line all but touches the next."""
    first = np.maximum.accumulate(np.where(np.concatenate([[True], apart]), np.arange(len(boxes)), 0))[:-1]
    begun = boxes[np.flatnonzero(apart) + 1, :2]
    edges, counts = np.unique(np.round(begun[:, 0]), return_counts=True)
    common = edges[counts >= 2]
    found: NDArray[np.bool_] = narrow & (boxes[:-1, 2] - boxes[first, 0] > _LINE * height)
    found &= np.isin(np.round(boxes[1:, 0]), (common[:, None] + (-1, 0, 1)).ravel())
    spaces = boxes[1:, 0] - boxes[:-1, 2]
    for at in np.flatnonzero(found).tolist():
        usual = float(np.median(spaces[first[at] : at])) if at > first[at] else 0.0
        near = np.abs(begun[:, 1] - boxes[at + 1, 1]) < _NEAR * height[at]
        found[at] = (
            abs(spaces[at] - usual) > 0.03 * usual
            and int(np.sum(near & (np.abs(begun[:, 0] - boxes[at + 1, 0]) < 1))) >= _EDGE
        )
    return found


def _rows(
    page: PageText,
    pieces: Pieces,
    words: NDArray[np.intp],
    which: NDArray[np.intp],
    region: int,
    turn: int,
    backwards: bool,
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
    return [_row(page, pieces, words, group, boxes, region, turn, backwards) for group in groups]


def _row(
    page: PageText,
    pieces: Pieces,
    words: NDArray[np.intp],
    group: list[int],
    boxes: list[list[float]],
    region: int,
    turn: int,
    backwards: bool,
) -> Row:
    cells = [(int(words[pieces.first[at]]), int(words[pieces.last[at] - 1]) + 1) for at in group]
    texts = [pieces.texts[at] for at in group]
    line = "".join(texts)
    backwards = is_backwards(line) or (backwards and not any(map(str.isalpha, line)))
    if len(group) > 1:
        order = sorted(range(len(group)), key=lambda i: -boxes[group[i]][2] if backwards else boxes[group[i]][0])
        group, cells, texts = [group[i] for i in order], [cells[i] for i in order], [texts[i] for i in order]
    longest = max(group, key=lambda at: len(pieces.texts[at]))
    size = float(pieces.sizes[longest])
    if backwards:  # PDFium gives some of these characters the height of their ink
        size = max(float(np.max(pieces.heights[pieces.first[at] : pieces.last[at]])) for at in group)
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
        spans=[(boxes[at][0], boxes[at][2]) for at in group],
        texts=texts,
        words=[_sides(pieces, at) for at in group] if len(group) > 1 else [],
        gap=max(gaps, default=0.0) / max(size, 1e-3),
        text=" ".join(texts),
        bold=bool(page.bold[cells[0][0]]) and bool(page.bold[cells[-1][1] - 1]),
        turn=turn,
    )


def _sides(pieces: Pieces, at: int) -> list[tuple[float, float]]:
    """Left and right of each word of a piece."""
    return [(left, right) for left, right in pieces.sides[pieces.first[at] : pieces.last[at]].tolist()]
