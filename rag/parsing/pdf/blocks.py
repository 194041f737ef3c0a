"""The rows of all pages of a PDF → paragraphs, headings, list items and table rows.

A paragraph that goes on in the next column or on the next page is
one group of rows. Decisions follow from spacing, indents, sizes and the rows' own words, never from a list of words.

This module does not know about characters, offsets, or the file.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from rag.language import ends_printed_sentence, has_word
from rag.parsing.pdf.cells import part_cells, place_cells
from rag.parsing.pdf.layout import Row
from rag.types import BlockKind

__all__ = ["Group", "body_size", "groups_of"]

_MARKER = re.compile(r"(?:[•●▪■◦‣⁃∙○□➢➤❖✓–—-]|\(?(?:\d{1,3}|[A-Za-z]|[ivxIVX]{1,5})[.)])$")
_BULLET = re.compile(r"[•●▪■◦‣⁃∙○□➢➤❖✓]\s*\S|[–—-]\s+\S")
_NUMBERED = re.compile(r"\(?(?:\d{1,3}|[A-Za-z]|[ivx]{1,5})[.)]\s+\S")
_BROKEN = re.compile(r"\w[\x02\xad\u2010-]$")
_LEADER = re.compile(r"(?:[.·…_]\s?){5,}")


@dataclass(slots=True)
class Group:
    """Rows that make one block."""

    kind: BlockKind
    rows: list[Row]

    @property
    def text(self) -> str:
        """The rows' words, for looking at; the document's own text is made elsewhere."""
        return " ".join(row.text for row in self.rows)


def body_size(pages: Iterable[Sequence[Row]]) -> float:
    """The size that most characters have, in points; 0 without any."""
    sizes: Counter[float] = Counter()
    for rows in pages:
        for row in rows:
            sizes[round(row.size * 2) / 2] += len(row.text)
    return max(sizes, key=lambda size: (sizes[size], size), default=0.0)


def groups_of(pages: Sequence[Sequence[Row]]) -> list[Group]:
    """All blocks of a document in reading order."""
    body = body_size(pages)
    groups: list[Group] = []
    for rows in pages:
        fresh: list[Group] = []
        for region in _by_region(rows):
            _join(fresh, _region_groups(region, body))
        _join(groups, fresh)
    _demote(groups, len(pages))
    return groups


def _demote(groups: list[Group], pages: int) -> None:
    """Large type that is not bold and stands on one page only (names under a title) heads nothing."""
    places: dict[int, set[int]] = defaultdict(set)
    largest: dict[int, float] = defaultdict(float)
    for group in groups:
        if group.kind == "heading":
            places[round(group.rows[0].size)].add(group.rows[0].page)
            page = group.rows[0].page
            largest[page] = max(largest[page], group.rows[0].size)
    for group in groups:
        row = group.rows[0]
        lonely = len(places[round(row.size)]) == 1 and row.size < 0.95 * largest[row.page]
        if group.kind == "heading" and pages > 3 and lonely and not row.bold:
            group.kind = "paragraph"


def _by_region(rows: Sequence[Row]) -> list[list[Row]]:
    regions: list[list[Row]] = []
    for row in rows:
        if regions and regions[-1][-1].region == row.region:
            regions[-1].append(row)
        else:
            regions.append([row])
    return regions


def _join(groups: list[Group], fresh: list[Group]) -> None:
    """Appends `fresh`; a paragraph cut by the end of a column or page goes on in the first fresh paragraph.

    Small print between the two (footnotes at the foot of the column) moves before the paragraph, so that it reads on.
    """
    if not fresh:
        return
    at = len(groups) - 1
    first = fresh[0]
    while at >= 0 and groups[at].kind != "heading" and groups[at].rows[0].size < 0.9 * first.rows[0].size:
        at -= 1
    if at >= 0 and len(groups) - at <= 12 and _goes_on(groups[at], first):
        whole = groups.pop(at)
        whole.rows += first.rows
        groups.append(whole)
        fresh = fresh[1:]
    groups += fresh


def _goes_on(last: Group, first: Group) -> bool:
    if first.kind != "paragraph" or last.kind not in ("paragraph", "list"):
        return False
    before, after = last.rows[-1], first.rows[0]
    if (
        ends_printed_sentence(before.text)
        or abs(before.size - after.size) > 0.15 * before.size
        or before.bold != after.bold
    ):
        return False
    if before.turn != after.turn:
        return False
    start = after.text.lstrip("\"'“‘([")[:1]
    full = before.right - before.left > 0.8 * max(row.right - row.left for row in last.rows[-6:])
    return start.islower() or before.text.endswith(("\x02", ",")) or (full and len(last.rows) > 1)


def _region_groups(rows: list[Row], body: float) -> list[Group]:
    kinds = _table_rows(rows)
    pitch = _pitch(rows)
    for table, members in groupby(range(len(rows)), key=kinds.__getitem__):
        if table:
            mine = [rows[at] for at in members]
            part_cells(mine)
            place_cells(mine)
    groups: list[Group] = []
    for at, row in enumerate(rows):
        if kinds[at]:
            groups.append(Group("table", [row]))
            continue
        last = groups[-1] if groups and not kinds[at - 1] else None
        if last and _same_block(last, row, rows, at, pitch):
            last.rows.append(row)
        else:
            groups.append(Group("list" if _starts_item(row, last) else "paragraph", [row]))
    for group in groups:
        if group.kind in ("paragraph", "list") and _is_heading(group, body):
            group.kind = "heading"
    return groups


def _table_rows(rows: Sequence[Row]) -> list[bool]:
    """Which rows belong to a table (or a table of contents): several cells, and neighbours of the same make."""
    several = [_cells(row) for row in rows]
    table = []
    for at, row in enumerate(rows):
        near = max(several[max(0, at - 2) : at] + several[at + 1 : at + 3], default=1)
        is_row = several[at] >= 3 or (several[at] == 2 and (near >= 2 or row.gap > 4))
        table.append(is_row or bool(_LEADER.search(row.text)))
    for at in range(1, len(rows) - 1):  # a label without figures between two rows of a table
        if not table[at] and table[at - 1] and any(table[at + 1 : at + 3]):
            width = max(rows[at - 1].right, rows[at + 1].right) - min(rows[at - 1].left, rows[at + 1].left)
            table[at] = rows[at].right - rows[at].left < 0.6 * width
    return table


def _cells(row: Row) -> int:
    marked = len(row.cells) > 1 and _MARKER.match(row.text.split(" ", 1)[0]) is not None
    return len(row.cells) - marked if row.gap > 1.3 else 1


def _pitch(rows: Sequence[Row]) -> float:
    """The usual distance from one row to the next, in points."""
    steps = sorted(b.bottom - a.bottom for a, b in pairwise(rows) if b.bottom > a.bottom + 1)
    return steps[len(steps) // 3] if steps else 0.0


def _same_block(group: Group, row: Row, rows: Sequence[Row], at: int, pitch: float) -> bool:
    before = group.rows[-1]
    step = row.bottom - before.bottom
    if step > max(1.45 * pitch, pitch + 0.35 * row.size) and step > 1.35 * row.size:
        return False
    if abs(before.size - row.size) > 0.15 * max(before.size, row.size) or before.turn != row.turn:
        return False
    if _BROKEN.search(before.text):
        return True
    if before.bold != row.bold and len(group.rows) < 3 and all(r.bold == before.bold for r in group.rows):
        return not _ends_early(before, row, rows, at) and not ends_printed_sentence(before.text) and not before.bold
    if _starts_item(row, group):
        return False
    ended = ends_printed_sentence(before.text)
    if not ended and row.text[:1].islower():
        return True
    indent = row.left - before.left
    early = _ends_early(before, row, rows, at)
    if indent > 0.9 * row.size and group.kind != "list":
        return not (ended or early)
    if indent < -0.9 * row.size and len(group.rows) > 1:
        return not (ended or early)
    return not (early and (ended or before.right < row.left + 0.85 * _width(rows, at)))


def _width(rows: Sequence[Row], at: int) -> float:
    near = rows[max(0, at - 3) : at + 4]
    return max(row.right for row in near) - min(row.left for row in near)


def _ends_early(before: Row, row: Row, rows: Sequence[Row], at: int) -> bool:
    """The first word of `row` would have found room on the row before: the break was meant."""
    word = row.text.split(" ", 1)[0]
    room = min(row.left, before.left) + _width(rows, at) - before.right
    return room > (len(word) + 1) * (row.right - row.left) / max(1, len(row.text)) + 0.5 * row.size


def _starts_item(row: Row, group: Group | None) -> bool:
    if _BULLET.match(row.text):
        return True
    if not _NUMBERED.match(row.text):
        return False
    return group is None or group.kind == "list" or ends_printed_sentence(group.rows[-1].text)


def _is_heading(group: Group, body: float) -> bool:
    rows, text = group.rows, group.text
    if len(rows) > 3 or len(text) > 200 or not has_word(text) or rows[0].turn:
        return False
    if _BULLET.match(text) or text[0].islower() or text.count(",") > 3 or re.search(r"[;,]$", text):
        return False
    if rows[0].size > 1.12 * body:
        return len(text) < 120 or not ends_printed_sentence(text)
    bold = all(row.bold for row in rows)
    return bold and len(text) < 120 and rows[0].size > 0.9 * body and (len(text) < 60 or not text.endswith("."))
