"""Questions about the sources themselves: what can be asked, which documents there are, which of them mention a thing.

Their answers are sentences of ours, each about a document or with a quote of it. This module does not know how
documents are found.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from rag.answering.citing import MOST_CLAIMS, QuotedSpan, claims_of
from rag.language import question_from, sentences_within, sources_question, terms
from rag.retrieval import Corpus, DocumentName
from rag.types import Answer, AnswerStatus, Claim, Document, Span

__all__ = ["about_sources"]

_LISTED = 12
_SCANNED = 2000
"""Documents that are looked through for a word; more would keep the asker waiting."""
_EXAMPLES = 4
_FIRST = 12
"""Sentences of a document that are tried for an example of a question."""


def about_sources(question: str, asked_as: str, corpus: Corpus) -> Answer | None:
    """The answer to a question about the sources themselves; None for any other question."""
    asked = sources_question(asked_as)
    if asked is None:
        return None
    if asked.kind == "mentions":
        among = _called(asked.of, corpus.names)
        return _mentioning(question, asked_as, asked.what, corpus, among) if among else None
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
    """The documents that are called so; none where fewer than two are, and all where no name for them is given."""
    wanted = set(terms(of))
    called = [name for name in names if wanted <= name.terms]
    return called if len(called) > 1 or not wanted else ()


def _mentioning(question: str, asked_as: str, what: str, corpus: Corpus, among: Sequence[DocumentName]) -> Answer:
    """Every document in which the words stand, each with the first sentence that has them; none is held longer."""
    either = "|".join(re.escape(each) for each in _forms(what))
    pattern = re.compile(rf"(?<!\w)(?:{either})(?!\w)", re.IGNORECASE)
    count, claims = 0, list[Claim]()
    looked = among[:_SCANNED]
    for name in looked:
        document = corpus.document(name.document_id)
        if document is not None and (place := _mention(document, pattern)):
            count += 1
            if count <= MOST_CLAIMS:
                (claim,) = claims_of([replace(place, group=name.title)])
                claims.append(replace(claim, citations=(replace(claim.citations[0], number=count),)))
    status: AnswerStatus = "answered" if claims else "not_found"
    many = f"{count} of {len(looked)} sources mention" if claims else "No source mentions"
    notes = [f"{many} “{what}”."]
    if count > MOST_CLAIMS:
        notes.append(f"The first {MOST_CLAIMS} of them are shown.")
    if len(among) > len(looked):
        notes.append(f"Only the first {len(looked):,} of {len(among):,} sources were looked through.")
    sure = 1.0 if claims else 0.0
    return Answer(question, asked_as, status, tuple(claims), (), sure, tuple(notes), shape="list")


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
