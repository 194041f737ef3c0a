"""OCR of one page, where the extra is installed: a picture in, words with their places out, as a page of characters.

tesseract, inside the process that reads: its words have boxes of their own, its data is a file that a package brings,
and it starts no process and writes nothing, which a reader here may not. This module does not know which pages need it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from importlib import metadata
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from rag.parsing.pdf.pdfium import PageImage, PageText

__all__ = ["OcrWord", "ocr_engine", "page_of", "recognise_words"]

_SURE = 50.0  # of 100: a line below is a stain, a drawing, a signature
_SURE_WORD = 25.0


class OcrWord(NamedTuple):
    """A word, its place in points on the page as shown, and the number of its line. All words of a line are as high."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    line: int


def ocr_engine(languages: str) -> str:
    """Which engine reads scanned pages in `languages` (codes joined by +), or "" where none is installed."""
    try:
        version = metadata.version("tesserocr")
    except metadata.PackageNotFoundError:
        return ""
    return f"tesserocr {version} {languages}" if _data(languages) else ""


def recognise_words(picture: PageImage, languages: str) -> list[OcrWord]:
    """The words of a page's picture in reading order; none where there is nothing to read."""
    from tesserocr import PSM, RIL, iterate_level

    api = _api(languages)
    api.SetPageSegMode(PSM.AUTO)
    api.SetImageBytes(picture.pixels, picture.width, picture.height, 1, picture.width)
    api.SetSourceResolution(round(72 / picture.points))
    try:
        api.Recognize()
        found = api.GetIterator()
        return list(_sure(_words(iterate_level(found, RIL.WORD) if found else (), picture.points)))
    finally:
        api.Clear()


def page_of(number: int, width: float, height: float, words: Sequence[OcrWord]) -> PageText:
    """A page as PDFium would give it, were the words its text: characters in one numbering, words with boxes."""
    text, starts = "", []
    for before, word in zip([None, *words], words, strict=False):
        if before:
            text += " " if before.line == word.line else "\r\n"
        starts.append(len(text))
        text += word.text
    n = len(words)
    return PageText(
        number=number,
        width=width,
        height=height,
        text=text,
        starts=np.array(starts, np.int32),
        ends=np.array([start + len(word.text) for start, word in zip(starts, words, strict=True)], np.int32),
        boxes=np.array([word[1:5] for word in words], np.float32).reshape(n, 4),
        turns=np.zeros(n, np.int8),
        orders={},
        bold=np.zeros(n, np.bool_),
        marks=np.zeros(n, np.int8),
    )


def _words(found: Iterable[Any], points: float) -> Iterator[tuple[OcrWord, float]]:
    """Each word with how sure the engine is of it, 0 to 100."""
    from tesserocr import RIL

    line = 0
    for word in found:
        line += bool(word.IsAtBeginningOf(RIL.TEXTLINE))
        box, row = word.BoundingBox(RIL.WORD), word.BoundingBox(RIL.TEXTLINE)
        text = "".join(char for char in word.GetUTF8Text(RIL.WORD) or "" if char.isprintable() and not char.isspace())
        if text and box and row:
            places = (box[0] * points, row[1] * points, box[2] * points, row[3] * points)
            yield OcrWord(text, *places, line), float(word.Confidence(RIL.WORD))


def _sure(words: Iterator[tuple[OcrWord, float]]) -> Iterator[OcrWord]:
    for _, group in groupby(words, key=lambda pair: pair[0].line):
        line = list(group)
        letters = sum(len(word.text) for word, _ in line)
        if sum(len(word.text) * sure for word, sure in line) >= _SURE * letters:
            yield from (word for word, sure in line if sure >= _SURE_WORD)


@lru_cache(maxsize=1)
def _api(languages: str) -> Any:
    from tesserocr import OEM, PyTessBaseAPI

    folder = _data(languages)
    assert folder is not None
    return PyTessBaseAPI(path=f"{folder}{os.sep}", lang=languages, oem=OEM.LSTM_ONLY)


def _data(languages: str) -> Path | None:
    """The first folder that has the data of all languages: one named, the package's, the system's."""
    named = os.environ.get("TESSDATA_PREFIX")
    places = [Path(named)] if named else []
    places += [Path(sys.prefix) / "share" / "tessdata", *sorted(Path("/usr/share/tesseract-ocr").glob("*/tessdata"))]
    places += [Path("/usr/share/tessdata"), Path("/opt/homebrew/share/tessdata"), Path("/usr/local/share/tessdata")]
    wanted = [f"{code}.traineddata" for code in languages.split("+")]
    return next((place for place in places if all((place / name).is_file() for name in wanted)), None)
