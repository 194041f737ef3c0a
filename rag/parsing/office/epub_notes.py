"""The notes of a chapter put behind the paragraphs that refer to them, out of their sentences.

A mark whose note stands elsewhere is kept in brackets, so that it runs into no figure. This module does not know books.
"""

from __future__ import annotations

import re
from html.entities import name2codepoint
from typing import TYPE_CHECKING

from rag.parsing.ooxml import attribute, inside, local

if TYPE_CHECKING:
    from lxml.etree import _Element  # type: ignore[import-untyped]

__all__ = ["chapter_tree", "with_notes_behind"]

_MAY_HAVE = re.compile(rb"noteref|<sup\b", re.IGNORECASE)
_ENTITY = re.compile(rb"&([A-Za-z]\w*);")
_XML = (b"amp", b"lt", b"gt", b"quot", b"apos")
_BLOCKS = ("p", "li", "dd", "dt", "div", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "figcaption")
_NOTES = ("footnote", "endnote", "rearnote", "note")
_MARK = re.compile(r"\W*(\d{1,4}|[*†‡§]{1,3}|[ivxlc]{1,6}|[a-z])\W*")


def with_notes_behind(data: bytes) -> bytes:
    """A chapter's markup, in UTF-8 if it was changed."""
    if not _MAY_HAVE.search(data):
        return data
    tree = chapter_tree(data)
    marks = [] if tree is None else [one for one in tree.iter("{*}a") if _is_mark(one)]
    if tree is None or not marks:
        return data
    from lxml import etree  # type: ignore[import-untyped]

    named = {one.get("id"): one for one in tree.iter() if isinstance(one.tag, str) and one.get("id")}
    behind: dict[_Element, _Element] = {}  # block -> what was last put behind it
    for mark in marks:
        _move(mark, named, behind)
    return bytes(etree.tostring(tree, encoding="utf-8"))


def chapter_tree(data: bytes) -> _Element | None:
    """The tree of a chapter, as far as it can be read; nothing is fetched."""
    from lxml import etree

    def by_number(match: re.Match[bytes]) -> bytes:
        code = None if match[1] in _XML else name2codepoint.get(match[1].decode("ascii", "replace"))
        return match[0] if code is None else b"&#%d;" % code

    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        return etree.fromstring(_ENTITY.sub(by_number, data), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None


def _is_mark(link: _Element) -> bool:
    kinds = f"{attribute(link, 'type')} {link.get('role') or ''}"
    text = "".join(link.itertext()).strip()
    if "noteref" in kinds:
        return True
    raised = local(link.getparent()) == "sup" or any(local(one) == "sup" for one in inside(link))
    return raised and "#" in (link.get("href") or "") and _MARK.fullmatch(text) is not None


def _move(mark: _Element, named: dict[str | None, _Element], behind: dict[_Element, _Element]) -> None:
    said = "".join(mark.itertext()).strip(" []()\n\t")
    outer = mark.getparent() if local(mark.getparent()) == "sup" else mark
    file, _, key = (mark.get("href") or "").partition("#")
    note = named.get(key) if not file or key in named else None
    block = next((one for one in outer.iterancestors() if local(one) in _BLOCKS), None)
    if note is None or block is None or not _is_note(note) or block in note.iter():
        _replace(outer, f" ({said})" if said else "")
        return
    _replace(outer, "")
    named.pop(key, None)
    _cut(note)
    for link in [one for one in note.iter("{*}a") if _leads_back(one, said)]:
        _replace(link, "")
    first = next((one for one in note.iter() if local(one) == "p"), note)
    if not "".join(note.itertext()).lstrip(" [(").startswith(said):
        first.text = f"({said}) {(first.text or '').lstrip(' .:')}"
    note.tag = note.tag.replace(local(note), "div")
    last = behind.get(block, block)
    last.addnext(note)
    behind[block] = note


def _is_note(element: _Element) -> bool:
    kinds = f"{attribute(element, 'type')} {element.get('role') or ''} {element.get('class') or ''}"
    return local(element) in ("aside", "li", "p", "div", "section", "dd") and (
        any(kind in kinds for kind in _NOTES) or local(element) in ("aside", "li")
    )


def _leads_back(link: _Element, said: str) -> bool:
    text = "".join(link.itertext()).strip(" []().\n\t")
    return "backlink" in f"{attribute(link, 'type')} {link.get('role') or ''}" or text in (
        said,
        "↩",
        "↩︎",
        "^",
        "↑",
        "⏎",
    )


def _cut(element: _Element) -> None:
    """Takes an element out of its place; what follows it stays."""
    tail, element.tail = element.tail, None
    _append(element, tail or "")
    element.getparent().remove(element)


def _replace(element: _Element, text: str) -> None:
    tail, element.tail = element.tail, None
    _append(element, text + (tail or ""))
    element.getparent().remove(element)


def _append(element: _Element, text: str) -> None:
    """Puts a text where an element begins."""
    before = element.getprevious()
    if before is not None:
        before.tail = (before.tail or "") + text
    else:
        parent = element.getparent()
        parent.text = (parent.text or "") + text
