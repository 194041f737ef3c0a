"""HTML → Draft: the article of a page, its menus and banners told in the ledger; or all of a page.

Nothing is ever fetched, and no markup is left in the text. This module does not know what the page looks like.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.errors import EmptySource, UnreadableSource
from rag.parsing.content import ContentBuilder, ParsedContent, plausible_title
from rag.parsing.dates import date_of
from rag.parsing.encodings import decode_declared
from rag.parsing.ledger import Ledger
from rag.parsing.web.article import find_article
from rag.parsing.web.blocks import write_blocks
from rag.parsing.web.furniture import cut_unseen
from rag.parsing.web.measure import text_of

if TYPE_CHECKING:
    from lxml.etree import _Element  # type: ignore[import-untyped]

__all__ = ["characters_of", "parse_html", "read", "write_article", "write_everything"]

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


def read(data: bytes) -> ParsedContent:
    """Raises UnreadableSource for what is no text, EmptySource for a page without any."""
    writer = ContentBuilder()
    framed = write_article(writer, characters_of(data, writer.ledger))
    draft = writer.draft("text/html")
    if draft.text:
        return draft
    if framed:
        raise EmptySource("The page holds its text in frames.", "Save the page that is in the frame, and use that.")
    raise EmptySource("The page contains no text.", "Save the page with its text (not only its scripts), or remove it.")


def write_article(writer: ContentBuilder, markup: str) -> bool:
    """Appends the article of a page, with its title and date; says whether the page has frames.

    Raises UnreadableSource for what is no HTML.
    """
    if not markup.strip():
        return False
    tree = parse_html(markup)
    framed = next(tree.iter("frame", "iframe"), None) is not None
    if not writer.title:
        writer.title = _title(tree)
    writer.date = writer.date or _date(tree)
    named = "".join(tree.xpath("//title/text()")[:1]) + text_of(next(tree.iter("h1"), tree.makeelement("p")))
    root, skipped = find_article(tree, named, writer.ledger)
    write_blocks(writer, root, skipped)
    return framed


def write_everything(writer: ContentBuilder, data: bytes, *, declared: bool = True) -> None:
    """Appends all text of a page - a chapter, a message - that is its own article from end to end.

    `declared` says whether the page's own word about its encoding counts; else it is UTF-8.
    """
    markup = characters_of(data, writer.ledger) if declared else data.decode("utf-8", "replace")
    if not markup.strip():
        return
    tree = parse_html(markup)
    cut_unseen(tree, writer.ledger)
    tables_of_contents = dict.fromkeys(tree.iter("nav"))
    for element in tables_of_contents:
        writer.ledger.leave("navigation", text_of(element))
    write_blocks(writer, tree, tables_of_contents)


def characters_of(data: bytes, ledger: Ledger) -> str:
    """The markup of a page by its mark, by what it declares, or by guess. Raises UnreadableSource."""
    declared = _DECLARED.search(data[:4096])
    name = (declared[1] or declared[2]).decode("ascii") if declared else ""
    return decode_declared(data, name, ledger)


def parse_html(markup: str) -> _Element:
    """The tree of a page; nothing is fetched. Raises UnreadableSource."""
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
