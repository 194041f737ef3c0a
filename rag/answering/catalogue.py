"""Questions about the sources themselves: what can be asked, which documents there are, which of them mention a thing.

Their answers are sentences of ours, each about a document or with a quote of it. This module does not know how
documents are found.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from rag.answering.citing import MOST_CLAIMS, QuotedSpan, claims_of
from rag.language import SourcesQuestion, question_from, sentences_within, sources_question, suffixes_of, terms
from rag.retrieval import Corpus, DocumentName
from rag.types import Answer, Claim, Document, Span, readable_name

__all__ = ["about_sources"]

_LISTED = 12
_SCANNED = 2000
"""Documents that are looked through for a word; more would keep the asker waiting."""
_OFTEN = 3
"""Times that a document says a thing which it is about, where no heading does."""
_EXAMPLES = 4
_FIRST = 12
"""Sentences of a document that are tried for an example of a question."""


def about_sources(question: str, asked_as: str, corpus: Corpus) -> Answer | None:
    """The answer to a question about the sources themselves; None for any other question."""
    asked = sources_question(asked_as)
    if asked is None:
        return None
    if asked.kind in ("mentions", "about"):
        among = _called(asked.of, corpus.names)
        blank = Answer(question, asked_as, "not_found", (), (), 0.0)
        return _mentioning(blank, asked, corpus, among) if among else None
    if asked.kind == "documents":
        return _listed(question, asked_as, corpus.names)
    return _examples(question, asked_as, corpus)


def _listed(question: str, asked_as: str, names: Sequence[DocumentName]) -> Answer:
    shown = [f"- {name.title} ({name.path})" for name in names[:_LISTED]]
    more = [f"- and {len(names) - _LISTED} more: see Sources"] if len(names) > _LISTED else []
    said = "\n".join([f"There {_are(len(names))} to ask:", *shown, *more])
    return Answer(question, asked_as, "answered", (), (), 1.0, (said,), shape="list")


def _examples(question: str, asked_as: str, corpus: Corpus) -> Answer:
    found: list[str] = []
    for name in corpus.names:
        document = corpus.document(name.document_id)
        draft = _draft(document) if document else None
        if draft:
            found.append(f"- {draft}")
        if len(found) == _EXAMPLES:
            break
    names = corpus.names
    first = ", ".join(name.title for name in names[:3])
    others = " and others" if len(names) > 3 else ""
    said = f"Ask about what is in the sources. There {_are(len(names))}: {first}{others}."
    examples = ["For instance:", *found] if found else []
    return Answer(question, asked_as, "answered", (), (), 1.0, ("\n".join([said, *examples]),), shape="list")


def _draft(document: Document) -> str | None:
    for block in document.blocks[:_FIRST]:
        if block.kind == "paragraph":
            for span in sentences_within(document, block.span)[:2]:
                draft = question_from(document.text[slice(*span)])
                if draft is not None:
                    return draft.question
    return None


def _called(of: str, names: Sequence[DocumentName]) -> Sequence[DocumentName]:
    """The documents that are called so, or whose files are; none where fewer than two are, and all where no name for
    them is given.
    """
    wanted, suffixes = set(terms(of)), suffixes_of(of)
    called = [name for name in names if wanted <= name.terms or name.path.lower().endswith(suffixes)]
    return called if len(called) > 1 or not wanted else ()


def _mentioning(blank: Answer, asked: SourcesQuestion, corpus: Corpus, among: Sequence[DocumentName]) -> Answer:
    """Every document in which the words stand, each with the first sentence that has them; none is held longer.

    Those that are called so or say it most often come first; where any is about it, those alone are shown to who asks
    for them.
    """
    either = "|".join(re.escape(each) for each in _forms(asked.what))
    pattern = re.compile(rf"(?<!\w)(?:{either})(?!\w)", re.IGNORECASE)
    looked = among[:_SCANNED]
    found = [said for name in looked if (said := _said(corpus.document(name.document_id), name, pattern)) is not None]
    notes = [f"{len(found)} of {len(looked)} sources mention" if found else "No source mentions"]
    notes[0] += f" “{asked.what}”."
    if asked.kind == "about" and (about := [said for said in found if said.is_about]):
        found = about
        notes.append(f"{len(about)} of them have it in a heading, or at least {_OFTEN} times: those are shown.")
    found.sort(key=lambda said: (not said.is_named, -said.times))
    if len(found) > MOST_CLAIMS:
        notes.append(f"The first {MOST_CLAIMS} of them are shown.")
    if len(among) > len(looked):
        notes.append(f"Only the first {len(looked):,} of {len(among):,} sources were looked through.")
    claims = [
        replace(said.claim, citations=(replace(said.claim.citations[0], number=number),))
        for number, said in enumerate(found[:MOST_CLAIMS], 1)
    ]
    answer = replace(blank, claims=tuple(claims), notes=tuple(notes), shape="list")
    return replace(answer, status="answered", confidence=1.0) if claims else answer


class _Said(NamedTuple):
    """The sentence in which a document says a thing first, and how much it is about it."""

    claim: Claim
    times: int
    is_named: bool  # the document's name or a heading has it

    @property
    def is_about(self) -> bool:
        return self.is_named or self.times >= _OFTEN


def _said(document: Document | None, name: DocumentName, pattern: re.Pattern[str]) -> _Said | None:
    place = _mention(document, pattern) if document is not None else None
    if document is None or place is None:
        return None
    (claim,) = claims_of([replace(place, group=name.title)])
    headings = (document.text[slice(*block.span)] for block in document.blocks if block.kind == "heading")
    is_named = any(map(pattern.search, (name.title, readable_name(name.path), *headings)))
    return _Said(claim, len(pattern.findall(document.text)), is_named)


def _forms(what: str) -> list[str]:
    """What is looked for, in the singular and in the plural."""
    stem = re.sub(r"ies$", "y", what) if what.endswith("ies") else re.sub(r"(?<=\w{3})(?<![su])s$", "", what)
    ending = re.sub(r"y$", "ies", stem) if re.search(r"[^aeiou]y$", stem) else f"{stem}s"
    return list(dict.fromkeys((what, stem, ending)))


def _mention(document: Document, pattern: re.Pattern[str]) -> QuotedSpan | None:
    """The first sentence that has the words; a heading only where no sentence has."""
    headings = [block.span for block in document.blocks if block.kind == "heading"]
    found = [Span(*at.span()) for at in pattern.finditer(document.text)]
    said = [one for one in found if not any(span.start <= one.start < span.end for span in headings)]
    first = next(iter(said or found), None)
    if first is None:
        return None
    span = _sentence_at(document, first.start)
    mark = re.compile(r"#{1,6}\s+").match(document.text, span.start, first.start) if first not in said else None
    return QuotedSpan(document, Span(mark.end(), span.end) if mark else span, first)


def _sentence_at(document: Document, offset: int) -> Span:
    for block in document.blocks:
        if block.span.start <= offset < block.span.end:
            spans = sentences_within(document, block.span)
            return next((span for span in spans if span.start <= offset < span.end), block.span)
    whole = sentences_within(document, Span(0, len(document.text)))
    return next(span for span in whole if span.start <= offset < span.end)


def _are(count: int) -> str:
    return "is one document" if count == 1 else f"are {count} documents"
