"""CSV and TSV → Draft. `Document.text` is the file's decoded content itself; each record is a block.

The first record stands above the others as their heading, so that a row is found by the names of its columns. This
module does not take fields apart more than it needs to find the ends of records.
"""

from __future__ import annotations

import re

from rag.errors import EmptySource
from rag.parsing.content import ParsedContent
from rag.parsing.encodings import decode
from rag.parsing.ledger import Ledger
from rag.types import Block, Span

__all__ = ["read"]

_RECORD = re.compile(r'(?:"(?:[^"]|"")*"|[^"\r\n])+|"')
_LONGEST_HEAD = 200


def read(data: bytes) -> ParsedContent:
    """Raises UnreadableSource for what is no text, EmptySource for nothing but white space."""
    ledger = Ledger()
    text = decode(data, ledger)
    blocks: list[Block] = []
    head: tuple[str, ...] = ()
    for start, end in _records(text):
        blocks.append(Block("table", Span(start, end), head))
        if len(blocks) == 1 and end - start <= _LONGEST_HEAD:
            head = (" ".join(text[start:end].split()),)
    if not blocks:
        raise EmptySource("The file is empty.", "Put some text into it, or remove it.")
    return ParsedContent("text/csv", "", text, tuple(blocks), left=ledger.entries())


def _records(text: str) -> list[tuple[int, int]]:
    """Spans of the records without white space at their ends; a quoted field may hold line ends."""
    spans = []
    for match in _RECORD.finditer(text):
        inner = match[0].strip()
        if inner:
            start = match.start() + match[0].index(inner)
            spans.append((start, start + len(inner)))
    return spans
