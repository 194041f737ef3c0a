"""The characters of a text file, by its mark, by UTF-8, by what it declares, or by a detector whose doubts are told.

A guess is doubtful where another code page gives other words that are as likely, or where there are too few bytes to
tell by. This module does not know any file format.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from rag.errors import UnreadableSource
from rag.parsing.ledger import Ledger

__all__ = ["decode", "decode_declared"]

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
_SAMPLE = 200_000  # bytes that the guess of an encoding may look at
_LOOKED_AT = 20_000  # characters in which the spots of a wrong decoding are counted
_STYLE = re.compile(
    "\x1b\\[[0-9;?]*[A-Za-z]|\x1b\\][^\x07\x1b]{0,300}(?:\x07|\x1b\\\\)"
)  # colours, and the links of terminals
_STRUCK = re.compile("([^\\s\b])\b(?=\\1)|_\b(?=\\w)")  # a letter struck twice is bold, over "_" it is underlined
_ESCAPES = (b"\x1b$", b"\x1b(J", b"~{")  # ISO-2022 and HZ are written in ASCII only
_UNUSUAL = frozenset(
    ["cp1006", "kz1048", "ptcp154", "cp864", "iso8859-10", "iso8859-16", "hp-roman8", "maciceland", "maccroatian"]
)
"""Code pages that nobody's texts are in, but that often look like those of others."""
_AS_LIKELY = 0.7  # of the best guess's confidence; measured: the right page is never below it from 30 characters on
_FEW = 6  # bytes outside ASCII, of a code page with one byte a letter, by which nothing can be told
_WORD = re.compile(r"[^\W\d_]+")
_SPOT = re.compile(  # what no orthography has: signs between letters, and signs of terminals
    r"[^\W\d_][¡¿£¹²³¼½¾×¤‚„«»‹›•¬¦§¶¢¥÷±][^\W\d_]|[\x80-\x9f\ue000-\uf8ff─-▟]"
)
_EAST_ASIAN = frozenset(["CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "HALFWIDTH", "FULLWIDTH", "HANGUL"])
_WESTERN = frozenset(["iso-8859-1", "iso8859-1", "latin-1", "latin1", "l1", "ascii", "us-ascii"])


class _Guess(NamedTuple):
    confidence: float
    encoding: str


def decode(data: bytes, ledger: Ledger) -> str:
    """The characters of a text file, without the byte-order mark and a terminal's colours and double strikes, unchanged
    otherwise. Raises UnreadableSource for binary data.

    What was doubtful or could not be decoded is told in the ledger.
    """
    for start, name in _MAGIC:
        if data.startswith(start):
            raise UnreadableSource(f"This is a {name} file, not text.", "Give it its proper suffix, or remove it.")
    text = _decoded(data, ledger)
    if text is not None and ("\x1b" in text or "\b" in text):
        text = _STRUCK.sub("", _STYLE.sub("", text))
    if text is None or len(_CONTROL.findall(text)) > len(text) / 200:
        raise UnreadableSource("This is not text in any known encoding.", "Save it as UTF-8 text, or remove it.")
    return text


def decode_declared(data: bytes, declared: str, ledger: Ledger) -> str:
    """The characters of a text that names its encoding, which it may be wrong about. Raises UnreadableSource."""
    if declared and not data.startswith(tuple(mark for mark, _ in _MARKS)):
        name = declared.strip().lower()
        text = _try(data, "cp1252" if name in _WESTERN else name)
        as_utf8 = None if data.isascii() else _try(data, "utf-8")
        if as_utf8 is not None:
            return as_utf8
        if text is not None and ("\x00" not in text) and (data.isascii() or not _unlikely(text[:_LOOKED_AT])):
            return text
    return decode(data, ledger)


def _decoded(data: bytes, ledger: Ledger) -> str | None:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            text = _try(data, encoding)
            return text if text is not None else _mended(data, encoding, ledger)
    if b"\x00" in data:
        return _utf16(data)
    text = _try(data, "utf-8")
    if data.isascii() and any(escape in data for escape in _ESCAPES):
        return _guess(data, ledger) or text
    return text if text is not None else _nearly_utf8(data, ledger) or _guess(data, ledger)


def _try(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except (UnicodeError, LookupError):
        return None


def _mended(data: bytes, encoding: str, ledger: Ledger) -> str | None:
    """The text with a replacement sign for each of the few places that cannot be decoded; the ledger is told."""
    text = data.decode(encoding, "replace")
    count = text.count("\ufffd")
    if count > 1 and count > len(text) / 20:
        return None
    if count:
        ledger.leave("unreadable text", place=_shown(encoding), count=count)
    return text


def _nearly_utf8(data: bytes, ledger: Ledger) -> str | None:
    """UTF-8 in which a few bytes are broken: nothing else has so many letters of several bytes in it."""
    text = data.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    whole = sum(1 for char in text if char > "\x7f") - broken
    return _mended(data, "utf-8", ledger) if whole >= 4 * broken else None


def _utf16(data: bytes) -> str | None:
    """UTF-16 without a mark: in one order of its bytes it has spaces and few scripts, in the other it has many."""
    sample = data[: _SAMPLE & ~1]
    found = []
    for encoding in ("utf-16-le", "utf-16-be"):
        text = _try(sample, encoding)
        if text and "\x00" not in text:
            known = sum(char.isalnum() or char.isspace() or char < "\x7f" for char in text)
            found.append((known / len(text) + text.count(" ") / len(text) - len(_scripts(text)) / 50, encoding))
    if not found or max(found)[0] < 0.8:
        return None
    text = _try(data if len(data) % 2 == 0 else data[:-1], max(found)[1])
    return text if text and len(_CONTROL.findall(text)) <= len(text) / 200 else None


def _scripts(text: str) -> set[str]:
    return {_script(char) for char in text[:5000] if char.isalpha()}


def _guess(data: bytes, ledger: Ledger) -> str | None:
    """The likeliest text; a doubt is told with the name of the encoding."""
    near = _likeliest(_sample(data))
    if not near:
        return None
    best = next((one for one in near if one.confidence > 0.999 * near[0].confidence and one.encoding == "cp1252"), None)
    best = best or near[0]
    text = _try(data, best.encoding)
    few = _is_single_byte(best.encoding) and sum(byte > 127 for byte in data[:_SAMPLE]) < _FEW
    if len(near) > 1 or few:
        ledger.leave("doubtful encoding", place=_shown(best.encoding))
    return text if text is not None else _mended(data, best.encoding, ledger)


def _sample(data: bytes) -> bytes:
    """The part from shortly before the first byte outside ASCII, cut at a line's end."""
    if len(data) <= _SAMPLE:
        return data
    first = next((at for at in range(len(data)) if data[at] > 127), 0)
    start = data.rfind(b"\n", 0, max(first - 2000, 0)) + 1
    end = data.rfind(b"\n", start, start + _SAMPLE)
    return data[start : end if end > first else start + _SAMPLE]


def _likeliest(sample: bytes) -> list[_Guess]:
    """What the detector thinks likely, the surest first, each text once, with the fewest spots of a wrong decoding."""
    from chardet import detect_all

    found: dict[str, _Guess] = {}
    for one in detect_all(sample, max_bytes=len(sample) or 1):
        name = (one["encoding"] or "").lower()
        name = {"iso-8859-1": "cp1252", "windows-1252": "cp1252", "ascii": "cp1252"}.get(name, name)
        text = _try(sample, name) if name and name not in _UNUSUAL else None
        if text is not None:
            found.setdefault(text, _Guess(one["confidence"] or 0.0, name))
    top = max((guess.confidence for guess in found.values()), default=0.0)
    near = {text: guess for text, guess in found.items() if guess.confidence >= _AS_LIKELY * top}
    spots = {text: _unlikely(text[:_LOOKED_AT]) for text in near}
    fewest = min(spots.values(), default=0)
    return sorted((near[text] for text in near if spots[text] == fewest), key=lambda guess: -guess.confidence)


def _unlikely(text: str) -> int:
    """How many places of a text look like those of one that was decoded by the wrong code page."""
    count = len(_SPOT.findall(text))
    for word in _WORD.findall(text):
        if not word.isascii():
            mixed = len({_script(char) for char in word}) > 1
            capital = any(char.isupper() and before.islower() for before, char in pairwise(word))
            count += mixed + capital
    return count


@lru_cache(maxsize=20_000)
def _script(char: str) -> str:
    name = unicodedata.name(char, "").split(" ", 1)[0]
    return "CJK" if name in _EAST_ASIAN else "LATIN" if name in ("FEMININE", "MASCULINE", "MODIFIER", "MICRO") else name


def _is_single_byte(encoding: str) -> bool:
    return len((bytes([0xE1]) * 2).decode(encoding, "replace")) == 2


def _shown(encoding: str) -> str:
    """The name by which people know an encoding: "Windows-1250", "Shift JIS"."""
    name = codecs.lookup(encoding).name
    if name.startswith("cp125"):
        return f"Windows-{name[2:]}"
    return {"shift_jis": "Shift JIS", "utf-8-sig": "UTF-8"}.get(name, name.upper().replace("_", "-"))
