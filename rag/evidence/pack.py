"""Writes a pack: every claim with its citations, every quote in its surroundings, and the page that shows it.

This module does not know how a pack is read again.
"""

from __future__ import annotations

import base64
import html
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.evidence.pack_tables import TABLE_STYLE, answer_table, table_in_source
from rag.evidence.tables import TableView, table_around
from rag.evidence.viewer import SourceViewer
from rag.parsing import VERSION
from rag.types import (
    NOT_FOUND,
    AnswerSection,
    AnswerShape,
    AnswerStatus,
    Box,
    Citation,
    Claim,
    Document,
    PartlyReason,
    Span,
    introduction,
    parts,
)

__all__ = ["PackedAnswer", "as_in_sources", "make_pack", "stands"]

_AROUND = 300  # characters of the source on either side of a quote
_ROWS = 2  # of a table on either side of those quoted
_WIDTH = 1100  # pixels of a whole page; a crop is a part of it
_MARGIN = 0.035  # of the page's height, above and below the quote
_SUPPORT = {"quoted": "", "supported": "supported", "contradicted": "the sources say otherwise"}


@dataclass(frozen=True, slots=True)
class PackedAnswer:
    """A question and what was answered; an answer about the sources themselves stands in the notes alone."""

    question: str
    claims: tuple[Claim, ...]
    notes: tuple[str, ...] = ()
    status: AnswerStatus = "answered"
    reason: PartlyReason = ""
    shape: AnswerShape = "fact"

    @property
    def introduction(self) -> str:
        """What stands above the claims: that there are none, how far they answer, or ""."""
        return NOT_FOUND if self.status == "not_found" else introduction(self.reason)


def make_pack(viewer: SourceViewer, title: str, conversation: Sequence[PackedAnswer]) -> str:
    """The conversation as HTML. A quote that no longer stands in its source is kept as text and named as such; the rows
    of a table are shown as the source has them, whatever was given.
    """
    escaped = html.escape(title)
    turns = "\n".join(_turn(viewer, number, as_in_sources(viewer, each)) for number, each in enumerate(conversation, 1))
    made = time.strftime("%d %B %Y, %H:%M")
    return _PAGE.format(title=escaped, made=made, turns=turns, style=_STYLE + TABLE_STYLE, reader=VERSION)


def as_in_sources(viewer: SourceViewer, asked: PackedAnswer) -> PackedAnswer:
    """The answer with the tables of its citations read from their sources."""

    def read(citation: Citation) -> Citation:
        view = _view(viewer, citation)
        return citation if view is None else replace(citation, table=view.quoted)

    claims = (replace(claim, citations=tuple(map(read, claim.citations))) for claim in asked.claims)
    return replace(asked, claims=tuple(claims))


def stands(document: Document, citation: Citation) -> bool:
    """Whether a quote is still the text of its document there."""
    return document.text[slice(*citation.span)] == citation.quote


def _view(viewer: SourceViewer, citation: Citation) -> TableView | None:
    """The table around the rows that a citation quotes; None where it quotes none, or not what stands there."""
    document = viewer.assistant.document(citation.document_id)
    if document is None or not stands(document, citation) or citation.table is None:
        return None
    view = table_around(document, citation.span, citation.answer, _ROWS)
    if view is None or view.cell or citation.table.cell is None:
        return view
    row, column = citation.table.cell[0] + view.lit[0], citation.table.cell[1]
    is_blank = 0 <= row < view.lit[1] and 0 <= column < len(view.rows[row]) and not view.rows[row][column].strip()
    return replace(view, cell=(row, column)) if is_blank else view


def _turn(viewer: SourceViewer, number: int, asked: PackedAnswer) -> str:
    cited = {citation.number: citation for claim in asked.claims for citation in claim.citations}
    notes = "".join(f'<p class="note">{html.escape(note)}</p>' for note in asked.notes)
    opening = f'<p class="claim">{said}</p>\n' if (said := asked.introduction) else ""
    sections = parts(asked.claims, asked.shape, asked.reason)
    answer = "\n".join(_part(number, part, asked.reason != "closest") for part in sections)
    exhibits = "\n".join(_exhibit(viewer, number, cited[each]) for each in sorted(cited))
    listed = f"<ol>\n{exhibits}\n</ol>" if exhibits else ""
    return f"<article>\n<h2>{html.escape(asked.question)}</h2>\n{notes}{opening}{answer}\n{listed}\n</article>"


def _part(turn: int, part: AnswerSection, emphasised: bool) -> str:
    heading = f"<h3>{html.escape(part.heading)}</h3>\n" if part.heading else ""
    if part.table:
        return heading + answer_table(part.claims, [_marks(turn, claim) for claim in part.claims], emphasised)
    if part.items:
        return f"{heading}<ul>\n" + "\n".join(_claim(turn, claim, "li") for claim in part.claims) + "\n</ul>"
    return heading + "\n".join(_claim(turn, claim, "p") for claim in part.claims)


def _marks(turn: int, claim: Claim) -> str:
    return "".join(f'<sup><a href="#t{turn}c{each.number}">{each.number}</a></sup>' for each in claim.citations)


def _claim(turn: int, claim: Claim, tag: str) -> str:
    words = _SUPPORT.get(claim.support, "not found in the sources")
    support = f" <small>{words}</small>" if words else ""
    return f'<{tag} class="claim {claim.support}">{html.escape(claim.text)}{_marks(turn, claim)}{support}</{tag}>'


def _exhibit(viewer: SourceViewer, turn: int, citation: Citation) -> str:
    document = viewer.assistant.document(citation.document_id)
    title = f"<h3><b>{citation.number}</b> {html.escape(citation.title)}</h3>"
    where = f'<p class="where">{html.escape(", ".join(filter(None, (citation.path, citation.place))))}</p>'
    anchor = f'id="t{turn}c{citation.number}"'
    if document is None or not stands(document, citation):
        lost = (
            '<p class="note">This was quoted; it does not stand in the source any more, so it is not vouched for.</p>'
        )
        quoted = _text(str(citation.table or citation.quote))
        return f"<li {anchor}>{title}{where}{lost}<blockquote>{quoted}</blockquote></li>"
    if (view := _view(viewer, citation)) is not None:
        shown, verbatim = table_in_source(view), f' data-quote="{_text(citation.quote)}"'
    else:
        before, after = viewer.surroundings(citation, _AROUND)
        shown, verbatim = (
            f"<blockquote>{_text(before)}<mark>{_text(citation.quote)}</mark>{_text(after)}</blockquote>",
            "",
        )
    place = (
        f'data-number="{citation.number}" data-path="{html.escape(document.path)}" data-sha256="{document.sha256}" '
        f'data-start="{citation.span.start}" data-end="{citation.span.end}"{verbatim}'
    )
    hashed = f'<p class="hash">SHA-256 of the file: <code>{document.sha256}</code></p>'
    return f"<li {anchor} {place}>{title}{where}{shown}{_crops(viewer, document, citation.span)}{hashed}</li>"


def _crops(viewer: SourceViewer, document: Document, span: Span) -> str:
    """For a PDF the parts of its pages that hold the quote, with its lines marked."""
    figures = []
    for page, boxes in viewer.page_boxes(document.id, span).items():
        top = max(0.0, min(box.top for box in boxes) - _MARGIN)
        bottom = min(1.0, max(box.bottom for box in boxes) + _MARGIN)
        png = viewer.page_picture(document.id, page, _WIDTH, Box(0, top, 1, bottom))
        if png is None:
            continue
        lit = "".join(_lit(box, top, bottom) for box in boxes)
        source = base64.b64encode(png).decode("ascii")
        label = html.escape(document.pages[page - 1].label)
        figures.append(f'<figure><img alt="Part of page {label}" src="data:image/png;base64,{source}">{lit}</figure>')
    return "".join(figures)


def _lit(box: Box, top: float, bottom: float) -> str:
    tall = bottom - top
    return (
        f'<i style="left:{box.left:.4%};top:{(box.top - top) / tall:.4%};'
        f'width:{box.right - box.left:.4%};height:{(box.bottom - box.top) / tall:.4%}"></i>'
    )


def _text(text: str) -> str:
    """Escaped so that a parser gives back the same characters: it would turn a carriage return into a line feed."""
    return html.escape(text).replace("\r", "&#13;")


_STYLE = """
:root { color-scheme: light; }
body { max-width: 46rem; margin: 3rem auto; padding: 0 1.5rem; color: #1c1d1f; background: #fff;
  font: 1.0625rem/1.65 Charter, "Iowan Old Style", "Noto Serif", Georgia, serif; }
h1 { margin-bottom: 0; font-size: 1.9rem; line-height: 1.2; }
h2 { margin: 0 0 .6rem; font-size: 1.35rem; line-height: 1.35; }
h3 { margin: 0; font-size: 1rem; }
h3 b, sup, a { color: #9a5200; }
sup { margin-left: .15em; font: 600 .7em/0 sans-serif; } a { text-decoration: none; }
article { padding: 2rem 0 1rem; border-top: 1px solid #e4e3df; }
.made, .where, .hash, .note, small { color: #6d6f75; font: .8125rem/1.5 sans-serif; overflow-wrap: anywhere; }
.note { white-space: pre-line; }
.unsupported { color: #6d6f75; }
.claim { margin: 0 0 .6rem; }
article > h3 { margin: 1rem 0 .3rem; } ul { margin: 0 0 .6rem; padding-left: 1.2rem; }
ul .claim { margin-bottom: .35rem; }
ol { margin: 1.5rem 0 0; padding: 0; list-style: none; }
ol li { margin-bottom: 1.25rem; padding: 1rem 1.25rem; border: 1px solid #e4e3df; border-radius: .7rem;
  background: #f7f7f5; break-inside: avoid; }
ol li p { margin: 0; }
blockquote { margin: .6rem 0; color: #55575c; white-space: pre-wrap; overflow-wrap: anywhere; }
mark { background: #ffe2a0; color: #1c1d1f; }
figure { position: relative; margin: .75rem 0; } img { display: block; width: 100%; border: 1px solid #e4e3df; }
i { position: absolute; background: #ffd97f; mix-blend-mode: multiply; }
"""
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="generator" content="Footnote pack 1">
<meta name="reader" content="{reader}">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<h1>{title}</h1>
<p class="made">Evidence as it stood on {made}. Check it against the sources with: rag verify FILE</p>
{turns}
</body>
</html>
"""
