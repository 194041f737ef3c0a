"""The HTML form of a message → blocks, with a heading over each quoted or forwarded part that names its writer.

This module does not know how HTML becomes blocks; `rag.parsing.web` does.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.parsing.content import ContentBuilder, clean
from rag.parsing.mail.quoting import head_of, whole_head_of
from rag.parsing.web.blocks import write_blocks
from rag.parsing.web.furniture import cut_unseen
from rag.parsing.web.html import parse_html
from rag.parsing.web.measure import BLOCKS, text_of

if TYPE_CHECKING:
    from lxml.etree import _Element  # type: ignore[import-untyped]

__all__ = ["write_html"]

_DEEPEST = 6  # the innermost heading of HTML


def write_html(writer: ContentBuilder, markup: str, sender: str, level: int) -> None:
    """Appends the text of a message's HTML, with headings "From …" below `level` where it quotes somebody."""
    if not markup.strip():
        return
    tree = parse_html(markup)
    cut_unseen(tree, writer.ledger)
    if _name_writers(tree, level) and sender:
        writer.add("heading", f"From {sender}", level + 1)
    write_blocks(writer, tree)


def _name_writers(tree: _Element, level: int) -> int:
    """Turns the lines that say who wrote what follows into headings; says how many there were."""
    found = 0
    for element in list(tree.iter()):
        if element.tag not in BLOCKS or element.tag in ("html", "body", "td", "th", "tr", "table"):
            continue
        if any(inner.tag in BLOCKS and text_of(inner) for inner in element.iterdescendants()):
            continue
        head = head_of(" ".join(_lines(element))) or whole_head_of(_lines(element))[0]
        if head and (any(char.isdigit() for char in head) or _before_quote(element)):
            _put_heading(element, head, level)
            found += 1
    return found


def _put_heading(element: _Element, head: str, level: int) -> None:
    heading = element.makeelement("h" + str(min(level + 1, _DEEPEST)))
    heading.text = clean(f"From {head}")
    if head_of(" ".join(_lines(element))):
        tail = element.tail
        element.getparent().replace(element, heading)
        heading.tail = tail
    else:  # the other lines of its head are kept
        element.addprevious(heading)


def _before_quote(element: _Element) -> bool:
    after = element.getnext() if element.getnext() is not None else element.getparent().getnext()
    return after is not None and (after.tag == "blockquote" or "quote" in (after.get("class") or ""))


def _lines(element: _Element) -> list[str]:
    """The text of an element by its line breaks."""
    parts = [element.text or ""]
    for child in element.iterdescendants():
        if child.tag == "br":
            parts.append("\x00")
        elif isinstance(child.tag, str):
            parts.append(child.text or "")
        parts.append(child.tail or "")
    return [" ".join(line.split()) for line in re.split("\x00", "".join(parts)) if line.strip()]
