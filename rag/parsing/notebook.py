"""Jupyter notebook → Draft: the prose of its Markdown cells, its code, and the text that the code printed.

This module does not run anything and leaves pictures and HTML output out.
"""

from __future__ import annotations

import json
import re

from rag.errors import EmptySource, UnreadableSource
from rag.parsing.content import ContentBuilder, ParsedContent, plausible_title
from rag.parsing.encodings import decode
from rag.parsing.line_blocks import line_blocks_of, lines_of, paragraphs_of, span_of

__all__ = ["read"]

_HEADING = re.compile(r"\s{0,3}(#{1,6})\s+(.+?)\s*#*\s*$")
_LONGEST_OUTPUT = 10_000  # characters of one cell's output; a log is no source


def read(data: bytes) -> ParsedContent:
    """Raises UnreadableSource or EmptySource."""
    writer = ContentBuilder()
    try:
        book = json.loads(decode(data, writer.ledger))
        cells = book["cells"] if "cells" in book else [cell for sheet in book["worksheets"] for cell in sheet["cells"]]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise UnreadableSource("The file is not a notebook.", "Open it in Jupyter and save it again.") from error
    for cell in cells if isinstance(cells, list) else []:
        if isinstance(cell, dict):
            _write(writer, cell)
    draft = writer.draft("application/x-ipynb+json")
    if not draft.text:
        raise EmptySource("The notebook contains no text.", "Fill it in, or remove it.")
    return draft


def _write(writer: ContentBuilder, cell: dict[str, object]) -> None:
    source = _joined(cell.get("source", cell.get("input")))
    if cell.get("cell_type") in ("markdown", "heading", "raw"):
        _write_markdown(writer, source)
        return
    writer.add("code", source)
    outputs = cell.get("outputs")
    for output in outputs if isinstance(outputs, list) else []:
        if isinstance(output, dict):
            data = output.get("data")
            plain = data.get("text/plain") if isinstance(data, dict) else output.get("text")
            writer.add("code", _joined(plain)[:_LONGEST_OUTPUT])


def _write_markdown(writer: ContentBuilder, source: str) -> None:
    lines = lines_of(source)
    for first, last in paragraphs_of(lines):
        while first < last and (heading := _HEADING.match(lines[first].text)):
            if not writer.title and len(heading[1]) == 1:
                writer.title = plausible_title(heading[2])
            writer.add("heading", heading[2], len(heading[1]))
            first += 1
        for piece in line_blocks_of(lines, first, last) if first < last else []:
            writer.add(piece.kind, " ".join(source[slice(*span_of(lines, piece.first, piece.last))].split()))


def _joined(value: object) -> str:
    if isinstance(value, list):
        return "".join(part for part in value if isinstance(part, str))
    return value if isinstance(value, str) else ""
