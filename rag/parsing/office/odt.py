"""ODT → Draft: headings, paragraphs, lists and tables of an OpenDocument text, in order.

Notes follow the paragraph that refers to them, heads and feet of pages stand once at the ends; what was deleted,
hidden or commented is told. This module does not know how a paragraph is written.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from rag.errors import EmptySource, EncryptedSource, UnreadableSource
from rag.language import has_word
from rag.parsing.content import ContentBuilder, ParsedContent, plausible_title
from rag.parsing.dates import date_of
from rag.parsing.office.equations import MARK
from rag.parsing.office.odf_blocks import OdfBlocks
from rag.parsing.office.odf_lists import read_lists
from rag.parsing.office.odf_text import OdfText, hidden_styles, odf_text
from rag.parsing.ooxml import Package, attribute, inside, local, open_package

if TYPE_CHECKING:
    from lxml.etree import _Element  # type: ignore[import-untyped]

__all__ = ["embed", "open_document", "read"]


def read(data: bytes) -> ParsedContent:
    """Raises EncryptedSource, UnreadableSource, SourceLimit, or EmptySource."""
    package, content, writer = open_document(data, "a text document")
    styles = package.part("styles.xml")

    def embedded(address: str, place: str) -> bool:
        return embed(writer, package, address, place)

    blocks = OdfBlocks(writer, OdfText(hidden_styles(content, styles)), read_lists(styles, content), embedded)
    edges = [] if styles is None else _edges(content, styles)
    _write_edges(writer, blocks, [tree for name, tree in edges if name.startswith("header")])
    for body in content.iter("{*}body"):
        for text in inside(body):
            blocks.blocks(text)
    _write_edges(writer, blocks, [tree for name, tree in edges if name.startswith("footer")])
    for name in package.damaged:
        writer.ledger.leave("unreadable text", "", name)
    draft = writer.draft("application/vnd.oasis.opendocument.text")
    if not draft.text:
        raise EmptySource(
            "The document contains no text.", "If it is made of pictures, run OCR over it and use the result."
        )
    return draft


def open_document(data: bytes, what: str) -> tuple[Package, _Element, ContentBuilder]:
    """The package, its content, and a writer that knows title and date. Raises EncryptedSource or UnreadableSource."""
    package = open_package(data)
    if b"encryption-data" in (package.data("META-INF/manifest.xml") or b""):
        raise EncryptedSource("The document needs a password.", "Save a copy without a password and use that.")
    content = package.part("content.xml")
    if content is None:
        raise UnreadableSource(
            f"The file is damaged or is not {what}.", "Open it in its own program and save it again."
        )
    meta = package.part("meta.xml")
    told: dict[str, list[str]] = {"title": [], "date": []}
    for one in () if meta is None else meta.iter("{*}title", "{*}date"):
        told[local(one)].append(one.text or "")
    writer = ContentBuilder(title=plausible_title("".join(told["title"][:1])), date=date_of(told["date"]))
    return package, content, writer


def _edges(content: _Element, styles: _Element) -> list[tuple[str, _Element]]:
    """Heads and feet of the page styles in use."""
    pages = {attribute(one, "name"): one for one in styles.iter("{*}master-page")}
    used = {attribute(one, "master-page-name") for tree in (content, styles) for one in tree.iter("{*}style")}
    used |= {"Standard", next(iter(pages), "")}
    used |= {attribute(pages[name], "next-style-name") for name in used if name in pages}
    return [(local(one), one) for name, page in pages.items() if name in used for one in inside(page)]


def _write_edges(writer: ContentBuilder, blocks: OdfBlocks, trees: list[_Element]) -> None:
    """Each text once; page numbers alone are told."""
    said = set()
    for tree in trees:
        text = " ".join(odf_text(tree).split())
        if not text or text in said or attribute(tree, "display") == "false":
            continue
        said.add(text)
        words = [word for word in text.split() if has_word(word)]
        if text == writer.title or (next(tree.iter("{*}page-number"), None) is not None and len(words) <= 2):
            writer.ledger.leave("running head", text)
        else:
            blocks.blocks(tree)


def embed(writer: ContentBuilder, package: Package, address: str, place: str, *, values: bool = True) -> bool:
    """Appends what an object within a document says: a chart's titles and values, an equation's words; else False."""
    folder = posixpath.normpath(address)
    tree = package.part(f"{folder}/content.xml")
    if tree is None:
        return False
    if local(tree) == "math":
        said = " ".join("".join(one.itertext()) for one in tree.iter("{*}mi", "{*}mn", "{*}mo", "{*}mtext"))
        writer.add("paragraph", " ".join(said.split()) or MARK)
        writer.ledger.leave("equation", "", place)
        return True
    chart = next(tree.iter("{*}chart"), None)
    if chart is None:
        return False
    for one in chart.iter("{*}title", "{*}subtitle"):
        writer.add("paragraph", odf_text(one))
    plain = OdfBlocks(writer, OdfText(), read_lists(), lambda _address, _place: False, place)
    table = next(chart.iter("{*}table"), None)
    if table is not None and values:
        plain.table(table, 0)
    return True
