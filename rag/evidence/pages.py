"""A page's picture, and the boxes of a span on it.

A box is exact or it is not given: where a span cannot be led back to characters that are seen on the page, the answer
is empty. Documents are hostile, so a `PageRenderer` has all of it done in a child process: a page that breaks the
drawing, or never ends it, has no picture.

This module does not know about documents' text; it gets the runs that lead from the text to the glyphs.
"""

from __future__ import annotations

import json
import struct
import threading
from bisect import bisect_right
from collections.abc import Sequence
from typing import TypeAlias

from rag.errors import SourceError
from rag.parsing import Boxes, Pdf, SandboxedProcess
from rag.types import Box, GlyphRun, Span, WordBox

__all__ = ["PageRenderer", "boxes", "render", "serve_page", "word_boxes"]

_SECONDS = 20.0  # for one page
_MEMORY_MB = 2048
_HEAD = struct.Struct("<I")
_Box: TypeAlias = tuple[float, float, float, float]


class PageRenderer:
    """Draws pages in a child process, one after the other, from any thread. The child starts with the first page."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._child: SandboxedProcess | None = None
        self._closed = False

    def close(self) -> None:
        """Ends the child and breaks off what it does; from then on there are no pictures."""
        self._closed = True
        if self._child is not None:
            self._child.close()

    def render(self, data: bytes, page: int, width: int, area: Box | None = None) -> bytes | None:
        """As the function does; None if the page cannot be drawn within the limits."""
        return self._call(data, {"page": page, "width": width, "area": area})

    def boxes(self, data: bytes, glyphs: Sequence[GlyphRun], span: Span) -> dict[int, list[Box]]:
        """As the function does; empty also where the limits are exceeded."""
        wanted = _wanted(glyphs, span)
        reply = self._call(data, {"runs": wanted, "span": span}) if wanted else None
        found: list[tuple[int, list[list[float]]]] = json.loads(reply) if reply else []
        return {page: [Box(*box) for box in lines] for page, lines in found}

    def _call(self, data: bytes, question: dict[str, object]) -> bytes | None:
        head = json.dumps(question).encode()
        with self._lock:
            if self._closed:
                return None
            try:
                if self._child is None:
                    self._child = SandboxedProcess("rag.evidence.pages:serve_page", memory_mb=_MEMORY_MB)
                return self._child.call(_HEAD.pack(len(head)) + head + data, _SECONDS)
            except SourceError:
                return None


def serve_page(request: bytes) -> bytes:
    """The child's side of a `PageRenderer`: a PNG, or boxes as JSON. Raises SourceError if the page cannot be read."""
    (size,) = _HEAD.unpack_from(request)
    question = json.loads(request[_HEAD.size : _HEAD.size + size])
    data = request[_HEAD.size + size :]
    if "width" in question:
        return render(data, question["page"], question["width"], Box(*question["area"]) if question["area"] else None)
    found = boxes(data, [GlyphRun(*run) for run in question["runs"]], Span(*question["span"]))
    return json.dumps(list(found.items())).encode()


def boxes(data: bytes, glyphs: Sequence[GlyphRun], span: Span) -> dict[int, list[Box]]:
    """Page number -> one box for each line of the span on that page, in reading order.

    Boxes are fractions of the page's picture from its top left. `glyphs` are all runs of the document, in text order.
    Pages that cannot be read, and characters without a place of their own, give no box.
    """
    found: dict[int, list[Box]] = {}
    wanted = _wanted(glyphs, span)
    if not wanted:
        return found
    try:
        with Pdf(data) as pdf:
            for page in sorted({run.page for run in wanted}):
                if not 1 <= page <= pdf.page_count:
                    return {}
                mine = [run for run in wanted if run.page == page]
                places = pdf.boxes(page, [index for run in mine for index in range(run.index, run.index + run.length)])
                lines = _lines(places, [run.length for run in mine])
                width, height = pdf.size(page)
                if lines:
                    found[page] = [_fraction(line, width, height) for line in lines]
    except SourceError:
        return {}
    return found


def word_boxes(words: Sequence[WordBox], span: Span) -> dict[int, list[Box]]:
    """The same for text that was read by OCR: the places of the words that a span touches, joined to lines."""
    found: dict[int, list[Box]] = {}
    for word in words:
        if span.overlaps(Span(word.start, word.start + word.length)):
            lines = found.setdefault(word.page, [])
            if lines and _side_by_side(lines[-1], word.box):
                lines[-1] = Box(*_around(lines[-1], word.box))
            else:
                lines.append(word.box)
    return found


def render(data: bytes, page: int, width: int, area: Box | None = None) -> bytes:
    """A PNG of the page, `width` pixels wide, or of an `area` of it. Raises a SourceError if it cannot be drawn."""
    with Pdf(data) as pdf:
        return pdf.render(page, width, area)


def _wanted(glyphs: Sequence[GlyphRun], span: Span) -> list[GlyphRun]:
    """The runs that the span touches, cut to it."""
    wanted = []
    first = max(0, bisect_right(glyphs, span.start, key=lambda run: run.start) - 1)
    for run in glyphs[first:]:
        if run.start >= span.end:
            break
        start, end = max(span.start, run.start), min(span.end, run.start + run.length)
        if start < end:
            wanted.append(GlyphRun(start, run.page, run.index + start - run.start, end - start))
    return wanted


def _lines(places: Boxes, lengths: Sequence[int]) -> list[_Box]:
    """One box for each run - a run never leaves its line - and one for runs side by side."""
    lines: list[_Box] = []
    at = 0
    for length in lengths:
        rows = places[at : at + length]
        at += length
        seen = rows[rows[:, 2] > rows[:, 0]]
        if not len(seen):
            continue
        (left, top), (right, bottom) = seen[:, :2].min(axis=0).tolist(), seen[:, 2:].max(axis=0).tolist()
        last = lines[-1] if lines else None
        if last and _side_by_side(last, (left, top, right, bottom)):
            lines[-1] = _around(last, (left, top, right, bottom))
        else:
            lines.append((left, top, right, bottom))
    return lines


def _around(one: _Box, other: _Box) -> _Box:
    return min(one[0], other[0]), min(one[1], other[1]), max(one[2], other[2]), max(one[3], other[3])


def _side_by_side(one: _Box, other: _Box) -> bool:
    height = min(one[3] - one[1], other[3] - other[1])
    overlap = min(one[3], other[3]) - max(one[1], other[1])
    gap = max(one[0], other[0]) - min(one[2], other[2])
    return overlap > 0.5 * height and gap < 1.5 * height


def _fraction(box: _Box, width: float, height: float) -> Box:
    left, top, right, bottom = box
    return Box(max(0.0, left / width), max(0.0, top / height), min(1.0, right / width), min(1.0, bottom / height))
