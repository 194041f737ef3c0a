"""What stands on a page or in a file beside its text: comments, values of fields, pictures, attachments.

Handles of PDFium in, plain values out; its lock is held by the caller. This module does not know what is left out.
"""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from functools import cache
from itertools import repeat
from typing import Any

from rag.parsing.pdf.calls import ADDRESS, NUMBER, library, prototype

__all__ = ["Notes", "attachments_of", "notes_of", "pictures_on"]

_MOST_NOTES = 2000  # annotations of a page that are looked at
_MOST_OBJECTS = 5000
_MOST_ATTACHMENTS = 1000
_SHARE = 0.04  # of the page: a smaller picture is an ornament, a logo, a letter
_WHOLE = 0.85


@dataclass(frozen=True, slots=True)
class Notes:
    """What is written on a page: `drawn` if some of it is text of the page once it is flattened."""

    drawn: bool
    comments: tuple[str, ...]
    values: tuple[str, ...]  # of form fields
    files: int


def notes_of(page: Any) -> Notes:
    """The annotations of a page, links and marks without words left aside."""
    raw = library()
    drawn, files = False, 0
    comments: list[str] = []
    values: list[str] = []
    for at in range(min(raw.FPDFPage_GetAnnotCount(page), _MOST_NOTES)):
        note = raw.FPDFPage_GetAnnot(page, at)
        if not note:
            continue
        kind = raw.FPDFAnnot_GetSubtype(note)
        drawn |= kind in (raw.FPDF_ANNOT_WIDGET, raw.FPDF_ANNOT_FREETEXT)
        files += kind == raw.FPDF_ANNOT_FILEATTACHMENT
        if kind == raw.FPDF_ANNOT_WIDGET:
            values.append(_string(note, b"V"))
        elif kind not in (raw.FPDF_ANNOT_LINK, raw.FPDF_ANNOT_FREETEXT, raw.FPDF_ANNOT_POPUP):
            comments.append(_string(note, b"Contents"))
        raw.FPDFPage_CloseAnnot(note)
    return Notes(drawn, tuple(filter(str.strip, comments)), tuple(filter(str.strip, values)), files)


def pictures_on(page: Any, width: float, height: float, *, with_text: bool) -> int:
    """How many pictures cover a good part of the page. One as large as the page under text is a scan that was read."""
    count = min(_fast().count(page), _MOST_OBJECTS)
    sides = (ctypes.c_float * 4)()
    start = ctypes.addressof(sides)
    places = [start + 4 * at for at in range(4)]
    found = 0
    objects = map(_fast().get, repeat(page), range(count))
    for one in objects:
        if one and _fast().kind(one) == library().FPDF_PAGEOBJ_IMAGE and _fast().bounds(one, *places):
            left, bottom, right, top = sides
            share = (right - left) * (top - bottom) / max(1.0, width * height)
            found += share >= _SHARE and not (with_text and share >= _WHOLE)
    return found


def attachments_of(document: Any) -> list[str]:
    """The names of the files inside a file."""
    raw = library()
    names = []
    for at in range(min(raw.FPDFDoc_GetAttachmentCount(document), _MOST_ATTACHMENTS)):
        one = raw.FPDFDoc_GetAttachment(document, at)
        size = raw.FPDFAttachment_GetName(one, None, 0) if one else 0
        buffer = (ctypes.c_ushort * (size // 2 + 1))()
        if size:
            raw.FPDFAttachment_GetName(one, buffer, size)
        names.append(_decoded(buffer, size))
    return names


def _string(note: Any, key: bytes) -> str:
    raw = library()
    size = raw.FPDFAnnot_GetStringValue(note, key, None, 0)
    if not 2 < size < 1 << 20:
        return ""
    buffer = (ctypes.c_ushort * (size // 2 + 1))()
    raw.FPDFAnnot_GetStringValue(note, key, buffer, size)
    return _decoded(buffer, size)


def _decoded(buffer: Any, size: int) -> str:
    return bytes(buffer)[: max(0, size - 2)].decode("utf-16-le", "replace")


@dataclass(frozen=True, slots=True)
class _Fast:
    """PDFium functions with plain integer arguments."""

    count: Any
    get: Any
    kind: Any
    bounds: Any


@cache
def _fast() -> _Fast:
    raw = library()
    return _Fast(
        prototype(raw.FPDFPage_CountObjects, NUMBER, ADDRESS),
        prototype(raw.FPDFPage_GetObject, ADDRESS, ADDRESS, NUMBER),
        prototype(raw.FPDFPageObj_GetType, NUMBER, ADDRESS),
        prototype(raw.FPDFPageObj_GetBounds, NUMBER, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS),
    )
