"""What is told of time in an answer: what older versions of its document say, which document "the last meeting" is.

This module does not know which documents are versions, or which is newest.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from pathlib import PurePosixPath

from rag.answering.findings import Findings
from rag.language import sentences
from rag.retrieval import Timely
from rag.types import Answer, Citation, Document, Span

__all__ = ["in_time", "older_note", "with_time"]

_ALIKE = 0.6  # of two sentences' words, from which on one is the other's older form
_WORD = re.compile(r"\S+")


def in_time(findings: Findings, now: Timely) -> Findings:
    """The findings; where a question names the document that it means, the sources are about it."""
    return replace(findings, reading=replace(findings.reading, about=1.0)) if now.is_named else findings


def with_time(answer: Answer, now: Timely) -> Answer:
    """The answer with a note on what its time was taken for, and one on what older versions say."""
    first = answer.citations[:1]
    older = [older_note(one, now.before(one.document_id)) for one in first if answer.status == "answered"]
    told = [now.meant] if first else []
    return replace(answer, notes=(*filter(None, (*told, *older)), *answer.notes))


def older_note(citation: Citation, older: Sequence[Document]) -> str:
    """That older versions say something else, what, and the names of their files; "" where they say the same."""
    if citation.answer is None:
        return ""
    answer = Span(citation.answer.start - citation.span.start, citation.answer.end - citation.span.start)
    now = citation.quote[slice(*answer)].strip(" .,;:")
    said: dict[str, list[str]] = {}
    for document in older:
        before = _counterpart(citation.quote, answer, document)
        if before and before != now:
            said.setdefault(before, []).append(PurePosixPath(document.path).name)
    told = ", ".join(f"{before} ({', '.join(names)})" for before, names in said.items())
    many = sum(map(len, said.values())) > 1
    return f"{'Older versions say' if many else 'An older version says'} {told}." if said else ""


def _counterpart(quote: str, answer: Span, document: Document) -> str:
    """What stands in the most similar sentence of a document in the place of the exact words; "" where none is."""
    ours = list(_WORD.finditer(quote))
    found = [document.text[slice(*span)] for span in sentences(document)]
    matched = [(SequenceMatcher(None, quote.split(), text.split(), autojunk=False), text) for text in found]
    matcher, text = max(matched, key=lambda each: each[0].ratio(), default=(None, ""))
    if matcher is None or matcher.ratio() < _ALIKE:
        return ""
    first = next((n for n, word in enumerate(ours) if word.end() > answer.start), 0)
    last = max((n for n, word in enumerate(ours) if word.start() < answer.end), default=0) + 1
    starts, ends = [], []
    for kind, a, b, c, d in matcher.get_opcodes():
        if a < last and b > first:
            starts.append(c + max(first - a, 0) if kind == "equal" else c)
            ends.append(d - max(b - last, 0) if kind == "equal" else d)
    theirs = list(_WORD.finditer(text))[min(starts, default=0) : max(ends, default=0)]
    return text[theirs[0].start() : theirs[-1].end()].strip(" .,;:") if theirs else ""
