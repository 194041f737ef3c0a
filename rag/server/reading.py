"""A source as a whole, for who reads it on the page: its contents, its text piece by piece, what is found in it.

Everything is counted in characters of the document's text, so that each place here is one that a citation can name.
This module does not know HTTP, or how an answer is made.
"""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice, pairwise
from typing import TYPE_CHECKING

from rag.answering import row_said
from rag.errors import SourceError
from rag.evidence import told_origin
from rag.language import composed, left_phrases
from rag.server.suggestions import suggest
from rag.types import JSON, Block, Document, Source, Span, Table

if TYPE_CHECKING:
    from rag.evidence import SourceViewer

__all__ = ["Reading"]

_PART = 6_000  # characters of the text that are sent at once, or a little more
_LONGEST = 12_000  # of one block, before it is cut
_HEADING = 200  # characters of a heading in the contents
_HEADINGS, _HITS = 2_000, 500
_BESIDE = 60  # characters on either side of what was found
_PASSAGES, _QUESTIONS = 12, 4  # looked at for questions that a source answers, and how many are enough
_KEPT = 200  # sources whose questions are remembered


@dataclass(frozen=True, slots=True)
class Reading:
    """Whole sources of an open index. `_known` remembers which questions a source answers, by document."""

    viewer: SourceViewer
    _known: OrderedDict[str, list[str]] = field(default_factory=OrderedDict)
    _finding: threading.Lock = field(default_factory=threading.Lock)

    def overview(self, path: str) -> dict[str, JSON]:
        """What there is to read under a path: the facts of `sources`, `state` of the file, `labels` and `starts` of
        its pages, `headings` (text, level: 0 for the title, place, page), and the `parts` that its text comes in.

        Raises SourceError.
        """
        source = self._source(path)
        told: dict[str, JSON] = {
            **source.to_dict(),
            **told_origin(self.viewer.origins(), source.path),
            "title": source.title or source.path.rpartition("/")[2],
            "left_said": [phrase.to_dict() for phrase in left_phrases(source.left)],
        }
        document = self.viewer.assistant.document(source.document_id) if source.document_id else None
        if document is None:
            return {**told, "state": "unchanged", "labels": [], "starts": [], "headings": [], "parts": [], "length": 0}
        return {
            **told,
            "state": self.viewer.source_state(document.id),
            "labels": [page.label for page in document.pages],
            "starts": [page.span.start for page in document.pages],
            "headings": _headings(document),
            "parts": [list(part) for part in _parts(document)],
            "length": len(document.text),
        }

    def part(self, document_id: str, span: Span) -> list[dict[str, JSON]]:
        """The blocks of a part of the text, each with its kind, place, page and words; rows of a table together."""
        document = self._document(document_id)
        start = max(0, min(span.start, len(document.text)))
        end = max(start, min(span.end, start + 4 * _LONGEST, len(document.text)))
        return list(_shown(document, Span(start, end)))

    def find(self, document_id: str, words: str) -> dict[str, JSON]:
        """Where words stand in a source, whatever their case and spacing: how many places, and the first of them."""
        document = self._document(document_id)
        wanted = composed(words).split()
        if not wanted:
            return {"count": 0, "hits": []}
        pattern = re.compile(r"\s+".join(map(re.escape, wanted)), re.IGNORECASE)
        found = [Span(*match.span()) for match in pattern.finditer(document.text)]
        return {"count": len(found), "hits": [_hit(document, span) for span in found[:_HITS]]}

    def questions(self, path: str) -> list[str]:
        """A few questions that a source answers by itself, or none; they are remembered. Raises SourceError."""
        source = self._source(path)
        if source.document_id is None:
            return []
        if source.document_id not in self._known:
            if not self._finding.acquire(blocking=False):  # a courtesy, for which no answer should have to wait
                return []
            try:
                self._known[source.document_id] = self._asked(source)
            finally:
                self._finding.release()
            while len(self._known) > _KEPT:
                self._known.popitem(last=False)
        return self._known[source.document_id]

    def _asked(self, source: Source) -> list[str]:
        assistant, only = self.viewer.assistant, [source.path]
        passages = assistant.search(source.title or source.path, _PASSAGES, only)
        # In the sources' words: a model would take its time, and nobody has asked yet.
        return suggest(passages, lambda each: assistant.ask(each, paths=only, llm=""), (), most=_QUESTIONS)

    def _source(self, path: str) -> Source:
        wanted = composed(path)
        for source in self.viewer.assistant.documents():
            if source.path == wanted:
                return source
        raise SourceError("This source is no longer here.", "Look for it in the list of sources.")

    def _document(self, document_id: str) -> Document:
        document = self.viewer.assistant.document(document_id)
        if document is None:
            raise SourceError("This source has changed, or is gone.", "Open it again from the list of sources.")
        return document


def _headings(document: Document) -> list[JSON]:
    found: list[JSON] = []
    for block in document.blocks:
        if block.kind != "heading" or len(found) == _HEADINGS:
            continue
        said = _said(document, block.span)
        page = document.page_at(block.span.start)
        if said:
            found.append(
                {
                    "text": said[:_HEADING],
                    "level": _level(document, block),
                    "at": block.span.start,
                    "page": page.number if page else None,
                }
            )
    return found


def _level(document: Document, block: Block) -> int:
    """How deep a heading stands: 1 for the outermost, 0 for the title of the document."""
    return 0 if _said(document, block.span) == document.title else len(block.heading) + 1


def _said(document: Document, span: Span) -> str:
    """A heading's words, without the signs that a Markdown file sets it with."""
    return " ".join(document.text[slice(*span)].strip().strip("#").split())


def _parts(document: Document) -> Iterator[Span]:
    """The text in pieces that follow each other without a gap, each ending with a block where that can be."""
    begin = 0
    for at in _cuts(document):
        if at - begin >= _PART:
            yield Span(begin, at)
            begin = at
    if begin < len(document.text):
        yield Span(begin, len(document.text))


def _cuts(document: Document) -> Iterator[int]:
    """Where the text can be cut: before each block, and inside of those that are very long."""
    starts = sorted({0, *(block.span.start for block in document.blocks), len(document.text)})
    for start, end in pairwise(starts):
        yield from range(start, end, _LONGEST)
    yield len(document.text)


def _shown(document: Document, part: Span) -> Iterator[dict[str, JSON]]:
    """The blocks in a part, and what of the text stands in none."""
    at, last = part.start, None
    for block in islice(document.blocks, max(0, document.block_at(part.start)), None):
        if block.span.start >= part.end:
            break
        if block.span.end <= at:
            continue
        if between := _paragraph(document, Span(at, max(at, block.span.start))):
            yield between
            last = None
        place = document.row_at(block.span.start) if block.kind == "table" and block.span.start >= at else None
        if place is None and _is_rule(document, block.span):
            pass
        elif place is None:
            yield _block(document, block, Span(max(at, block.span.start), min(block.span.end, part.end)))
            last = None
        elif last is not None and last[0] is place[0]:
            last[1].append(_row(document, *place))
        else:
            rows: list[JSON] = [_row(document, *place)]
            yield _table(document, block, place[0], rows)
            last = (place[0], rows)
        at = min(max(at, block.span.end), part.end)
    if rest := _paragraph(document, Span(at, part.end)):
        yield rest


def _paragraph(document: Document, span: Span) -> dict[str, JSON] | None:
    """Text that stands in no block, as one; nothing for blanks and rules."""
    return None if _is_rule(document, span) else _block(document, Block("paragraph", span), span)


def _is_rule(document: Document, span: Span) -> bool:
    """Whether there is nothing to read in a span: blanks, or the line below the heads of a table."""
    return not any(map(str.isalnum, document.text[slice(*span)]))


def _block(document: Document, block: Block, span: Span) -> dict[str, JSON]:
    page = document.page_at(span.start)
    level = _level(document, block) if block.kind == "heading" else 0
    return {
        "kind": block.kind,
        "at": span.start,
        "page": page.number if page else None,
        "level": level,
        "text": document.text[slice(*span)],
    }


def _table(document: Document, block: Block, table: Table, rows: list[JSON]) -> dict[str, JSON]:
    """Rows of a table as one; `rows` grows while they are read. The rows that name the columns are its heads."""
    heads: list[JSON] = [list(row_said(document, table, at)) for at in range(table.header_rows)]
    return {
        "kind": "table",
        "at": block.span.start,
        "page": table.page,
        "sheet": table.sheet,
        "heads": heads,
        "rows": rows,
    }


def _row(document: Document, table: Table, row: int) -> dict[str, JSON]:
    place = table.row(row)
    return {
        "at": place.start,
        "end": place.end,
        "head": row < table.header_rows,
        "cells": list(row_said(document, table, row)),
    }


def _hit(document: Document, span: Span) -> dict[str, JSON]:
    page = document.page_at(span.start)
    before = document.text[max(0, span.start - _BESIDE) : span.start]
    after = document.text[span.end : span.end + _BESIDE]
    return {
        "span": list(span),
        "page": page.number if page else None,
        "before": " ".join(before.split()) + (" " if before[-1:].isspace() else ""),
        "words": " ".join(document.text[slice(*span)].split()),
        "after": (" " if after[:1].isspace() else "") + " ".join(after.split()),
    }
