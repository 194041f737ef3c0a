"""PDF pages as PDFium sees them: characters in its own numbering, their boxes, and pictures of pages.

Boxes are `(left, top, right, bottom)` in points on the page *as shown* - crop box applied, rotation applied, origin at
the top left - so a box divided by the page's width and height is a place on its picture. A character's box is as wide
as its advance and as high as its font's ascent and descent.

This module does not know what a paragraph, a document or a citation is. PDFium may be entered by one thread at a time;
a lock around every call sees to that.
"""

from __future__ import annotations

import ctypes
import io
import re
import threading
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise, repeat
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from rag.errors import EncryptedSource, UnreadableSource
from rag.parsing.pdf.backwards import char_orders
from rag.parsing.pdf.calls import ADDRESS, NUMBER, library, prototype
from rag.parsing.pdf.extras import attachments_of, notes_of, pictures_on
from rag.parsing.pdf.raised import Words, with_marks
from rag.types import Box, LeftKind

__all__ = ["Boxes", "PageImage", "PageText", "Pdf"]

Boxes: TypeAlias = NDArray[np.float32]
"""`(n, 4) float32`: left, top, right, bottom."""

_LOCK = threading.RLock()
_PASSWORD_ERROR = 4
_WORD = re.compile(r"[^\s\x00-\x1f\x7f-\x9f\ufffe\uffff]+\x02?|\x02")
_MAX_PIXELS = 40_000_000
_SCAN_DPI = 300  # what engines for OCR are made for
_SCAN_PIXELS = 20_000_000
_FONT_NAME = 64  # bytes; a longer name is left out by PDFium and counts as not bold
_BOLD = re.compile(rb"(?i)bold|black|heavy|demi|medi\b|CMBX|-B\b")


@dataclass(frozen=True, slots=True)
class PageText:
    """The characters of one page. `text[i]` is PDFium's character `i`, but for raised marks; words have no white space.

    A word ends after U+0002, PDFium's mark for a hyphen at the end of a line. `boxes` joins the boxes of a word's first
    and last character; a word that cannot be seen (no area, or outside the page) is left out.
    """

    number: int
    width: float  # points, as shown
    height: float
    text: str
    starts: NDArray[np.int32]  # (words,)
    ends: NDArray[np.int32]  # (words,) half-open
    boxes: Boxes  # (words, 4)
    turns: NDArray[np.int8]  # (words,) 1 where written from bottom to top, -1 from top to bottom, else 0
    orders: Mapping[
        int, tuple[int, ...]
    ]  # by the first character of a word, all of them as they are read, where not so
    bold: NDArray[np.bool_]  # (words,) by the name of the font; told of words at the ends of lines only
    marks: NDArray[np.int8]  # (words,) raised marks, `APART` or `CLOSE`; else 0
    left: tuple[tuple[LeftKind, str], ...] = ()  # what is on the page and not among its words, with its text


@dataclass(frozen=True, slots=True)
class PageImage:
    """A page in grey: `pixels[y * width + x]` is 0 for black to 255 for white; a pixel is `points` wide and high."""

    width: int
    height: int
    pixels: bytes
    points: float


class Pdf:
    """An open PDF. Close it, or use it as a context manager; pages are numbered from 1."""

    def __init__(self, data: bytes, password: str = "") -> None:
        """Opens `data`. Raises EncryptedSource if the password does not fit, UnreadableSource if it is no PDF."""
        raw = library()
        self._data = data  # PDFium reads from this buffer as long as the document is open
        with _LOCK:
            self._handle = raw.FPDF_LoadMemDocument64(data, len(data), password.encode() or None)
            error = 0 if self._handle else raw.FPDF_GetLastError()
        if error == _PASSWORD_ERROR:
            raise EncryptedSource("The PDF needs a password.", "Save a copy without a password and use that.")
        if not self._handle:
            raise UnreadableSource(
                "The file is not a PDF that can be opened.", "Open it in a viewer and save it again."
            )
        with _LOCK:
            self.page_count = int(raw.FPDF_GetPageCount(self._handle))

    def __enter__(self) -> Pdf:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Frees the document; calling it twice is harmless."""
        with _LOCK:
            if self._handle:
                library().FPDF_CloseDocument(self._handle)
            self._handle = None

    def page_text(self, number: int) -> PageText:
        """Characters and words of page `number`. Raises UnreadableSource if the page is damaged."""
        with _LOCK, _Page(self._handle, number) as page:
            text = page.text()
            spans = [match.span() for match in _WORD.finditer(text)]
            starts = np.array([span[0] for span in spans], np.int32)
            ends = np.array([span[1] for span in spans], np.int32)
            text, words = with_marks(
                text,
                Words(starts, ends, page.boxes(starts), page.boxes(ends - 1), np.zeros(len(starts), np.int8)),
                page.boxes,
            )
            starts, ends, first, last = words.starts, words.ends, words.first, words.last
            turns = page.turns(first, last, starts, ends)
            boxes = np.hstack([np.minimum(first[:, :2], last[:, :2]), np.maximum(first[:, 2:], last[:, 2:])])
            seen, legible = page.seen(boxes), page.legible(text, starts, ends)
            keep = seen & legible
            starts, ends = starts[keep], ends[keep]
            flat = turns[keep] == 0
            upright = starts[flat].tolist(), ends[flat].tolist()
            edges = _edges(text, starts, ends)
            bold = np.zeros(len(starts), np.bool_)
            bold[edges] = page.bold(starts[edges])
            return PageText(
                number=number,
                width=page.width,
                height=page.height,
                text=text,
                starts=starts,
                ends=ends,
                boxes=boxes[keep],
                turns=turns[keep],
                orders=char_orders(text, upright[0], upright[1], page.boxes),
                bold=bold,
                marks=words.marks[keep],
                left=tuple(page.left(text, seen, legible, words)),
            )

    def attachments(self) -> list[str]:
        """The names of the files inside this one."""
        with _LOCK:
            return attachments_of(self._handle)

    def boxes(self, number: int, indices: Sequence[int]) -> Boxes:
        """Boxes of single characters of a page, in the order asked; zeros where a character has none or is not seen."""
        with _LOCK, _Page(self._handle, number) as page:
            wanted = np.array(indices, np.int32)
            known = (wanted >= 0) & (wanted < page.count)
            boxes = page.boxes(np.where(known, wanted, 0)) if page.count else np.zeros((len(wanted), 4), np.float32)
            boxes[~(known & page.seen(boxes))] = 0
            return boxes

    def size(self, number: int) -> tuple[float, float]:
        """Width and height of a page as shown, in points."""
        with _LOCK, _Page(self._handle, number, with_text=False) as page:
            return page.width, page.height

    def render(self, number: int, width: int, area: Box | None = None) -> bytes:
        """A PNG of the page, annotations included, `width` pixels wide as a whole; of it only `area`, if given."""
        from PIL import Image

        raw = library()
        with _LOCK, _Page(self._handle, number, with_text=False) as page:
            height = max(1, round(width * page.height / page.width))
            pixels, stride = page.drawn(width, height, raw.FPDFBitmap_BGRx, raw.FPDF_ANNOT | raw.FPDF_LCD_TEXT)
        picture = io.BytesIO()
        image = Image.frombuffer("RGB", (width, height), pixels, "raw", "BGRX", stride, 1)
        if area is not None:
            left, top, right, bottom = area
            image = image.crop((int(left * width), int(top * height), round(right * width), round(bottom * height)))
        image.save(picture, "PNG", compress_level=3)
        return picture.getvalue()

    def picture(self, number: int) -> PageImage:
        """The page for OCR, at 300 dots an inch, less for very large pages. Raises UnreadableSource."""
        raw = library()
        with _LOCK, _Page(self._handle, number, with_text=False) as page:
            scale = min(_SCAN_DPI / 72, (_SCAN_PIXELS / (page.width * page.height)) ** 0.5)  # pixels of a point
            width, height = max(1, round(page.width * scale)), max(1, round(page.height * scale))
            pixels, stride = page.drawn(width, height, raw.FPDFBitmap_Gray, raw.FPDF_GRAYSCALE)
        rows = np.frombuffer(pixels, np.uint8).reshape(height, stride)[:, :width]
        return PageImage(width, height, rows.tobytes(), 1 / scale)


def _shown(value: str, text: str) -> bool:
    """Whether the page shows the value of a field; a box that is ticked or not has none to show."""
    return value in ("Off", "On", "Yes", "No") or "".join(value.split()) in "".join(text.split())


def _edges(text: str, starts: NDArray[np.int32], ends: NDArray[np.int32]) -> NDArray[np.intp]:
    """The words that do not have a space on either side: those at the ends of lines."""
    space = np.frombuffer(f"\n{text}\n".encode("utf-32-le"), np.uint32) == ord(" ")
    edges: NDArray[np.intp] = np.flatnonzero(~(space[starts] & space[ends + 1]))
    return edges


class _Page:
    """One loaded page and its text, while they are needed. Enter only with the lock held."""

    def __init__(self, document: Any, number: int, *, with_text: bool = True) -> None:
        raw = library()
        self.page: Any = raw.FPDF_LoadPage(document, number - 1) if document and number >= 1 else None
        self.notes = notes_of(self.page) if self.page and with_text else None
        if self.page and self.notes and self.notes.drawn and raw.FPDFPage_Flatten(self.page, 0) == 1:
            # What was filled into a form is text of the page from here on; its characters come after the others.
            raw.FPDF_ClosePage(self.page)
            self.page = raw.FPDF_LoadPage(document, number - 1)
        if not self.page:
            raise UnreadableSource(
                f"Page {number} of the PDF is damaged or missing.", "Open it in a viewer and save it again."
            )
        self._text = raw.FPDFText_LoadPage(self.page) if with_text else None
        self._address = int(ctypes.cast(self._text, ctypes.c_void_p).value or 0) if self._text else 0
        self.count = max(0, int(raw.FPDFText_CountChars(self._text))) if self._text else 0
        frame = raw.FS_RECTF()
        if not raw.FPDF_GetPageBoundingBox(self.page, frame) or frame.right <= frame.left or frame.top <= frame.bottom:
            frame = raw.FS_RECTF(0.0, 792.0, 612.0, 0.0)
        self._frame = frame
        self._turns = int(raw.FPDFPage_GetRotation(self.page)) % 4
        across, along = frame.right - frame.left, frame.top - frame.bottom
        self.width, self.height = (along, across) if self._turns % 2 else (across, along)

    def __enter__(self) -> _Page:
        return self

    def __exit__(self, *_: object) -> None:
        if self._text:
            library().FPDFText_ClosePage(self._text)
        library().FPDF_ClosePage(self.page)

    def drawn(self, width: int, height: int, form: int, flags: int) -> tuple[bytes, int]:
        """The page as pixels of a `form`, and the bytes of a row. Raises UnreadableSource."""
        raw = library()
        if width * height > _MAX_PIXELS:
            raise UnreadableSource("The page is too long to draw.", "Open the file in a PDF viewer.")
        bitmap = raw.FPDFBitmap_CreateEx(width, height, form, None, 0)
        if not bitmap:
            raise UnreadableSource("The page cannot be drawn.", "Open the file in a PDF viewer.")
        try:
            raw.FPDFBitmap_FillRect(bitmap, 0, 0, width, height, 0xFFFFFFFF)
            raw.FPDF_RenderPageBitmap(bitmap, self.page, 0, 0, width, height, 0, flags)
            stride = int(raw.FPDFBitmap_GetStride(bitmap))
            return ctypes.string_at(raw.FPDFBitmap_GetBuffer(bitmap), stride * height), stride
        finally:
            raw.FPDFBitmap_Destroy(bitmap)

    def text(self) -> str:
        """One code point per character of PDFium's numbering; U+FFFD where there is none."""
        if not self.count:
            return ""
        units = (ctypes.c_ushort * (self.count + 1))()
        written = library().FPDFText_GetText(self._text, 0, self.count, units) - 1
        if written == self.count:
            text = bytes(units)[: 2 * written].decode("utf-16-le", "surrogatepass")
            # A pair of surrogates is one character to PDFium, so equal lengths prove nothing where there is one.
            if not re.search("[\ud800-\udfff\U00010000-\U0010ffff]", text):
                return text.replace("\ufffe", "\x02")
        codes = list(map(_fast().unicode, repeat(self._address), range(self.count)))
        chars = [chr(c) if 0 < c < 0xD800 or 0xDFFF < c < 0x110000 else "\ufffd" for c in codes]
        for at, (high, low) in enumerate(pairwise(codes)):
            if 0xD800 <= high < 0xDC00 <= low < 0xE000:  # two characters to PDFium, one to us: the second is invisible
                chars[at : at + 2] = chr(0x10000 + ((high - 0xD800) << 10) + low - 0xDC00), "\u2060"
        return "".join(chars)

    def boxes(self, indices: NDArray[np.int32]) -> Boxes:
        """`(n, 4)` boxes on the page as shown; zeros where PDFium has none."""
        n = len(indices)
        rows = np.zeros((n, 4), np.float32)  # left, top, right, bottom as PDFium writes them: y grows upwards
        start = rows.ctypes.data
        deque(map(_fast().box, repeat(self._address), indices.tolist(), range(start, start + 16 * n, 16)), maxlen=0)
        empty = (rows[:, 0] == rows[:, 2]) | (rows[:, 1] == rows[:, 3])
        shown = self._as_shown(rows)
        shown[empty] = 0
        return shown

    def _as_shown(self, rows: Boxes) -> Boxes:
        left, bottom = rows[:, 0] - self._frame.left, rows[:, 3] - self._frame.bottom
        right, top = rows[:, 2] - self._frame.left, rows[:, 1] - self._frame.bottom
        if self._turns == 0:
            xs, ys = (left, right), (self.height - top, self.height - bottom)
        elif self._turns == 1:
            xs, ys = (bottom, top), (left, right)
        elif self._turns == 2:
            xs, ys = (self.width - right, self.width - left), (bottom, top)
        else:
            xs, ys = (self.width - top, self.width - bottom), (self.height - right, self.height - left)
        sides = (np.minimum(*xs), np.minimum(*ys), np.maximum(*xs), np.maximum(*ys))
        return np.stack(sides, axis=1).astype(np.float32)

    def seen(self, boxes: Boxes) -> NDArray[np.bool_]:
        """Which boxes have an area and their middle on the page."""
        x, y = (boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2
        area = (boxes[:, 2] > boxes[:, 0]) & (boxes[:, 3] > boxes[:, 1])
        seen: NDArray[np.bool_] = area & (x >= 0) & (y >= 0) & (x <= self.width) & (y <= self.height)
        return seen

    def left(
        self, text: str, seen: NDArray[np.bool_], legible: NDArray[np.bool_], words: Words
    ) -> Iterator[tuple[LeftKind, str]]:
        """What is on the page and no word of it: comments, values that are not shown, pictures, words nobody reads."""
        kinds: tuple[tuple[LeftKind, NDArray[np.bool_]], ...]
        kinds = (("unreadable text", seen & ~legible), ("hidden text", ~seen))
        for kind, which in kinds:
            places = zip(words.starts[which].tolist(), words.ends[which].tolist(), strict=True)
            gone = " ".join(text[start:end] for start, end in places)
            if gone:
                yield kind, gone
        if self.notes:
            yield from (("comment", comment) for comment in self.notes.comments)
            yield from (("hidden text", value) for value in self.notes.values if not _shown(value, text))
            yield from (("attachment", "") for _ in range(self.notes.files))
        address = int(ctypes.cast(self.page, ctypes.c_void_p).value or 0)
        pictures = pictures_on(address, self.width, self.height, with_text=bool(np.any(seen & legible)))
        yield from (("picture", "") for _ in range(pictures))

    def legible(self, text: str, starts: NDArray[np.int32], ends: NDArray[np.int32]) -> NDArray[np.bool_]:
        """False for words whose font does not say which characters its glyphs are, unless they read like words.

        PDFium then gives the number of the glyph as the character: right for some fonts, gibberish for others.
        """
        legible = np.ones(len(starts), np.bool_)
        edges = _edges(text, starts, ends)
        if not any(map(_fast().unmapped, repeat(self._address), starts[edges].tolist())):
            return legible
        unmapped = (
            np.fromiter(map(_fast().unmapped, repeat(self._address), starts.tolist()), np.int32, len(starts)) == 1
        )
        words = "".join(text[start:end] for start, end in zip(starts[unmapped], ends[unmapped], strict=True))
        if sum(char.islower() and char < "\u0250" for char in words) < 0.4 * len(words):
            legible[unmapped] = False
        return legible

    def bold(self, indices: NDArray[np.int32]) -> NDArray[np.bool_]:
        """Which characters are set in a font that calls itself bold."""
        names = np.zeros(len(indices), f"S{_FONT_NAME}")
        start = names.ctypes.data
        places = range(start, start + _FONT_NAME * len(indices), _FONT_NAME)
        flags = ctypes.c_int()
        sizes, unused = repeat(_FONT_NAME), repeat(ctypes.addressof(flags))
        deque(map(_fast().font, repeat(self._address), indices.tolist(), places, sizes, unused), maxlen=0)
        fonts, which = np.unique(names, return_inverse=True)
        return np.array([bool(_BOLD.search(name)) for name in fonts.tolist()], np.bool_)[which.reshape(-1)]

    def turns(self, first: Boxes, last: Boxes, starts: NDArray[np.int32], ends: NDArray[np.int32]) -> NDArray[np.int8]:
        """Which words run along the y axis: their last character stands above or below the first, not beside it."""
        across = np.abs(last[:, 0] - first[:, 0]) + np.abs(last[:, 2] - first[:, 2])
        along = np.abs(last[:, 1] - first[:, 1]) + np.abs(last[:, 3] - first[:, 3])
        upright = (ends - starts < 2) | (along <= 2 * across)
        turns: NDArray[np.int8] = np.where(upright, 0, np.where(last[:, 1] < first[:, 1], 1, -1)).astype(np.int8)
        return turns


@dataclass(frozen=True, slots=True)
class _Fast:
    """PDFium functions with plain integer arguments: called half a million times for a long report."""

    box: Any
    unicode: Any
    unmapped: Any
    font: Any


@cache
def _fast() -> _Fast:
    raw = library()
    return _Fast(
        prototype(raw.FPDFText_GetLooseCharBox, NUMBER, ADDRESS, NUMBER, ADDRESS),
        prototype(raw.FPDFText_GetUnicode, ctypes.c_uint, ADDRESS, NUMBER),
        prototype(raw.FPDFText_HasUnicodeMapError, NUMBER, ADDRESS, NUMBER),
        prototype(raw.FPDFText_GetFontInfo, ctypes.c_ulong, ADDRESS, NUMBER, ADDRESS, ctypes.c_ulong, ADDRESS),
    )
