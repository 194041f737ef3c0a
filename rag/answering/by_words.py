"""An answer to a question that is not in English, from what needs no reader: words, names, figures, and the encoder.

The reader and the numbers that say how strong an answer is were fitted to English. So these answers are never more than
the closest sentences, each a whole one, and a note says why in the language of the question. This module does not know
how passages are found.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from rag.answering.citing import QuotedSpan, claims_of
from rag.answering.features import FloatArray
from rag.answering.findings import heading_at
from rag.answering.foreign_cells import cell_by_words
from rag.answering.overview import outline
from rag.answering.selection import claims_in_shape
from rag.answering.word_parts import said_in_part
from rag.language import (
    asks_for,
    blank_notice,
    by_words_notice,
    cell_opening,
    closest_opening,
    gives,
    other_language_notice,
    terms,
)
from rag.retrieval import Corpus, Retrieved, RewrittenQuestion, documents_of
from rag.types import Answer, Document, Span

__all__ = ["answer_by_words"]

_PASSAGES = 12
_MOST, _LEAST, _MARGIN = 4, 2, 0.45  # sentences that are shown, and how much worse than the best one
_AROUND, _NEAR, _KIND, _HEADING = 0.4, 0.1, 0.4, 1.0  # what they weigh beside the share of words; chosen by hand
_FEW = 3  # letters and figures of a sentence at least
_KNOWN, _LIKE = 0.15, 0.3  # share of words, or else cosine, from which on the sources are about what is asked
_NEEDED = ("number", "date", "duration", "money")  # a sentence without one does not answer who asks for one


@dataclass(frozen=True, slots=True)
class _Sentence:
    """A sentence of a passage: its terms, those said just before and above it, its cosine with the question's."""

    place: QuotedSpan
    text: str
    said: frozenset[str]
    around: frozenset[str]
    cosine: float
    is_heading: bool


def answer_by_words(question: str, alone: RewrittenQuestion, corpus: Corpus) -> tuple[Answer, Retrieved]:
    """The closest sentences, and what was retrieved. `corpus` knows the question's language. Raises ModelProblem."""
    language = corpus.language
    found = replace(corpus.find(alone.searched, k=_PASSAGES), asked_as=alone.asked)
    passages = tuple(hit.passage for hit in found.hits)
    foreign = bool(corpus.languages) and language not in corpus.languages
    notes = ((other_language_notice(language),) if foreign else ()) + (by_words_notice(language),)
    opening = closest_opening(language)
    blank = Answer(question, alone.asked, "not_found", (), passages, 0.0, notes=notes, opening=opening)
    wanted = asks_for(alone.asked, language)
    if "overview" in wanted and (overview := _overview(blank, corpus)) is not None:
        return overview, found
    if (cell := cell_by_words(alone.asked, language, list(documents_of(found.hits).values()))) is not None:
        return _with_cell(blank, cell, language), found
    sentences = _sentences(found, language)
    weight = corpus.idf(terms(alone.searched, language))
    shares = np.array([_share(weight, one.said) for one in sentences])
    if not sentences or (shares.max() < _KNOWN and max(one.cosine for one in sentences) < _LIKE):
        return blank, found
    scores = _scores(sentences, shares, weight, wanted, language)
    chosen = _chosen(sentences, scores)
    return replace(blank, status="partly", reason="closest", claims=claims_in_shape(chosen, "fact")), found


def _with_cell(blank: Answer, place: QuotedSpan, language: str) -> Answer:
    """The row with the cell that the words of a question lead to, which nothing has judged."""
    found = place.document.row_at(place.span.start)
    notes = blank.notes
    if place.answer is None and found is not None and place.column is not None:
        notes = (*notes, blank_notice(language, found[0].heads(place.document.text)[place.column]))
    claims = claims_of((place,))
    return replace(blank, status="partly", shape="cell", claims=claims, notes=notes, opening=cell_opening(language))


def _sentences(found: Retrieved, language: str) -> list[_Sentence]:
    """Every different sentence of the passages, best passage first; of those in the question's language if any are."""
    own = [hit for hit in found.hits if hit.passage.document.language == language]
    rows: dict[str, _Sentence] = {}
    for hit in own or found.hits:
        document = hit.passage.document
        cosines = (hit.vectors @ found.vector).tolist() if len(hit.vectors) else [0.0] * len(hit.sentences)
        before: frozenset[str] = frozenset()
        for span, cosine in zip(hit.sentences, cosines, strict=True):
            text = document.text[slice(*span)]
            names_columns, heads = _heads(document, span)
            above = "\n".join((document.name, *heading_at(document, span.start), *heads))
            said, context = frozenset(terms(text, language)), frozenset(terms(above, language))
            is_heading = names_columns or said <= context
            one = _Sentence(QuotedSpan(document, span), text, said, before | context, cosine, is_heading)
            rows.setdefault(" ".join(text.split()), one)
            before = said
    return [one for one in rows.values() if sum(map(str.isalnum, one.text)) >= _FEW]


def _heads(document: Document, span: Span) -> tuple[bool, list[str]]:
    """Whether a place is a row that names columns, and the names above one that is not."""
    found = document.row_at(span.start)
    if found is None:
        return False, []
    table, row = found
    return (True, []) if row < table.header_rows else (False, list(table.heads(document.text)))


def _scores(
    sentences: Sequence[_Sentence],
    shares: FloatArray,
    weight: Mapping[str, float],
    wanted: frozenset[str],
    language: str,
) -> FloatArray:
    """One score for each sentence, `(n,)`: its words, those around it, the encoder's, and whether it gives the kind of
    thing that is asked for.
    """
    around = np.array([_share(weight, one.said | one.around) for one in sentences])
    cosines = np.array([one.cosine for one in sentences])
    near = np.clip((cosines - cosines.mean()) / (cosines.std() or 1.0), -2, 2)
    kinds = np.array([_fits(one.text, wanted, language) for one in sentences])
    heads = np.array([one.is_heading or one.text.rstrip().endswith(("?", "？", "؟")) for one in sentences])
    scores: FloatArray = shares + _AROUND * around + _NEAR * near + _KIND * kinds - _HEADING * heads
    return scores


def _fits(text: str, wanted: frozenset[str], language: str) -> float:
    """Between 1, where a sentence gives all that is asked for, and -1, where it has none of what must be there."""
    if not wanted:
        return 0.0
    given = [kind for kind in wanted if gives(kind, text, language)]
    needed = [kind for kind in wanted if kind in _NEEDED]
    return len(given) / len(wanted) - (0.5 if needed and not given else 0.0)


def _share(weight: Mapping[str, float], said: frozenset[str]) -> float:
    """The share of the question's weight that a sentence says, in the same words or in parts of words."""
    total = sum(weight.values())
    return sum(w * said_in_part(term, said) for term, w in weight.items()) / total if total else 0.0


def _chosen(sentences: Sequence[_Sentence], scores: FloatArray) -> list[QuotedSpan]:
    """The best sentences, best first: two in any case, and those hardly worse."""
    order = sorted(range(len(sentences)), key=lambda at: (-scores[at], at))[:_MOST]
    best = scores[order[0]]
    kept = [at for rank, at in enumerate(order) if rank < _LEAST or scores[at] >= best - _MARGIN]
    return [sentences[at].place for at in kept]


def _overview(blank: Answer, corpus: Corpus) -> Answer | None:
    """An outline of the document that is named, or of the only one; None where there is none such."""
    names = corpus.named(blank.asked_as) or (corpus.names if len(corpus.names) == 1 else ())
    document = corpus.document(names[0].document_id) if len(names) == 1 else None
    places = outline(document) if document is not None else []
    if not places:
        return None
    claims = claims_in_shape(places, "overview")
    return replace(blank, status="partly", reason="closest", shape="overview", claims=claims)
