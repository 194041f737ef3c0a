"""DOCX → Draft: a walk over Word's own XML in document order, in which every element is read or told.

Insertions are kept and deletions told; notes follow the paragraph that refers to them; heads and feet stand once at
the edges of their section. This module does not know pages; Word makes them when it prints.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.errors import EmptySource, SourceError, UnreadableSource
from rag.parsing.content import ContentBuilder, ParsedContent, plausible_title
from rag.parsing.dates import date_of
from rag.parsing.office.inline import Inline
from rag.parsing.office.word_blocks import WordBlocks, is_shown
from rag.parsing.office.word_styles import Style, child, is_on, read_numbering, read_styles
from rag.parsing.office.word_text import WordText, plain_text
from rag.parsing.ooxml import Package, attribute, inside, local, open_package, reference

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lxml.etree import _Element  # type: ignore[import-untyped]

__all__ = ["MEDIA_TYPE", "read"]

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_SEPARATORS = ("separator", "continuationSeparator", "continuationNotice")


def read(data: bytes) -> ParsedContent:
    """Raises EncryptedSource, UnreadableSource, SourceLimit, or EmptySource."""
    package = open_package(data)
    part = package.main("word/document.xml")
    document = package.part(part)
    body = child(document, "body")
    if document is None or body is None or "word" not in str(document.tag):
        raise UnreadableSource(
            "The file is damaged or is not a Word document.", "Open it in Word or LibreOffice and save it again."
        )
    styles = read_styles(_beside(package, part, "styles"))
    told = package.told()
    writer = ContentBuilder(
        title=_title(body, styles, told.get("title", "")), date=date_of([told.get("modified"), told.get("created")])
    )
    _write(writer, package, part, body, styles)
    draft = writer.draft(MEDIA_TYPE)
    if not draft.text:
        raise EmptySource(
            "The document contains no text.", "If it is made of pictures, run OCR over it and use the result."
        )
    return draft


def _write(writer: ContentBuilder, package: Package, part: str, body: _Element, styles: dict[str, Style]) -> None:
    comments = _beside(package, part, "comments")
    said = {} if comments is None else {attribute(one, "id"): plain_text(one) for one in inside(comments)}
    numbering = read_numbering(_beside(package, part, "numbering"))
    notes = {
        (kind, attribute(one, "id")): one
        for kind in ("footnote", "endnote")
        for tree in [_beside(package, part, f"{kind}s")]
        for one in (() if tree is None else inside(tree))
        if attribute(one, "type") not in _SEPARATORS
    }
    settings = _beside(package, part, "settings")
    even = is_on(child(settings, "evenAndOddHeaders"))

    def heads(section: _Element, kind: str) -> Sequence[tuple[str, _Element]]:
        return _heads(writer, package, part, section, kind, even)

    def imported(to: ContentBuilder, name: str) -> bool:
        return _import(to, package, name)

    inline = WordText(styles, said)
    blocks = WordBlocks(writer, package, part, styles, numbering, inline, notes, heads, imported)
    blocks.body(body)
    for text in inline.comments.values():
        writer.ledger.leave("comment", text)
    for note in notes.values():
        if plain_text(note).strip():
            writer.ledger.leave("hidden text", plain_text(note), "notes")
    for name in package.damaged:
        writer.ledger.leave("unreadable text", "", name)


def _beside(package: Package, part: str, kind: str) -> _Element | None:
    found = (package.part(name) for name in package.related(part, kind))
    return next((tree for tree in found if tree is not None), None)


def _heads(
    writer: ContentBuilder, package: Package, part: str, section: _Element, kind: str, even: bool
) -> list[tuple[str, _Element]]:
    """The heads or feet that a section shows, with the names of their parts; those that it does not are told."""
    found = []
    for one in inside(section):
        if local(one) != ("headerReference" if kind == "head" else "footerReference"):
            continue
        relation = package.relations(part).get(reference(one))
        tree = None if relation is None else package.part(relation.target)
        if tree is None or relation is None:
            continue
        if is_shown(section, attribute(one, "type"), even):
            found.append((relation.target, tree))
        elif plain_text(tree).strip():
            writer.ledger.leave("hidden text", plain_text(tree), relation.target.rpartition("/")[2])
    return found


def _import(writer: ContentBuilder, package: Package, name: str) -> bool:
    """Appends a file that the document takes in when it is opened, and says whether it could be read."""
    from rag.parsing.office.rtf import read as read_rich_text
    from rag.parsing.web.html import write_everything

    data = package.data(name)
    if data is None:
        return False
    start = data[:1000].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    try:
        if start.startswith((b"pk\x03\x04", b"{\\rtf")):
            _append(writer, read(data) if start.startswith(b"pk") else read_rich_text(data))
        elif start.startswith(b"<") and b"<html" in start:
            write_everything(writer, data)
        elif name.lower().endswith(".txt"):
            for line in data.decode("utf-8", "replace").split("\n"):
                writer.add("paragraph", line)
        else:
            return False
    except SourceError:
        return False
    return True


def _append(writer: ContentBuilder, inner: ParsedContent) -> None:
    """The blocks of another document, and what was left out of it."""
    for block in inner.blocks:
        writer.add(block.kind, inner.text[slice(*block.span)], len(block.heading) + 1)
    for left in inner.left:
        writer.ledger.leave(left.kind, "word " * left.words, left.places[0] if left.places else "", count=left.count)


def _title(body: _Element, styles: dict[str, Style], told: str) -> str:
    paragraphs = list(body.iter("{*}p"))
    shown = (one for one in paragraphs[:20] if _style(one, styles).title)
    firsts = (one for one in paragraphs if _style(one, styles).level == 1)
    first = next((text for text in (_said(one, styles) for one in shown) if text), "")
    return (
        plausible_title(first)
        or plausible_title(told)
        or plausible_title(next((text for text in (_said(one, styles) for one in firsts) if text), ""))
    )


def _style(paragraph: _Element, styles: dict[str, Style]) -> Style:
    return styles.get(attribute(child(paragraph, "pPr", "pStyle"), "val"), Style())


def _said(paragraph: _Element, styles: dict[str, Style]) -> str:
    out = Inline()
    WordText(styles, {}).write(paragraph, out)
    return " ".join(out.text.split())
