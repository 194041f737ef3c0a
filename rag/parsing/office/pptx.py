"""PPTX → Draft, by python-pptx: each slide is a page, labelled `slide n`; shapes in the file's order, notes at the end.

This module does not know how a slide looks.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import Any

from rag.errors import EmptySource, UnreadableSource
from rag.parsing.archive import open_zip
from rag.parsing.content import ContentBuilder, ParsedContent, plausible_title
from rag.parsing.dates import date_of
from rag.types import Page, Span

__all__ = ["read"]

_MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
_MAX_DEPTH = 20  # groups within groups


def read(data: bytes) -> ParsedContent:
    """Raises EncryptedSource, UnreadableSource, SourceLimit, or EmptySource with the numbers of the slides."""
    presentation = _open(data)
    slides = list(presentation.slides)
    told = presentation.core_properties
    writer = ContentBuilder(title=plausible_title(told.title), date=date_of([told.modified, told.created]))
    starts = []
    for slide in slides:
        starts.append(writer.length)
        _write(writer, slide)
    draft = writer.draft(_MEDIA_TYPE)
    if not draft.text:
        raise EmptySource(
            "The slides contain no text.", "Run OCR over them and use the result.", tuple(range(1, len(slides) + 1))
        )
    ends = [*starts[1:], len(draft.text)]
    spans = [Span(start, end) for start, end in zip(starts, ends, strict=True)]
    pages = tuple(Page(number, f"slide {number}", span) for number, span in enumerate(spans, 1))
    empty = tuple(page.number for page in pages if page.span.start == page.span.end)
    return ParsedContent(draft.media_type, draft.title, draft.text, draft.blocks, pages, (), empty, date=draft.date)


def _open(data: bytes) -> Any:
    import pptx
    from lxml.etree import LxmlError  # type: ignore[import-untyped]
    from pptx.exc import PythonPptxError

    open_zip(data).close()
    try:
        return pptx.Presentation(io.BytesIO(data))
    except (
        PythonPptxError,
        LxmlError,
        zipfile.BadZipFile,
        KeyError,
        ValueError,
        AttributeError,
        OSError,
        EOFError,
    ) as error:
        raise UnreadableSource(
            "The file is damaged or is not a presentation.", "Open it in PowerPoint or LibreOffice and save it again."
        ) from error


def _write(writer: ContentBuilder, slide: Any) -> None:
    title = slide.shapes.title
    for shape in _shapes(slide.shapes, 0):
        if title is not None and shape.shape_id == title.shape_id:
            writer.add("heading", " ".join(shape.text_frame.text.split()))
        elif shape.has_text_frame:
            for paragraph in shape.text_frame.paragraphs:
                text = "".join(run.text for run in paragraph.runs) or paragraph.text
                writer.add("list" if len(shape.text_frame.paragraphs) > 1 else "paragraph", text.replace("\v", " "))
        elif getattr(shape, "has_table", False):
            for row in shape.table.rows:
                cells = (" ".join(cell.text.split()) for cell in row.cells)
                writer.add("table", " | ".join(filter(None, cells)))
    if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
        for line in slide.notes_slide.notes_text_frame.text.split("\n"):
            writer.add("paragraph", line)


def _shapes(shapes: Any, depth: int) -> Iterator[Any]:
    for shape in shapes:
        if hasattr(shape, "shapes") and depth < _MAX_DEPTH:
            yield from _shapes(shape.shapes, depth + 1)
        else:
            yield shape
