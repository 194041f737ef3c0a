"""Whether citations hold: each against the source text itself, each claim against what it cites.

Everything here is exact and offline. A citation holds if its document, path, page and span are real and its quote *is*
the text at that span. A claim holds if the text that it cites - read from the source, never from the citation - carries
it; what "carries" means is one function, a `Judge`. This module does not know what a case expects.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from rag.evaluate.locations import Sources
from rag.language import normalise, sentence_spans
from rag.types import JSON, Citation, Claim, Encoder, Entailment

__all__ = [
    "Finding",
    "Judge",
    "Kind",
    "check_citations",
    "check_claims",
    "citation_scores",
    "in_source_words",
    "supported_by",
]

Kind: TypeAlias = Literal[
    "trouble",
    "refused",
    "closest",
    "answered",
    "quote",
    "source",
    "page",
    "uncited",
    "unsupported",
    "place",
    "near_duplicate",
    "answer",
]
Judge: TypeAlias = Callable[[str, Sequence[str]], bool]
"""Whether premises (source text) carry a claim."""

_EMPHASIS = re.compile(r"[*_`]+")
_ITEM = re.compile(r"(?:[-•–]\s+)+")
_CELLS = re.compile(r"[|·]+")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong with an answer; `claim` counts claims from 0, `citation` is the citation's number."""

    kind: Kind
    said: str
    claim: int | None = None
    citation: int | None = None

    def to_dict(self) -> dict[str, JSON]:
        """JSON-ready, the keys being the field names."""
        return {"kind": self.kind, "said": self.said, "claim": self.claim, "citation": self.citation}


def in_source_words(claim: str, premises: Sequence[str]) -> bool:
    """The strictest judge: the claim, or each of its sentences, is a whole sentence of a premise, word for word.

    Case, white space and Markdown's marks do not count; a piece of a sentence does not carry what it says, since what
    is left out may be a "not".
    """
    said = _plain(claim)
    whole = {_plain(premise) for premise in premises}
    if not said or said in whole:
        return bool(said)
    for premise in premises:
        whole.update(_plain(premise[span.start : span.end]) for span in sentence_spans(premise))
    return all(_plain(claim[span.start : span.end]) in whole for span in sentence_spans(claim))


def supported_by(encoder: Encoder, nli: Entailment | None = None) -> Judge:
    """The judge of sentences that a language model wrote: the source's words, or what verification finds supported.

    Numbers, names, dates and negations are compared as the program itself compares them; `nli`, a cross-encoder for
    natural language inference, joins in where one is given. The judge raises ModelProblem.
    """
    from rag.answering import SourceSentence, verify

    def judge(claim: str, premises: Sequence[str]) -> bool:
        if in_source_words(claim, premises):
            return True
        sources = [SourceSentence(one[slice(*span)]) for one in premises for span in sentence_spans(one)]
        return verify(claim, sources, encoder, nli=nli).support == "supported"

    return judge


def check_citations(claims: Sequence[Claim], sources: Sources) -> list[Finding]:
    """What is wrong with citations taken by themselves; every citation without a finding is an exact quote."""
    findings = []
    for at, claim in enumerate(claims):
        for citation in claim.citations:
            trouble = _trouble(citation, sources)
            if trouble is not None:
                findings.append(Finding(trouble[0], f"[{citation.number}] {trouble[1]}", at, citation.number))
    return findings


def check_claims(claims: Sequence[Claim], sources: Sources, judge: Judge = in_source_words) -> list[Finding]:
    """Claims that cite nothing, or are not carried by what they cite.

    A claim that the program itself marks as not supported is honest about it, and only lowers citation recall.
    """
    findings = []
    for at, claim in enumerate(claims):
        if claim.support not in ("quoted", "supported"):
            continue
        if not claim.citations:
            findings.append(Finding("uncited", f"{claim.text!r} cites nothing.", at))
        elif not judge(claim.text, premises_of(claim, sources)):
            findings.append(Finding("unsupported", f"{claim.text!r} is not what its citations say.", at))
    return findings


def citation_scores(
    claims: Sequence[Claim], sources: Sources, judge: Judge = in_source_words
) -> tuple[list[float], list[float]]:
    """Citation recall of each claim and citation precision of each citation, 0 or 1 (ALCE, Gao et al. 2023, sec. 4.3).

    A claim's recall is 1 if it cites and all that it cites, taken together, carries it. A citation's precision is 1 if
    its claim's recall is 1 and the citation is not irrelevant; it is irrelevant if it does not carry the claim alone
    and the others do without it.
    """
    recalls: list[float] = []
    precisions: list[float] = []
    for claim in claims:
        premises = premises_of(claim, sources)
        carried = bool(premises) and judge(claim.text, premises)
        recalls.append(float(carried))
        for at in range(len(claim.citations)):
            alone, others = premises[at : at + 1], premises[:at] + premises[at + 1 :]
            relevant = carried and (judge(claim.text, alone) or not (others and judge(claim.text, others)))
            precisions.append(float(relevant))
    return recalls, precisions


def premises_of(claim: Claim, sources: Sources) -> list[str]:
    """The source text at each citation's span; empty where the document is not there."""
    documents = [(citation.span, sources.document(citation.document_id)) for citation in claim.citations]
    return [document.text[span.start : span.end] if document else "" for span, document in documents]


def _trouble(citation: Citation, sources: Sources) -> tuple[Kind, str] | None:
    document = sources.document(citation.document_id)
    if document is None:
        return "source", f"cites a document that is not indexed ({citation.path})."
    if sources.ids.get(citation.path) != document.id:
        return "source", f"says {citation.path}, but its document lies at {document.path}."
    start, end = citation.span
    if not 0 <= start < end <= len(document.text) or document.text[start:end] != citation.quote:
        return "quote", f"{citation.quote!r} does not stand in {citation.path} at [{start}, {end}]."
    page = document.page_at(start)
    if (citation.page, citation.page_label) != ((page.number, page.label) if page else (None, None)):
        return "page", f"says page {citation.page}, but the quote stands on page {page.number if page else None}."
    if citation.answer is not None and not start <= citation.answer.start < citation.answer.end <= end:
        return "quote", f"marks answer words at {list(citation.answer)}, outside its quote."
    return None


def _plain(text: str) -> str:
    """How two sentences are compared: normalised, without Markdown's marks and a list's mark in front."""
    plain = normalise(_CELLS.sub(" ", _EMPHASIS.sub("", text))).strip()
    return plain[item.end() :] if (item := _ITEM.match(plain)) else plain
