"""A page being set, and the text that a person would type from it, kept apart: what is drawn and what is golden.

Points, from the top left. This module does not know which pages there are.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import reportlab
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

__all__ = ["PLAIN", "STRONG", "Sheet", "wrapped"]

PLAIN, STRONG = "Vera", "VeraBd"
for _name in (PLAIN, STRONG, "VeraIt"):
    pdfmetrics.registerFont(TTFont(_name, str(Path(reportlab.__file__).parent / "fonts" / f"{_name}.ttf")))


def wrapped(text: str, width: float, size: float = 10, font: str = PLAIN) -> list[str]:
    """The text broken into lines that fit."""
    lines, line = [], ""
    for word in text.split():
        longer = f"{line} {word}".strip()
        if line and pdfmetrics.stringWidth(longer, font, size) > width:
            lines.append(line)
            line = word
        else:
            line = longer
    return [*lines, line] if line else lines


class Sheet:
    """A PDF of one or more pages, with its golden text."""

    def __init__(self, like: str, size: tuple[float, float] = (595.0, 842.0)) -> None:
        self.like = like  # which kind of file out there it is made after
        self.size = size
        self._file = io.BytesIO()
        self.canvas = Canvas(self._file, pagesize=size, invariant=1, pageCompression=1)
        self.golden: list[str] = []

    def type(self, *texts: str) -> None:
        """What a person would type next: one line for each paragraph, heading or row."""
        self.golden += texts

    def line(self, x: float, y: float, text: str, size: float = 10, font: str = PLAIN) -> float:
        """Draws one line and returns where it ends."""
        self.canvas.setFont(font, size)
        self.canvas.drawString(x, self.size[1] - y, text)
        return x + float(pdfmetrics.stringWidth(text, font, size))

    def lines(
        self, x: float, y: float, lines: Sequence[str], size: float = 10, font: str = PLAIN, leading: float = 1.3
    ) -> float:
        """Draws lines downwards and returns the next baseline."""
        for text in lines:
            self.line(x, y, text, size, font)
            y += size * leading
        return y

    def paragraph(self, x: float, y: float, width: float, text: str, size: float = 10, font: str = PLAIN) -> float:
        """Draws a text broken to a width, and types it."""
        self.type(text)
        return self.lines(x, y, wrapped(text, width, size, font), size, font)

    def raised(self, x: float, y: float, parts: Sequence[tuple[str, str]], size: float = 10) -> float:
        """One line of pairs: a text, and a mark raised behind it; returns the next baseline."""
        for text, mark in parts:
            x = self.line(x, y, text, size)
            x = self.line(x, y - 0.35 * size, mark, 0.6 * size) if mark else x
        return y + 1.3 * size

    def by_rows(self, places: Sequence[float], y: float, columns: Sequence[Sequence[str]], size: float = 9) -> float:
        """Columns of lines, drawn row by row as scanners and printer drivers do."""
        for at in range(max(map(len, columns))):
            for x, lines in zip(places, columns, strict=True):
                if at < len(lines):
                    self.line(x, y, lines[at], size)
            y += 1.3 * size
        return y

    def table(self, places: Sequence[float], y: float, rows: Sequence[Sequence[str]], size: float = 9) -> float:
        """Rows of cells, an empty one not drawn; typed as its filled cells in order."""
        for row in rows:
            for x, cell in zip(places, row, strict=True):
                if cell:
                    self.line(x, y, cell, size)
            self.type(" ".join(cell for cell in row if cell))
            y += 1.7 * size
        return y

    def rule(self, x: float, y: float, right: float) -> None:
        """A line across."""
        self.canvas.line(x, self.size[1] - y, right, self.size[1] - y)

    def image(self, x: float, y: float, width: float, height: float, picture: bytes) -> None:
        """A picture with its top left corner at (x, y)."""
        self.canvas.drawImage(ImageReader(io.BytesIO(picture)), x, self.size[1] - y - height, width, height)

    def turn(self) -> None:
        """The next page."""
        self.canvas.showPage()

    def finish(self) -> bytes:
        """The PDF."""
        self.canvas.showPage()
        self.canvas.save()
        return self._file.getvalue()
