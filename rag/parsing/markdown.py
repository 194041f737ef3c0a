"""Markdown → Draft. `Document.text` is the decoded content itself, marks included; only a byte-order mark is taken off.

markdown-it-py says which lines are what; every visible line ends up in some block. Front matter, rules and comments are
blocks of kind `code`: they are kept, and are no prose. This module does not render anything.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.errors import EmptySource
from rag.parsing.content import Headings, ParsedContent, plausible_title
from rag.parsing.dates import date_at_head, date_of
from rag.parsing.encodings import decode
from rag.parsing.ledger import Ledger
from rag.parsing.line_blocks import Line, LineBlock, line_blocks_of, lines_of, span_of
from rag.types import Block, BlockKind

if TYPE_CHECKING:
    from markdown_it.token import Token

__all__ = ["read"]

_FRONT_TITLE = re.compile(r"(?m)^title:[ \t]*(['\"]?)(.+?)\1[ \t]*$")
_FRONT_DATE = re.compile(r"(?m)^(?:date|published|updated):[ \t]*['\"]?(.+)$")
_HEAD = 20  # lines in which a date may stand
_PICTURE = re.compile(r"!\[[^\]]*\]\([^)]*\)")
_MARKS = re.compile(r"[*_`]+|\[([^\]]*)\]\([^)]*\)")


def read(data: bytes) -> ParsedContent:
    """Raises UnreadableSource for what is no text, EmptySource for nothing but white space."""
    ledger = Ledger()
    text = decode(data, ledger)
    if not text.strip():
        raise EmptySource("The file is empty.", "Put some text into it, or remove it.")
    lines = lines_of(text)
    front = _front_matter(lines)
    tokens = _tokens(lines, front)
    pieces = _pieces(lines, tokens, front)
    titles = {
        token.map[0]: (int(token.tag[1]), _heading(tokens[at + 1].content))
        for at, token in enumerate(tokens)
        if token.type == "heading_open" and token.map
    }
    told = "\n".join(line.text for line in lines[:front])
    named, dated = _FRONT_TITLE.search(told), _FRONT_DATE.search(told)
    title = plausible_title(named[2]) if named else next((words for level, words in titles.values() if level == 1), "")
    headings = Headings(title)
    blocks = []
    for piece in pieces:
        path = headings.path
        if piece.kind == "heading" and piece.first in titles:
            headings.enter(*titles[piece.first])
            path = headings.path[:-1] if headings.path[-1:] == (titles[piece.first][1],) else headings.path
        blocks.append(Block(piece.kind, span_of(lines, piece.first, piece.last), path))
    date = date_of([dated[1]]) if dated else date_at_head("\n".join(line.text for line in lines[front : front + _HEAD]))
    return ParsedContent("text/markdown", title, text, tuple(blocks), date=date, left=ledger.entries())


def _heading(source: str) -> str:
    return " ".join(_MARKS.sub(lambda match: match[1] or "", _PICTURE.sub("", source)).split())


def _front_matter(lines: list[Line]) -> int:
    """How many lines at the top are front matter."""
    if not lines or lines[0].text.rstrip() not in ("---", "+++"):
        return 0
    for at in range(1, min(len(lines), 200)):
        if lines[at].text.rstrip() == lines[0].text.rstrip():
            return at + 1
    return 0


def _tokens(lines: list[Line], front: int) -> list[Token]:
    from markdown_it import MarkdownIt

    # Only the lines' own ends may count as ends, or line numbers would drift; and NUL is not Markdown's to replace.
    source = "\n".join("" if at < front else line.text for at, line in enumerate(lines))
    # What stands inside a line does not matter here, and costs most of the time.
    reader = MarkdownIt("commonmark", {"html": True}).enable("table").disable(["inline", "text_join"])
    return reader.parse(source)


def _pieces(lines: list[Line], tokens: list[Token], front: int) -> list[LineBlock]:
    """Blocks in order of their lines, without overlap, covering every line that is not blank."""
    kinds: dict[int, LineBlock] = {}
    depth = 0
    for token in tokens:
        depth += {"list_item_open": 1, "list_item_close": -1}.get(token.type, 0)
        if not token.map:
            continue
        first, last = token.map[0], min(token.map[1], len(lines))
        if token.type == "heading_open":
            kinds[first] = LineBlock("heading", first, last)
        elif token.type in ("fence", "code_block", "hr"):
            kinds[first] = LineBlock("code", first, last)
        elif token.type == "html_block":
            # The head is enough to tell, and a pattern that may scan to the end at each `<` must not see it all.
            prose = re.sub(r"(?s)<!--.*?(?:-->|\Z)|<[^>]*(?:>|\Z)", "", token.content[:2000]).strip()
            kinds[first] = LineBlock("paragraph" if prose else "code", first, last)
        elif token.type == "tr_open":
            kinds[first] = LineBlock("table", first, last)
        elif token.type == "paragraph_open":
            kind: BlockKind = "list" if depth else "paragraph"
            kinds.update({piece.first: piece for piece in line_blocks_of(lines, first, last, kind)})
    pieces = [LineBlock("code", 0, front)] if front else []
    at = front
    for first in sorted(kinds):
        pieces += _between(lines, at, first)
        if first >= at and kinds[first].last > first:
            pieces.append(kinds[first])
            at = kinds[first].last
    pieces += _between(lines, at, len(lines))
    return [piece for piece in pieces if any(not line.blank for line in lines[piece.first : piece.last])]


def _between(lines: list[Line], first: int, last: int) -> list[LineBlock]:
    """Lines that are no block to Markdown: the rule under a table's head, link definitions, a bare list mark."""
    return [LineBlock("code", at, at + 1) for at in range(first, last) if not lines[at].blank]
