"""PPTX → Draft: each slide is a page, labelled `slide n`; its shapes in reading order, its notes at the end.

Comments, hidden shapes, pictures and what the layouts repeat are told. This module does not know how a slide looks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.errors import EmptySource, UnreadableSource
from rag.parsing.content import ContentBuilder, ParsedContent, plausible_title
from rag.parsing.dates import date_of
from rag.parsing.office.charts import drawn_text
from rag.parsing.office.slide_shapes import SlideShapes, paragraph_text, placeholder
from rag.parsing.office.word_styles import child
from rag.parsing.ooxml import Package, inside, local, open_package, reference
from rag.types import Page, Span

if TYPE_CHECKING:
    from lxml.etree import _Element  # type: ignore[import-untyped]

__all__ = ["read"]

_MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
_BESIDE_NOTES = ("sldImg", "sldNum", "hdr", "ftr", "dt")


def read(data: bytes) -> ParsedContent:
    """Raises EncryptedSource, UnreadableSource, SourceLimit, or EmptySource with the numbers of the slides."""
    package = open_package(data)
    part = package.main("ppt/presentation.xml")
    presentation = package.part(part)
    if presentation is None or local(presentation) != "presentation":
        raise UnreadableSource(
            "The file is damaged or is not a presentation.", "Open it in PowerPoint or LibreOffice and save it again."
        )
    told = package.told()
    title, date = plausible_title(told.get("title")), date_of([told.get("modified"), told.get("created")])
    writer = ContentBuilder(title=title, date=date)
    relations = package.relations(part)
    slides = [relations.get(reference(one)) for one in presentation.iter("{*}sldId")]
    shapes, models, starts = SlideShapes(writer, package), _Models(package), []
    for at, relation in enumerate(slides, 1):
        starts.append(writer.length)
        _write(writer, package, shapes, models, "" if relation is None else relation.target, f"slide {at}")
    draft = writer.draft(_MEDIA_TYPE)
    if not draft.text:
        raise EmptySource(
            "The slides contain no text.", "Run OCR over them and use the result.", tuple(range(1, len(slides) + 1))
        )
    spans = [Span(start, end) for start, end in zip(starts, [*starts[1:], len(draft.text)], strict=True)]
    pages = tuple(Page(number, f"slide {number}", span) for number, span in enumerate(spans, 1))
    empty = tuple(page.number for page in pages if page.span.start == page.span.end)
    return ParsedContent(
        draft.media_type, draft.title, draft.text, draft.blocks, pages, (), empty, date=draft.date, left=draft.left
    )


class _Models:
    """The layouts and masters of slides, each read once."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self._trees: dict[str, _Element | None] = {}

    def of(self, part: str) -> list[tuple[str, _Element, bool]]:
        """Name and shapes of a slide's layout and master, and whether they are met for the first time."""
        found = []
        for kind in ("slideLayout", "slideMaster"):
            part = next(iter(self._package.related(part, kind)), "")
            new = part not in self._trees
            if new:
                self._trees[part] = child(self._package.part(part) if part else None, "cSld", "spTree")
            tree = self._trees[part]
            if tree is not None:
                found.append((part, tree, new))
        return found


def _write(
    writer: ContentBuilder, package: Package, shapes: SlideShapes, models: _Models, part: str, place: str
) -> None:
    tree = child(package.part(part) if part else None, "cSld", "spTree")
    if tree is None:
        writer.ledger.leave("unreadable text", "", place)
        return
    above = models.of(part)
    for _, model, new in above:
        for one in inside(model) if new else ():
            if local(one) == "sp" and not placeholder(one)[0] and drawn_text(one):
                writer.ledger.leave("running head", " ".join(drawn_text(one)), place)
    shapes.write(part, tree, [model for _, model, _ in above], place)
    for name in package.related(part, "notesSlide"):
        _write_notes(writer, package, name, place)
    for name in package.related(part, "comments"):
        _tell_comments(writer, package, name, place)


def _write_notes(writer: ContentBuilder, package: Package, name: str, place: str) -> None:
    tree = child(package.part(name), "cSld", "spTree")
    if tree is None:
        writer.ledger.leave("unreadable text", "", place)
        return
    for shape in tree.iter("{*}sp"):
        if placeholder(shape)[0] in _BESIDE_NOTES:
            if drawn_text(shape):
                writer.ledger.leave("running head", " ".join(drawn_text(shape)), place)
            continue
        for one in shape.iter("{*}p"):
            writer.add("paragraph", paragraph_text(one)[0])


def _tell_comments(writer: ContentBuilder, package: Package, name: str, place: str) -> None:
    tree = package.part(name)
    for one in () if tree is None else tree.iter("{*}cm", "{*}reply"):
        texts = [each.text or "" for each in inside(one) if local(each) == "text"]
        texts += [text for body in inside(one) if local(body) == "txBody" for text in drawn_text(body)]
        writer.ledger.leave("comment", " ".join(texts), place)
