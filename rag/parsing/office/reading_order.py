"""The order in which a person reads boxes that lie on a slide: columns from left to right, rows from the top.

This module does not know what is in the boxes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

__all__ = ["Placed", "reading_order"]

_GRID = 3  # rows from which on boxes side by side are read across
_DEEPEST = 30
_SLACK = 0.05  # of a box's size on each side that another may cover


class Placed(NamedTuple):
    """A box, and at which place of those given it stands."""

    left: float
    top: float
    width: float
    height: float
    at: int


def reading_order(boxes: Sequence[Placed]) -> list[int]:
    """The indices of the boxes as they are read."""
    return [box.at for box in _ordered(list(boxes), 0)]


def _ordered(boxes: list[Placed], depth: int) -> list[Placed]:
    if len(boxes) < 2 or depth > _DEEPEST:
        return sorted(boxes, key=lambda box: (box.top, box.left, box.at))
    columns, rows = _cut(boxes, 0), _cut(boxes, 1)
    across = len(rows) >= _GRID and all(len(row) == len(columns) for row in rows)
    parts = columns if len(columns) > 1 and not across else rows if len(rows) > 1 else columns
    if len(parts) == 1:
        return sorted(boxes, key=lambda box: (box.top, box.left, box.at))
    return [box for part in parts for box in _ordered(part, depth + 1)]


def _cut(boxes: list[Placed], axis: int) -> list[list[Placed]]:
    """Boxes in groups that do not overlap along an axis: 0 across, 1 down."""
    groups: list[list[Placed]] = []
    end = 0.0
    for box in sorted(boxes, key=lambda box: (box[axis], box.at)):
        start, size = box[axis], box[axis + 2]
        if groups and start + size * _SLACK < end:
            groups[-1].append(box)
            end = max(end, start + size * (1 - _SLACK))
        else:
            groups.append([box])
            end = start + size * (1 - _SLACK)
    return groups
