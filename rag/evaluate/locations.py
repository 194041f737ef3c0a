"""Where expectations stand in the sources: paths, pages and quotes become documents and spans.

A quote is found where its words stand in a row, whatever white space parts them, and nowhere else: what merely
resembles it is no place. This module does not know what was answered.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rag.errors import CaseProblem
from rag.evaluate.cases import Case, Expected
from rag.types import Answer, Document, Span

if TYPE_CHECKING:
    from rag.assistant import Assistant

__all__ = ["Location", "Sources", "locate"]


@dataclass(frozen=True, slots=True)
class Location:
    """An expectation found: its document, and the spans of that document where it stands.

    Several spans are occurrences of the same quote, each as good as the other; no span means the whole document.
    `exact` says that the place is a quote or span, not a whole page or document.
    """

    expected: Expected
    document_id: str
    spans: tuple[Span, ...] = ()
    exact: bool = False

    def holds(self, document_id: str, span: Span) -> bool:
        """Whether a span shows this place: they share at least half of the shorter of the two."""
        if document_id != self.document_id:
            return False
        return not self.spans or any(_half_shared(span, one) for one in self.spans)


@dataclass(slots=True)
class Sources:
    """The documents that answers may cite, by path and by id, read when first asked for."""

    ids: Mapping[str, str]
    """Path -> document id; a document may lie under several paths."""
    read: Callable[[str], Document | None]
    _known: dict[str, Document | None] = field(default_factory=dict)

    @classmethod
    def of(cls, assistant: Assistant) -> Sources:
        """All that is indexed."""
        found = {source.path: source.document_id for source in assistant.documents() if source.document_id}
        return cls(found, assistant.document)

    @classmethod
    def shown_with(cls, answer: Answer) -> Sources:
        """Those that an answer brings with its passages."""
        documents = {passage.document.id: passage.document for passage in answer.passages}
        return cls({document.path: document.id for document in documents.values()}, documents.get)

    def document(self, document_id: str) -> Document | None:
        """A document by its id, or None."""
        if document_id not in self._known:
            self._known[document_id] = self.read(document_id)
        return self._known[document_id]

    def at(self, path: str) -> Document | None:
        """A document by one of its paths, or None."""
        return self.document(self.ids[path]) if path in self.ids else None

    def sha256(self) -> str:
        """A hash of every path and what lies there."""
        return hashlib.sha256(repr(sorted(self.ids.items())).encode()).hexdigest()


def locate(case: Case, sources: Sources) -> list[Location]:
    """The places of all expected citations. Raises CaseProblem for one that does not stand in the sources."""
    return [_place(expected, sources, case.id) for expected in case.citations]


def _place(expected: Expected, sources: Sources, case_id: str) -> Location:
    document = sources.at(expected.path)
    name = f"Case {case_id}: {expected.path}"
    if document is None:
        raise CaseProblem(f"{name} is not indexed.", "Correct its path, or build the index: rag build")
    pages = [page for page in document.pages if page.number == expected.page]
    if expected.page is not None and not pages:
        raise CaseProblem(f"{name} has no page {expected.page}.", f"It has {len(document.pages)} pages.")
    if expected.span is not None:
        start, end = expected.span
        if end > len(document.text):
            raise CaseProblem(f"{name} has no span [{start}, {end}].", f"It has {len(document.text):,} characters.")
        if expected.quote is not None and document.text[start:end] != expected.quote:
            raise CaseProblem(f"{name} has a different text at [{start}, {end}].", "Give the quote without a span.")
        return Location(expected, document.id, (expected.span,), exact=True)
    if expected.quote is not None:
        spans = tuple(occurrences(expected.quote, document.text))
        if not spans:
            raise CaseProblem(f"{name} does not contain {_short(expected.quote)!r}.", "Copy the quote from the source.")
        on_page = tuple(span for span in spans if not pages or _on(document, span, pages[0].number))
        if not on_page:
            page = document.page_at(spans[0].start)
            raise CaseProblem(
                f"{name} has {_short(expected.quote)!r} on page {page.number if page else '?'}, not {expected.page}.",
                "Correct the page: pages are counted from 1 in file order.",
            )
        return Location(expected, document.id, on_page, exact=True)
    return Location(expected, document.id, tuple(page.span for page in pages))


def occurrences(quote: str, text: str) -> Iterable[Span]:
    """Every place where the words of a quote stand in a row, with any white space between them."""
    pattern = r"\s+".join(re.escape(word) for word in quote.split())
    return (Span(found.start(), found.end()) for found in re.finditer(pattern, text)) if pattern else ()


def _on(document: Document, span: Span, number: int) -> bool:
    page = document.page_at(span.start)
    return page is not None and page.number == number


def _half_shared(one: Span, other: Span) -> bool:
    common = min(one.end, other.end) - max(one.start, other.start)
    return common > 0 and 2 * common >= min(one.end - one.start, other.end - other.start)


def _short(text: str) -> str:
    return text if len(text) <= 80 else text[:79] + "…"
