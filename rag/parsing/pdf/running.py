"""Which lines at the edges of pages are running heads, running feet and page numbers: these are no part of the text.

What repeats on enough pages at one height, is no heading, and carries no sum, date, unit or count other than its page's
own number. In doubt a line stays: a head too much breaks a sentence, a bill without its amount is worthless.

This module does not know how a page's rows are found, nor what becomes of them.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import pairwise
from operator import and_

from rag.language import ends_printed_sentence, is_pair_line, is_print_stamp, names_page_number, says_figures
from rag.parsing.pdf.layout import Row

__all__ = ["Edges", "edges_of"]

_SAME_LINE = 3.0  # points between the tops of rows that stand side by side
_NUMBER = re.compile(r"\d+|(?<![^\W_])(?=[ivxlc])(?:xc|xl|l?x{0,3})(?:ix|iv|v?i{0,3})(?![^\W_])", re.IGNORECASE)
_BARE = re.compile(r"[-–—\s]*(\d{1,4})[-–—\s]*$")
_APART = re.compile(r"[|•·–—]\s*#|#\s*[|•·–—]")  # a number and a text with a mark between
_ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}
_FEW = 3  # pages on which a line must repeat at least
_SHARE = 0.04  # of all pages; chosen by hand
_OFTEN, _MOST = 5, 0.5  # pages, and their share, for what might be a heading or a sentence
_STEADY = 0.8  # share of its pages on which a number must go up with them


@dataclass(frozen=True, slots=True)
class _Line:
    """What stands side by side at the edge of a page; `text` is read from left to right."""

    page: int  # from 0
    rows: tuple[int, ...]
    text: str
    skeleton: str  # its words in no order, numbers left open
    numbers: tuple[str, ...]
    height: int  # on the page, in steps of four points
    size: float
    bold: bool
    foot: bool
    first: bool  # nothing stands above it
    cells: int
    left: bool  # whether its first number stands left of its words


@dataclass(frozen=True, slots=True)
class Edges:
    """By page, places of rows in it: what is furniture, and first lines which differ from each other by a number."""

    furniture: list[set[int]]
    titles: list[set[int]]


def edges_of(pages: Sequence[Sequence[Row]], heights: Sequence[float], body: float, bold: bool) -> Edges:
    """What stands at the edges of pages. `bold`: whether most of the text is.

    What stands on one line is compared as a bag of words: heads change sides from left to right pages, and are cut
    where the page below them has columns.
    """
    gone: list[set[int]] = [set() for _ in pages]
    titles: list[set[int]] = [set() for _ in pages]
    for group in _alike(pages, heights):
        running = _running(group, len(pages), body, bold)
        for line in running:
            gone[line.page].update(line.rows)
        for line in () if running else group:
            if line.first and _may_title(line, group):
                titles[line.page].update(line.rows)
    _numbers(pages, gone, body)
    if not any(len(mine) < len(rows) for mine, rows in zip(gone, pages, strict=True)):
        gone = [set() for _ in pages]  # where nothing else is left, it was no furniture
    return Edges(gone, titles)


def _may_title(line: _Line, lines: list[_Line]) -> bool:
    """ "Bill no. 4403", "Article 3": a name and a number on the first line of its page, as of others."""
    texts = {one.text for one in lines}
    bare = _NUMBER.sub("#", line.text)
    named = len(line.numbers) == 1 and re.search(r"[^\W\d_]{3}", bare) is not None
    return len(texts) == len(lines) and named and line.cells == 1 and not says_figures(bare) and not is_pair_line(bare)


def _alike(pages: Sequence[Sequence[Row]], heights: Sequence[float]) -> Iterator[list[_Line]]:
    """Lines at the edges of different pages which are the same but for numbers and stand at one height."""
    alike: dict[str, list[_Line]] = defaultdict(list)
    for number, rows in enumerate(pages):
        for line in _edge_lines(number, rows, heights[number]):
            alike[line.skeleton].append(line)
    for lines in alike.values():
        if len(lines) > 1:
            yield from (group for group in _at_one_height(lines) if len(group) > 1)


def _at_one_height(lines: list[_Line]) -> list[list[_Line]]:
    """The lines by height, neighbours of four points together, one for each page."""
    groups: list[dict[int, _Line]] = []
    last = 0
    for line in sorted(lines, key=lambda line: (line.foot, line.height)):
        if not groups or line.height - last > 1 or next(iter(groups[-1].values())).foot != line.foot:
            groups.append({})
        groups[-1].setdefault(line.page, line)
        last = line.height
    return [[group[page] for page in sorted(group)] for group in groups]


def _running(lines: list[_Line], total: int, body: float, bold: bool) -> list[_Line]:
    """Those of lines that are alike but for numbers which are running heads or feet."""
    constant = reduce(and_, (Counter(line.numbers) for line in lines))
    own = [list((Counter(line.numbers) - constant).elements()) for line in lines]
    words = re.search(r"[^\W_]", lines[0].skeleton.replace("#", "")) is not None
    if not any(own):
        return lines if words and _constant(lines, total, body, bold) else []
    steady = _steady(lines, own)
    return [
        line
        for line, mine in zip(lines, own, strict=True)
        if line.page in steady and _numbered(line, mine, lines, total, body, words)
    ]


def _constant(lines: list[_Line], total: int, body: float, bold: bool) -> bool:
    """Whether lines that are the same on all of their pages head them, rather than say something on each."""
    line, count = lines[0], len(lines)
    if count < max(_FEW, _SHARE * total) or line.size > 1.12 * body:
        return False
    stamp = is_print_stamp(line.text)
    if not stamp and (says_figures(line.text) or is_pair_line(line.text)):
        return False
    doubtful = (line.bold and not bold) or (ends_printed_sentence(line.text) and line.text.count(" ") > _FEW)
    return not doubtful or (count >= _OFTEN and count >= _MOST * total)


def _numbered(line: _Line, own: list[str], lines: list[_Line], total: int, body: float, words: bool) -> bool:
    """Whether the number that goes up with the pages is that of the page, and the line says nothing else."""
    if line.size > 1.12 * body or not own:
        return False
    page, value = line.page + 1, _value(own[-1])
    text = _with_own(line.text, own[-1])
    if not words:
        year = 1500 <= value <= 2100 and value - page > 1000 and not line.foot
        return not year and (len(lines) >= _FEW or (line.foot and value == page))
    if len(own) > 1 or says_figures(text) or is_pair_line(text):
        return False
    if names_page_number(text):
        return True
    turns = {(one.page + one.left) % 2 for one in lines}
    change = len(lines) > _FEW and len(turns) == 1 and len({one.left for one in lines}) == 2
    apart = line.cells > 1 or _APART.search(text) is not None
    return len(lines) >= max(_FEW, _SHARE * total) and (change or (apart and value <= page))


def _steady(lines: list[_Line], own: list[list[str]]) -> set[int]:
    """The pages of lines whose last own number goes up with the pages, if it does on nearly all.

    Roman numbers and others are counted apart, since the pages before the first chapter have numbers of their own; one
    that stands alone is its page's where the others are.
    """
    values = [(line, mine[-1]) for line, mine in zip(lines, own, strict=True) if mine]
    steady: set[int] = set()
    alone: set[int] = set()
    for roman in (True, False):
        same = [(line, _value(number)) for line, number in values if number.isdecimal() is not roman]
        steps = [b.page - a.page == y - x for (a, x), (b, y) in pairwise(same)]
        if not steps:
            alone |= {line.page for line, value in same if value == line.page + 1}
        elif sum(steps) >= _STEADY * len(steps):
            near = [False, *steps, False]
            steady |= {line.page for at, (line, _) in enumerate(same) if near[at] or near[at + 1]}
    return steady | alone if steady else set()


def _with_own(text: str, number: str) -> str:
    """The text with its page's number left open; where that stands twice ("Page 4 of 4"), it is the first."""
    found = next((match for match in _NUMBER.finditer(text) if match[0] == number), None)
    return f"{text[: found.start()]}#{text[found.end() :]}" if found else text


def _value(number: str) -> int:
    if number.isdecimal():
        return int(number)
    digits = [_ROMAN.get(char, 0) for char in number.lower()]
    return sum(-one if one < after else one for one, after in zip(digits, [*digits[1:], 0], strict=True))


def _edge_lines(number: int, rows: Sequence[Row], height: float) -> Iterator[_Line]:
    """Up to three lines at the top and three at the bottom that stand in the outer seventh of the page."""
    lines: list[list[int]] = []
    below = float("-inf")
    for at in sorted((at for at, row in enumerate(rows) if not row.turn), key=lambda at: rows[at].top):
        if rows[at].top - below > _SAME_LINE:
            lines.append([])
            below = rows[at].top
        lines[-1].append(at)
    for place, line in enumerate(lines):
        head = place < 3 and all(rows[at].bottom < height / 7 for at in line)
        foot = place >= len(lines) - 3 and all(rows[at].top > height * 6 / 7 for at in line)
        if (head or foot) and not _heads_table(rows, line, lines[place + 1 : place + 2]):
            yield _line(number, rows, line, foot, not place)


def _heads_table(rows: Sequence[Row], line: list[int], below: list[list[int]]) -> bool:
    """Whether the row under this one has as many cells and stands near: names of columns, said again on each page."""
    cells = sum(len(rows[at].cells) for at in line)
    if cells < 3 or not below:
        return False
    first, after = rows[line[0]], [rows[at] for at in below[0]]
    near = min(row.top for row in after) - first.bottom < 1.5 * first.size
    return near and sum(len(row.cells) for row in after) >= cells - 1


def _line(number: int, rows: Sequence[Row], line: list[int], foot: bool, first: bool) -> _Line:
    line = sorted(line, key=lambda at: rows[at].left)
    text = " ".join(rows[at].text for at in line)
    found = [match for match in _NUMBER.finditer(text) if match[0]]
    words = sorted(_NUMBER.sub(lambda match: "#" if match[0] else "", text).split())
    return _Line(
        page=number,
        rows=tuple(line),
        text=text,
        skeleton=" ".join(words),
        numbers=tuple(match[0] for match in found),
        height=round(min(rows[at].top for at in line) / 4),
        size=max(rows[at].size for at in line),
        bold=all(rows[at].bold for at in line),
        foot=foot,
        first=first,
        cells=sum(len(rows[at].cells) for at in line),
        left=bool(found) and found[0].start() == 0,
    )


def _numbers(pages: Sequence[Sequence[Row]], gone: list[set[int]], body: float) -> None:
    """Adds a last or first row that is nothing but the number of its page, wherever it stands."""
    shifts: Counter[int] = Counter()
    numbers: list[list[tuple[int, int]]] = []
    for number, rows in enumerate(pages):
        kept = [at for at in range(len(rows)) if at not in gone[number] and rows[at].size <= 1.12 * body]
        found = [(at, _BARE.match(rows[at].text)) for at in sorted({*kept[:1], *kept[-1:]})]
        numbers.append([(at, int(match[1]) - number) for at, match in found if match])
        shifts.update({shift for _, shift in numbers[-1]})
    usual, count = max(shifts.items(), key=lambda item: item[1], default=(0, 0))
    if count >= max(_FEW, 0.3 * len(pages)) and usual <= _FEW:
        for mine, found_here in zip(gone, numbers, strict=True):
            mine.update(at for at, shift in found_here if shift == usual)
