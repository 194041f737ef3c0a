"""A question becomes events: what was found, the text as it is written, the answer; whatever it is asked of.

There is no second path to an answer. This module does not know what is open, nor who asks.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Protocol

from rag.answering.extractive import extractive_answer
from rag.answering.findings import Answering
from rag.answering.time_limit import LimitedReader, QuestionStopped, TimeLimit
from rag.errors import LanguageModelProblem, QuestionProblem
from rag.language import question_language
from rag.retrieval import Corpus, RewrittenQuestion, continued, rewrite_question
from rag.types import Answer, Delta, Done, Event, Found, Passage, Reader, Turn

if TYPE_CHECKING:  # whoever has no language model does not wait for what it needs
    from rag.answering.generation import AnswerGenerator

__all__ = ["MAX_PASSAGES", "MAX_QUESTION", "Asked", "OpenCorpus", "answer_of", "nearest_passages"]

MAX_QUESTION = 2000
"""Characters of a question that are read; longer ones are refused, not cut."""
MAX_PASSAGES = 1000
"""Passages that one search gives."""

_log = logging.getLogger(__name__)


class OpenCorpus(Protocol):
    """Opens the newest generation of what is asked, limited to the sources under some paths."""

    def __call__(
        self, paths: Sequence[str] | None = None, language: str = "", limit: TimeLimit | None = None
    ) -> AbstractContextManager[Corpus]:
        """The corpus, for a question in a language and within a time. Raises QuestionProblem for an unknown path."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What questions are asked of: how it is opened, the reader of the best sentences, and the setting `risk`."""

    opened: OpenCorpus
    reader: Reader | None
    risk: float
    today: Callable[[], date]

    def stream(
        self,
        question: str,
        turns: Sequence[Turn] = (),
        paths: Sequence[str] | None = None,
        writer: AnswerGenerator | None = None,
        stop: threading.Event | None = None,
    ) -> Iterator[Event]:
        """`Found`, then `Delta`s, then `Done`. Raises QuestionProblem, IndexProblem, ModelProblem."""
        turns = [replace(turn, text=turn.text[:MAX_QUESTION]) for turn in turns]
        asked = _checked(question)
        with self.opened() as corpus:
            language, idf = _language(asked, corpus.languages), corpus.idf
        alone = _alone(asked, turns, writer, stop, language)  # a model may take its time: nothing is held meanwhile
        limit = TimeLimit(stop)
        reader = LimitedReader(self.reader, limit) if self.reader is not None else None
        with self.opened(paths, language, limit) as corpus:
            try:
                answer, found = extractive_answer(question, alone, Answering(corpus, reader, self.risk, self.today))
            except QuestionStopped:
                return
        if paths is not None:
            answer = replace(answer, notes=(_limited(paths), *answer.notes))
        yield Found(answer.passages)
        if writer is not None and found.hits and answer.status != "not_found":
            from rag.answering.generation import GenerationTask, generate_answer

            yield from generate_answer(writer, GenerationTask(answer, found.vector, found.hits, turns, idf, stop))
            return
        yield from map(Delta, answer.pieces())
        yield Done(answer)


def answer_of(events: Iterable[Event]) -> Answer:
    """The answer that events end with."""
    for event in events:
        if isinstance(event, Done):
            return event.answer
    raise AssertionError("a stream ends with Done")


def nearest_passages(opened: OpenCorpus, question: str, k: int, paths: Sequence[str] | None) -> list[Passage]:
    """The `k` best passages, from 1 to `MAX_PASSAGES`, best first. Raises as `Asked.stream` does."""
    asked = _checked(question)
    if not 0 < k <= MAX_PASSAGES:
        raise QuestionProblem(f"{k:,} passages cannot be returned.", f"Ask for 1 to {MAX_PASSAGES:,}.")
    with opened() as corpus:
        language = _language(asked, corpus.languages)
    with opened(paths, language) as corpus:
        found = corpus.find(asked, k=k) if language else corpus.retrieve(RewrittenQuestion(asked, asked), k)
    return [hit.passage for hit in found.hits]


def _language(question: str, languages: Mapping[str, int]) -> str:
    """The language of a question beside those of the sources; "" for English."""
    found = question_language(question, languages)
    return "" if found == "en" else found


def _alone(
    question: str, turns: Sequence[Turn], writer: AnswerGenerator | None, stop: threading.Event | None, language: str
) -> RewrittenQuestion:
    """What the question means: by the rules, which are those of English, and by the language model if there is one."""
    alone = continued(question, turns, language) if language else rewrite_question(question, turns)
    if writer is None or alone.asked == question:
        return alone
    from rag.answering.generation import rewrite_with_model

    try:
        said = rewrite_with_model(writer, question, turns, stop)
        return RewrittenQuestion(said, said) if said else alone
    except LanguageModelProblem as problem:
        _log.info("The question was not rewritten: %s", problem)
        return alone


def _checked(question: str) -> str:
    asked = " ".join(question.split())
    if not asked:
        raise QuestionProblem("The question is empty.", "Ask something, for instance what a source is about.")
    if len(question) > MAX_QUESTION:
        raise QuestionProblem(
            f"The question has {len(question):,} characters; at most {MAX_QUESTION:,} are allowed.",
            "Ask it in a few sentences.",
        )
    return asked


def _limited(paths: Sequence[str]) -> str:
    return f"Asked of {paths[0] if len(paths) == 1 else f'{len(paths)} of the sources'} only."
