"""Writes a conversation as a Word document: questions, answers with their numbers, tables as tables, and notes below.

This module does not know what a word processor makes of it.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rag.evidence.pack import PackedAnswer, as_in_sources, stands
from rag.evidence.viewer import SourceViewer
from rag.types import BLANK, AnswerSection, Citation, Claim, parts

if TYPE_CHECKING:
    from docx.document import Document as WordDocument
    from docx.text.paragraph import Paragraph

__all__ = ["make_word"]

_LOST = "This was quoted; it is no longer in the source."
_SMALL = 9  # points, of notes
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def make_word(viewer: SourceViewer, title: str, conversation: Sequence[PackedAnswer]) -> bytes:
    """The conversation as a .docx file. A quote that no longer stands in its source is named as such; the rows of a
    table are shown as the source has them, whatever was given.
    """
    import docx

    written = docx.Document()
    written.core_properties.author = "Footnote"
    written.core_properties.title = _clean(title)[:255]
    written.core_properties.comments = ""
    written.add_heading(_clean(title), 0)
    for asked in conversation:
        _turn(written, viewer, as_in_sources(viewer, asked))
    file = io.BytesIO()
    written.save(file)
    return file.getvalue()


def _turn(written: WordDocument, viewer: SourceViewer, asked: PackedAnswer) -> None:
    written.add_heading(_clean(asked.question), 1)
    for note in asked.notes:
        _small(written, note)
    if said := asked.introduction:
        written.add_paragraph(said)
    for part in parts(asked.claims, asked.shape, asked.reason):
        _part(written, part, asked.reason != "closest")
    cited = {citation.number: citation for claim in asked.claims for citation in claim.citations}
    for number in sorted(cited):
        _note(written, viewer, cited[number])


def _part(written: WordDocument, part: AnswerSection, emphasised: bool) -> None:
    if part.heading:
        written.add_heading(_clean(part.heading), 2)
    if part.table:
        _table(written, part.claims, emphasised)
        return
    for claim in part.claims:
        paragraph = written.add_paragraph(style="List Bullet" if part.items else None)
        _said(paragraph, claim, emphasised)


def _said(paragraph: Paragraph, claim: Claim, emphasised: bool) -> None:
    end = 0
    if claim.answer and emphasised:
        start, end = claim.answer
        paragraph.add_run(_clean(claim.text[:start]))
        paragraph.add_run(_clean(claim.text[start:end])).bold = True
    paragraph.add_run(_clean(claim.text[end:] + claim.doubt))
    paragraph.add_run(f" {claim.marks}").font.superscript = True


def _table(written: WordDocument, claims: Sequence[Claim], emphasised: bool) -> None:
    """Claims that quote rows of one table, as that table, with their numbers in a column of their own."""
    rows = [(table, at, claim.marks) for claim in claims if (table := claim.table) for at in range(len(table.rows))]
    heads = rows[0][0].columns
    width = max(len(heads), *(len(table.rows[at]) for table, at, _ in rows))
    grid = written.add_table(0, width + 1, style="Table Grid")
    if any(heads):
        for cell, head in zip(grid.add_row().cells, heads, strict=False):
            cell.paragraphs[0].add_run(_clean(head)).bold = True
    for table, at, marks in rows:
        cells = grid.add_row().cells
        for column, value in enumerate(table.rows[at]):
            run = cells[column].paragraphs[0].add_run(_clean(" ".join(value.split())) or BLANK)
            run.bold = emphasised and table.cell == (at, column)
        cells[width].text = marks
    written.add_paragraph()


def _note(written: WordDocument, viewer: SourceViewer, citation: Citation) -> None:
    document = viewer.assistant.document(citation.document_id)
    where = ", ".join(filter(None, (citation.path, citation.place)))
    quoted = citation.table or f"“{citation.quote}”"
    lost = "" if document is not None and stands(document, citation) else f" {_LOST}"
    _small(written, f"[{citation.number}] {citation.title} ({where}): {quoted}{lost}")


def _small(written: WordDocument, text: str) -> None:
    from docx.shared import Pt

    written.add_paragraph().add_run(_clean(text)).font.size = Pt(_SMALL)


def _clean(text: str) -> str:
    """Without the characters that a file of Word cannot hold."""
    return _NO_XML.sub("\ufffd", text)
