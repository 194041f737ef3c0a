"""Plain text → Draft. `Document.text` is the file's decoded content itself; only a byte-order mark is taken off.

This module does not guess much: paragraphs are what blank lines and line ends make of them; headings are underlined or
in capitals.
"""

from __future__ import annotations

import re

from rag.errors import EmptySource
from rag.language import has_word
from rag.parsing.content import Headings, ParsedContent, plausible_title
from rag.parsing.dates import date_at_head
from rag.parsing.encodings import decode
from rag.parsing.ledger import Ledger
from rag.parsing.line_blocks import Line, line_blocks_of, lines_of, paragraphs_of, span_of
from rag.types import Block

__all__ = ["read"]

_CENTRED_LINES, _INDENT = 4, " " * 8
_RULE = re.compile(r"\s*([=\-~*#_])\1{2,}\s*$")


def read(data: bytes) -> ParsedContent:
    """Raises UnreadableSource for what is no text, EmptySource for nothing but white space."""
    ledger = Ledger()
    text = decode(data, ledger)
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
    return ParsedContent("text/plain", title, text, tuple(blocks), date=date_at_head(text), left=ledger.entries())


def _title(lines: list[Line], stanzas: list[tuple[int, int]]) -> str:
    """A short first line that stands alone, is underlined or is centred, and is no sentence."""
    first, last = stanzas[0]
    head = [line.text for line in lines[first:last]]
    if 1 < len(head) <= _CENTRED_LINES and all(line.startswith(_INDENT) and len(line) <= 100 for line in head):
        return plausible_title(" ".join(line.strip() for line in head if "://" not in line))
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
