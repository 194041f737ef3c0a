"""Jupyter notebook → Draft: the prose of its Markdown cells, its code, and the text that the code printed.

Pictures, and of a long output what is beyond a limit, go into the ledger. This module does not run anything.
"""

from __future__ import annotations

import html
import json
import re

from rag.errors import EmptySource, UnreadableSource
from rag.parsing.content import ContentBuilder, ParsedContent, plausible_title
from rag.parsing.encodings import decode
from rag.parsing.line_blocks import line_blocks_of, lines_of, paragraphs_of, span_of

__all__ = ["read"]

_HEADING = re.compile(r"\s{0,3}(#{1,6})\s+(.+?)\s*#*\s*$")
_STYLE = re.compile("\x1b\\[[0-9;]*m")
_TAG = re.compile(r"<(style|script)\b.*?(?:</\1>|\Z)|<[^<>]*>", re.DOTALL | re.IGNORECASE)
_LONGEST_OUTPUT = 10_000  # characters of one cell's output; a log is no source


def read(data: bytes) -> ParsedContent:
    """Raises UnreadableSource or EmptySource."""
    writer = ContentBuilder()
    try:
        book = json.loads(decode(data, writer.ledger))
        cells = book["cells"] if "cells" in book else [cell for sheet in book["worksheets"] for cell in sheet["cells"]]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise UnreadableSource("The file is not a notebook.", "Open it in Jupyter and save it again.") from error
    for number, cell in enumerate(cells if isinstance(cells, list) else [], 1):
        if isinstance(cell, dict):
            _write(writer, cell, f"cell {number}")
    draft = writer.draft("application/x-ipynb+json")
    if not draft.text:
        raise EmptySource("The notebook contains no text.", "Fill it in, or remove it.")
    return draft


def _write(writer: ContentBuilder, cell: dict[str, object], place: str) -> None:
    attached = cell.get("attachments")
    if isinstance(attached, dict) and attached:
        writer.ledger.leave("picture", place=place, count=len(attached))
    source = _joined(cell.get("source", cell.get("input")))
    if cell.get("cell_type") in ("markdown", "heading", "raw"):
        _write_markdown(writer, source)
        return
    writer.add("code", source)
    outputs = cell.get("outputs")
    for output in outputs if isinstance(outputs, list) else []:
        if isinstance(output, dict):
            _write_output(writer, output, place)


def _write_output(writer: ContentBuilder, output: dict[str, object], place: str) -> None:
    """What a cell printed, an error included; HTML only where it is not said in plain text as well."""
    data = output.get("data")
    forms: dict[str, object] = data if isinstance(data, dict) else output
    text = _joined(forms.get("text/plain", forms.get("text"))) or _without_tags(_joined(forms.get("text/html")))
    if output.get("output_type") == "error":
        trace = output.get("traceback")
        lines = [line for line in trace if isinstance(line, str)] if isinstance(trace, list) else []
        text = _STYLE.sub("", "\n".join(lines)) or f"{output.get('ename', '')}: {output.get('evalue', '')}"
    writer.add("code", text[:_LONGEST_OUTPUT])
    if text[_LONGEST_OUTPUT:].strip():
        writer.ledger.leave("limit", text[_LONGEST_OUTPUT:], place)
    if any(form.startswith("image/") or form in ("png", "jpeg", "svg") for form in forms):
        writer.ledger.leave("picture", place=place)


def _without_tags(markup: str) -> str:
    return re.sub(r"[^\S\n]+", " ", html.unescape(_TAG.sub(" ", markup))).strip()


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
