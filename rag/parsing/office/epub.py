"""EPUB → Draft: the chapters in the order of the book's spine, as HTML, notes behind their paragraphs. Nothing is
fetched.

This module does not know what a chapter looks like inside; `html.py` does.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from urllib.parse import unquote

from rag.errors import EmptySource, UnreadableSource
from rag.parsing.archive import open_zip, parse_xml
from rag.parsing.content import ContentBuilder, ParsedContent, plausible_title
from rag.parsing.dates import date_of
from rag.parsing.office.epub_notes import chapter_tree, with_notes_behind
from rag.parsing.web.html import write_everything

__all__ = ["read"]

_TOLD = ("title", "date")
_PICTURE = re.compile(rb"<(?:img|image)\b[^>]*>", re.IGNORECASE)
_SAID = re.compile(rb"""\salt\s*=\s*["']([^"']*)""", re.IGNORECASE)
_PICTURES = (".jpg", ".jpeg", ".png", ".gif", ".svg", ".webp")


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
        chapters = _chapters(package, posixpath.dirname(roots[0]))
        for name in chapters:
            _write(writer, archive, name)
        _tell_others(writer, archive, package, posixpath.dirname(roots[0]), set(chapters))
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
    """Appends a chapter; one that is missing or damaged does not cost the others."""
    if name.lower().endswith(_PICTURES):
        writer.ledger.leave("picture", "", name)
        return
    try:
        data = archive.read(name)
        for picture in _PICTURE.findall(data):
            said = _SAID.search(picture)
            writer.ledger.leave("picture", said[1].decode("utf-8", "replace") if said else "", name)
        if data.strip():
            write_everything(writer, with_notes_behind(data))
    except (KeyError, zipfile.BadZipFile, EOFError, OSError, UnreadableSource):
        writer.ledger.leave("unreadable text", "", name)


def _tell_others(
    writer: ContentBuilder, archive: zipfile.ZipFile, package: object, folder: str, read: set[str]
) -> None:
    """The texts that are in the book and not on its way from cover to cover."""
    for item in package.xpath("//*[local-name()='manifest']/*[local-name()='item']"):  # type: ignore[attr-defined]
        name = posixpath.normpath(posixpath.join(folder, unquote(item.get("href", ""))))
        if item.get("media-type") != "application/xhtml+xml" or name in read or name not in archive.namelist():
            continue
        try:
            tree = chapter_tree(archive.read(name))
        except (zipfile.BadZipFile, EOFError, OSError):
            tree = None
        body = None if tree is None else next(tree.iter("{*}body"), None)
        text = "" if body is None else " ".join(body.itertext())
        writer.ledger.leave("navigation" if "nav" in item.get("properties", "") else "attachment", text, name)
