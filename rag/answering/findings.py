"""What was read in the passages found for one question: its sentences best first, each with its place, and how strong
the first one is.

This module does not know how passages were found, or how much of it is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from rag.answering.citing import QuotedSpan
from rag.answering.deeds import leaves_deed_unsaid
from rag.answering.features import Idf, ReadPassage
from rag.answering.ranking import RankedSentences, ScoredSentence, read
from rag.answering.rerank import RISK, rerank_sentences
from rag.language import cased, codes_unsaid, terms
from rag.retrieval import Corpus, Retrieved
from rag.types import Document, Hit, Reader, Span, readable_name

__all__ = ["Answering", "Findings", "findings_of", "heading_at"]


_SURELY_BELOW = 0.01  # the least probability of an answer


@dataclass(frozen=True, slots=True)
class Findings:
    """A question, its names written as the sources write them, with its reading.

    `passages[i]` are sentences `first[i]` and after of `hits[hit[i]]`.
    """

    question: str
    reading: RankedSentences
    passages: tuple[ReadPassage, ...]
    hits: tuple[Hit, ...]
    hit: tuple[int, ...]
    first: tuple[int, ...]

    @property
    def answers(self) -> bool:
        """Whether the first sentence is sure enough to be called an answer."""
        reading = self.reading
        sure = reading.answerable >= reading.least and reading.about >= reading.sure_about
        return bool(reading.sentences) and sure

    @property
    def about(self) -> bool:
        """Whether the sources are about what is asked."""
        return self.answers or (bool(self.reading.sentences) and self.reading.about >= self.reading.least_about)

    def place(self, scored: ScoredSentence, group: str = "") -> QuotedSpan:
        """Where a sentence stands in its document."""
        hit = self.hits[self.hit[scored.passage]]
        span = hit.sentences[self.first[scored.passage] + scored.sentence]
        said = scored.answer
        answer = None if said is None else Span(span.start + said.start, span.start + said.end)
        return QuotedSpan(hit.passage.document, span, answer, group)

    def sentences(self) -> Iterator[ScoredSentence]:
        """The sentences, best first; of those with the same text only the first."""
        seen: set[int] = set()
        for scored in self.reading.sentences:
            if scored.group not in seen:
                seen.add(scored.group)
                yield scored


@dataclass(frozen=True, slots=True)
class Answering:
    """What an answer is made with: the sources, the reader of sentences (None: the ranker decides alone), the risk.

    `today` is the day that "last month" is told by.
    """

    corpus: Corpus
    reader: Reader | None = None
    risk: float = RISK
    today: Callable[[], date] = date.today

    def read(self, question: str, found: Retrieved) -> Findings:
        """The findings of a question in what was retrieved for it.

        A sentence that does not say what was done, in whatever words, only comes closest, and so does one of a document
        without the code or the version that is asked about.
        """
        findings = findings_of(question, found, self.corpus.idf, self.reader, self.risk)
        if not findings.answers:
            return findings
        first = findings.reading.sentences[0]
        document = findings.place(first).document
        named = f"{document.name}\n{document.path}\n{document.text}"
        if not codes_unsaid(findings.question, named) and not leaves_deed_unsaid(
            findings.question, findings.passages[first.passage], first.sentence, self.corpus.encoder
        ):
            return findings
        below = min(findings.reading.answerable, findings.reading.least - _SURELY_BELOW)
        return replace(findings, reading=replace(findings.reading, answerable=below))


def findings_of(question: str, found: Retrieved, idf: Idf, reader: Reader | None, risk: float) -> Findings:
    """Reads what was found. `idf` is that of the lexical lens; without a reader the ranker alone decides."""
    passages, hit, first = _passages(found.hits, frozenset(terms(question)))
    asked = cased(question, [passage.text for passage in passages])
    reading = read(asked, found.vector, passages, terms=terms, idf=idf)
    if reader is not None:
        reading = rerank_sentences(reading, asked, found.vector, passages, reader, risk, terms=terms, idf=idf)
    return Findings(asked, reading, tuple(passages), found.hits, tuple(hit), tuple(first))


def heading_at(document: Document, offset: int) -> tuple[str, ...]:
    """The headings above a place, outermost first."""
    at = document.block_at(offset)
    return document.blocks[at].heading if at >= 0 else ()


def _passages(hits: Sequence[Hit], asked: frozenset[str]) -> tuple[list[ReadPassage], list[int], list[int]]:
    """One passage for each run of a hit's sentences under the same headings, so that each is read with its own."""
    passages: list[ReadPassage] = []
    of, first = [], []
    for number, hit in enumerate(hits):
        document = hit.passage.document
        headings = [heading_at(document, span.start) for span in hit.sentences]
        starts = [i for i, heading in enumerate(headings) if i == 0 or heading != headings[i - 1]]
        for start, end in zip(starts, [*starts[1:], len(headings)], strict=False):  # none where it is all headings
            passages.append(_passage(hit, start, end, headings[start], asked))
            of.append(number)
            first.append(start)
    return passages, of, first


def _passage(hit: Hit, start: int, end: int, heading: tuple[str, ...], asked: frozenset[str]) -> ReadPassage:
    document, spans = hit.passage.document, hit.sentences[start:end]
    base = spans[0].start
    here = tuple(Span(span.start - base, span.end - base) for span in spans)
    return ReadPassage(
        score=hit.passage.score,
        document=document.id,
        context=_context(document, heading, asked),
        text=document.text[base : spans[-1].end],
        spans=here,
        vectors=hit.vectors[start:end],
        cosine=hit.cosine,
        code=frozenset(at for at, span in zip(here, spans, strict=True) if _is_code(document, span.start)),
    )


def _context(document: Document, heading: tuple[str, ...], asked: frozenset[str]) -> str:
    """What stands above a passage: title, headings, and the file's name where it alone says what is asked: "GPL-3"."""
    above = "\n".join((document.name, *(part for part in heading if part != document.name)))
    file = readable_name(document.path)
    return above if asked.isdisjoint(set(terms(file)) - set(terms(above))) else f"{above}\n{file}"


def _is_code(document: Document, offset: int) -> bool:
    """Whether a place is of a program; what is in front of a text, its author and date, is of kind `code` too."""
    at = document.block_at(offset)
    return at > 0 and document.blocks[at].kind == "code"
