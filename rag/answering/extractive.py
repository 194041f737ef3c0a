"""An answer in the sources' own words: every claim is a source sentence, its quote the text at its span.

What is asked for decides the shape: a fact, a list, an explanation, an overview, a comparison, yes or no. How sure the
first sentence is decides the strength: `answered`, `partly` with the closest sentences or with the sides that were
found, or `not_found`, where the sources are not about what is asked. This module does not know how passages are found.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rag.answering.by_words import answer_by_words
from rag.answering.catalogue import about_sources
from rag.answering.cells import LOOKED_UP, blank_note, with_cell
from rag.answering.citing import MOST_CLAIMS, cites, claims_of, differ_note, newest_first, with_head
from rag.answering.comparison import comparison_answer
from rag.answering.differing import differing
from rag.answering.findings import Answering, Findings
from rag.answering.selection import claims_in_shape, closest, evidence, said_to_the_same, term_is_told, whole_lists
from rag.answering.several import joined
from rag.answering.strength import as_sure
from rag.answering.table_answer import TABLE_KINDS, TableAnswer, answer_from_tables, leaves_unsaid
from rag.answering.table_closest import closest_in_tables
from rag.answering.topics import (
    MOST_NAMED,
    each_document_that,
    of_another_year,
    section_asked,
    sections_that,
    survey,
)
from rag.answering.versions import in_time, with_time
from rag.language import (
    Kind,
    Side,
    asked_rightly,
    asks_a_figure,
    cased,
    defines,
    document_phrase,
    foreign_source_notice,
    is_short_form,
    question_kind,
    questions_in,
    reads_as_english,
    sides_of,
    term_of,
    together,
)
from rag.retrieval import Corpus, Retrieved, RewrittenQuestion, documents_of, rewrite_question, timely
from rag.types import Answer, AnswerShape, Turn

__all__ = ["extractive_answer"]

_SHAPES: dict[Kind, AnswerShape] = {
    "fact": "fact",
    "definition": "fact",
    "yes_no": "yes_no",
    "reason": "explanation",
    "way": "explanation",
    "event": "explanation",
    "proposal": "explanation",
    "list": "list",
    "comparison": "comparison",
    "topic": "overview",
    "overview": "overview",
}
_HEADED: frozenset[Kind] = frozenset({"list", "way", "reason", "proposal"})
"""Kinds that a section answers whose heading asks the same."""
_FURTHER = 24
"""Passages that are looked through for a definition."""
_AROUND = 200
"""Characters around a sentence by which its language is told."""
_QUESTIONS = 4
"""Questions of one message at most that are answered one by one."""


def extractive_answer(question: str, alone: RewrittenQuestion, answering: Answering) -> tuple[Answer, Retrieved]:
    """The answer to a question, and what was retrieved for it. `alone` is its stand-alone form. Raises ModelProblem.

    Of several questions each is answered, in the light of those before it.
    """
    if answering.corpus.language:
        return answer_by_words(question, alone, answering.corpus)
    parts = questions_in(alone.asked) if alone.asked == asked_rightly(" ".join(question.split())) else ()
    if not 1 < len(parts) <= _QUESTIONS:
        return _answer_to(question, alone, answering)
    turns = [Turn("user", part) for part in parts]
    each = [_answer_to(part, rewrite_question(part, turns[:at]), answering) for at, part in enumerate(parts)]
    named = [own.asked_as if is_short_form(part) else part for part, (own, _) in zip(parts, each, strict=True)]
    answer = joined(question, [(name, own) for name, (own, _) in zip(named, each, strict=True)])
    hits = {hit.passage.chunk.id: hit for _, found in each for hit in found.hits}
    return answer, Retrieved(answer.asked_as, answering.corpus.encoder.query(answer.asked_as), tuple(hits.values()))


def _answer_to(question: str, alone: RewrittenQuestion, answering: Answering) -> tuple[Answer, Retrieved]:
    """The answer to one question, and what was retrieved for it."""
    corpus = answering.corpus
    about = about_sources(question, alone.asked, corpus)
    if about is not None:
        return about, Retrieved(alone.asked, corpus.encoder.query(alone.asked), ())
    answer, found = _read_for(question, alone, answering)
    return _limited(of_another_year(_judged(answer, found), found)), found


def _limited(answer: Answer) -> Answer:
    """The answer with as many sentences as are shown; that there are more is said."""
    if len(answer.claims) <= MOST_CLAIMS:
        return answer
    note = f"Only the first {MOST_CLAIMS} sentences are shown; the source continues."
    return replace(answer, claims=answer.claims[:MOST_CLAIMS], notes=(*answer.notes, note))


def _judged(answer: Answer, found: Retrieved) -> Answer:
    """The answer; no more than the closest sentences where the first is in a language that the reader cannot judge."""
    if answer.status != "answered" or answer.shape in ("cell", "overview") or not answer.claims:
        return answer
    first = answer.claims[0].citations[0]
    document = documents_of(found.hits).get(first.document_id)
    around = slice(max(first.span.start - _AROUND, 0), first.span.end + _AROUND)
    if document is None or reads_as_english(document.text[around], document.language):
        return answer
    notes = (*answer.notes, foreign_source_notice(document.language))
    return replace(answer, status="partly", reason="closest", notes=notes)


def _read_for(question: str, alone: RewrittenQuestion, answering: Answering) -> tuple[Answer, Retrieved]:
    """The answer to a question that is asked of what the sources say, and what was retrieved for it."""
    corpus = answering.corpus
    now = timely(corpus.retrieve(alone), alone, corpus, answering.today())
    found = now.found
    asked, kind = found.asked_as, question_kind(found.asked_as)
    blank = Answer(question, asked, "not_found", (), tuple(h.passage for h in found.hits), 0.0, shape=_SHAPES[kind])
    if (surveyed := survey(blank, kind, found, answering)) is not None:
        return surveyed
    rows = _from_tables(blank, found) if kind in TABLE_KINDS else None
    if rows is not None and not (kind == "definition" and _says_more(found, term_of(asked), rows)):
        return rows, found
    sides = sides_of(cased(asked, [hit.passage.text for hit in found.hits]))
    if not sides and (inside := _in_named(asked, answering)) is not None:
        found, findings = inside
        return _told(replace(blank, passages=tuple(hit.passage for hit in found.hits)), kind, findings), found
    if kind == "definition":
        found = _with_definitions(found, term_of(asked), corpus)
    findings = in_time(answering.read(now.asked or asked, found), now)
    if sides and (kind == "comparison" or not (_is_one(asked, sides, found) or _tells_all(findings, sides))):
        return comparison_answer(blank, kind, sides, findings, answering)
    if kind == "fact" and findings.reading.several and not asks_a_figure(asked):
        kind = "list"
    if kind in _HEADED and (places := section_asked(asked, found)):
        return replace(blank, status="answered", claims=claims_in_shape(places, kind), confidence=1.0), found
    if kind == "list" and (sections := sections_that(asked, findings, found)):
        return replace(blank, status="answered", shape="list", claims=claims_of(sections), confidence=1.0), found
    if kind == "list" and findings.about and (places := each_document_that(asked, findings, corpus)):
        answer = replace(blank, claims=claims_of(places), confidence=findings.reading.answerable)
        return as_sure(answer, findings.answers), found
    told = with_time(_told(replace(blank, shape=_SHAPES[kind]), kind, findings), now)
    if told.status == "answered" or kind not in TABLE_KINDS:
        return told, found
    if rows is not None and told.status == "not_found":
        return rows, found
    closer = closest_in_tables(asked, list(documents_of(found.hits).values()))
    return (told if closer is None else _with_rows(blank, closer)), found


def _says_more(found: Retrieved, term: str, rows: Answer) -> bool:
    """Whether prose tells what a term is better than rows of a table: they only come closest, or it defines it."""
    if rows.status != "answered":
        return True
    places = ((hit.passage.document, span) for hit in found.hits for span in hit.sentences)
    prose = (document.text[slice(*span)] for document, span in places if document.row_at(span.start) is None)
    return bool(term) and any(defines(term, sentence) for sentence in prose)


def _from_tables(blank: Answer, found: Retrieved) -> Answer | None:
    """The answer of the tables of what was found; None where they do not say what is asked."""
    cells = answer_from_tables(blank.asked_as, list(documents_of(found.hits).values()))
    return None if cells is None else _with_rows(blank, cells)


def _with_rows(blank: Answer, cells: TableAnswer) -> Answer:
    answer = replace(blank, status=cells.status, claims=claims_of(cells.places), notes=cells.notes)
    if cells.status == "partly":
        return replace(answer, reason="closest", confidence=LOOKED_UP / 2)
    return replace(answer, shape=cells.shape, confidence=LOOKED_UP)


def _told(blank: Answer, kind: Kind, findings: Findings) -> Answer:
    """The answer of one reading, as strong as its first sentence."""
    answer = replace(blank, confidence=findings.reading.answerable)
    term = term_of(blank.asked_as) if kind == "definition" else ""
    if not findings.about:
        return answer
    if same := said_to_the_same(findings, kind):
        return replace(answer, status="answered", claims=claims_in_shape(same, kind), confidence=1.0)
    listed = whole_lists(findings) if kind == "list" else []
    if not findings.answers or _leaves_unsaid(findings, kind) or (term and not term_is_told(findings, term)):
        # no words are set off as the answer in sentences that only come closest
        places = [replace(place, answer=None) for place in listed or closest(findings, kind, term)]
        return replace(answer, status="partly", reason="closest", claims=claims_in_shape(places, kind))
    places = listed or evidence(findings, kind, term)
    if kind == "fact":
        cells = [with_cell(place, findings.question) for place in places]
        places = [place for place, _ in cells]
        if head := cells[0][1]:
            return replace(answer, status="answered", claims=claims_of(places[:1]), notes=(blank_note(head),))
    others = differing(findings)
    if not others:
        return replace(answer, status="answered", claims=claims_in_shape(places, kind))
    sides = newest_first([findings.place(one) for one in (findings.reading.sentences[0], *others)])
    claims = claims_in_shape(list(dict.fromkeys([*sides, *places])), kind)
    numbers = tuple(c.number for side in sides for claim in claims for c in claim.citations if cites(c, side))
    return replace(answer, status="answered", claims=claims, notes=(differ_note(sides),), differing=numbers)


def _leaves_unsaid(findings: Findings, kind: Kind) -> bool:
    """Whether the first sentence is a row of a table that does not say all that a fact is asked by: "purple kettle"."""
    if kind not in ("fact", "yes_no"):
        return False
    place = findings.place(findings.reading.sentences[0])
    return leaves_unsaid(findings.question, place.document, place.span)


def _in_named(asked: str, answering: Answering) -> tuple[Retrieved, Findings] | None:
    """What is found and read in the documents that a question names; None where it names none, or nothing is there."""
    phrase = document_phrase(asked)
    names = answering.corpus.named(phrase) if phrase else []
    if not 0 < len(names) <= MOST_NAMED:
        return None
    found = answering.corpus.find(asked, [name.document_id for name in names])
    findings = answering.read(asked, found)
    return (found, findings) if findings.about else None


def _with_definitions(found: Retrieved, term: str, corpus: Corpus) -> Retrieved:
    """What was found, the last passages giving way to ones further down that define the term."""
    if not term:
        return found
    known = {hit.passage.chunk.id for hit in found.hits}
    further = [
        hit
        for hit in corpus.find(term, k=_FURTHER).hits
        if hit.passage.chunk.id not in known
        and any(
            defines(term, hit.passage.document.text[slice(*with_head(hit.passage.document, span))])
            for span in hit.sentences
        )
    ][: len(found.hits) // 2]
    return replace(found, hits=(*found.hits[: len(found.hits) - len(further)], *further))


def _is_one(asked: str, sides: Sequence[Side], found: Retrieved) -> bool:
    """Whether the sources name two sides together as the question does: "Trinidad and Tobago"."""
    name = together(asked, sides).lower()
    return bool(name) and any(name in hit.passage.text.lower() for hit in found.hits)


def _tells_all(findings: Findings, sides: Sequence[Side]) -> bool:
    """Whether one sentence that answers speaks of every side."""
    if not findings.answers:
        return False
    place = findings.place(findings.reading.sentences[0])
    said = place.document.text[slice(*place.span)].lower()
    return all(side.name.lower() in said for side in sides)
