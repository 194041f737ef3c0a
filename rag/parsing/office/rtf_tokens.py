"""RTF taken apart into groups, control words and characters; bytes become text by the code page of their font.

This module does not know what a control word does.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from rag.parsing.office.rtf_words import KNOWN
from rag.parsing.office.symbols import symbol

__all__ = ["Bytes", "Token", "character", "code_page", "tokens"]

_TOKEN = re.compile(
    r"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])|([^\\{}\r\n]+)|[\r\n]+", re.DOTALL
)
_WORDS = "|".join(sorted(word for word in KNOWN if word.isalpha()))
_LOOKS = re.compile(rf"(?:\\(?!(?:{_WORDS})(?![a-zA-Z]))[a-zA-Z]{{1,32}}(?:-?\d{{1,10}})? ?|[\r\n]+)+")
_CHARSETS = {
    0: "cp1252", 1: "", 2: "symbol", 77: "mac_roman", 78: "shift_jis", 79: "big5", 80: "euc_kr", 81: "mac_arabic",
    83: "mac_greek", 85: "mac_turkish", 86: "mac_romanian", 88: "mac_latin2", 89: "mac_cyrillic", 128: "cp932",
    129: "cp949", 130: "johab", 134: "cp936", 136: "cp950", 161: "cp1253", 162: "cp1254", 163: "cp1258", 177: "cp1255",
    178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874", 238: "cp1250", 254: "cp437", 255: "cp850",
}  # fmt: skip


class Token(NamedTuple):
    """`kind` is "{", "}", "word", "byte" or "text"; `number` is None where a word has none."""

    kind: str
    text: str
    number: int | None = None


def tokens(data: bytes) -> Iterator[Token]:
    """The tokens in order; binary data is passed over."""
    text = data.decode("latin-1")  # byte for byte
    at = 0
    opened = True  # the first word of a group says what it is
    while at < len(text):
        looks = None if opened or text[at] not in "\\\r\n" else _LOOKS.match(text, at)
        if looks is not None:
            at = looks.end()
            if at == len(text):
                break
        match = _TOKEN.match(text, at)
        if match is None:
            at += 1
            continue
        at = match.end()
        word, number, byte, sign, brace, said = match.groups()
        opened = brace == "{" or sign == "*"
        if word is not None:
            if word == "bin" and number:
                at += max(0, int(number))
            yield Token("word", word, int(number) if number else None)
        elif byte is not None:
            yield Token("byte", chr(int(byte, 16)))
        elif sign is not None:
            yield Token("word", sign)
        elif brace is not None:
            yield Token(brace, "")
        elif said is not None:
            yield Token("text", said)


def code_page(number: int) -> str:
    """The name of a Windows code page; Western where Python does not know it."""
    name = "utf-8" if number == 65001 else f"cp{number}"
    try:
        return codecs.lookup(name).name
    except LookupError:
        return "cp1252"


def character(code: int, font: str) -> str:
    """The character of a number, of a symbol font where it is one of that font's own."""
    return symbol(font, code) or "�" if 0xF000 <= code <= 0xF0FF and font else chr(code)


@dataclass(slots=True)
class Bytes:
    """Collects the bytes of one font until they are text. `fonts` are number -> (charset, name)."""

    page: str = "cp1252"
    fonts: dict[int, tuple[int, str]] = field(default_factory=dict)
    _held: str = ""
    _font: int = -1

    def take(self, chars: str, font: int) -> str:
        """Text of what was held if the font changes; holds these bytes."""
        done = self.done() if font != self._font else ""
        self._font = font
        self._held += chars
        return done

    def open_pair(self) -> bool:
        """Whether the first half of a character of two bytes is held."""
        if not self._held:
            return False
        try:
            decoder = codecs.getincrementaldecoder(self._encoding())(errors="replace")
            decoder.decode(self._held.encode("latin-1"))
            return bool(decoder.getstate()[0])
        except (LookupError, ValueError):
            return False

    def done(self) -> str:
        """The text of all that is held."""
        held, self._held = self._held, ""
        if not held:
            return ""
        charset, name = self.fonts.get(self._font, (0, ""))
        if charset == 2:
            return "".join(symbol(name, ord(char)) or "�" for char in held)
        try:
            return held.encode("latin-1").decode(self._encoding(), "replace")
        except LookupError:
            return held

    def _encoding(self) -> str:
        charset = self.fonts.get(self._font, (0, ""))[0]
        return (_CHARSETS.get(charset, "") if charset > 2 else "") or self.page
