"""What is found, in time: the newest of a document's versions, and of a series the document of the time that is meant.

Documents of one series have names that are alike but for dates and numbers; versions of one document have nearly the
same text too. This module does not know what an answer is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import PurePosixPath

from rag.language import Recency, content_terms, file_name, named_so, recency_of, words
from rag.retrieval.corpus import Corpus
from rag.retrieval.hybrid import Retrieved, documents_of
from rag.retrieval.naming import DocumentName
from rag.retrieval.rewriting import RewrittenQuestion
from rag.types import Document

__all__ = ["Timely", "timely"]

_VERSIONS = 12  # documents of one name; where there are more they are no versions
_SAME_TEXT = 0.7  # share of the shorter text's runs of words that stand in the other too, figures apart
_RUN = 3  # words


@dataclass(frozen=True, slots=True)
class Timely:
    """What was found; the documents that give way to a newer version, newest first; what a time in it was taken for."""

    found: Retrieved
    older: tuple[tuple[str, tuple[Document, ...]], ...] = ()  # the newer document's id, with its older ones
    meant: str = ""
    asked: str = ""  # what is left of the question to be asked of what a time was taken for
    is_named: bool = False  # the question names that document, and asks little else than what it says

    def before(self, document_id: str) -> tuple[Document, ...]:
        """The older versions of a document, newest first."""
        return next((older for newer, older in self.older if newer == document_id), ())


def timely(found: Retrieved, alone: RewrittenQuestion, corpus: Corpus, today: date) -> Timely:
    """What was found for a question, once more in the newest versions and the documents of the time that is meant.

    A question that names an older version by what tells it from the others gets it. Raises ModelProblem.
    """
    groups = _versions(found, corpus)
    stale = {one.id for _, older in groups for one in older}
    if stale:
        corpus = corpus.inside([name.document_id for name in corpus.names if name.document_id not in stale])
        found = corpus.retrieve(alone)
    recency = recency_of(found.asked_as, today)
    meant = _meant(recency, found, corpus) if recency else []
    if recency is None or not meant:
        return Timely(found, groups)
    ids = [name.document_id for name in meant]
    found = corpus.inside(ids).retrieve(alone)
    said = ", ".join(PurePosixPath(name.path).name for name in meant)
    note = f"“{recency.phrase}” is taken to be {said}."
    is_named = named_so(recency.what, meant[0].terms) or _asks_little(recency.rest, meant)
    return Timely(found, groups, note, recency.rest, is_named)


def _asks_little(rest: str, meant: Sequence[DocumentName]) -> bool:
    """Whether a question has one word at most that is not in the names of the documents."""
    named = frozenset().union(*(name.terms for name in meant))
    return sum(term not in named for term in content_terms(rest)) <= 1


def _versions(found: Retrieved, corpus: Corpus) -> tuple[tuple[str, tuple[Document, ...]], ...]:
    """Of each document found that has other versions, the newest one's id with the others, newest first."""
    asked = frozenset(words(found.asked_as))
    groups: dict[str, tuple[Document, ...]] = {}
    seen: set[str] = set()
    for document in documents_of(found.hits).values():
        if document.id in seen:
            continue
        alike = _alike(document, corpus)
        seen |= {name.document_id for name, _ in alike}
        if len(alike) < 2 or any(asked & _marks(name) for name, _ in alike):
            continue
        ordered = sorted(alike, key=lambda one: _age([name for name, _ in alike], one[0]), reverse=True)
        groups[ordered[0][1].id] = tuple(document for _, document in ordered[1:])
    return tuple(groups.items())


def _alike(document: Document, corpus: Corpus) -> list[tuple[DocumentName, Document]]:
    """The versions of a document, itself among them."""
    names = corpus.series_of(document.id)
    if not 1 < len(names) <= _VERSIONS:
        return []
    others = [(name, corpus.document(name.document_id)) for name in names]
    return [(name, other) for name, other in others if other and _same_text(document.text, other.text)]


def _age(names: Sequence[DocumentName], name: DocumentName) -> tuple[str, tuple[int, ...], float]:
    """What grows with how new a version is: its date where all have one, its number, when its file was changed."""
    dated = all(_date(each) for each in names)
    return _date(name) if dated else "", file_name(PurePosixPath(name.path).stem).version, name.modified


def _meant(recency: Recency, found: Retrieved, corpus: Corpus) -> list[DocumentName]:
    """The documents of the time that is meant, of the first series found that has one; none where none has."""
    for hit in found.hits:
        document = hit.passage.document
        dated = [(_date(name), name) for name in corpus.series_of(document.id) if _date(name)]
        if len(dated) < 2:
            continue
        if recency.first is not None:
            within = [name for day, name in dated if _in(day, recency.first, recency.last)]
            if within and len(within) < len(dated):
                return within
            continue
        past = [(day, name) for day, name in dated if day <= recency.last.isoformat()] or dated
        newest = max(day for day, _ in past)
        told = frozenset(words(hit.passage.text)) >= frozenset(words(recency.what)[:1])
        if named_so(recency.what, frozenset().union(*(name.terms for _, name in dated))) or told:
            return [name for day, name in past if day == newest]
    return []


def _in(day: str, first: date, last: date) -> bool:
    """Whether a day, month or year lies in a time, as far as it is given."""
    return first.isoformat()[: len(day)] <= day <= last.isoformat()[: len(day)]


def _date(name: DocumentName) -> str:
    return name.date or file_name(PurePosixPath(name.path).stem).date


def _marks(name: DocumentName) -> frozenset[str]:
    return file_name(PurePosixPath(name.path).stem).marks


def _same_text(one: str, other: str) -> bool:
    ours, theirs = _runs(one), _runs(other)
    return len(ours & theirs) >= _SAME_TEXT * max(min(len(ours), len(theirs)), 1)


def _runs(text: str) -> set[tuple[str, ...]]:
    said = [word for word in words(text) if not any(map(str.isdigit, word))]
    return {tuple(said[at : at + _RUN]) for at in range(max(len(said) - _RUN + 1, 1))}
