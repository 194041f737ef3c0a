"""Groups of rows → the document's text, with a run of glyphs for every stretch of it.

Characters that stand in the text and not on the page - the space at the end of a line, the line between blocks, the
bars of a table with blank cells - belong to no run; a hyphen that only broke a word at the end of a line is not in the
text. Several letters may belong to one glyph. This module does not know the layout of pages.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rag.language import RIGHT_TO_LEFT, UNSPACED
from rag.parsing.pdf.backwards import is_backwards, word_order
from rag.parsing.pdf.blocks import Group
from rag.parsing.pdf.layout import Row
from rag.parsing.pdf.pdfium import PageText
from rag.parsing.pdf.raised import APART
from rag.types import BlockKind, GlyphRun

__all__ = ["TextBuilder"]

_HYPHENS = "\x02\xad-\u2010"
_PREFIXES = {"over", "under", "with"}
_WORDS = re.compile(r"[^\W\d_]+(?:[-\u2010][^\W\d_]+)*")
_LAST_WORD = re.compile(r"[^\W\d_]+$")
_FIRST_WORD = re.compile(r"[^\W\d_]+")
_COMPOSED = re.compile("[\ufb1d-\ufdff\ufe70-\ufefc]")
_TOUCH = 0.15  # of a height: letters that stand so near to each other have no space between them
_INVISIBLE = re.compile("[\x00-\x1f\x7f-\x9f\xad\u2060\ufeff\ufffe\uffff\ud800-\udfff]")


class TextBuilder:
    """Takes the groups in order and keeps text and runs. `pages[i]` is page `i + 1`."""

    def __init__(self, pages: Sequence[PageText | None]) -> None:
        self._pages = pages
        self._loose = [_loose(page) if page else np.zeros(0, np.int64) for page in pages]
        self._backwards = [bool(page and RIGHT_TO_LEFT.search(page.text)) for page in pages]
        self._parts: list[str] = []
        self._length = 0
        self._runs: list[GlyphRun] = []
        self._kind: BlockKind | None = None
        self._vocabulary: set[str] | None = None
        self.cells: list[tuple[int, int]] = []  # where the cells of the block just added stand

    def add(self, group: Group) -> tuple[int, int]:
        """Appends a block and returns its span, empty if nothing of it can be shown."""
        pieces: list[tuple[str, int, int]] = []  # text, page, index of its first character; page 0 where there is none
        self.cells = []
        for at, row in enumerate(group.rows):
            if at and pieces:
                self._join(pieces, row)
            self._row(pieces, row)
        pieces = [piece for piece in pieces if piece[0]]
        if not any(text.strip() for text, _, _ in pieces):
            return self._length, self._length
        if self._kind:
            together = group.kind in ("list", "table") and self._kind == group.kind
            self._put("\n" if together else "\n\n", 0, 0)
        self._kind = group.kind
        start = self._length
        for text, page, index in pieces:
            self._put(text, page, index)
        self.cells = [(start + first, start + last) for first, last in self.cells]
        return start, self._length

    def text_between(self, start: int, end: int) -> str:
        """The text of the block just added."""
        tail, at = [], self._length
        for part in reversed(self._parts):
            if at <= start:
                break
            tail.append(part)
            at -= len(part)
        return "".join(reversed(tail))[start - at : end - at]

    def finish(self) -> tuple[str, list[GlyphRun]]:
        """The whole text and its runs, in order."""
        return "".join(self._parts), self._runs

    def _put(self, text: str, page: int, index: int) -> None:
        # A hyphen that stays is one, whatever PDFium calls it.
        self._parts.append(text.replace("\x02", "-").replace("\xad", "-"))
        if page:
            self._runs.append(GlyphRun(self._length, page, index, len(text)))
        self._length += len(text)

    def _row(self, pieces: list[tuple[str, int, int]], row: Row) -> None:
        page, loose = self._pages[row.page - 1], self._loose[row.page - 1]
        backwards = self._backwards[row.page - 1]
        assert page is not None
        for at, (first, last) in enumerate(row.cells):
            if row.columns:
                before = row.columns[at - 1] if at else 0
                pieces.append((" " if at and before == row.columns[at] else _bars(row.columns[at] - before, at), 0, 0))
            elif at and not (backwards and _touching(page, row.cells[at - 1], (first, last))):
                pieces.append((" ", 0, 0))
            begins = _length_of(pieces)
            start, end = int(page.starts[first]), int(page.ends[last - 1])
            text = page.text[start:end]
            if (
                loose[last - 1] == loose[first]
                and not _INVISIBLE.search(text)
                and not (backwards and RIGHT_TO_LEFT.search(text))
            ):
                pieces.append((text, row.page, start))
            else:
                cell: list[tuple[str, int, int]] = []
                self._words(cell, page, first, last)
                pieces += cell
            self.cells.append((begins, _length_of(pieces)))

        if row.columns and row.columns[-1] < row.of - 1:
            pieces.append((" |" * (row.of - 1 - row.columns[-1]), 0, 0))

    def _words(self, pieces: list[tuple[str, int, int]], page: PageText, first: int, last: int) -> None:
        """Word by word: where there is more between two words than one space, or something invisible inside one."""
        order = _reading_order(page, first, last)
        for place, word in enumerate(order):
            between = page.text[page.ends[word - 1] : page.starts[word]] if word > first else ""
            apart = place and (word != order[place - 1] + 1 or _spaced(page, word, between))
            if apart and not (
                self._backwards[page.number - 1]
                and _touching(page, (order[place - 1], order[place - 1] + 1), (word, word + 1))
            ):
                pieces.append((" ", 0, 0))
            start, end = int(page.starts[word]), int(page.ends[word])
            if start in page.orders or _COMPOSED.search(page.text, start, end):
                for at in page.orders.get(start, range(start, end)):
                    pieces += [(char, page.number, at) for char in _letters(page.text[at])]
                continue
            at = start
            for hole in _INVISIBLE.finditer(page.text, start, end):
                pieces.append((page.text[at : hole.start()], page.number, at))
                if hole[0] in "\x02\xad" and hole.end() == end:
                    pieces.append(("\x02", page.number, hole.start()))
                at = hole.end()
            pieces.append((page.text[at:end], page.number, at))
        pieces[:] = _merged(pieces)

    def _join(self, pieces: list[tuple[str, int, int]], row: Row) -> None:
        """What stands between the rows so far and the next: a space, nothing, or nothing and the hyphen gone."""
        before = "".join(text for text, _, _ in pieces[-3:])
        mark, after = before[-1], row.text
        if mark in _HYPHENS and len(before) > 1 and before[-2].isalnum():
            text, page, index = pieces.pop()
            pieces.append((text[:-1] if self._broken(before[:-1], after, mark) else text, page, index))
        elif not (UNSPACED.match(mark) and UNSPACED.match(after)):
            pieces.append((" ", 0, 0))

    def _broken(self, before: str, after: str, mark: str) -> bool:
        """Whether the hyphen only broke a word: the document's own words decide, where they can."""
        head, tail = _LAST_WORD.search(before), _FIRST_WORD.match(after)
        if mark == "\xad":
            return True
        if not head or not tail or not tail[0][0].islower():
            return False
        known = self._words_known()
        left, right = head[0].casefold(), tail[0].casefold()
        if left + right in known:
            return True
        if f"{left}-{right}" in known or _compound_before(before, head.start()):
            return False
        if len(left) <= 3 or left not in known:
            return True
        # `coal-fired`: what ends like a participle makes a compound with the noun before it.
        participle = len(right) > 4 and right.endswith(("ed", "ing")) and left not in _PREFIXES
        return not (participle or (len(right) > 3 and right in known))

    def _words_known(self) -> set[str]:
        if self._vocabulary is None:
            known: set[str] = set()
            for page in self._pages:
                text = _whole_words(page.text) if page else ""
                known.update(_WORDS.findall(text.casefold().replace("\u2010", "-")))
            self._vocabulary = known
        return self._vocabulary


def _length_of(pieces: Sequence[tuple[str, int, int]]) -> int:
    return sum(len(text) for text, _, _ in pieces)


def _bars(count: int, at: int) -> str:
    """What stands between two cells of a table with blank ones, or before the first: "Kettle | | 7"."""
    return " |" * count + " " if at else "| " * count


def _touching(page: PageText, before: tuple[int, int], after: tuple[int, int]) -> bool:
    """Whether two runs of words from right to left are one word, which the file draws in parts."""
    if not all(RIGHT_TO_LEFT.match(page.text[page.starts[word]]) for word in (before[0], after[0])):
        return False
    near = sorted((before, after))
    if near[0][1] == near[1][0] and " " in page.text[page.ends[near[0][1] - 1] : page.starts[near[1][0]]]:
        return False
    left, right = page.boxes[before[0] : before[1]], page.boxes[after[0] : after[1]]
    gap = float(left[:, 0].min() - right[:, 2].max())
    return abs(gap) < _TOUCH * float(max(left[0, 3] - left[0, 1], right[0, 3] - right[0, 1]))


def _letters(char: str) -> str:
    """What a character stands for: the letters of an Arabic or Hebrew form; nothing for an invisible one."""
    return _INVISIBLE.sub("", unicodedata.normalize("NFKC", char) if _COMPOSED.match(char) else char)


def _spaced(page: PageText, word: int, between: str) -> bool:
    """Whether there is a space before a word: a raised mark stands apart from what is no unit."""
    if page.marks[word]:
        return bool(page.marks[word] == APART)
    if page.marks[word - 1] and page.text[page.starts[word]] in ".,;:)]":
        return False
    return any(char.isspace() for char in between) or bool(
        page.marks[word - 1] and page.text[page.starts[word]].isalnum()
    )


def _reading_order(page: PageText, first: int, last: int) -> list[int]:
    """The words `first .. last` as they are read: by their places, where most are written from right to left."""
    texts = [page.text[page.starts[word] : page.ends[word]] for word in range(first, last)]
    if last - first < 2 or page.turns[first] or not is_backwards("".join(texts)):
        return list(range(first, last))
    return [first + at for at in word_order(texts, page.boxes[first:last])]


def _whole_words(text: str) -> str:
    """Without the halves of words that are broken at the ends of lines."""
    kept = []
    broken = False
    for line in text.replace("\x02", "\x02\n").split("\n"):
        rest = line.rstrip("\r").partition(" ")[2] if broken else line.rstrip("\r")
        broken = rest.endswith(("\x02", "\xad", "-", "\u2010"))
        kept.append(rest.rpartition(" ")[0] if broken else rest)
    return "\n".join(kept)


def _merged(pieces: list[tuple[str, int, int]]) -> list[tuple[str, int, int]]:
    """Joins pieces whose characters follow each other on the page. Only within a row: no run of glyphs spans two."""
    merged: list[tuple[str, int, int]] = []
    for text, page, index in pieces:
        last = merged[-1] if merged else ("", 0, 0)
        if page and last[1] == page and last[2] + len(last[0]) == index:
            merged[-1] = (last[0] + text, page, last[2])
        elif text:
            merged.append((text, page, index))
    return merged


def _compound_before(before: str, start: int) -> bool:
    """`three-year-` + `old`: a hyphen inside the word already says that hyphens belong to it."""
    return start > 1 and before[start - 1] in "-\u2010" and before[start - 2].isalpha()


def _loose(page: PageText) -> NDArray[np.int64]:
    """`(words,)`: how many gaps before each word are anything else than one space."""
    gaps = np.zeros(len(page.starts), np.int64)
    if len(gaps) > 1:
        spaces = np.frombuffer(page.text.encode("utf-32-le", "surrogatepass"), np.uint32) == ord(" ")
        single = (page.starts[1:] - page.ends[:-1] == 1) & spaces[page.ends[:-1]]
        gaps[1:] = np.cumsum(~single | (page.marks[1:] != 0))
    return gaps
