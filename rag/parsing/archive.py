"""Opening ZIP containers - office files, books - without being blown up by them.

This module does not know what is in the container.
"""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

from rag.errors import EncryptedSource, SourceLimit, UnreadableSource

if TYPE_CHECKING:
    from lxml.etree import _Element  # type: ignore[import-untyped]

__all__ = ["open_zip", "parse_xml"]

_MOST = 1 << 30  # bytes unpacked
_RATIO = 300  # unpacked to packed, beyond what office files reach
_SMALL = 50 << 20  # a high ratio is harmless below this


def open_zip(data: bytes) -> zipfile.ZipFile:
    """The archive. Raises UnreadableSource, SourceLimit for a bomb, EncryptedSource for Office's locked files."""
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise EncryptedSource(
            "The file needs a password, or is in an old office format.", "Save a copy without a password and use that."
        )
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise UnreadableSource(
            "The file is damaged or is not what its suffix says.", "Open it in its own program and save it again."
        ) from error
    size = sum(entry.file_size for entry in archive.infolist())
    if size > _MOST or (size > _SMALL and size > _RATIO * len(data)):
        raise SourceLimit(f"The file unpacks to {size >> 20} MB.", "It may be a decompression bomb; remove it.")
    if any(entry.flag_bits & 1 for entry in archive.infolist()):
        raise EncryptedSource("The file needs a password.", "Save a copy without a password and use that.")
    return archive


def parse_xml(archive: zipfile.ZipFile, name: str) -> _Element:
    """A part of the archive as a tree; nothing is fetched and no entity expanded. Raises UnreadableSource."""
    from lxml import etree  # type: ignore[import-untyped]

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        return etree.fromstring(archive.read(name), parser)
    except (
        KeyError,
        etree.XMLSyntaxError,
        zipfile.BadZipFile,
        zipfile.LargeZipFile,
        EOFError,
        OSError,
        ValueError,
    ) as error:
        raise UnreadableSource(
            f"The part {name} is missing or damaged.", "Open the file in its program and save it again."
        ) from error
