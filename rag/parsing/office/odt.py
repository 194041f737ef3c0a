"""ODT → Draft: headings, paragraphs, lists and tables of an OpenDocument text, in order.

This module does not know styles; what is a heading is said by the file itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.errors import EmptySource, EncryptedSource
from rag.parsing.archive import open_zip, parse_xml
from rag.parsing.content import ContentBuilder, ParsedContent, plausible_title
from rag.parsing.dates import date_of

if TYPE_CHECKING:
    from lxml.etree import _Element  # type: ignore[import-untyped]

__all__ = ["read"]

_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_LEFT_OUT = {
    f"{_TEXT}tracked-changes",
    f"{_TEXT}sequence-decls",
    "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}annotation",
}
_MAX_DEPTH = 200


def read(data: bytes) -> ParsedContent:
    """Raises EncryptedSource, UnreadableSource, SourceLimit, or EmptySource."""
    with open_zip(data) as archive:
        if "META-INF/manifest.xml" in archive.namelist() and b"encryption-data" in archive.read(
            "META-INF/manifest.xml"
        ):
            raise EncryptedSource("The document needs a password.", "Save a copy without a password and use that.")
        content = parse_xml(archive, "content.xml")
        meta = parse_xml(archive, "meta.xml") if "meta.xml" in archive.namelist() else None
    titles, dates = (
        [] if meta is None else meta.xpath(f"//*[local-name()='{name}']/text()") for name in ("title", "date")
    )
    writer = ContentBuilder(title=plausible_title("".join(titles[:1])), date=date_of(dates))
    for body in content.xpath("//*[local-name()='body']/*[local-name()='text']"):
        _write(writer, body, "paragraph", 0)
    draft = writer.draft("application/vnd.oasis.opendocument.text")
    if not draft.text:
        raise EmptySource(
            "The document contains no text.", "If it is made of pictures, run OCR over it and use the result."
        )
    return draft


def _write(writer: ContentBuilder, parent: _Element, kind: str, depth: int) -> None:
    for element in parent:
        tag = element.tag
        if tag in _LEFT_OUT or not isinstance(tag, str) or depth > _MAX_DEPTH:
            continue
        if tag == f"{_TEXT}h":
            level = element.get(f"{_TEXT}outline-level", "1")
            writer.add("heading", _words(element, 0), int(level) if level.isdigit() else 1)
        elif tag == f"{_TEXT}p":
            writer.add("list" if kind == "list" else "paragraph", _words(element, 0))
        elif tag == f"{_TABLE}table-row":
            cells = (_words(cell, 0) for cell in element if str(cell.tag).endswith("table-cell"))
            writer.add("table", " | ".join(filter(None, (" ".join(cell.split()) for cell in cells))))
        else:
            _write(writer, element, "list" if tag == f"{_TEXT}list" else kind, depth + 1)


def _words(element: _Element, depth: int) -> str:
    parts = [element.text or ""]
    for child in element:
        if child.tag == f"{_TEXT}s":
            parts.append(" ")
        elif child.tag == f"{_TEXT}tab":
            parts.append("\t")
        elif child.tag == f"{_TEXT}line-break":
            parts.append("\n")
        elif child.tag not in _LEFT_OUT and isinstance(child.tag, str) and depth < _MAX_DEPTH:
            parts.append(_words(child, depth + 1) + ("\n" if child.tag == f"{_TEXT}p" else ""))
        parts.append(child.tail or "")
    return "".join(parts)
