"""Plain text → Draft. `Document.text` is the file's decoded content itself; only a byte-order mark is taken off.

This module does not guess much: paragraphs are what blank lines and line ends make of them; headings are underlined or
in capitals.
"""

from __future__ import annotations

import re

from rag.errors import EmptySource, UnreadableSource
from rag.language import has_word
from rag.parsing.content import Headings, ParsedContent
from rag.parsing.dates import date_at_head
from rag.parsing.line_blocks import Line, line_blocks_of, lines_of, paragraphs_of, span_of
from rag.types import Block

__all__ = ["decode", "read"]

_MARKS = (  # longest first: the mark of UTF-32 begins like that of UTF-16
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_MAGIC = (
    (b"%PDF-", "PDF"),
    (b"PK\x03\x04", "ZIP or office"),
    (b"\xd0\xcf\x11\xe0", "old office"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"\x1f\x8b", "gzip"),
    (b"\x7fELF", "program"),
    (b"MZ\x90", "program"),
    (b"7z\xbc\xaf", "7-Zip"),
    (b"Rar!", "RAR"),
)
_CONTROL = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_WESTERN = re.compile("[\x00-\x7fÀ-ÖØ-öø-ÿ“”‘’‚„–—…•€£§©®°«»¿¡´·ŒœŠšŽžŸ™†‡\xa0½¼¾²³¹ªº×]*")
_UNWESTERN = re.compile(r"[^\W\d_][¿¡£¹³¼½¾×»«][^\W\d_]")  # letters of another alphabet, read as Western
_RULE = re.compile(r"\s*([=\-~*#_])\1{2,}\s*$")
_SAMPLE = 200_000  # bytes that the guess of an encoding may look at


def read(data: bytes) -> ParsedContent:
    """Raises UnreadableSource for what is no text, EmptySource for nothing but white space."""
    text = decode(data)
    lines = lines_of(text)
    stanzas = paragraphs_of(lines)
    if not stanzas:
        raise EmptySource("The file is empty.", "Put some text into it, or remove it.")
    title = _title(lines, stanzas)
    headings = Headings(title)
    blocks: list[Block] = []
    for first, last in stanzas:
        head = _heading(lines, first, last)
        if head:
            blocks.append(Block("heading", span_of(lines, first, first + head), headings.path[:-1]))
            headings.enter(1, lines[first].text)
        if first + head < last:
            for piece in line_blocks_of(lines, first + head, last):
                blocks.append(Block(piece.kind, span_of(lines, piece.first, piece.last), headings.path))
    return ParsedContent("text/plain", title, text, tuple(blocks), date=date_at_head(text))


def decode(data: bytes) -> str:
    """The characters of a text file, unchanged but for the byte-order mark. Raises UnreadableSource for binary data."""
    for start, name in _MAGIC:
        if data.startswith(start):
            raise UnreadableSource(f"This is a {name} file, not text.", "Give it its proper suffix, or remove it.")
    text = _decoded(data)
    if text is None or len(_CONTROL.findall(text)) > len(text) / 200:
        raise UnreadableSource("This is not text in any known encoding.", "Save it as UTF-8 text, or remove it.")
    return text


def _decoded(data: bytes) -> str | None:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _try(data, encoding)
    if b"\x00" in data:
        return _utf16(data)
    return _try(data, "utf-8") if _try(data, "utf-8") is not None else _guess(data)


def _try(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return None


def _utf16(data: bytes) -> str | None:
    """UTF-16 without a mark shows by zero bytes at every other place."""
    sample = data[:_SAMPLE]
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    text = _try(data, "utf-16-be" if even > odd else "utf-16-le")
    clear = max(even, odd) > max(3 * min(even, odd), len(sample) / 10)
    return text if clear and text is not None and "\x00" not in text else None


def _guess(data: bytes) -> str | None:
    western = _try(data, "cp1252")
    if western is not None and _WESTERN.fullmatch(western) and not _UNWESTERN.search(western):
        return western
    from charset_normalizer import from_bytes

    best = from_bytes(data[:_SAMPLE]).best()
    return _try(data, best.encoding) if best else None


def _title(lines: list[Line], stanzas: list[tuple[int, int]]) -> str:
    """A short first line that stands alone, or is underlined, and is no sentence."""
    first, last = stanzas[0]
    text = lines[first].text.strip()
    alone = last - first == 1 and len(stanzas) > 1
    underlined = last - first >= 2 and _RULE.match(lines[first + 1].text) is not None
    is_title = 2 <= len(text) <= 100 and has_word(text) and text[-1] not in ".,;:!"
    return text if is_title and (alone or underlined) else ""


def _heading(lines: list[Line], first: int, last: int) -> int:
    """How many lines of the stanza are its heading."""
    text = lines[first].text.strip()
    if len(text) > 100 or not has_word(text):
        return 0
    if (
        last - first >= 2
        and _RULE.match(lines[first + 1].text)
        and len(lines[first + 1].text.strip()) >= len(text) // 2
    ):
        return 2
    return int(last - first == 1 and text.isupper() and text[-1] not in ".,;" and len(text.split()) <= 12)
