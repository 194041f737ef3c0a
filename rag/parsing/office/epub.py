"""EPUB → Draft: the chapters in the order of the book's spine, as HTML. Nothing is fetched.

This module does not know what a chapter looks like inside; `html.py` does.
"""

from __future__ import annotations

import posixpath
import zipfile
from urllib.parse import unquote

from rag.errors import EmptySource, UnreadableSource
from rag.parsing.archive import open_zip, parse_xml
from rag.parsing.content import ContentBuilder, ParsedContent, plausible_title
from rag.parsing.dates import date_of
from rag.parsing.web.html import write_everything

__all__ = ["read"]

_TOLD = ("title", "date")


def read(data: bytes) -> ParsedContent:
    """Raises EncryptedSource, UnreadableSource, SourceLimit, or EmptySource."""
    with open_zip(data) as archive:
        if "META-INF/encryption.xml" in archive.namelist() and b"adobe" in archive.read("META-INF/encryption.xml"):
            raise UnreadableSource("The book is protected by DRM.", "Use a copy without copy protection.")
        container = parse_xml(archive, "META-INF/container.xml")
        roots = container.xpath("//*[local-name()='rootfile']/@full-path")
        if not roots:
            raise UnreadableSource("The file is not an e-book.", "Open it in its own program and save it again.")
        package = parse_xml(archive, roots[0])
        told = {name: package.xpath(f"//*[local-name()='metadata']/*[local-name()='{name}']/text()") for name in _TOLD}
        writer = ContentBuilder(title=plausible_title("".join(told["title"][:1])), date=date_of(told["date"]))
        for name in _chapters(package, posixpath.dirname(roots[0])):
            _write(writer, archive, name)
    draft = writer.draft("application/epub+zip")
    if not draft.text:
        raise EmptySource(
            "The book contains no text.", "If it is made of pictures, run OCR over it and use the result."
        )
    return draft


def _chapters(package: object, folder: str) -> list[str]:
    items = package.xpath("//*[local-name()='manifest']/*[local-name()='item']")  # type: ignore[attr-defined]
    files = {item.get("id"): item.get("href", "") for item in items}
    spine = package.xpath("//*[local-name()='spine']/*[local-name()='itemref']/@idref")  # type: ignore[attr-defined]
    return [posixpath.normpath(posixpath.join(folder, unquote(files[name]))) for name in spine if files.get(name)]


def _write(writer: ContentBuilder, archive: zipfile.ZipFile, name: str) -> None:
    try:
        data = archive.read(name)
    except (KeyError, zipfile.BadZipFile, EOFError, OSError):
        return  # a chapter that is missing does not cost the others
    if data.strip():
        write_everything(writer, data)
