"""An answer that a language model writes, each sentence of it checked against the sources before it is shown as cited.

The model's own marks are hints and nothing more: a sentence is cited to the source sentence that carries it, wherever
that stands; to none if none does; and if a source says otherwise, to that one, and so marked. Whether the sources
answer at all is not the model's to say: it is asked only where the reader found an answer, and that answer is given in
its place when the model fails. This module does not know which model it is, or how passages were found.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from rag.answer import cite
from rag.errors import LanguageModelProblem
from rag.llm import spoken
from rag.text import normalise
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
from rag.verify import Idf, SourceSentence, verify
from rag.written.marks import Said, Sentences
from rag.written.prompt import compose
from rag.written.rewrite import rewritten
from rag.written.writer import Writer

__all__ = ["Writer", "rewritten", "write"]

_MOST = 12  # sentences that are listened to
_PREFACE = re.compile(
    r"^(?:according to|based on|as (?:stated|mentioned|noted|described) in|in|from|per) (?:the )?(?:provided |"
    r"given |above )?"
    r"(?:passages?|sources?|documents?|context|text)(?: (?:\d+|provided|given|above))*(?: (?:and|,) \d+)*,?\s+",
    re.IGNORECASE,
)
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)|<[^<>]*>")
_FILLER = re.compile(
    r"^(?:here (?:is|are)\b.{0,60}:|(?:sure|certainly|of course|answer|in summary|in short|to summari[sz]e|summary)\W*|"
    r"(?:i hope|let me know|please let me|feel free)\b.*)$",
    re.IGNORECASE,
)
_REFUSAL = re.compile(
    r"\b(?:passages?|sources?|documents?|context|text)\b.{0,30}\b(?:do(?:es)? not|don't|doesn't|"
    r"cannot)\b.{0,30}\b(?:answer|"
    r"contain|mention|provide|say|state|specify|include)|^(?:i'm sorry|i am sorry|sorry|i cannot|i can't|i am unable|"
    r"i'm unable|i do not know|i don't know|as an ai)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Place:
    """A sentence of the sources, and the numbers of the passages that hold it."""

    document: Document
    span: Span
    passages: frozenset[int]


def write(
    writer: Writer,
    vector: Vectors,
    hits: Sequence[Hit],
    extractive: Answer,
    turns: Sequence[Turn] = (),
    idf: Idf | None = None,
    stop: threading.Event | None = None,
) -> Iterator[Event]:
    """`Delta`s sentence by sentence, then `Done`; with `extractive` and a note where the model fails or says nothing.

    `vector` is that of the stand-alone question, `(dim,)`; hits come best first. Once `stop` is set the model is no
    longer listened to. Raises ModelProblem.
    """
    llm, checker = writer.llm, _Checker(writer, hits, idf)
    claims: list[Claim] = []
    dropped = 0
    sentences = Sentences(len(hits))
    try:
        with writer.turn():
            prompt = compose(llm, extractive.asked_as, vector, hits, turns)
            pieces = spoken(llm, prompt.instructions, prompt.turns, prompt.most, writer.patience, stop)
            for said in _said(sentences, pieces):
                claim = checker.claim(said)
                if claim.support == "unsupported" and _REFUSAL.search(said.text):
                    raise _Refused
                if claim.support == "unsupported" and writer.drop_unsupported:
                    dropped += 1
                    continue
                yield Delta((" " if claims else "") + str(claim))
                claims.append(claim)
    except _Refused:
        why = f"The language model ({llm.name}) found no answer in the passages; these are the sources' own words."
    except LanguageModelProblem as problem:
        why = f"The language model did not answer, so these are the sources' own words: {problem.message}"
    else:
        why = f"Nothing that the language model ({llm.name}) wrote stands in the sources; these are their own words."
        if any(claim.support in ("quoted", "supported") for claim in claims):
            left_out = f"{_sentences(dropped)} of the language model {_is(dropped)} left out: not found in the sources."
            yield Done(_answer(extractive, claims, sentences.unknown, [left_out] if dropped else []))
            return
    yield Done(replace(extractive, notes=(*extractive.notes, why)))


class _Refused(Exception):
    """The model says that the passages do not answer."""


def _said(sentences: Sentences, pieces: Generator[str]) -> Iterator[Said]:
    """What the model says, without prefaces and fillers; closes the stream when it is no longer listened to."""
    count = 0
    try:
        for piece in pieces:
            for said in sentences.feed(piece):
                if not _FILLER.match(said.text):
                    count += 1
                    yield _plain(said)
            if count >= _MOST:
                return
        yield from (_plain(said) for said in sentences.end() if not _FILLER.match(said.text))
    finally:
        pieces.close()


def _plain(said: Said) -> Said:
    """What was said without a preface, and without links and pictures: nothing that a model writes is fetched."""
    text = _LINK.sub(lambda link: link[1] or "", _PREFACE.sub("", said.text))
    return Said(text[:1].upper() + text[1:], said.marks)


def _answer(extractive: Answer, claims: Sequence[Claim], unknown: int, notes: Sequence[str]) -> Answer:
    """The written answer with what a person should know about it."""
    found = [claim.support for claim in claims]
    missing, against = found.count("unsupported"), found.count("contradicted")
    told = [*notes]
    if missing:
        told.append(f"{_sentences(missing)} of the language model {_is(missing)} not found in the sources.")
    if against:
        told.append(f"The sources say otherwise than {_sentences(against).lower()} of the language model.")
    if unknown:
        told.append(f"{unknown} {'mark' if unknown == 1 else 'marks'} of the language model pointed to no passage.")
    status: AnswerStatus = "partly" if missing or against else "answered"
    return replace(extractive, status=status, claims=tuple(claims), notes=tuple(told))


class _Checker:
    """Turns what is said into claims; citations are numbered in order of first use, the same sentence the same "
    "number."""

    def __init__(self, writer: Writer, hits: Sequence[Hit], idf: Idf | None) -> None:
        self._writer, self._idf = writer, idf
        self._places: list[_Place] = []
        self._windows: list[SourceSentence] = []
        vectors: list[Vectors] = []
        at: dict[tuple[str, Span], int] = {}
        for number, hit in enumerate(hits, 1):
            document = hit.passage.document
            texts = [document.text[span.start : span.end] for span in hit.sentences]
            around = "\n".join((document.name, *hit.passage.chunk.heading))
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

    def claim(self, said: Said) -> Claim:
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
