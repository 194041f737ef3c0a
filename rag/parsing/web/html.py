"""HTML → Draft: the main text of a page, by trafilatura; all of its text where trafilatura finds none.

Nothing is ever fetched, and no markup is left in the text. This module does not know what the page looks like.
"""

from __future__ import annotations

import logging
import re
from copy import deepcopy
from typing import TYPE_CHECKING

from rag.errors import EmptySource, UnreadableSource
from rag.parsing.content import ContentBuilder, ParsedContent, plausible_title
from rag.parsing.dates import date_of
from rag.parsing.encodings import decode_declared
from rag.parsing.ledger import Ledger
from rag.parsing.line_blocks import line_blocks_of, lines_of, paragraphs_of, span_of

if TYPE_CHECKING:
    from lxml.etree import _Element  # type: ignore[import-untyped]

__all__ = ["read", "write_everything"]

_DECLARED = re.compile(
    rb"""(?i)<meta[^>]{0,200}?charset\s*=\s*["']?\s*([a-z0-9_:.-]{2,40})"""
    rb"""|<\?xml[^>]{0,100}encoding=["']([a-z0-9_:.-]{2,40})"""
)
_DATES = (
    "//meta[@property='article:published_time']/@content",
    "//meta[@itemprop='datePublished']/@content",
    "//meta[contains('|date|dc.date|dc.date.issued|dcterms.issued|dcterms.created|pubdate|publish-date|citation_date|"
    "citation_publication_date|last-modified|', concat('|', translate(@name, 'CDEILMNOPRTU', 'cdeilmnoprtu'), '|'))]"
    "/@content",
    "//time[@pubdate or @itemprop='datePublished']/@datetime",
    "//article//time/@datetime",
)
_LINKED_DATE = re.compile(r'"datePublished"\s*:\s*"([^"]{4,40})"')
_CODE = re.compile(r"(?m)[;{}]\s*$|^\s*(?:def|class|import|function|var|let|const|#include)\b|</")
_SKIPPED = frozenset(
    ["script", "style", "noscript", "template", "head", "svg", "math", "iframe", "object", "nav", "select", "button"]
)
_BLOCKS = frozenset(
    re.findall(
        r"\w+",
        "p div section article main body html header footer aside blockquote figure figcaption address center td th dd "
        "dt details summary fieldset form table tbody thead ul ol dl",
    )
)


def read(data: bytes) -> ParsedContent:
    """Raises UnreadableSource for what is no text, EmptySource for a page without any."""
    writer = ContentBuilder()
    _write_article(writer, _characters(data, writer.ledger))
    draft = writer.draft("text/html")
    if not draft.text:
        raise EmptySource(
            "The page contains no text.", "Save the page with its text (not only its scripts), or remove it."
        )
    return draft


def _characters(data: bytes, ledger: Ledger) -> str:
    declared = _DECLARED.search(data[:4096])
    name = (declared[1] or declared[2]).decode("ascii") if declared else ""
    return decode_declared(data, name, ledger)


def write_everything(writer: ContentBuilder, data: bytes, *, declared: bool = True) -> None:
    """Appends all text of a page - a chapter, a message - that is its own article from end to end.

    `declared` says whether the page's own word about its encoding counts; else it is UTF-8.
    """
    markup = _characters(data, writer.ledger) if declared else data.decode("utf-8", "replace")
    if markup.strip():
        _write_all(writer, _parse(markup))


def _write_article(writer: ContentBuilder, markup: str) -> None:
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    if not markup.strip():
        return
    tree = _parse(markup)
    if not writer.title:
        writer.title = _title(tree)
    writer.date = writer.date or _date(tree)
    found = _main_text(tree)
    before = writer.length
    if found is not None:
        _write_extracted(writer, found)
    if writer.length == before:
        _write_all(writer, tree)


def _parse(markup: str) -> _Element:
    from lxml import etree, html  # type: ignore[import-untyped]

    parser = html.HTMLParser(no_network=True, huge_tree=False, remove_comments=True, remove_pis=True, encoding="utf-8")
    try:
        tree = html.document_fromstring(markup.encode("utf-8", "replace") or b"<p/>", parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise UnreadableSource(
            "The file is not HTML that can be read.", "Open it in a browser and save it again."
        ) from error
    return tree


def _title(tree: _Element) -> str:
    for path in ("//meta[@property='og:title']/@content", "//title/text()", "//h1"):
        for found in tree.xpath(path)[:1]:
            text = found if isinstance(found, str) else "".join(found.itertext())
            if plausible_title(text):
                return plausible_title(text)
    return ""


def _date(tree: _Element) -> str:
    told = [found for path in _DATES for found in tree.xpath(path)[:1]]
    linked = "".join(tree.xpath("//script[@type='application/ld+json']/text()"))
    return date_of([*told, *_LINKED_DATE.findall(linked)[:1]])


def _main_text(tree: _Element) -> _Element | None:
    from trafilatura import bare_extraction

    document = bare_extraction(
        deepcopy(tree), favor_recall=True, include_comments=False, include_tables=True, include_formatting=False
    )
    body: _Element | None = getattr(document, "body", None)
    return body


def _write_extracted(writer: ContentBuilder, body: _Element) -> None:
    """trafilatura's own tags: head, p, list and item, table and row and cell, quote, code, lb."""
    for element in body:
        if element.tag == "head":
            writer.add("heading", _words(element), int((element.get("rend") or "h2")[1:2] or 2))
        elif element.tag == "list":
            for item in element.iter("item"):
                writer.add("list", _words(item, without="list"))
        elif element.tag == "table":
            for row in element.iter("row"):
                writer.add("table", " | ".join(filter(None, (_words(cell) for cell in row.iter("cell")))))
        elif element.tag == "code":
            _write_preformatted(writer, "".join(element.itertext()))
        elif len(element) and any(child.tag in ("head", "p", "list", "table", "quote", "code") for child in element):
            if (element.text or "").strip():
                writer.add("paragraph", element.text or "")
            _write_extracted(writer, element)
        else:
            for line in _words(element).split("\n"):
                writer.add("paragraph", line)
        if (element.tail or "").strip():
            writer.add("paragraph", element.tail or "")


def _write_preformatted(writer: ContentBuilder, text: str) -> None:
    """Code as it stands; but laws and letters are found in `pre` as well, and are paragraphs."""
    lines = lines_of(text)
    full = [line.text for line in lines if len(line.text.split()) >= 6]
    if len(full) < 5 or len(full) < 0.4 * sum(not line.blank for line in lines) or _CODE.search(text):
        writer.add("code", text)
        return
    for first, last in paragraphs_of(lines):
        for piece in line_blocks_of(lines, first, last):
            writer.add(piece.kind, " ".join(text[slice(*span_of(lines, piece.first, piece.last))].split()))


def _words(element: _Element, without: str = "") -> str:
    """The text of an element on one line, but for its line breaks; nested elements named `without` are left out."""
    parts: list[str] = [element.text or ""]
    for child in element:
        if child.tag in ("lb", "br"):
            parts.append("\n")
        elif child.tag != without and isinstance(child.tag, str):
            inner = _words(child, without)
            parts.append(f" {inner} " if child.tag in ("p", "item", "cell", "div") else _edged(child, inner))
        parts.append(child.tail or "")
    lines = (" ".join(line.split()) for line in "".join(_flat(part) for part in parts).split("\n"))
    return "\n".join(line for line in lines if line)


def _flat(text: str) -> str:
    return "\n" if text == "\n" else re.sub(r"[ \t\r\n]+", " ", text)


def _edged(child: _Element, inner: str) -> str:
    """Keeps a space that stands just inside an inline element."""
    whole = "".join(child.itertext())
    return (" " if whole[:1].isspace() else "") + inner + (" " if whole[-1:].isspace() else "")


def _write_all(writer: ContentBuilder, tree: _Element) -> None:
    """Every word of the page that a reader would see, block by block."""
    pending: list[str] = []

    def flush() -> None:
        writer.add("paragraph", " ".join("".join(pending).split()))
        pending.clear()

    def walk(element: _Element, depth: int) -> None:
        tag = element.tag if isinstance(element.tag, str) else ""
        if tag in _SKIPPED or not tag or depth > 400:
            return
        if tag in ("h1", "h2", "h3", "h4", "h5", "h6", "li", "tr", "pre"):
            flush()
            if tag == "tr":
                writer.add("table", " | ".join(filter(None, (_words(cell) for cell in element))))
            elif tag == "pre":
                _write_preformatted(writer, "".join(element.itertext()))
            elif tag == "li":
                writer.add("list", " ".join("".join(element.itertext()).split()))
            else:
                writer.add("heading", _words(element), int(tag[1]))
            return
        if tag in _BLOCKS or tag == "br":
            flush()
        pending.append(element.text or "")
        for child in element:
            walk(child, depth + 1)
            pending.append(child.tail or "")
        if tag in _BLOCKS:
            flush()

    walk(tree, 0)
    flush()
