"""An answer that a language model writes, each sentence of it checked against the sources before it is shown as cited.

The model's own marks are hints and nothing more: a sentence is cited to the source sentence that carries it, wherever
that stands; to none if none does; and if a source says otherwise, to that one, and so marked. Whether the sources
answer at all is not the model's to say: it is asked only where the reader found an answer, and that answer is given in
its place when the model fails. This module does not know which model it is, or how passages were found.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace

import numpy as np

from rag.answering.citing import cite
from rag.answering.generation.citation_marks import GeneratedSentence, Heard, ReasoningEnded, SentenceStream
from rag.answering.generation.generator import AnswerGenerator
from rag.answering.generation.prompt import compose
from rag.answering.generation.rewrite import rewrite_with_model
from rag.answering.verification.checking import Idf, SourceSentence, verify
from rag.errors import AnswerCutOff, LanguageModelProblem
from rag.language import is_filler, is_refusal, normalise, without_preface
from rag.models import stream_with_timeouts
from rag.types import (
    Answer,
    AnswerStatus,
    Citation,
    Claim,
    Delta,
    Document,
    Done,
    Event,
    Hit,
    Span,
    Turn,
    Vectors,
)

__all__ = ["AnswerGenerator", "GenerationTask", "generate_answer", "rewrite_with_model"]

_MOST = 12  # sentences that are listened to
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)|<[^<>]*>")


@dataclass(frozen=True, slots=True)
class _Place:
    """A sentence of the sources, and the numbers of the passages that hold it."""

    document: Document
    span: Span
    passages: frozenset[int]


@dataclass(frozen=True, slots=True)
class GenerationTask:
    """What a language model is to write: the answer in the sources' own words, and what that was made from.

    `vector` is that of the stand-alone question, `(dim,)`; hits come best first. Once `stop` is set the model is no
    longer listened to.
    """

    extractive: Answer
    vector: Vectors
    hits: Sequence[Hit]
    turns: Sequence[Turn] = ()
    idf: Idf | None = None
    stop: threading.Event | None = None


def generate_answer(writer: AnswerGenerator, task: GenerationTask) -> Iterator[Event]:
    """`Delta`s sentence by sentence, then `Done`; the extractive answer with a note where the model fails.

    Raises ModelProblem.
    """
    extractive, hits = task.extractive, task.hits
    llm, checker = writer.llm, _Checker(writer, hits, task.idf)
    draft, sentences = _Draft(), SentenceStream(len(hits), thinking=writer.thinks_aloud)
    why = f"Nothing that the language model ({llm.name}) wrote stands in the sources; these are their own words."
    cut = ""
    try:
        with writer.turn():
            prompt = compose(llm, extractive.asked_as, task.vector, hits, task.turns, extractive.shape)
            pieces = stream_with_timeouts(
                llm, prompt.instructions, prompt.turns, prompt.most, writer.patience, task.stop
            )
            with closing(_heard(sentences, pieces)) as heard:
                for said in heard:
                    if isinstance(said, ReasoningEnded):
                        if draft.claims:
                            yield Delta("", anew=True)
                        draft, writer.thinks_aloud = _Draft(), True
                        checker.forget()
                    elif not draft.closed and (shown := draft.take(checker.claim(said), writer.drop_unsupported)):
                        yield Delta(shown)
                    if draft.enough:
                        break
    except AnswerCutOff as problem:
        cut = problem.message
    except LanguageModelProblem as problem:
        draft = _Draft()
        why = f"The language model did not answer, so these are the sources' own words: {problem.message}"
    if draft.refused:
        why = f"The language model ({llm.name}) found no answer in the passages; these are the sources' own words."
    elif draft.carried:
        yield Done(_answer(extractive, draft, sentences.unknown, cut))
        return
    elif cut:
        why = f"The language model did not answer, so these are the sources' own words: {cut}"
    yield Done(replace(extractive, notes=(*extractive.notes, why)))


@dataclass(slots=True)
class _Draft:
    """What became of the sentences that were heard."""

    claims: list[Claim] = field(default_factory=list)
    dropped: int = 0
    refused: bool = False

    def take(self, claim: Claim, drop: bool) -> str:
        """Adds a claim; returns what to show of it, "" if nothing."""
        if claim.support == "unsupported" and is_refusal(claim.text):
            self.refused = True
            return ""
        if claim.support == "unsupported" and drop:
            self.dropped += 1
            return ""
        self.claims.append(claim)
        return (" " if len(self.claims) > 1 else "") + str(claim)

    @property
    def carried(self) -> int:
        """Sentences that the sources carry."""
        return sum(claim.support in ("quoted", "supported") for claim in self.claims)

    @property
    def closed(self) -> bool:
        """Nothing more is added; the model is still listened to, for it may only have been thinking."""
        return self.refused or len(self.claims) + self.dropped >= _MOST

    @property
    def enough(self) -> bool:
        """It need not be listened to any more: thoughts are not carried by sources, answers are."""
        return self.closed and not self.refused and 2 * self.carried >= _MOST


def _heard(sentences: SentenceStream, pieces: Generator[str]) -> Generator[Heard]:
    """What the model says, without prefaces and fillers; closes the stream when it is no longer listened to."""
    with closing(pieces):
        for piece in pieces:
            yield from _plain(sentences.feed(piece))
        yield from _plain(sentences.end())


def _plain(heard: Iterable[Heard]) -> Iterator[Heard]:
    """What was said without a preface, and without links and pictures: nothing that a model writes is fetched."""
    for said in heard:
        if isinstance(said, ReasoningEnded):
            yield said
        elif not is_filler(said.text):
            text = _LINK.sub(lambda link: link[1] or "", without_preface(said.text))
            yield GeneratedSentence(text[:1].upper() + text[1:], said.marks)


def _answer(extractive: Answer, draft: _Draft, unknown: int, cut: str) -> Answer:
    """The written answer with what a person should know about it; that the sources differ stays worth knowing."""
    found = [claim.support for claim in draft.claims]
    missing, against, dropped = found.count("unsupported"), found.count("contradicted"), draft.dropped
    told = [f"{cut} What follows is missing."] if cut else []
    if dropped:
        told.append(f"{_sentences(dropped)} of the language model {_is(dropped)} left out: not found in the sources.")
    if missing:
        told.append(f"{_sentences(missing)} of the language model {_is(missing)} not found in the sources.")
    if against:
        told.append(f"The sources say otherwise than {_sentences(against).lower()} of the language model.")
    if unknown:
        told.append(
            f"{unknown} {'mark' if unknown == 1 else 'marks'} of the language model did not point to any passage."
        )
    # that every sentence is carried does not make the closest sentences an answer, nor a part of one the whole
    partly = missing or against or extractive.status == "partly"
    status: AnswerStatus = "partly" if partly else "answered"
    claims, notes = tuple(draft.claims), (*extractive.notes, *([" ".join(told)] if told else []))
    sides = [cited for cited in extractive.citations if cited.number in extractive.differing]
    carried = [c for claim in claims if claim.support != "contradicted" for c in claim.citations]
    again = tuple(sorted({c.number for c in carried for side in sides if _same_place(c, side)}))
    differing = again if len(again) > 1 else ()
    return replace(extractive, status=status, claims=claims, notes=notes, differing=differing)


def _same_place(one: Citation, other: Citation) -> bool:
    return one.document_id == other.document_id and one.span.overlaps(other.span)


class _Checker:
    """Turns what is said into claims; citations are numbered in order of first use, the same sentence the same "
    "number."""

    def __init__(self, writer: AnswerGenerator, hits: Sequence[Hit], idf: Idf | None) -> None:
        self._writer, self._idf = writer, idf
        self._places: list[_Place] = []
        self._windows: list[SourceSentence] = []
        vectors: list[Vectors] = []
        at: dict[tuple[str, Span], int] = {}
        for number, hit in enumerate(hits, 1):
            document = hit.passage.document
            texts = [document.text[span.start : span.end] for span in hit.sentences]
            around = "\n".join((document.name, document.date, *hit.passage.chunk.heading))
            for i, span in enumerate(hit.sentences):
                known = at.get((document.id, span))
                if known is not None:  # neighbouring passages share sentences
                    place = self._places[known]
                    self._places[known] = replace(place, passages=place.passages | {number})
                    continue
                at[document.id, span] = len(self._places)
                self._places.append(_Place(document, span, frozenset({number})))
                self._windows.append(SourceSentence(texts[i], "\n".join((around, *texts[max(0, i - 2) : i]))))
                vectors.append(hit.vectors[i])
        self._vectors = np.array(vectors, np.float32).reshape(len(vectors), -1)
        self._numbers: dict[tuple[str, Span], int] = {}

    def forget(self) -> None:
        """Begins to number citations anew."""
        self._numbers.clear()

    def claim(self, said: GeneratedSentence) -> Claim:
        """The sentence with the citations that carry it, or contradict it."""
        preferred = [i for i, place in enumerate(self._places) if place.passages & said.marks]
        verdict = verify(
            said.text,
            self._windows,
            self._writer.encoder,
            vectors=self._vectors,
            idf=self._idf,
            preferred=preferred,
            nli=self._writer.nli,
        )
        if verdict.support == "unsupported":
            return Claim(said.text, (), "unsupported")
        if verdict.support == "contradicted":
            return Claim(said.text, (self._cite(verdict.evidence[0]),), "contradicted")
        first = self._windows[verdict.evidence[0]].text
        quoted = normalise(said.text).rstrip(".") in normalise(first)
        carried = verdict.evidence[:1] if quoted else verdict.evidence
        return Claim(said.text, tuple(map(self._cite, carried)), "quoted" if quoted else "supported")

    def _cite(self, at: int) -> Citation:
        place = self._places[at]
        number = self._numbers.setdefault((place.document.id, place.span), len(self._numbers) + 1)
        return cite(number, place.document, place.span)


def _sentences(count: int) -> str:
    return "One sentence" if count == 1 else f"{count} sentences"


def _is(count: int) -> str:
    return "was" if count == 1 else "were"
